// SPDX-License-Identifier: Apache-2.0
#include "redis/hiredis.h"

#include <string>

#include <hiredis/hiredis.h>

#include "base/assert.h"
#include "base/shared_library.h"

// The version that this was compiled with: redisContext, whose members we read, may differ in any other.
#define TEXT_OF(number) #number
#define LIBRARY_OF(number) "libhiredis.so." TEXT_OF(number)

namespace holdfast::redis {
namespace {

constexpr const char* kLibrary = LIBRARY_OF(HIREDIS_SONAME);

SharedLibrary& hiredis() {
  static SharedLibrary opened(kLibrary);
  return opened;
}

// open_hiredis() came first, and all of these are in every libhiredis of this number.
template <class Function>
Function* found(const char* name) {
  Function* function = nullptr;
  hiredis().find(name, function);
  HOLDFAST_ASSERT(function != nullptr);
  return function;
}

}  // namespace

Status open_hiredis() {
  if (hiredis().problem().empty()) return {};
  return Error(Code::unsupported,
               "Redis needs " + std::string(kLibrary) + ": " + hiredis().problem(),
               "install libhiredis (Debian: apt install libhiredis0.14)");
}

}  // namespace holdfast::redis

#define CALL(name, ...)                                                        \
  static const auto kFunction = holdfast::redis::found<decltype(name)>(#name); \
  return kFunction(__VA_ARGS__)

void freeReplyObject(void* reply) {
  CALL(freeReplyObject, reply);
}
void* redisCommandArgv(redisContext* c, int argc, const char** argv, const size_t* argvlen) {
  CALL(redisCommandArgv, c, argc, argv, argvlen);
}
redisContext* redisConnectUnixWithTimeout(const char* path, const timeval tv) {
  CALL(redisConnectUnixWithTimeout, path, tv);
}
redisContext* redisConnectWithTimeout(const char* ip, int port, const timeval tv) {
  CALL(redisConnectWithTimeout, ip, port, tv);
}
void redisFree(redisContext* c) {
  CALL(redisFree, c);
}
int redisSetTimeout(redisContext* c, const timeval tv) {
  CALL(redisSetTimeout, c, tv);
}

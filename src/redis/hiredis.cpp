// SPDX-License-Identifier: Apache-2.0
#include "redis/hiredis.h"

#include <string>

#include <dlfcn.h>
#include <hiredis/hiredis.h>

#include "base/assert.h"

// The version that this was compiled with: redisContext, whose members we read, may differ in any other.
#define TEXT_OF(number) #number
#define LIBRARY_OF(number) "libhiredis.so." TEXT_OF(number)

namespace holdfast::redis {
namespace {

constexpr const char* kLibrary = LIBRARY_OF(HIREDIS_SONAME);

struct Opened {
  void* library = nullptr;
  std::string why;  // it can't be opened
};

const Opened& hiredis() {
  static const Opened kOpened = [] {
    Opened out;
    out.library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (out.library == nullptr) {
      const char* why = ::dlerror();
      out.why = why == nullptr ? "" : why;
    }
    return out;
  }();
  return kOpened;
}

template <class Function>
Function* found(const char* name) {
  void* function = hiredis().library == nullptr ? nullptr : ::dlsym(hiredis().library, name);
  // open_hiredis() came first, and all of these are in every libhiredis of this number.
  HOLDFAST_ASSERT(function != nullptr);
  return reinterpret_cast<Function*>(function);
}

}  // namespace

Status open_hiredis() {
  if (hiredis().library != nullptr) return {};
  return Error(Code::unsupported, "Redis needs " + std::string(kLibrary) + ": " + hiredis().why,
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

// SPDX-License-Identifier: Apache-2.0
#include "base/spill_allocator.h"

#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/root_folder.h"
#include "base/system_error.h"

namespace holdfast {
namespace {

constexpr mode_t kOwnerOnly = 0600;

std::string folder() {
  const char* asked = std::getenv("TMPDIR");
  return asked == nullptr || *asked == '\0' ? "/var/tmp" : asked;  // /tmp may be memory itself
}

// Whole on the disk before it is used: a page that finds no room later would end the process (SIGBUS).
void* map_file(std::size_t size_bytes) {
  const Fd file(::open(folder().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kOwnerOnly));
  if (!file.valid()) return MAP_FAILED;
  const int failed = ::posix_fallocate(file.get(), 0, static_cast<off_t>(size_bytes));
  if (failed != 0) {
    errno = failed;
    return MAP_FAILED;
  }
  return ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
}

}  // namespace

void* map_spilled(std::size_t size_bytes) {
  void* memory = map_file(size_bytes);
  if (memory != MAP_FAILED) return memory;
  const Error why = system_error("spill to", folder(), errno);
  log_debug("a large array stays in memory", {{"why", why.message()}});
  memory = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) return memory;
  return std::allocator<char>().allocate(static_cast<std::size_t>(-1));  // throws
}

void unmap_spilled(void* memory, std::size_t size_bytes) noexcept {
  static_cast<void>(::munmap(memory, size_bytes));
}

}  // namespace holdfast

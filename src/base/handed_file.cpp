// SPDX-License-Identifier: Apache-2.0
#include "base/handed_file.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system_error.h"

namespace holdfast {

Result<HandedFile> HandedFile::open(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return system_error("open", printable_path(path), errno);
  struct stat info = {};
  if (::fstat(fd.get(), &info) != 0) return system_error("stat", printable_path(path), errno);
  if (!S_ISREG(info.st_mode)) return Error(Code::io, printable_path(path) + ": no regular file");
  return HandedFile(std::move(fd));
}

Result<HandedFile> HandedFile::in_memory() {
  Fd fd(::memfd_create("holdfast", MFD_CLOEXEC));
  if (!fd.valid()) return system_error("memfd_create", "", errno);
  return HandedFile(std::move(fd));
}

std::string HandedFile::name() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get());
}

Result<std::string> HandedFile::read(std::uint64_t limit_bytes) const {
  struct stat info = {};
  if (::fstat(fd_.get(), &info) != 0) return system_error("stat", name(), errno);
  const auto size_bytes = static_cast<std::uint64_t>(info.st_size);
  if (size_bytes > limit_bytes)
    return Error(Code::invalid, "it wrote " + std::to_string(size_bytes) + " bytes, and at most " +
                                    std::to_string(limit_bytes) + " are read");
  std::string out(size_bytes, '\0');
  for (std::size_t at = 0; at < out.size();) {
    const ssize_t got =
        ::pread(fd_.get(), out.data() + at, out.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", name(), errno);
    if (got == 0) out.resize(at);
    at += static_cast<std::size_t>(got);
  }
  return out;
}

}  // namespace holdfast

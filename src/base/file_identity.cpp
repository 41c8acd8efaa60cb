// SPDX-License-Identifier: Apache-2.0
#include "base/file_identity.h"

namespace holdfast {
namespace {

constexpr std::int64_t kNsPerS = 1'000'000'000;

std::int64_t ns_of(const timespec& time) {
  return time.tv_sec * kNsPerS + time.tv_nsec;
}

}  // namespace

FileIdentity identity_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size_bytes = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = ns_of(status.st_mtim),
          .ctime_ns = ns_of(status.st_ctim)};
}

}  // namespace holdfast

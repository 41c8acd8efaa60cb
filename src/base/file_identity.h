// SPDX-License-Identifier: Apache-2.0
// What makes one version of one file.
#pragma once
#include <cstdint>

#include <sys/stat.h>

namespace holdfast {

/// Any write, truncation or replacement changes it, as far as the file system tells: two changes within one tick of its clock
/// (4 to 10 ms) may leave the same times.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  bool operator==(const FileIdentity&) const = default;
};

FileIdentity identity_of(const struct stat& status);

}  // namespace holdfast

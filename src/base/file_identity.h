// SPDX-License-Identifier: Apache-2.0
// What makes one version of one file.
#pragma once
#include <cstdint>

#include <sys/stat.h>

namespace holdfast {

/// The longest tick of the clock that the kernel stamps files with (CONFIG_HZ=100). What was read later than this after a file's ctime
/// can't be followed by a write that leaves the same ctime, where the file system keeps parts of a second.
inline constexpr std::int64_t kFileTickMostNs = 10'000'000;

/// Any write, truncation or replacement changes it, as far as the file system tells: two changes within one tick of its clock
/// (up to kFileTickMostNs) may leave the same times.
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

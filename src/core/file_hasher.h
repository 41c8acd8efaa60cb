// SPDX-License-Identifier: Apache-2.0
// SHA-256 of many files on one thread at hardware speed: several files at once
// (core/sha256_lanes.h), each read through core/file_reader.h.
//
// A digest belongs to one whole version of a file:
// 1. The file is opened and its identity taken. A file whose last change is younger than two seconds
//    (git's racy rule) is not read yet: the next change might get the same time stamp, or a rewrite
//    may stand still half done. If nobody has it open for writing, the longest tick of a clock (10 ms) is enough;
//    else it waits until two seconds have passed since the last change.
// 2. All bytes are read: as many as the size says, and no more may follow an empty file.
// 3. The identity is taken again right after the last byte: size, mtime and ctime must be the same.
//    Any write, truncation, rename, removal or replacement in between moves one. A file of 128 KiB
//    and more is looked up by its name once more, beneath the root: it must still lead here.
// 4. Otherwise the file is read again, kMaxReadings times in all, then it is `unstable`: never a
//    digest of a mixture.
// What no reader can see: a program that stops in the middle of a rewrite for more than two seconds,
// or writes through a mapping made before, for which the kernel moves the time stamps later.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/rate_limit.h"
#include "base/result.h"
#include "base/root_folder.h"
#include "core/sha256.h"
#include "core/sha256_lanes.h"

namespace holdfast::core {

inline constexpr int kMaxReadings = 3;

struct HashJob {
  std::uint64_t ticket = 0;  // the caller's own number, handed back with the outcome
  std::string path;          // relative to the root it is opened beneath
  const RootFolder* root = nullptr;
};

enum class HashVerdict : unsigned char { hashed, missing, unstable, refused };

struct HashOutcome {
  std::uint64_t ticket = 0;
  HashVerdict verdict = HashVerdict::refused;
  Sha256Digest digest{};              // when hashed
  FileIdentity identity{};            // when hashed: of the version that was read
  std::uint64_t size_bytes_read = 0;  // all readings together
  // When refused: escapes_root, symlink_loop, not_regular, unreadable, …
  OpenRefusal refusal = OpenRefusal::none;
  std::string reason{};  // when not hashed: one sentence for people, with errno's text
};

struct HashOptions {
  RateLimiter* rate = nullptr;        // none: as fast as it goes. May be shared by threads.
  const Cancel* cancel = nullptr;     // see hash_files
  bool keep_page_cache_clean = true;  // drop what was not cached before (posix_fadvise)
  Sha256Kernel kernel = Sha256Kernel::automatic;
  /// Called after each piece that was read: ticket and bytes. For progress within large files; on
  /// the hashing thread, so it must be cheap.
  std::function<void(std::uint64_t ticket, std::size_t size_bytes)> on_read = {};
};

/// Pulls jobs, hashes up to sixteen at once on the calling thread, and hands every outcome to `done`
/// as it comes (not in order). `next` may give none while outcomes are due and is asked again after
/// the next piece of work; none while nothing is in flight is the end. An Error from `done` stops
/// everything and comes back. Once asked to stop, no job is pulled and what is in flight is finished;
/// where that would take long (a rate to wait for, more than 64 MiB of a file to go) it comes back
/// with `cancelled` and the jobs in flight have no outcome. Memory: half a MiB, whatever the files' sizes.
Status hash_files(const std::function<std::optional<HashJob>()>& next,
                  const std::function<Status(HashOutcome)>& done, const HashOptions& options);

}  // namespace holdfast::core

// SPDX-License-Identifier: Apache-2.0
// A file to which lines are appended for good: event sinks in JSON lines, ledgers.
//
// append() gathers, sync() writes and syncs the group; a line is promised only once sync()
// returned. What a crash may leave behind the last promised line is any mixture of pieces, zeros
// and nothing (a power cut keeps the sectors it likes). So open() looks at the tail, before
// anything is appended to it:
//
// 1. Read the last kWindowBytes: more than ever was unpromised at once, and the whole line before
// it.
// 2. The first line in it that has a NUL, fails the caller's check or lacks its line feed is torn:
// it and all
//    that follows was never promised. Keep those bytes aside, durably, in
//    "<path>.torn-<offset>[-<n>]".
// 3. Cut the file there; sync it and its folder, so that what we go on from survives.
//
// One writer at a time: hold a base/lock_file.h. After a failed sync the system may show bytes that
// it has given up writing; so the file is cut back to what was promised and refuses everything from
// then on.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"

namespace holdfast {

/// What open() cut off.
struct TornTail {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
  std::string kept_in;  // path of the bytes
};

/// Whether a line (without its line feed) is whole; only structure that a torn write would break
/// need be looked at.
using LineCheck = bool (*)(std::string_view line);

/// Not thread-safe. Moved from, it may only be destroyed.
class LineFile {
 public:
  static constexpr std::size_t kMaxLineBytes = 1U << 20U;
  static constexpr std::size_t kGroupBytes = 256U << 10U;  // append() syncs by itself from here on
  static constexpr std::size_t kWindowBytes = kGroupBytes + 2 * kMaxLineBytes;

  /// Makes the file when it is not there. `corrupt` when the tail has no line feed where one must
  /// be.
  static Result<LineFile> open(FileSystem& files, const std::string& path,
                               LineCheck check = nullptr);
  /// Whether append() would take it: its `invalid`.
  static Status check_line(std::string_view line);
  /// `invalid` for a line with a line feed or NUL, or above kMaxLineBytes: the file stays usable.
  /// Errors of sync(), for which the group may have been due.
  Status append(std::string_view line);
  /// Everything appended survives a power cut on return. After an error every call returns that
  /// error.
  Status sync();
  const std::optional<TornTail>& torn() const { return torn_; }

 private:
  explicit LineFile(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  Status write_group();

  std::unique_ptr<WritableFile> file_;
  std::string group_;                     // appended, not yet written
  std::uint64_t durable_size_bytes_ = 0;  // of what is promised; the lines below it are whole
  std::optional<TornTail> torn_;
  std::optional<Error> failed_;
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// Rows of many workers made durable together.
//
//   workers ──append()──► gathered ──one thread──► RowLog: staged, synced, claimed, synced ──► is_durable()
//
// What comes while the disk is busy waits for its next turn and shares the two syncs of it. So slow items are durable at once, and fast
// ones never wait for a sync each (4 to 7 ms on a disk; facts: 5,000 rows/s in groups of 64).
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "extract/row_log.h"

namespace holdfast::extract {

/// Any thread may call it. The destructor ends the thread, and what close() did not hear of is lost: call that first.
class GroupCommit {
 public:
  /// `log` outlives it, and is used by nobody else meanwhile.
  explicit GroupCommit(RowLog& log) : log_(log) {}
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// Starts the thread, once and before anything else. `unavailable` where the system gives none.
  Status start();
  /// Gathers a row and gives its number, from 1. `invalid` for a row that the files can't hold: nothing was gathered. After an error of
  /// the disk every call returns that error.
  Result<std::uint64_t> append(std::string key, std::string json,
                               const core::Sha256Digest& row_digest);
  /// Whether the row of that number, and all before it, survive a power cut.
  bool is_durable(std::uint64_t number) const;
  /// Blocks until they do, or the disk failed.
  Status wait(std::uint64_t number);
  /// Writes what was gathered and ends the thread; the error of the disk, if there was one. Nothing may be appended after it.
  Status close();

 private:
  struct Row {
    std::string key;
    std::string json;
    core::Sha256Digest digest;
  };
  void write_groups();

  RowLog& log_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Row> gathered_;
  std::uint64_t gathered_count_ = 0;
  std::uint64_t durable_count_ = 0;
  bool closing_ = false;
  std::optional<Error> failed_;
  std::thread writer_;  // last: it uses all of the above
};

}  // namespace holdfast::extract

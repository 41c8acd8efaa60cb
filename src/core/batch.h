// SPDX-License-Identifier: Apache-2.0
// The batch engine: an ordered, resumable, rate-limited pass over many items. One engine for
// artifact backfill, the passes over artifact rows and extraction.
//
//   source ──pages──► feed ──items──► workers (threads) ──outcomes──► reorder ──► sink.commit()
//
// 1. The source gives pages of items in a stable order; it resumes from its own cursor.
// 2. Each worker thread pulls items one at a time or several at once (hashing up to sixteen side by side) and hands
//    outcomes back in any order.
// 3. The sink gets whole runs of items in source order every `commit_every_count` items or
//    `commit_every` time, and commits them together with the cursor in one transaction. What was
//    not committed is done again after a kill, and nothing else.
//
// Threads: next_page, commit and on_progress run on the thread that called run_batch, one at a
// time, so they may share one database connection; each worker runs on a thread of its own. A
// commit that has become due goes before the next page.
// Memory: a page is asked for only while fewer than `in_flight_limit` items are between source and
// commit; so at most that and one page.
// Stopping: `enough`, `cancel`, an Error of next_page or of a worker: nothing new is begun, what was
// begun is finished, all of it up to the first gap is committed. Only once `cancel` is requested may a
// worker leave an item undone that would take long. An Error of commit: nothing is committed any more.
// The first Error comes back.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/time_window.h"

namespace holdfast::core {

inline constexpr int kMaxJobs = 256;
inline constexpr std::uint32_t kMaxShards = 1'000'000;

/// `--shard k/n`: a pure function of the key, so that any launcher can spread the work. k counts
/// from 1.
struct Shard {
  std::uint32_t index = 1;
  std::uint32_t count = 1;
  /// "3/8"; `invalid` names the text: not two whole numbers, or not 1 <= k <= n <= kMaxShards.
  static Result<Shard> parse(std::string_view text);
  /// SHA-256 of the key, first 8 bytes big-endian, modulo count: stable for ever
  /// (docs/formats/shard.md).
  bool has(std::string_view key) const;
  std::string text() const;
  bool operator==(const Shard&) const = default;
};

struct BatchProgress {
  std::int64_t items_pulled = 0;    // taken from the source
  std::int64_t items_finished = 0;  // their outcome is there; committed or not
  std::int64_t items_committed = 0;
  std::optional<std::int64_t> items_total = std::nullopt;  // when the source knows
  std::uint64_t size_bytes = 0;  // read so far, as workers tell it; of unfinished items too
  std::chrono::nanoseconds elapsed{0};
  bool waiting_for_window = false;
  std::optional<Timestamp> window_opens_at = std::nullopt;
};

struct BatchOptions {
  int jobs = 0;                           // 0: as many as there are processors; at most kMaxJobs
  std::int64_t commit_every_count = 200;  // also the most items one commit gets
  std::chrono::nanoseconds commit_every = std::chrono::seconds(5);
  std::int64_t in_flight_limit = 2000;
  std::optional<std::int64_t> limit =
      std::nullopt;  // at most so many items are taken from the source
  std::optional<TimeWindow> window =
      std::nullopt;                // items are begun, and pages asked for, only inside it
  const Cancel* cancel = nullptr;  // looked at five times a second
  const Cancel* enough = nullptr;  // once requested nothing more is begun; all that was is finished
  Clock* clock = nullptr;          // none: the system's
  std::function<void(const BatchProgress&)> on_progress =
      nullptr;  // about four times a second, also while waiting, and at the end
};

struct BatchEnd {
  std::int64_t items_committed = 0;
  std::uint64_t size_bytes = 0;  // of the items committed
  std::chrono::nanoseconds elapsed{0};
  bool cancelled = false;      // asked to stop before the source's end
  bool had_enough = false;     // `enough` was requested before the source's end
  bool limit_reached = false;  // `limit` items were taken; the source may have more
};

/// What one worker sees; each has its own. Item and Outcome are the domain's own types.
template <class Item, class Outcome>
class BatchFeed {
 public:
  struct Pulled {
    std::uint64_t ticket;
    const Item* item;  // lives until finish()
  };
  virtual ~BatchFeed() = default;
  /// The next item in order. With no ticket held: blocks until there is one; none means the end (or
  /// a stop). With tickets held: never blocks; none means "not now": finish those, then call again.
  virtual std::optional<Pulled> pull() = 0;
  /// So many bytes were read just now, for the progress of items that take long. All bytes of the
  /// worker's items, or none; what finish() tells counts for the rest.
  virtual void read(std::uint64_t size_bytes) = 0;
  /// Hands back the outcome of a ticket, in any order, and how many bytes it took (for progress).
  virtual void finish(std::uint64_t ticket, Outcome outcome, std::uint64_t size_bytes) = 0;
};

template <class Item, class Outcome>
struct BatchWork {
  /// The next page in order, empty at the end and not called again after it.
  std::function<Result<std::vector<Item>>()> next_page;
  /// Which items are ours (a shard); none: all. The others are dropped before they are counted.
  std::function<bool(const Item&)> wants;
  std::optional<std::int64_t> items_total = std::nullopt;  // for progress, when known
  /// Runs on a thread of its own until pull() gives none while it holds no ticket. An Error stops
  /// the batch after a last commit; `cancelled`, once asked to stop, only leaves its tickets undone
  /// (a file too long to be finished) and is no failure.
  std::function<Status(BatchFeed<Item, Outcome>&)> worker;
  /// Items with their outcomes, in source order, without a gap.
  struct Done {
    Item item;
    Outcome outcome;
  };
  std::function<Status(std::vector<Done>)> commit;
};

// In core/batch_engine.h:
//   template <class Item, class Outcome>
//   Result<BatchEnd> run_batch(const BatchWork<Item, Outcome>& work, const BatchOptions& options);
//   `invalid` names an option out of range; else the first Error met. Blocks until all workers have
//   ended.

}  // namespace holdfast::core

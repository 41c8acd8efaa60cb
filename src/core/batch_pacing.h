// SPDX-License-Identifier: Apache-2.0
// What a batch does next: the decisions of core/batch_engine.h without its threads, so that each
// can be tested by a table.
//
// In this order:
//   1. a commit that is due by count or by time goes first;
//   2. a page is fetched while the window is open, few items are queued and fewer than
//   in_flight_limit are on their way (but a commit
//      that would become due during a fetch as slow as the last one goes before it);
//   3. what is ready is committed early when nothing else can come (the end, a stop, a closed
//   window), or when workers starve
//      because of in_flight_limit;
//   4. the end, once nothing runs and nothing will be begun; else wait.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "base/time_window.h"
#include "core/batch.h"

namespace holdfast::core {

/// How often a waiting batch looks at `cancel` and at the clock.
inline constexpr std::chrono::nanoseconds kBatchLook = std::chrono::milliseconds(200);
inline constexpr std::chrono::nanoseconds kProgressEvery = std::chrono::milliseconds(250);

/// `invalid` names the option that is out of range.
Status check_batch_options(const BatchOptions& options);
/// The number of workers for `--jobs`.
int worker_count(const BatchOptions& options);

/// Remembers when the window closes or opens next, so that asking for every item is cheap. Not
/// thread-safe.
class WindowGate {
 public:
  explicit WindowGate(std::optional<TimeWindow> window) : window_(window) {}
  bool always_open() const { return !window_; }
  bool open(Timestamp now);
  /// After open() said no: when it opens.
  Timestamp opens_at() const { return until_; }

 private:
  std::optional<TimeWindow> window_;
  Timestamp from_{1};  // what open_ holds for: [from_, until_)
  Timestamp until_{0};
  bool open_ = true;
};

/// Where the items are that were taken from the source.
struct BatchLoad {
  std::int64_t queued = 0;    // not begun
  std::int64_t running = 0;   // begun, and their worker lives
  std::int64_t finished = 0;  // not committed
  std::int64_t ready = 0;     // of the finished ones, the first without a gap
  std::chrono::nanoseconds ready_since{0};
  bool source_ended = false;
  bool stopping = false;     // nothing new is begun
  bool sink_failed = false;  // nothing more is committed
};

enum class BatchStep : unsigned char { wait, commit, fetch, end };

class BatchPacing {
 public:
  BatchPacing(const BatchOptions& options, int workers);
  BatchStep next(const BatchLoad& load, std::chrono::nanoseconds now, bool gate_open) const;
  /// How long next() can go on saying `wait` when nothing happens but time; at most kBatchLook.
  std::chrono::nanoseconds patience(const BatchLoad& load, std::chrono::nanoseconds now) const;
  /// Learns from a fetched page.
  void fetched(std::int64_t page_items, std::chrono::nanoseconds took);

 private:
  bool commit_due(const BatchLoad& load, std::chrono::nanoseconds now) const;

  std::int64_t commit_every_count_;
  std::chrono::nanoseconds commit_every_;
  std::int64_t in_flight_limit_;
  std::int64_t low_water_;  // fewer queued items than this ask for the next page
  std::int64_t least_low_water_;
  std::chrono::nanoseconds last_fetch_took_{0};
};

}  // namespace holdfast::core

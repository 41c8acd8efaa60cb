// SPDX-License-Identifier: Apache-2.0
// What a scrub has to do now so that every proof stays younger than it promised, and whether that
// can be kept. Pure arithmetic over ages and sizes; nothing is remembered between slices but the
// proofs themselves.
//
// Rows in order of their last look, oldest first, have deadlines e_i = look_i + T, where T is nine
// tenths of the promise, so that a slice that comes late does not break it. Reading them in that order
// at the even pace s = total / T, row i is done at now + B_i / s, with B_i the bytes up to and with it.
// What is due now is the least prefix after which all the rest can go on at that pace:
//
//   due = max over i of (B_i - s * (e_i - now)), at least 0
//
// For rows all proved at one time that is total * age / T: an even share of each day. A row that was
// never looked at is due at once, before all others; so is one whose look is dated in the future, since a clock was
// wrong or is, and its age is unknown.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/time_window.h"

namespace holdfast::artifacts {

/// A small file costs more than its bytes: the seek and the open.
inline constexpr std::uint64_t kFileCostBytes = 16384;

struct ScrubTerms {
  std::chrono::nanoseconds every_byte_within{};
  std::optional<std::uint64_t> rate_bytes_per_s;
  std::optional<TimeWindow> window;
  std::optional<std::chrono::nanoseconds> once_for;
};

/// All rows that record a hash, before a slice.
struct ScrubLoad {
  std::int64_t rows = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t unknown_sizes = 0;  // rows that neither a proof nor the record gives a size
  std::int64_t never_looked_at = 0;
  std::uint64_t never_looked_at_bytes = 0;
  std::int64_t never_proved = 0;
  std::int64_t too_old = 0;  // proofs older than promised
  std::int64_t in_future =
      0;  // looks dated in the future: of unknown age, counted as never looked at, too
  std::optional<Timestamp> oldest_proof;
};

/// Whether a rate and a window are enough for the promise.
struct ScrubForecast {
  double window_share = 1;  // of a day
  std::optional<std::chrono::nanoseconds>
      one_pass;                          // wall time to read all once; none without a rate
  double needed_bytes_per_s = 0;         // inside the window, to keep the promise
  bool can_keep = true;                  // true where no rate says otherwise
  std::optional<double> slices_per_day;  // with once_for: how many are needed
  std::string text;                      // one sentence for people
};
ScrubForecast forecast(const ScrubTerms& terms, const ScrubLoad& load, Timestamp now);

/// Takes looks in order, oldest first, and tells how much of them is due.
class DueWork {
 public:
  DueWork(const ScrubTerms& terms, const ScrubLoad& load, Timestamp now);
  void add(Timestamp looked_at, std::uint64_t size_bytes);
  /// Of the sum of cost() of what was added, in that order.
  std::uint64_t due_cost() const;
  static std::uint64_t cost(std::uint64_t size_bytes) { return size_bytes + kFileCostBytes; }

 private:
  double pace_;  // cost per ns
  std::int64_t target_ns_;
  Timestamp now_;
  std::uint64_t sum_ = 0;
  double due_ = 0;
};

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// Time: what o'clock it is, waiting, and RFC 3339. The clock is a seam, so that tests own the time.
#pragma once
#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  std::int64_t ns = 0;
  auto operator<=>(const Timestamp&) const = default;
};

/// "2026-05-18T02:03:04.123456Z": UTC, always six digits of a second, so that text order is time
/// order.
std::string format_rfc3339(Timestamp at);
/// Reads RFC 3339 with any offset and 0 to 9 digits of a second, in the years 1678 to 2261; a leap
/// second is the start of the next minute. `invalid` names the text.
Result<Timestamp> parse_rfc3339(std::string_view text);
/// "3 d", "5 h", "12 min", "40 s": the largest unit, rounded down, for people. Negative ages are "0
/// s".
std::string format_age(std::chrono::nanoseconds age);
/// The same with the next smaller unit behind it: "1 h 52 min", "40 s".
std::string format_span(std::chrono::nanoseconds span);
/// "40 d old, more than 30 d": an age beside the limit it is over. The limit is told as exact as it was given, the age as exact
/// as it takes to differ from it.
std::string format_age_over(std::chrono::nanoseconds age, std::chrono::nanoseconds limit);
/// Reads "250ms", "90s", "5m", "12h", "30d", "2w"; `invalid` names the text.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// What o'clock it is, and waiting. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  /// Monotonic, for rates and leases inside one process.
  virtual std::chrono::nanoseconds monotonic() const = 0;
  virtual void sleep_for(std::chrono::nanoseconds duration) = 0;
  /// Until monotonic() is at least `at`: threads that sleep side by side do not add up, also on a
  /// ManualClock.
  virtual void sleep_until(std::chrono::nanoseconds at) { sleep_for(at - monotonic()); }
};

/// The system's clock; lives as long as the process.
Clock& system_clock();

/// A clock that stands still until told; sleep_for() moves it on, so nothing waits.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_ns_(start.ns) {}
  // Both clocks read the same number: monotonic() starts at `start` too.
  Timestamp now() const override;
  std::chrono::nanoseconds monotonic() const override;
  void sleep_for(std::chrono::nanoseconds duration) override;
  void sleep_until(std::chrono::nanoseconds at) override;
  void advance(std::chrono::nanoseconds duration);

 private:
  std::atomic<std::int64_t> now_ns_;
};

}  // namespace holdfast

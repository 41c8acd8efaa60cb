// SPDX-License-Identifier: Apache-2.0
// A window of the local day in which work is allowed: "02:00-06:00", "22:00-04:00" (crosses
// midnight).
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace holdfast {

/// Half-open [begin, end) in local time of the process (TZ). Clock changes: a begin or end that
/// does not exist that day counts from the next instant that does; one that exists twice counts
/// from its first. So "02:00-03:00" is empty in the night that skips that hour and two hours long
/// in the night that repeats it.
class TimeWindow {
 public:
  /// `invalid` names the text; begin = end is refused.
  static Result<TimeWindow> parse(std::string_view text);
  bool contains(Timestamp at) const;
  /// The next instant at or after `at` that is inside.
  Timestamp next_open(Timestamp at) const;
  /// The next instant after `at` at which it closes.
  Timestamp next_close(Timestamp at) const;
  /// "02:00-06:00".
  std::string text() const;

 private:
  struct Span {
    Timestamp begin;
    Timestamp end;
  };
  /// The window that begins on the local day so many days after the day of `at`; may be empty.
  Span span(Timestamp at, int day_offset) const;
  TimeWindow(int begin_minute, int end_minute)
      : begin_minute_(begin_minute), end_minute_(end_minute) {}
  int begin_minute_;  // of the local day
  int end_minute_;
};

}  // namespace holdfast

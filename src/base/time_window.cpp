// SPDX-License-Identifier: Apache-2.0
// A window is turned into instants day by day (span), so that contains, next_open and next_close
// can't disagree on the nights on which the clock changes.
#include "base/time_window.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>

namespace holdfast {
namespace {

constexpr std::int64_t kNsPerS = 1'000'000'000;
constexpr std::int64_t kMinuteS = 60;
constexpr std::int64_t kHourS = 3600;
// A window can be empty on the day of a clock change, and whole days have been skipped (Samoa,
// 2011-12-30).
constexpr int kMaxDaysAhead = 5;

std::int64_t floor_s(Timestamp at) {
  return at.ns / kNsPerS - (at.ns % kNsPerS < 0 ? 1 : 0);
}

// Local time written as if it were UTC, in seconds: what a wall clock shows.
std::int64_t wall_s(std::int64_t at_s) {
  const auto at = static_cast<std::time_t>(at_s);
  std::tm local{};
  if (localtime_r(&at, &local) == nullptr) return at_s;
  return at_s + local.tm_gmtoff;
}

// The first instant at which the wall clock shows `wanted_s`; where it never does (a gap), the
// first instant after the gap.
std::int64_t instant_of_wall(std::int64_t wanted_s) {
  // Offsets lie between -12 and +14 hours, so the instant is between these two; no zone changes
  // twice in 28 hours.
  const std::int64_t before = wanted_s - 15 * kHourS;
  const std::int64_t after = wanted_s + 13 * kHourS;
  const std::int64_t with_old_offset = wanted_s - (wall_s(before) - before);
  if (wall_s(with_old_offset) == wanted_s) return with_old_offset;
  const std::int64_t with_new_offset = wanted_s - (wall_s(after) - after);
  if (wall_s(with_new_offset) == wanted_s) return with_new_offset;
  std::int64_t low = before;  // the offset changes in (low, high]
  std::int64_t high = after;
  const std::int64_t old_offset = wall_s(before) - before;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (wall_s(middle) - middle == old_offset ? low : high) = middle;
  }
  return high;
}

std::optional<int> parse_minute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

}  // namespace

Result<TimeWindow> TimeWindow::parse(std::string_view text) {
  std::optional<int> begin;
  std::optional<int> end;
  if (text.size() == 11 && text[5] == '-') {
    begin = parse_minute(text.substr(0, 5));
    end = parse_minute(text.substr(6));
  }
  if (!begin || !end || *begin == *end) {
    return Error(Code::invalid, "\"" + std::string(text.substr(0, 64)) +
                                    "\" is not a window of the day (\"02:00-06:00\"; across "
                                    "midnight \"22:00-04:00\")");
  }
  return TimeWindow(*begin, *end);
}

std::string TimeWindow::text() const {
  std::array<char, 64> out{};
  const int size = std::snprintf(out.data(), out.size(), "%02d:%02d-%02d:%02d", begin_minute_ / 60,
                                 begin_minute_ % 60, end_minute_ / 60, end_minute_ % 60);
  return {out.data(), static_cast<std::size_t>(size)};
}

TimeWindow::Span TimeWindow::span(Timestamp at, int day_offset) const {
  constexpr std::int64_t kDayS = 86400;
  const std::int64_t wall = wall_s(floor_s(at));
  const std::int64_t day = wall - (wall % kDayS + kDayS) % kDayS + day_offset * kDayS;
  const std::int64_t end_day = end_minute_ > begin_minute_ ? day : day + kDayS;
  return {{instant_of_wall(day + begin_minute_ * kMinuteS) * kNsPerS},
          {instant_of_wall(end_day + end_minute_ * kMinuteS) * kNsPerS}};
}

bool TimeWindow::contains(Timestamp at) const {
  return next_open(at) == at;
}

Timestamp TimeWindow::next_open(Timestamp at) const {
  for (int day = -1; day <= kMaxDaysAhead; ++day) {
    const Span open = span(at, day);
    if (open.begin >= open.end || open.end <= at) continue;
    return open.begin > at ? open.begin : at;
  }
  return at;  // not reached: no zone skips five days
}

Timestamp TimeWindow::next_close(Timestamp at) const {
  for (int day = -1; day <= kMaxDaysAhead; ++day) {
    const Span open = span(at, day);
    if (open.begin < open.end && open.end > at) return open.end;
  }
  return at;  // not reached, as above
}

}  // namespace holdfast

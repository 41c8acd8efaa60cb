// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <thread>

namespace holdfast {
namespace {

using std::chrono::nanoseconds;
constexpr std::int64_t kNsPerS = 1'000'000'000;
// What an int64 of nanoseconds can hold, in whole years.
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

// Reads fixed-width fields off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  bool at_end() const { return rest_.empty(); }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_[0]; }
  std::optional<int> digits(std::size_t width) {
    if (rest_.size() < width) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }
  // 1 to 9 digits after the point, as nanoseconds.
  std::optional<std::int64_t> fraction() {
    std::int64_t value = 0;
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      if (count == 9) return std::nullopt;
      value = value * 10 + (rest_[count] - '0');
      ++count;
    }
    if (count == 0) return std::nullopt;
    rest_.remove_prefix(count);
    for (std::size_t i = count; i < 9; ++i)
      value *= 10;
    return value;
  }

 private:
  std::string_view rest_;
};

struct DateTime {
  std::chrono::year_month_day date;
  std::int64_t second_of_day = 0;
  bool leap = false;
};

std::optional<DateTime> scan_date_time(Scanner& in) {
  const auto year = in.digits(4);
  if (!year || !in.take("-")) return std::nullopt;
  const auto month = in.digits(2);
  if (!month || !in.take("-")) return std::nullopt;
  const auto day = in.digits(2);
  if (!day || !in.take("Tt ")) return std::nullopt;
  const auto hour = in.digits(2);
  if (!hour || !in.take(":")) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || !in.take(":")) return std::nullopt;
  const auto second = in.digits(2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < kFirstYear || *year > kLastYear) return std::nullopt;
  return DateTime{date, *hour * 3600LL + *minute * 60LL + *second, *second == 60};
}

std::optional<std::int64_t> scan_offset_s(Scanner& in) {
  if (in.take("Zz")) return 0;
  const char sign = in.peek();
  if (!in.take("+-")) return std::nullopt;
  const auto hour = in.digits(2);
  if (!hour || !in.take(":")) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  const std::int64_t offset_s = *hour * 3600LL + *minute * 60LL;
  return sign == '-' ? -offset_s : offset_s;
}

std::optional<Timestamp> scan_rfc3339(std::string_view text) {
  Scanner in(text);
  const auto when = scan_date_time(in);
  if (!when) return std::nullopt;
  std::int64_t fraction_ns = 0;
  if (in.take(".")) {
    const auto fraction = in.fraction();
    if (!fraction) return std::nullopt;
    fraction_ns = *fraction;
  }
  const auto offset_s = scan_offset_s(in);
  if (!offset_s || !in.at_end()) return std::nullopt;
  const auto days = std::chrono::sys_days{when->date}.time_since_epoch().count();
  const std::int64_t second = days * std::int64_t{86400} + when->second_of_day - *offset_s;
  // Leap seconds are put in at the end of a UTC day and at no other time.
  if (when->leap && second % 86400 != 0) return std::nullopt;
  // An offset may lead out of the years.
  constexpr std::int64_t kDayS = 86400;
  const auto day =
      std::chrono::sys_days{std::chrono::days{(second - (second % kDayS + kDayS) % kDayS) / kDayS}};
  const auto year = static_cast<int>(std::chrono::year_month_day{day}.year());
  if (year < kFirstYear || year > kLastYear) return std::nullopt;
  return Timestamp{second * kNsPerS + (when->leap ? 0 : fraction_ns)};
}

struct Unit {
  std::int64_t ms;
  std::string_view name;
};
constexpr std::array kUnits = {Unit{86'400'000, "d"}, Unit{3'600'000, "h"}, Unit{60'000, "min"},
                               Unit{1000, "s"}, Unit{1, "ms"}};

// "1 h 30 min": in the largest unit that fits and the next `depth` - 1 below it, rounded down, without the zeros.
std::string in_units(std::int64_t ms, std::size_t depth) {
  std::string out;
  std::size_t first = 0;
  while (first + 1 < kUnits.size() && ms < kUnits[first].ms)
    ++first;
  const std::size_t end = std::min(kUnits.size(), first + depth);
  for (std::size_t i = first; i < end; ++i) {
    const std::int64_t count = ms / kUnits[i].ms;
    ms %= kUnits[i].ms;
    if (count == 0) continue;
    out += (out.empty() ? "" : " ") + std::to_string(count) + ' ' + std::string(kUnits[i].name);
  }
  return out.empty() ? "0 s" : out;
}

// A fraction of a second is nothing in an age for people.
std::int64_t whole_seconds_ms(nanoseconds age) {
  return std::max<std::int64_t>(age.count(), 0) / kNsPerS * 1000;
}

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<nanoseconds>(since).count()};
  }
  nanoseconds monotonic() const override {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<nanoseconds>(since);
  }
  void sleep_for(nanoseconds duration) override {
    if (duration > nanoseconds{0}) std::this_thread::sleep_for(duration);
  }
};

}  // namespace

std::string format_rfc3339(Timestamp at) {
  const std::chrono::sys_time<nanoseconds> point{nanoseconds{at.ns}};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  const auto us = std::chrono::floor<std::chrono::microseconds>(point - day).count();
  std::array<char, 48> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), static_cast<int>(us / 3'600'000'000),
                    static_cast<int>(us / 60'000'000 % 60), static_cast<int>(us / 1'000'000 % 60),
                    static_cast<int>(us % 1'000'000));
  return {text.data(), static_cast<std::size_t>(size)};
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  const auto at = scan_rfc3339(text);
  if (!at) {
    return Error(Code::invalid, "\"" + std::string(text.substr(0, 64)) +
                                    "\" is not a time as in RFC 3339 (\"2026-05-18T02:03:04Z\")");
  }
  return *at;
}

std::string format_age(nanoseconds age) {
  return in_units(whole_seconds_ms(age), 1);
}

std::string format_span(nanoseconds span) {
  return in_units(whole_seconds_ms(span), 2);
}

std::string format_age_over(nanoseconds age, nanoseconds limit) {
  // Limits are whole milliseconds: what is over one by less is told as one more.
  const std::int64_t age_ms = std::chrono::ceil<std::chrono::milliseconds>(age).count();
  const std::int64_t limit_ms = std::chrono::floor<std::chrono::milliseconds>(limit).count();
  std::size_t depth = 1;
  while (depth < kUnits.size() && in_units(age_ms, depth) == in_units(limit_ms, depth))
    ++depth;
  return in_units(age_ms, depth) + " old, more than " + in_units(limit_ms, kUnits.size());
}

Result<nanoseconds> parse_duration(std::string_view text) {
  const Error bad(Code::invalid, "\"" + std::string(text.substr(0, 64)) +
                                     "\" is not a duration (\"250ms\", \"90s\", \"5m\", \"12h\", "
                                     "\"30d\", \"2w\", at most 100 years)");
  constexpr std::int64_t kMaxNs = 36'525LL * 86400 * kNsPerS;
  std::size_t count = 0;
  std::int64_t value = 0;
  for (; count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
    if (value > kMaxNs / 10) return bad;
    value = value * 10 + (text[count] - '0');
  }
  const std::string_view unit = text.substr(count);
  std::int64_t unit_ns = 0;
  if (unit == "ms") unit_ns = kNsPerS / 1000;
  if (unit == "s") unit_ns = kNsPerS;
  if (unit == "m") unit_ns = kNsPerS * 60;
  if (unit == "h") unit_ns = kNsPerS * 3600;
  if (unit == "d") unit_ns = kNsPerS * 86400;
  if (unit == "w") unit_ns = kNsPerS * 86400 * 7;
  if (count == 0 || unit_ns == 0 || value > kMaxNs / unit_ns) return bad;
  return nanoseconds{value * unit_ns};
}

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

Timestamp ManualClock::now() const {
  return {now_ns_.load()};
}

nanoseconds ManualClock::monotonic() const {
  return nanoseconds{now_ns_.load()};
}

void ManualClock::sleep_for(nanoseconds duration) {
  if (duration > nanoseconds{0}) advance(duration);
}

void ManualClock::sleep_until(nanoseconds at) {
  std::int64_t now_ns = now_ns_.load();
  while (now_ns < at.count() && !now_ns_.compare_exchange_weak(now_ns, at.count())) {
  }
}

void ManualClock::advance(nanoseconds duration) {
  now_ns_.fetch_add(duration.count());
}

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "http/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace holdfast::http {
namespace {

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t kDateLength = 29;
constexpr std::int64_t kMostSeconds = 10 * 365 * 86'400LL;
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2261;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || at != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<unsigned> month_of(std::string_view name) {
  const auto* const found = std::find(kMonths.begin(), kMonths.end(), name);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

}  // namespace

std::string format_http_date(Timestamp at) {
  using namespace std::chrono;
  const sys_seconds time{floor<seconds>(nanoseconds(at.ns))};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays.at(weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != kDateLength || text.substr(3, 2) != ", " || text.substr(25) != " GMT")
    return std::nullopt;
  const auto day_number = number(text.substr(5, 2));
  const auto month_number = month_of(text.substr(8, 3));
  const auto year_number = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (!day_number || !month_number || !year_number || !hour || !minute || !second)
    return std::nullopt;
  const year_month_day date(year(*year_number), month(*month_number),
                            day(static_cast<unsigned>(*day_number)));
  const bool in_range = date.ok() && *year_number >= kFirstYear && *year_number <= kLastYear &&
                        *hour < 24 && *minute < 60 && *second <= 60;
  if (!in_range) return std::nullopt;
  const sys_seconds time = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
  const Timestamp at{duration_cast<nanoseconds>(time.time_since_epoch()).count()};
  if (*second < 60 && format_http_date(at) != text)
    return std::nullopt;  // separators and the name of the day
  return at;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, Timestamp now) {
  using namespace std::chrono;
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return std::nullopt;
  text = text.substr(from, text.find_last_not_of(" \t") - from + 1);
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t value = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return seconds(error == std::errc() ? std::min(value, kMostSeconds) : kMostSeconds);
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::max(ceil<milliseconds>(nanoseconds(date->ns - now.ns)), milliseconds(0));
}

}  // namespace holdfast::http

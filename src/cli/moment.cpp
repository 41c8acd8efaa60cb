// SPDX-License-Identifier: Apache-2.0
#include "cli/moment.h"

#include <string>

namespace holdfast::cli {
namespace {

constexpr std::size_t kDateSize = 10;  // "2026-05-18"

Error no_moment(std::string_view text) {
  return {Code::invalid, '"' + std::string(text.substr(0, 64)) + "\" is no time",
          "for example 24h, 30d, 2026-05-18 or 2026-05-18T02:00:00Z"};
}

bool begins_with_date(std::string_view text) {
  return text.size() >= kDateSize && text[4] == '-' && text[7] == '-';
}

}  // namespace

Result<Timestamp> parse_past(std::string_view text, Timestamp now) {
  if (begins_with_date(text)) {
    const auto at = parse_rfc3339(text.size() == kDateSize ? std::string(text) + "T00:00:00Z"
                                                           : std::string(text));
    if (!at) return no_moment(text);
    return *at;
  }
  const auto age = parse_duration(text);
  if (!age) return no_moment(text);
  return Timestamp{now.ns - age->count()};
}

Result<Timestamp> parse_future(std::string_view text, Timestamp now) {
  if (begins_with_date(text)) {
    const auto at = parse_rfc3339(text.size() == kDateSize ? std::string(text) + "T23:59:59Z"
                                                           : std::string(text));
    if (!at) return no_moment(text);
    return *at;
  }
  const auto duration = parse_duration(text);
  if (!duration) return no_moment(text);
  return Timestamp{now.ns + duration->count()};
}

}  // namespace holdfast::cli

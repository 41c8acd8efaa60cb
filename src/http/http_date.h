// SPDX-License-Identifier: Apache-2.0
// Dates of header fields (RFC 9110, 5.6.7) and Retry-After (10.2.3).
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace holdfast::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string format_http_date(Timestamp at);
/// The same form only (what RFC 9110 calls IMF-fixdate); nothing for any other text.
std::optional<Timestamp> parse_http_date(std::string_view text);
/// How long to wait from `now`, for seconds and for a date (the past is 0); nothing where the text is neither.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, Timestamp now);

}  // namespace holdfast::http

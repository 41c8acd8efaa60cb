// SPDX-License-Identifier: Apache-2.0
// The formats, each by its grammar, read by hand.
#include "json_schema/format.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "json_schema/document.h"
#include "json_schema/pattern.h"

namespace holdfast::json_schema {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// A number of just so many digits within bounds, taken from the text.
std::optional<int> take_number(std::string_view& text, std::size_t digits, int least, int most) {
  if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), is_digit))
    return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  if (value < least || value > most) return std::nullopt;
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text) {
  const auto year = take_number(text, 4, 0, 9999);
  if (!year || !take(text, '-')) return false;
  const auto month = take_number(text, 2, 1, 12);
  if (!month || !take(text, '-')) return false;
  constexpr std::array<int, 12> kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
  const int days = *month == 2 && !is_leap ? 28 : kDays[static_cast<std::size_t>(*month - 1)];
  return take_number(text, 2, 1, days).has_value();
}

/// The minutes that a time zone is ahead; nothing where there is none.
std::optional<int> take_zone(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return 0;
  const bool is_ahead = text.starts_with('+');
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_number(text, 2, 0, 23);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2, 0, 59);
  if (!minutes) return std::nullopt;
  return (is_ahead ? 1 : -1) * (*hours * 60 + *minutes);
}

// RFC 3339, 5.6: a leap second is the last one of a day in UTC.
bool take_time(std::string_view& text) {
  const auto hour = take_number(text, 2, 0, 23);
  if (!hour || !take(text, ':')) return false;
  const auto minute = take_number(text, 2, 0, 59);
  if (!minute || !take(text, ':')) return false;
  const auto second = take_number(text, 2, 0, 60);
  if (!second) return false;
  if (take(text, '.')) {
    const std::size_t run = std::min(text.find_first_not_of("0123456789"), text.size());
    if (run == 0) return false;
    text.remove_prefix(run);
  }
  const auto zone = take_zone(text);
  if (!zone) return false;
  constexpr int kDay = 24 * 60;
  const int in_utc = (*hour * 60 + *minute - *zone + 2 * kDay) % kDay;
  return *second < 60 || in_utc == kDay - 1;
}

bool is_date(std::string_view text) {
  return take_date(text) && text.empty();
}

bool is_time(std::string_view text) {
  return take_time(text) && text.empty();
}

bool is_date_time(std::string_view text) {
  return take_date(text) && (take(text, 'T') || take(text, 't')) && take_time(text) && text.empty();
}

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    const bool is_label =
        !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
        std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
    if (!is_label) return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

bool is_ipv4(std::string_view text) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && !take(text, '.')) return false;
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 3 || (digits > 1 && text[0] == '0')) return false;
    if (!take_number(text, digits, 0, 255)) return false;
  }
  return text.empty();
}

// RFC 4291, 2.2.
bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool is_short = text.starts_with("::");
  if (is_short) text.remove_prefix(2);
  while (!text.empty()) {
    if (is_ipv4(text)) return is_short ? groups <= 5 : groups == 6;
    const auto* const end = std::ranges::find_if_not(text, is_hex);
    const auto digits = static_cast<std::size_t>(end - text.begin());
    if (digits == 0 || digits > 4 || ++groups > 8) return false;
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (!take(text, ':') || text.empty()) return false;
    if (!text.starts_with(':')) continue;
    if (is_short) return false;
    is_short = true;
    text.remove_prefix(1);
  }
  return is_short ? groups <= 7 : groups == 8;
}

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const bool is_literal = domain.starts_with('[') && domain.ends_with(']') && domain.size() > 2;
  if (!is_literal && !is_hostname(domain)) return false;
  if (local.starts_with('"')) return local.size() > 1 && local.ends_with('"');
  static constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~.";
  const bool are_atoms = std::ranges::all_of(local, [](char c) {
    return is_letter(c) || is_digit(c) || kOthers.find(c) != std::string_view::npos;
  });
  return are_atoms && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos;
}

bool has_uri_characters(std::string_view text) {
  constexpr std::string_view kOthers = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_letter(text[i]) && !is_digit(text[i]) &&
               kOthers.find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  const std::size_t hash = text.find('#');
  return hash == std::string_view::npos || text.find('#', hash + 1) == std::string_view::npos;
}

bool is_uri(std::string_view text) {
  const std::size_t colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || colon == 0 || text[colon] != ':') return false;
  const std::string_view scheme = text.substr(0, colon);
  const bool is_scheme = is_letter(scheme[0]) && std::ranges::all_of(scheme, [](char c) {
                           return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
                         });
  return is_scheme && has_uri_characters(text);
}

bool is_uri_reference(std::string_view text) {
  const std::size_t colon = text.find_first_of(":/?#");
  const bool begins_with_scheme = colon != std::string_view::npos && text[colon] == ':';
  return begins_with_scheme ? is_uri(text) : has_uri_characters(text);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_regex(std::string_view text) {
  return Pattern::parse(text).ok();
}

bool is_json_pointer(std::string_view text) {
  return pointer_steps(text).has_value();
}

struct FormatRow {
  std::string_view name;
  bool (*has)(std::string_view);
};
constexpr std::array<FormatRow, 12> kFormats = {{{"date-time", is_date_time},
                                                 {"date", is_date},
                                                 {"time", is_time},
                                                 {"email", is_email},
                                                 {"hostname", is_hostname},
                                                 {"ipv4", is_ipv4},
                                                 {"ipv6", is_ipv6},
                                                 {"uri", is_uri},
                                                 {"uri-reference", is_uri_reference},
                                                 {"uuid", is_uuid},
                                                 {"regex", is_regex},
                                                 {"json-pointer", is_json_pointer}}};

}  // namespace

std::optional<bool> has_format(std::string_view format, std::string_view text) {
  const auto* found = std::ranges::find(kFormats, format, &FormatRow::name);
  if (found == kFormats.end()) return std::nullopt;
  return found->has(text);
}

}  // namespace holdfast::json_schema

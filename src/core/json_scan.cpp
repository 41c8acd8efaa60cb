// SPDX-License-Identifier: Apache-2.0
#include "core/json_scan.h"

#include <algorithm>
#include <charconv>

#include "core/plain_text.h"

namespace holdfast::core {
namespace {

constexpr std::size_t kHexDigits = 4;

constexpr unsigned kReplacement = 0xFFFD;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_high_surrogate(unsigned code) {
  return code >= 0xD800 && code <= 0xDBFF;
}
bool is_low_surrogate(unsigned code) {
  return code >= 0xDC00 && code <= 0xDFFF;
}

void append_utf8(std::string& out, unsigned code) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  const auto more = [&](unsigned shift) { byte(0x80U | (code >> shift & 0x3FU)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0U | code >> 6U);
  } else if (code < 0x10000) {
    byte(0xE0U | code >> 12U);
    more(6);
  } else {
    byte(0xF0U | code >> 18U);
    more(12);
    more(6);
  }
  more(0);
}

/// The four digits behind `\u`, at `at`.
unsigned hex4(std::string_view quoted, std::size_t at) {
  unsigned code = 0;
  std::from_chars(quoted.data() + at, quoted.data() + at + 4, code, 16);
  return code;
}

/// Reads the `\uXXXX` whose digits are at `at`, with its second half where it has one; how many bytes there were.
std::size_t append_escaped(std::string& out, std::string_view quoted, std::size_t at) {
  unsigned code = hex4(quoted, at);
  std::size_t taken = kHexDigits;
  const bool has_second = quoted.substr(at + kHexDigits).starts_with("\\u");
  if (is_high_surrogate(code) && has_second) {
    const unsigned low = hex4(quoted, at + 6);
    if (is_low_surrogate(low)) {
      code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
      taken = 10;
    }
  }
  append_utf8(out, is_high_surrogate(code) || is_low_surrogate(code) ? kReplacement : code);
  return taken;
}

}  // namespace

void JsonScan::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
    ++at_;
}

bool JsonScan::take(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool JsonScan::string() {
  if (!take('"')) return false;
  for (;;) {
    at_ += plain_size(text_.substr(at_));
    if (take('"')) return true;
    if (!take('\\') || !escape()) return false;
  }
}

bool JsonScan::value() {
  return value_at(0);
}

bool JsonScan::value_at(int depth) {
  skip_space();
  switch (peek()) {
    case '{':
      return depth < max_depth_ && object(depth);
    case '[':
      return depth < max_depth_ && array(depth);
    case '"':
      return string();
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return number();
  }
}

bool JsonScan::members(const std::function<bool(JsonSpan key, JsonSpan value)>& member) {
  if (!take('{')) return false;
  skip_space();
  if (take('}')) return true;
  do {
    skip_space();
    JsonSpan key{.begin = at_, .end = 0};
    if (!string()) return false;
    key.end = at_;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    JsonSpan value{.begin = at_, .end = 0};
    if (!value_at(1)) return false;
    value.end = at_;
    if (!member(key, value)) return false;
    skip_space();
  } while (take(','));
  return take('}');
}

bool JsonScan::word(std::string_view name) {
  if (text_.substr(at_, name.size()) != name) return false;
  at_ += name.size();
  return true;
}

bool JsonScan::digits() {
  if (!is_digit(peek())) return false;
  while (is_digit(peek()))
    ++at_;
  return true;
}

bool JsonScan::number() {
  if (numbers_ == JsonNumbers::python && (word("NaN") || word("Infinity") || word("-Infinity"))) {
    return true;
  }
  take('-');
  if (!take('0') && !digits()) return false;
  if (take('.') && !digits()) return false;
  if (!take('e') && !take('E')) return true;
  if (!take('+')) take('-');
  return digits();
}

bool JsonScan::escape() {
  if (at_end()) return false;
  const char c = text_[at_++];
  if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
  if (text_.size() - at_ < 4) return false;
  unsigned code = 0;
  const auto read = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
  at_ += 4;
  return read.ptr == text_.data() + at_;
}

bool JsonScan::array(int depth) {
  take('[');
  skip_space();
  if (take(']')) return true;
  do {
    if (!value_at(depth + 1)) return false;
    skip_space();
  } while (take(','));
  return take(']');
}

bool JsonScan::object(int depth) {
  take('{');
  skip_space();
  if (take('}')) return true;
  do {
    skip_space();
    if (!string()) return false;
    skip_space();
    if (!take(':') || !value_at(depth + 1)) return false;
    skip_space();
  } while (take(','));
  return take('}');
}

bool has_lone_surrogate(std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos) return false;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] != '\\') continue;
    if (quoted[++i] != 'u') continue;
    const unsigned code = hex4(quoted, i + 1);
    i += kHexDigits;
    if (is_low_surrogate(code)) return true;
    if (!is_high_surrogate(code)) continue;
    if (!quoted.substr(i + 1).starts_with("\\u") || !is_low_surrogate(hex4(quoted, i + 3)))
      return true;
    i += 2 + kHexDigits;
  }
  return false;
}

std::string json_unescaped(std::string_view quoted) {
  std::string out;
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kMeant = "\b\f\n\r\t";
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    const std::size_t plain = std::min(quoted.find('\\', i), quoted.size() - 1) - i;
    out.append(quoted, i, plain);
    i += plain;
    if (i + 1 == quoted.size()) break;
    const char c = quoted[++i];
    if (c == 'u') {
      i += append_escaped(out, quoted, i + 1);
      continue;
    }
    const auto found = kNames.find(c);
    out += found == std::string_view::npos ? c : kMeant[found];
  }
  return out;
}

}  // namespace holdfast::core

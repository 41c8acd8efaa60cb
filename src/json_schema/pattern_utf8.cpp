// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_utf8.h"

namespace holdfast::json_schema {
namespace {

struct Lead {
  std::size_t tail_count;
  std::uint32_t bits;
  std::uint32_t least;  // anything below is overlong
};

std::optional<Lead> lead_of(std::uint32_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return Lead{1, byte & 0x1FU, 0x80};
  if (byte >= 0xE0 && byte <= 0xEF) return Lead{2, byte & 0x0FU, 0x800};
  if (byte >= 0xF0 && byte <= 0xF4) return Lead{3, byte & 0x07U, 0x10000};
  return std::nullopt;
}

// The code point that begins at `at`, which moves behind it; nothing where it is wrong.
std::optional<std::uint32_t> beyond_ascii(std::string_view utf8, std::size_t& at) {
  const auto lead = lead_of(static_cast<unsigned char>(utf8[at]));
  if (!lead || utf8.size() - at <= lead->tail_count) return std::nullopt;
  std::uint32_t code_point = lead->bits;
  for (std::size_t i = 1; i <= lead->tail_count; ++i) {
    const std::uint32_t byte = static_cast<unsigned char>(utf8[at + i]);
    if ((byte & 0xC0U) != 0x80) return std::nullopt;
    code_point = (code_point << 6U) | (byte & 0x3FU);
  }
  if (code_point < lead->least || code_point > 0x10FFFF) return std::nullopt;
  if (code_point >= 0xD800 && code_point <= 0xDFFF) return std::nullopt;
  at += 1 + lead->tail_count;
  return code_point;
}

}  // namespace

std::optional<std::size_t> decode_utf8(std::string_view utf8, std::u32string& code_points) {
  code_points.resize(utf8.size());
  char32_t* out = code_points.data();
  for (std::size_t at = 0; at < utf8.size();) {
    const auto byte = static_cast<unsigned char>(utf8[at]);
    if (byte < 0x80) {
      *out++ = byte;
      ++at;
      continue;
    }
    const auto code_point = beyond_ascii(utf8, at);
    if (!code_point) return at;
    *out++ = *code_point;
  }
  code_points.resize(static_cast<std::size_t>(out - code_points.data()));
  return std::nullopt;
}

void append_utf8(std::string& text, std::uint32_t code_point) {
  const auto tail = [code_point](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
  };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += {static_cast<char>(0xC0U | (code_point >> 6U)), tail(0)};
  } else if (code_point < 0x10000) {
    text += {static_cast<char>(0xE0U | (code_point >> 12U)), tail(6), tail(0)};
  } else {
    text += {static_cast<char>(0xF0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
  }
}

std::string utf8_of(std::u32string_view code_points) {
  std::string text;
  text.reserve(code_points.size());
  for (const char32_t code_point : code_points)
    append_utf8(text, code_point);
  return text;
}

}  // namespace holdfast::json_schema

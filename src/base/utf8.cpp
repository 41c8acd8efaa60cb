// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <array>

namespace holdfast {
namespace {

char32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

}  // namespace

Utf8Character utf8_character_at(std::string_view text, std::size_t at) {
  const char32_t first = byte_at(text, at);
  if (first < 0x80) return {1, first};
  std::size_t size = 0;
  if (first >= 0xC2 && first <= 0xDF) size = 2;
  if (first >= 0xE0 && first <= 0xEF) size = 3;
  if (first >= 0xF0 && first <= 0xF4) size = 4;
  if (size == 0 || at + size > text.size()) return {};
  char32_t code_point = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const char32_t next = byte_at(text, at + i);
    if ((next & 0xC0U) != 0x80U) return {};
    code_point = (code_point << 6U) | (next & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kLeast[size] || is_surrogate || code_point > 0x10FFFF) return {};
  return {size, code_point};
}

std::size_t find_malformed_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = utf8_character_at(bytes, at).size_bytes;
    if (size == 0) return at;
    at += size;
  }
  return std::string_view::npos;
}

}  // namespace holdfast

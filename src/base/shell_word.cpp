// SPDX-License-Identifier: Apache-2.0
#include "base/shell_word.h"

#include <algorithm>

namespace holdfast {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:@%+,=").find(c) != std::string_view::npos;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || byte == 0xc2;  // 0xc2 begins the C1 controls of UTF-8
}

std::string hex_escape(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  const bool escapes = std::ranges::any_of(text, is_control);
  std::string out = escapes ? "$'" : "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (escapes && is_control(c)) {
      out += hex_escape(c);
      // Of a C1 control both bytes; and no digit that follows may be read as part of the escape.
      if (static_cast<unsigned char>(c) == 0xc2 && i + 1 < text.size())
        out += hex_escape(text[++i]);
    } else if (c == '\'') {
      out += escapes ? "\\'" : "'\\''";
    } else if (escapes && c == '\\') {
      out += "\\\\";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace holdfast

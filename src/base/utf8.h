// SPDX-License-Identifier: Apache-2.0
// UTF-8, well-formed as Unicode 15 says in table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF. For rooms below core,
// which validates long texts faster (core::is_utf8).
#pragma once
#include <cstddef>
#include <string_view>

namespace holdfast {

struct Utf8Character {
  std::size_t size_bytes = 0;  // 0: what stands there is none
  char32_t code_point = 0;
};

/// The character that begins at `at`, which is below the text's size.
Utf8Character utf8_character_at(std::string_view text, std::size_t at);
/// The first byte that is not part of well-formed UTF-8, or npos.
std::size_t find_malformed_utf8(std::string_view bytes);

}  // namespace holdfast

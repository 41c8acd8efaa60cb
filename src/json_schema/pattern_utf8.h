// SPDX-License-Identifier: Apache-2.0
// UTF-8 to code points and back, for patterns and the strings they are held against.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::json_schema {

/// Puts the code points of `utf8` into `code_points`, which is emptied first. Where the text is not UTF-8 (RFC 3629: overlong forms and
/// surrogates neither), the offset of the first wrong byte comes back.
std::optional<std::size_t> decode_utf8(std::string_view utf8, std::u32string& code_points);

/// Appends one code point; a surrogate becomes the three bytes that UTF-8 would have for it.
void append_utf8(std::string& text, std::uint32_t code_point);

/// The text of code points.
std::string utf8_of(std::u32string_view code_points);

}  // namespace holdfast::json_schema

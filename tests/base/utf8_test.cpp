// SPDX-License-Identifier: Apache-2.0
// UTF-8 as Unicode has it, at the edges of its table.
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Utf8, HasACodePointForEachWellFormedCharacter) {
  const std::string_view text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\x88";
  EXPECT_EQ(utf8_character_at(text, 0).code_point, U'a');
  EXPECT_EQ(utf8_character_at(text, 1).code_point, 0xE9U);
  EXPECT_EQ(utf8_character_at(text, 3).code_point, 0x20ACU);
  EXPECT_EQ(utf8_character_at(text, 6).code_point, 0x1F4C8U);
  EXPECT_EQ(utf8_character_at(text, 6).size_bytes, 4U);
  EXPECT_EQ(utf8_character_at(text, 2).size_bytes, 0U) << "the second half of one";
  EXPECT_EQ(find_malformed_utf8(text), std::string_view::npos);
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  EXPECT_EQ(find_malformed_utf8(""), std::string_view::npos);
  EXPECT_EQ(find_malformed_utf8("ab\xE9"), 2U);
  EXPECT_EQ(find_malformed_utf8("a\xC0\xAF"), 1U) << "overlong";
  EXPECT_EQ(find_malformed_utf8("\xE0\x80\xAF"), 0U) << "overlong";
  EXPECT_EQ(find_malformed_utf8("\xF0\x80\x80\xAF"), 0U) << "overlong";
  EXPECT_EQ(find_malformed_utf8("\xED\x9F\xBF"), std::string_view::npos);
  EXPECT_EQ(find_malformed_utf8("\xED\xA0\x80"), 0U) << "a surrogate";
  EXPECT_EQ(find_malformed_utf8("\xF4\x8F\xBF\xBF"), std::string_view::npos);
  EXPECT_EQ(find_malformed_utf8("\xF4\x90\x80\x80"), 0U) << "above U+10FFFF";
  EXPECT_EQ(find_malformed_utf8("a\xE2\x82"), 1U) << "cut off";
}

}  // namespace
}  // namespace holdfast

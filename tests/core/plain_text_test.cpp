// SPDX-License-Identifier: Apache-2.0
// Where a string of JSON stops being plain, byte by byte and eight at once.
#include "core/plain_text.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

std::size_t plain_size_byte_by_byte(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && text[at] != '"' && text[at] != '\\' &&
         static_cast<unsigned char>(text[at]) >= 0x20)
    ++at;
  return at;
}

TEST(PlainText, EndsAtEveryByteThatHasToBeEscapedAndAtNoOther) {
  for (int byte = 0; byte < 256; ++byte)
    for (std::size_t size = 1; size <= 20; ++size)
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        ASSERT_EQ(plain_size(text), plain_size_byte_by_byte(text)) << byte << " at " << at;
      }
}

TEST(PlainText, EndsAtTheFirstOfSeveral) {
  std::mt19937 random(20261130);
  constexpr std::string_view kBytes = "ab \"\\\x1f\x21\x5b\x5d\x7f\xc3\xa4\xff";
  for (int i = 0; i < 100'000; ++i) {
    std::string text(random() % 30, ' ');
    for (char& c : text)
      c = random() % 4 == 0 ? static_cast<char>(random() % 256) : kBytes[random() % kBytes.size()];
    ASSERT_EQ(plain_size(text), plain_size_byte_by_byte(text)) << text;
  }
}

}  // namespace
}  // namespace holdfast::core

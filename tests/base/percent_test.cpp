// SPDX-License-Identifier: Apache-2.0
// Percent-encoding: all that is written is read back, and nothing is guessed.
#include "base/percent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Percent, EncodesAllButUnreservedCharactersAndThoseToKeep) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a/b c:%"), "a%2Fb%20c%3A%25");
  EXPECT_EQ(percent_encoded("a/b c", "/"), "a/b%20c");
  EXPECT_EQ(percent_encoded(std::string_view("\0\xFF", 2)), "%00%FF");
}

TEST(Percent, ReadsBackEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte)
    all += static_cast<char>(byte);
  EXPECT_EQ(percent_decoded(percent_encoded(all)).value(), all);
  EXPECT_EQ(percent_decoded("%2fa+b%2F").value(), "/a+b/");
}

TEST(Percent, RefusesHalfAnEscape) {
  for (const char* text : {"%", "a%4", "%g0", "%0g", "%%41"})
    EXPECT_EQ(percent_decoded(text).error().code(), Code::invalid) << text;
}

}  // namespace
}  // namespace holdfast

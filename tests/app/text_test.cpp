// SPDX-License-Identifier: Apache-2.0
// Foreign text on terminals and in reports: widths, folding, and nothing harmful left.
#include "app/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/markdown.h"

namespace holdfast::app {
namespace {

using ::testing::ElementsAre;

TEST(Text, MakesControlCharactersAndBadBytesVisible) {
  EXPECT_EQ(printable("a\x1b[31mb\n\t\x7f"), "a%1B[31mb%0A%09%7F");
  EXPECT_EQ(printable("caf\xE9"), "caf%E9");
  EXPECT_EQ(printable("caf\xC3\xA9"), "café");
  EXPECT_EQ(printable("\xE2\x80\xAEgnp.exe"), "%E2%80%AEgnp.exe");  // right-to-left override
  EXPECT_EQ(printable(std::string_view("\0", 1)), "%00");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "%C2%9B31m");  // a C1 control that some terminals obey
}

TEST(Text, CountsColumnsAsTerminalsDo) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("äöü"), 3U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);
}

TEST(Text, ShortensInTheMiddleAndNeverBeyondTheWidth) {
  EXPECT_EQ(shortened("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(shortened("abcdefghij", 7), "abc…hij");
  for (std::size_t width = 0; width < 12; ++width)
    EXPECT_LE(display_width(shortened("日本語abcdefgh", width)), width);
}

TEST(Text, FoldsAtBlanksAndInsideLongWords) {
  EXPECT_THAT(folded("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(folded("abcdefghij", 4), ElementsAre("abcd", "efgh", "ij"));
  EXPECT_THAT(folded("at data/figures/one.png", 15), ElementsAre("at", "data/figures/", "one.png"));
  EXPECT_THAT(folded("/abcdef", 4), ElementsAre("/abc", "def"));
  EXPECT_THAT(folded("", 4), ElementsAre(""));
  EXPECT_THAT(folded("not valid: {\"a b\":\"c} d\",\"e\":[1, 2]}; so it is", 12),
              ElementsAre("not valid:", "{\"a b\":\"c} d\",\"e\":[1, 2]};", "so it is"));
  EXPECT_THAT(folded("[a, b] {c d", 6), ElementsAre("[a, b]", "{c d"));
  EXPECT_THAT(folded("日本", 1), ElementsAre("日", "本"));
}

TEST(Text, GroupsDigits) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(with_thousands(-1234), "-1,234");
  EXPECT_EQ(with_thousands(-123), "-123");
}

TEST(Text, KeepsATableWithinTheWidthByItsFlexibleColumn) {
  const TextTable table{{"NAME", "N"}, {{std::string(60, 'x'), "5"}, {"y", "123"}}, 0, {1}};
  const auto lines = lines_of(table, 40);
  for (const std::string& line : lines)
    EXPECT_LE(display_width(line), 40U);
  EXPECT_TRUE(lines.at(1).ends_with("    5"));
  EXPECT_TRUE(lines.at(2).ends_with("  123"));
}

TEST(Markdown, EscapesEverythingThatCouldBecomeMarkup) {
  EXPECT_EQ(markdown_text("a|b"), "a\\|b");
  EXPECT_EQ(markdown_text("<script>"), "&lt;script&gt;");
  EXPECT_EQ(markdown_text("[x](http://y)"), "\\[x\\]\\(http://y\\)");
  EXPECT_EQ(markdown_text("@team\n"), "&#64;team%0A");
  EXPECT_EQ(markdown_code("a`b"), "`` a`b ``");
  EXPECT_EQ(markdown_code("a|b"), "`a\\|b`");
}

}  // namespace
}  // namespace holdfast::app

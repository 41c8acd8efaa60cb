// SPDX-License-Identifier: Apache-2.0
// Lines with their places, over every boundary of what is read at once.
#include "base/line_reader.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

constexpr std::size_t kPiece = 256U << 10U;

std::vector<Line> lines_of(const std::string& path, std::size_t max_line_bytes,
                           std::vector<std::string>& texts) {
  LineReader reader(real_file_system(), path, max_line_bytes);
  std::vector<Line> out;
  for (;;) {
    const auto line = reader.next();
    if (!line) {
      ADD_FAILURE() << line.error().message();
      return out;
    }
    if (!*line) return out;
    texts.emplace_back((*line)->text);
    out.push_back(**line);
  }
}

TEST(LineReader, GivesEveryByteOfTheFileOnceWhateverItsShape) {
  const testing::TempFolder folder;
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("\n"), std::string("a\n\nb"),
        std::string(kPiece - 1, 'x') + "\n", std::string(kPiece, 'x') + "\n" + "tail\n",
        std::string(kPiece - 1, 'x') + "\n\n" + std::string(2 * kPiece, 'y') + "\nz"}) {
    folder.write("f", text);
    std::vector<std::string> texts;
    const auto lines = lines_of(folder.at("f"), 4 * kPiece, texts);
    std::string again;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(lines[i].offset, again.size());
      EXPECT_EQ(lines[i].size_bytes, texts[i].size() + (lines[i].has_line_feed ? 1 : 0));
      EXPECT_FALSE(lines[i].is_too_long);
      again += texts[i] + (lines[i].has_line_feed ? "\n" : "");
    }
    EXPECT_EQ(again, text);
  }
}

TEST(LineReader, SkipsTheRestOfALineThatIsTooLongAndGoesOnBehindIt) {
  const testing::TempFolder folder;
  constexpr std::size_t kLimit = 100;
  for (const std::size_t size : {kLimit, kLimit + 1, 3 * kLimit, kPiece, 3 * kPiece + 7}) {
    folder.write("f", "before\n" + std::string(size, 'x') + "\nbehind\n");
    std::vector<std::string> texts;
    const auto lines = lines_of(folder.at("f"), kLimit, texts);
    ASSERT_EQ(lines.size(), 3U) << size;
    EXPECT_EQ(lines[1].is_too_long, size > kLimit) << size;
    EXPECT_EQ(lines[1].offset, 7U);
    EXPECT_EQ(lines[1].size_bytes, size + 1) << size;
    EXPECT_EQ(texts[1], std::string(std::min(size, kLimit), 'x'));
    EXPECT_EQ(texts[2], "behind");
    EXPECT_EQ(lines[2].offset, 7 + size + 1) << size;
  }
}

TEST(LineReader, SaysWhatIsMissing) {
  LineReader reader(real_file_system(), "/nowhere/at/all", 10);
  const auto line = reader.next();
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code(), Code::not_found);
}

}  // namespace
}  // namespace holdfast

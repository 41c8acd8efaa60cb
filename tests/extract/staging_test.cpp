// SPDX-License-Identifier: Apache-2.0
// Staged rows as Python writes them, and every line that is none told with its place.
#include "extract/staging.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/second_program.h"
#include "tests/support/temp_folder.h"

namespace holdfast::extract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StagingTest : public ::testing::Test {
 protected:
  StagingReading read(std::string_view text) {
    folder_.write("rows.jsonl", text);
    return read_there();
  }
  StagingReading read_there() {
    keys_.clear();
    offsets_.clear();
    auto reading = read_staging(real_file_system(), folder_.at("rows.jsonl"), {"clip_name"},
                                [this](const StagedRow& row) -> Status {
                                  keys_.emplace_back(row.key);
                                  offsets_.push_back(row.offset);
                                  return {};
                                });
    EXPECT_TRUE(reading);
    return std::move(*reading);
  }
  testing::TempFolder folder_;
  std::vector<std::string> keys_;
  std::vector<std::uint64_t> offsets_;
};

TEST_F(StagingTest, TakesWhatPythonWrote) {
  const auto ended = testing::run_program(
      "python3 -c \"import json\nfor k in ['a.mp4','b \u00e9.mp4','\U0001f600']:\n  "
      "print(json.dumps({'mos': float('nan'), 'clip_name': k, 'x': [float('inf'), -float('inf')], "
      "'n': None}))\" > " +
      testing::shell_quoted(folder_.at("rows.jsonl")));
  ASSERT_EQ(ended.exit_code, 0);
  const auto reading = read_there();
  EXPECT_EQ(reading.row_count, 3U);
  EXPECT_THAT(keys_, ElementsAre("a.mp4", "b é.mp4", "😀"));
  EXPECT_TRUE(reading.bad_lines.empty());
}

TEST_F(StagingTest, TellsEveryLineThatIsNoRow) {
  const auto reading = read(
      "{\"clip_name\": \"a\"}\n{\"clip_name\": \"b\", \"mos\": 1.{\"clip_name\": \"c\"}\n\n"
      "{\"mos\": 1}\n{\"clip_name\": 7}\n{\"clip_name\": \"d\", \"clip_name\": \"e\"}\n[]\n"
      "{\"clip_name\": \"f\"}\r\n{\"clip_name\": \"g\", \"mo");
  EXPECT_THAT(keys_, ElementsAre("a", "f"));
  EXPECT_EQ(reading.row_count, 2U);
  std::vector<std::uint64_t> lines;
  for (const BadLine& bad : reading.bad_lines)
    lines.push_back(bad.line);
  EXPECT_THAT(lines, ElementsAre(2U, 4U, 5U, 6U, 7U, 9U));
  EXPECT_THAT(reading.bad_lines[0].why, HasSubstr("no JSON object"));
  EXPECT_EQ(reading.bad_lines[0].offset, 19U);
  EXPECT_THAT(reading.bad_lines[1].why, HasSubstr("no \"clip_name\""));
  EXPECT_THAT(reading.bad_lines.back().why, HasSubstr("torn"));
}

TEST_F(StagingTest, TellsBadLinesApartByAllOfTheirBytes) {
  const std::string same = "{\"clip_name\": " + std::string(100, 'x');
  for (const std::string& begin : {same, same + std::string(3 * kMaxLineBytes, 'x')}) {
    const std::string lines = begin + "a}\n" + begin + "b}\n" + begin + "a}\n" + begin + "b}";
    const auto reading = read(lines);
    ASSERT_EQ(reading.bad_lines.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_EQ(reading.bad_lines[i].sha256, core::sha256(begin + (i % 2 == 0 ? "a}" : "b}"))) << i;
    EXPECT_EQ(reading.bad_lines[0].beginning, reading.bad_lines[1].beginning);
  }
}

TEST_F(StagingTest, StopsWhereItsTakerDoes) {
  folder_.write("rows.jsonl", "{\"clip_name\": \"a\"}\n");
  const auto reading =
      read_staging(real_file_system(), folder_.at("rows.jsonl"), {"clip_name"},
                   [](const StagedRow&) -> Status { return Error(Code::io, "no more"); });
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().message(), "no more");
}

TEST_F(StagingTest, NoFileHasNoRows) {
  EXPECT_EQ(read_there().row_count, 0U);
}

}  // namespace
}  // namespace holdfast::extract

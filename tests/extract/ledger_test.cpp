// SPDX-License-Identifier: Apache-2.0
// Ledgers of both formats, whole and broken.
#include "extract/ledger.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace holdfast::extract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LedgerTest : public ::testing::Test {
 protected:
  Ledger read(std::string_view text) {
    folder_.write("out.done", text);
    auto ledger = read_ledger(real_file_system(), folder_.at("out.done"));
    EXPECT_TRUE(ledger);
    return std::move(*ledger);
  }
  static std::vector<std::string> keys(const Ledger& ledger) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < ledger.keys.size(); ++i)
      out.emplace_back(ledger.keys.at(i));
    return out;
  }
  testing::TempFolder folder_;
};

TEST_F(LedgerTest, OfBareNamesIsReadAsTheOriginalWritesIt) {
  const auto ledger = read("a.mp4\nb c.mp4\n\na.mp4\r\n");
  EXPECT_EQ(ledger.format, LedgerFormat::bare);
  EXPECT_THAT(keys(ledger), ElementsAre("a.mp4", "b c.mp4"));
  EXPECT_THAT(ledger.repeated, ElementsAre("a.mp4"));
  EXPECT_TRUE(ledger.bad_lines.empty());
  EXPECT_EQ(ledger.size_bytes, 22U);
}

TEST_F(LedgerTest, OfJsonLinesKeepsTheDigests) {
  const core::Sha256Digest digest = core::sha256("row");
  const auto ledger = read(ledger_line(LedgerFormat::json, "a\"\n.mp4", digest) + "\n" +
                           "{\"clip_name\": \"b.mp4\", \"at\": 3}\n");
  EXPECT_EQ(ledger.format, LedgerFormat::json);
  EXPECT_THAT(keys(ledger), ElementsAre("a\"\n.mp4", "b.mp4"));
  ASSERT_EQ(ledger.row_digests.size(), 2U);
  EXPECT_EQ(ledger.row_digests[0], digest);
  EXPECT_EQ(ledger.row_digests[1], core::Sha256Digest{});
}

TEST_F(LedgerTest, ATornTailClaimsNothing) {
  const auto ledger = read("a.mp4\nb.m");
  EXPECT_THAT(keys(ledger), ElementsAre("a.mp4"));
  ASSERT_EQ(ledger.bad_lines.size(), 1U);
  EXPECT_EQ(ledger.bad_lines[0].line, 2U);
  EXPECT_EQ(ledger.bad_lines[0].offset, 6U);
  EXPECT_THAT(ledger.bad_lines[0].why, HasSubstr("torn"));
  const std::string zeros("a.mp4\n\0\0\0\nb.mp4\n", 16);
  EXPECT_THAT(keys(read(zeros)), ElementsAre("a.mp4", "b.mp4"));
}

TEST_F(LedgerTest, AJsonLedgerTakesNoLineThatIsNoEntry) {
  const auto ledger = read(
      "{\"key\":\"a\"}\nb.mp4\n{\"key\":1}\n{\"key\":\"\"}\n{\"key\":\"x\",\"key\":\"y\"}\n"
      "{\"key\":\"c\",\"row_sha256\":\"short\"}\n{\"key\":\"d\"}\n");
  EXPECT_THAT(keys(ledger), ElementsAre("a", "d"));
  EXPECT_EQ(ledger.bad_lines.size(), 5U);
  EXPECT_EQ(ledger.bad_lines[0].line, 2U);
}

TEST_F(LedgerTest, TellsBadLinesApartByAllOfTheirBytes) {
  const std::string same = "{\"key\": " + std::string(100, 'x');
  for (const std::string& begin : {same, same + std::string(3 * kMaxLineBytes, 'x')}) {
    const auto ledger = read("{\"key\":\"a\"}\n" + begin + "a}\n" + begin + "b}\n" + begin + "b}");
    ASSERT_EQ(ledger.bad_lines.size(), 3U);
    EXPECT_EQ(ledger.bad_lines[0].sha256, core::sha256(begin + "a}"));
    EXPECT_EQ(ledger.bad_lines[1].sha256, core::sha256(begin + "b}"));
    EXPECT_EQ(ledger.bad_lines[2].sha256, core::sha256(begin + "b}"));
    EXPECT_EQ(ledger.bad_lines[0].beginning, ledger.bad_lines[1].beginning);
  }
}

TEST_F(LedgerTest, NoFileIsAnEmptyLedger) {
  const auto ledger = read_ledger(real_file_system(), folder_.at("none.done"));
  ASSERT_TRUE(ledger);
  EXPECT_TRUE(ledger->keys.empty());
  EXPECT_TRUE(read("").keys.empty());
}

TEST_F(LedgerTest, ABareLedgerSaysWhichKeysItCantHold) {
  EXPECT_FALSE(bare_key_problem("a b.mp4"));
  EXPECT_FALSE(bare_key_problem("{not json"));
  for (const std::string& key : {std::string(), std::string("a\nb"), std::string("a\r"),
                                 std::string("\0", 1), std::string("{\"key\":\"a\"}")})
    EXPECT_TRUE(bare_key_problem(key)) << key;
}

}  // namespace
}  // namespace holdfast::extract

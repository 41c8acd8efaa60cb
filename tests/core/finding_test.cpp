// SPDX-License-Identifier: Apache-2.0
// The names of verdicts and levels.
#include "core/finding.h"

#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

TEST(Finding, NamesAndReadsEveryVerdict) {
  for (const Verdict verdict : {Verdict::in_step, Verdict::drifted, Verdict::missing,
                                Verdict::unrecorded, Verdict::unknown}) {
    EXPECT_EQ(parse_verdict(verdict_name(verdict)), verdict);
  }
  EXPECT_EQ(verdict_name(Verdict::in_step), "in_step");
  EXPECT_EQ(parse_verdict("In_Step"), std::nullopt);
  EXPECT_EQ(parse_verdict(""), std::nullopt);
}

TEST(Finding, NamesAndReadsEveryLevel) {
  for (const Level level : {Level::note, Level::warning, Level::error})
    EXPECT_EQ(parse_level(level_name(level)), level);
  EXPECT_EQ(level_name(Level::warning), "warning");
  EXPECT_EQ(parse_level("warn"), std::nullopt);
}

TEST(Finding, OfAnotherDifferenceHasAnotherText) {
  EXPECT_EQ(difference_text({"a:b", "r", "ab", "c"}), "3:a:b1:r2:ab1:c");
  EXPECT_NE(difference_text({"a:b", "r", "ab", "c"}), difference_text({"a:b", "r", "a", "bc"}));
  Finding finding;
  finding.subject = {"a", "b"};
  finding.rule = "r";
  finding.recorded = "ab";
  finding.observed = "c";
  finding.message = "one";
  const std::string text = difference_text(finding);
  finding.message = "another";
  EXPECT_EQ(difference_text(finding), text);
  EXPECT_EQ(text, difference_text({"a:b", "r", "ab", "c"}));
}

}  // namespace
}  // namespace holdfast::core

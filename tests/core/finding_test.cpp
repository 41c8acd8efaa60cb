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

}  // namespace
}  // namespace holdfast::core

// SPDX-License-Identifier: Apache-2.0
// What a backfill says to people: inside the terminal, and each thing once.
#include "cli/backfill_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/text.h"
#include "artifacts/rules.h"

namespace holdfast::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

artifacts::BackfillCounts some(std::int64_t each) {
  artifacts::BackfillCounts counts;
  counts.scanned = 6 * each;
  counts.updated = counts.unchanged = counts.skipped_no_file = each;
  counts.unstable = counts.refused = counts.failed = counts.drifted = each;
  return counts;
}

artifacts::BackfillSummary full(std::int64_t each) {
  artifacts::BackfillSummary summary;
  summary.source = "mine";
  summary.outcome = "done";
  summary.rows_total = 6 * each;
  summary.total = summary.by_type["paper_figure"] = some(each);
  return summary;
}

core::Finding finding_of(std::string_view rule) {
  core::Finding finding;
  finding.rule = rule;
  finding.level = core::Level::error;
  finding.message = "said once";
  if (rule != artifacts::kMissing) finding.observed = std::string(64, 'a');
  return finding;
}

TEST(BackfillOutput, LeavesOutColumnsOfZeros) {
  artifacts::BackfillSummary summary = full(0);
  summary.rows_total = summary.total.scanned = summary.total.updated = 2042;
  const std::string text = backfill_text(summary, 80);
  EXPECT_THAT(text, HasSubstr("type          scanned  updated  hashed\n"));
  EXPECT_THAT(text, HasSubstr("2,042 of 2,042 rows scanned"));
  EXPECT_THAT(text, Not(HasSubstr("refused")));
}

TEST(BackfillOutput, IsSentencesWhereTheTableIsWiderThanTheTerminal) {
  EXPECT_THAT(backfill_text(full(1'000'000), 60),
              HasSubstr("paper_figure: 6,000,000 scanned, 1,000,000 updated, 1,000,000 unchanged"));
  EXPECT_THAT(backfill_text(full(1'000'000), 200), HasSubstr("type            scanned"));
}

TEST(BackfillOutput, DoesNotTellAgainWhatTheLogTold) {
  artifacts::BackfillSummary summary = full(1);
  for (int i = 0; i < 30; ++i)
    summary.add_problem(finding_of(artifacts::kModified));
  summary.add_problem(finding_of(artifacts::kMissing));
  core::Finding no_object = finding_of(artifacts::kInvalidRecord);
  no_object.observed = "not an object";
  summary.add_problem(no_object);
  EXPECT_EQ(backfill_problems(summary),
            "error: said once [artifact.missing]\nerror: said once [artifact.invalid_record]\n");
  summary.mode = "dry_run";
  EXPECT_THAT(backfill_problems(summary), HasSubstr("artifact.modified"));
  EXPECT_THAT(backfill_problems(summary), HasSubstr("… and 12 more"));
}

}  // namespace
}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
// A finding in its report as JSON: every member is there, and what there is not is null.
#include "core/report_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

using ::testing::HasSubstr;

SubjectReport modified() {
  SubjectReport report;
  report.subject = {"artifact", "atlas/one"};
  report.verdict = Verdict::drifted;
  Finding finding;
  finding.subject = report.subject;
  finding.rule = "artifact.modified";
  finding.level = Level::error;
  finding.file = "data/one.png";
  report.findings.push_back(finding);
  return report;
}

TEST(ReportJson, NamesTheFileOfAFinding) {
  const SubjectReport report = modified();
  const auto text = finding_json(report, report.findings.front());
  ASSERT_TRUE(text.ok());
  EXPECT_THAT(*text, HasSubstr(R"("file":"data/one.png")"));
  EXPECT_THAT(*text, HasSubstr(R"("subject":"artifact:atlas/one")"));
  EXPECT_THAT(*text, HasSubstr(R"("verdict":"drifted")"));
}

TEST(ReportJson, HasNullWhereThereIsNoFile) {
  SubjectReport report = modified();
  report.findings.front().file.clear();
  const auto text = finding_json(report, report.findings.front());
  ASSERT_TRUE(text.ok());
  EXPECT_THAT(*text, HasSubstr(R"("file":null)"));
  EXPECT_THAT(*text, HasSubstr(R"("proved_at":null)"));
}

}  // namespace
}  // namespace holdfast::core

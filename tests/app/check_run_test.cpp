// SPDX-License-Identifier: Apache-2.0
// A run of checks: what makes it pass, fail and incomplete, what a waiver changes, and that its memory is flat.
#include "app/check_run.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "app/report.h"
#include "catalog/check_runs.h"
#include "catalog/migrations.h"
#include "catalog/waivers.h"
#include "tests/support/temp_folder.h"

namespace holdfast::app {
namespace {

using core::Level;
using core::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Timestamp kNow{1'779'069'784LL * 1'000'000'000};
constexpr std::chrono::hours kDay{24};

core::SubjectReport in_step(const std::string& name, std::optional<Timestamp> proved_at = kNow) {
  core::SubjectReport report;
  report.subject = {"artifact", "atlas/" + name};
  report.verdict = Verdict::in_step;
  report.observed_at = kNow;
  report.proved_at = proved_at;
  report.basis = "bytes";
  return report;
}

core::SubjectReport with_finding(const std::string& name, Verdict verdict, Level level,
                                 const std::string& observed = "bb") {
  core::SubjectReport report = in_step(name, std::nullopt);
  report.verdict = verdict;
  core::Finding finding;
  finding.subject = report.subject;
  finding.rule = "artifact.modified";
  finding.level = level;
  finding.recorded = "aa";
  finding.observed = observed;
  finding.message = report.subject.text() + ": differs";
  report.findings.push_back(std::move(finding));
  return report;
}

using Body = std::function<Result<core::CheckCounts>(core::CheckSink&)>;

class FakeCheck final : public core::Check {
 public:
  explicit FakeCheck(Body body) : body_(std::move(body)) {}
  std::string name() const override { return "artifacts.atlas"; }
  std::string_view domain() const override { return "artifacts"; }
  Result<core::CheckCounts> run(const core::CheckOptions& /*options*/,
                                core::CheckSink& sink) override {
    return body_(sink);
  }

 private:
  Body body_;
};

class CheckRunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = catalog::Catalog::open_any_version("sqlite:" + folder_.at("catalog.db"), clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    catalog_.emplace(std::move(opened).value());
    ASSERT_TRUE(catalog::migrate_up(*catalog_).ok());
    workspace_.name = "test";
    workspace_.folder = folder_.path();
    workspace_.actor = "ada@host";
  }

  CheckOutcome run(Body body, std::optional<std::chrono::nanoseconds> max_age = {}) {
    std::vector<ConfiguredCheck> checks;
    checks.push_back({std::make_unique<FakeCheck>(std::move(body)), max_age});
    auto outcome = run_checks(std::move(checks), workspace_, *catalog_, options_);
    EXPECT_TRUE(outcome.ok()) << outcome.error().message();
    return outcome ? std::move(outcome).value() : CheckOutcome{};
  }

  /// A check that reports these and counts honestly.
  CheckOutcome run_reports(const std::vector<core::SubjectReport>& reports,
                           std::optional<std::chrono::nanoseconds> max_age = {}) {
    return run(
        [&](core::CheckSink& sink) -> Result<core::CheckCounts> {
          core::CheckCounts counts;
          for (const core::SubjectReport& report : reports) {
            ++counts.planned;
            ++(report.verdict == Verdict::unknown ? counts.unreadable : counts.evaluated);
            TRY(sink.report(report));
          }
          return counts;
        },
        max_age);
  }

  void waive(const core::Finding& finding) {
    const Timestamp until{clock_.now().ns + std::chrono::nanoseconds(kDay).count()};
    const auto granted =
        catalog::grant_waivers(*catalog_, {&finding, 1}, {"ada", "agreed", until}, "ada@host");
    ASSERT_TRUE(granted.ok()) << granted.error().message();
  }

  testing::TempFolder folder_;
  ManualClock clock_{kNow};
  std::optional<catalog::Catalog> catalog_;
  Workspace workspace_;
  CheckRunOptions options_;
};

TEST_F(CheckRunTest, PassesWhenEverythingPlannedIsInStep) {
  const CheckOutcome outcome = run_reports({in_step("a"), in_step("b")});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.checks.at(0).by_verdict.at(0), 2);
}

TEST_F(CheckRunTest, TellsTheFindingsThatFailAmongAllSubjectsAndTheOthersApart) {
  const auto error = with_finding("a", Verdict::drifted, Level::error);
  EXPECT_EQ(conclusion_sentence(run_reports({error})), "1 finding among 1 subject (exit 1)");
  EXPECT_EQ(conclusion_sentence(run_reports(
                {error, with_finding("b", Verdict::drifted, Level::note), in_step("c")})),
            "1 finding among 3 subjects, 1 finding below warning (exit 1)");
}

TEST_F(CheckRunTest, FailsOnAFindingOfTheLevelAskedForAndNotBelow) {
  EXPECT_EQ(run_reports({with_finding("a", Verdict::drifted, Level::error)}).exit_code, 1);
  EXPECT_EQ(run_reports({with_finding("a", Verdict::drifted, Level::warning)}).exit_code, 1);
  EXPECT_EQ(
      run_reports({in_step("b"), with_finding("a", Verdict::unrecorded, Level::note)}).exit_code,
      0);
  options_.fail_on = Level::error;
  EXPECT_EQ(run_reports({with_finding("a", Verdict::drifted, Level::warning)}).exit_code, 0);
  options_.fail_on = Level::note;
  EXPECT_EQ(run_reports({with_finding("a", Verdict::unrecorded, Level::note)}).exit_code, 1);
}

TEST_F(CheckRunTest, IsIncompleteWhenThereIsNoCheckAtAll) {
  const auto outcome = run_checks({}, workspace_, *catalog_, options_);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->exit_code, 3);
  EXPECT_FALSE(outcome->complete);
  EXPECT_THAT(outcome->gaps, ElementsAre(HasSubstr("nothing to check")));
}

TEST_F(CheckRunTest, IsIncompleteByAGapThatWasKnownBefore) {
  options_.gaps = {"extract: holdfast.toml has no [extract.*] section"};
  options_.fail_open = true;
  const CheckOutcome outcome = run_reports({in_step("a")});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_FALSE(outcome.complete);
  EXPECT_EQ(outcome.gaps, options_.gaps);
  EXPECT_TRUE(outcome.checks.at(0).complete());
}

TEST_F(CheckRunTest, IsIncompleteWhenNothingWasEvaluated) {
  EXPECT_EQ(run_reports({}).exit_code, 3);
}

TEST_F(CheckRunTest, IsIncompleteWhenASubjectCouldNotBeLookedAt) {
  core::SubjectReport unknown = in_step("gone", std::nullopt);
  unknown.verdict = Verdict::unknown;
  const CheckOutcome outcome = run_reports({in_step("a"), unknown});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.checks.at(0).gaps, ElementsAre("1 subject is not known to be in step"));
}

TEST_F(CheckRunTest, IsIncompleteWhenPlannedSubjectsWereNeverReported) {
  const CheckOutcome outcome = run([](core::CheckSink& sink) -> Result<core::CheckCounts> {
    TRY(sink.report(in_step("a")));
    core::CheckCounts counts;
    counts.planned = 3;
    counts.evaluated = 1;
    return counts;
  });
  EXPECT_EQ(outcome.exit_code, 3);
}

TEST_F(CheckRunTest, IsIncompleteWhenACheckCouldNotBeDoneAndSaysWhy) {
  const CheckOutcome outcome = run([](core::CheckSink&) -> Result<core::CheckCounts> {
    return Error(Code::unavailable, "no database", "start it");
  });
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.checks.at(0).gaps, ElementsAre(HasSubstr("no database")));
  EXPECT_THAT(report_table(outcome, {}), HasSubstr("start it"));
  const auto runs = catalog::list_check_runs(*catalog_, 10);
  ASSERT_TRUE(runs.ok());
  EXPECT_EQ(runs->at(0).outcome, "failed");
}

TEST_F(CheckRunTest, LetsAFindingBeatIncompleteness) {
  core::SubjectReport unknown = in_step("gone", std::nullopt);
  unknown.verdict = Verdict::unknown;
  const CheckOutcome outcome =
      run_reports({unknown, with_finding("a", Verdict::drifted, Level::error)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_FALSE(outcome.complete);
}

TEST_F(CheckRunTest, FailOpenTurnsIncompletenessIntoZeroAndNothingElse) {
  options_.fail_open = true;
  core::SubjectReport unknown = in_step("gone", std::nullopt);
  unknown.verdict = Verdict::unknown;
  const CheckOutcome incomplete = run_reports({in_step("a"), unknown});
  EXPECT_EQ(incomplete.exit_code, 0);
  EXPECT_FALSE(incomplete.complete);
  EXPECT_THAT(report_json(incomplete), HasSubstr("\"complete\": false"));
  EXPECT_EQ(run_reports({unknown, with_finding("a", Verdict::drifted, Level::error)}).exit_code, 1);
}

TEST_F(CheckRunTest, FailOpenForgivesNothingWhereThereWasNothingToLookAt) {
  options_.fail_open = true;
  const CheckOutcome empty = run_reports({});
  EXPECT_EQ(empty.exit_code, 3);
  EXPECT_THAT(report_github(empty), HasSubstr("::error"));
  core::SubjectReport unknown = in_step("gone", std::nullopt);
  unknown.verdict = Verdict::unknown;
  EXPECT_EQ(run_reports({unknown}).exit_code, 0) << "it was tried";
  const CheckOutcome absent = run([](core::CheckSink&) -> Result<core::CheckCounts> {
    return Error(Code::unavailable, "no database");
  });
  EXPECT_EQ(absent.exit_code, 3) << "nobody knows what there is";
}

TEST_F(CheckRunTest, FailOpenForgivesNoFaultOfOurOwn) {
  options_.fail_open = true;
  const auto reported_then = [&](const std::function<Error()>& fails) {
    return run([&](core::CheckSink& sink) -> Result<core::CheckCounts> {
      TRY(sink.report(in_step("a")));
      return fails();
    });
  };
  EXPECT_EQ(reported_then([] { return Error(Code::unavailable, "gone"); }).exit_code, 0);
  EXPECT_EQ(reported_then([] { return Error(Code::internal, "a mistake"); }).exit_code, 2);
  const CheckOutcome failed = reported_then(
      [&] { return catalog_->connection().script("select * from no_such_table").error(); });
  EXPECT_EQ(failed.exit_code, 5);
  EXPECT_THAT(conclusion_sentence(failed), HasSubstr("(exit 5)"));
}

TEST_F(CheckRunTest, IsIncompleteWhenAProofIsOlderThanAskedFor) {
  const Timestamp old{kNow.ns - std::chrono::nanoseconds(40 * kDay).count()};
  EXPECT_EQ(run_reports({in_step("a", old)}).exit_code, 0);
  const CheckOutcome configured = run_reports({in_step("a", old)}, 30 * kDay);
  EXPECT_EQ(configured.exit_code, 3);
  EXPECT_THAT(configured.checks.at(0).gaps,
              ElementsAre("the oldest proof is 40 d old, more than 30 d"));
  EXPECT_EQ(run_reports({in_step("a", old)}, 50 * kDay).exit_code, 0);
  options_.max_age = 30 * kDay;  // a flag beats the configuration
  EXPECT_EQ(run_reports({in_step("a", old)}, 50 * kDay).exit_code, 3);
}

TEST_F(CheckRunTest, IsIncompleteWhenASubjectWasNeverProvedAndAnAgeIsAskedFor) {
  EXPECT_EQ(run_reports({in_step("a", std::nullopt)}).exit_code, 0);
  EXPECT_EQ(run_reports({in_step("a", std::nullopt)}, 30 * kDay).exit_code, 3);
}

TEST_F(CheckRunTest, TakesTheProofOfASubjectOutOfStepAsAProof) {
  const Timestamp old{kNow.ns - std::chrono::nanoseconds(40 * kDay).count()};
  core::SubjectReport missing = with_finding("gone", Verdict::missing, Level::error);
  missing.proved_at = old;
  const CheckOutcome outcome = run_reports({in_step("a"), missing}, 30 * kDay);
  EXPECT_EQ(outcome.checks.at(0).oldest_proof, old);
  EXPECT_THAT(counts_sentence(outcome.checks.at(0)), HasSubstr("oldest proof 40 d"));
  EXPECT_THAT(outcome.checks.at(0).gaps,
              ElementsAre("the oldest proof is 40 d old, more than 30 d"));
  EXPECT_EQ(
      run_reports({with_finding("b", Verdict::drifted, Level::error)}).checks.at(0).unproved_count,
      1);
}

TEST_F(CheckRunTest, CountsWhatIsUnknownAndWasNeverProvedAsUnproved) {
  const core::SubjectReport open = with_finding("a", Verdict::unknown, Level::note);
  EXPECT_EQ(run_reports({open}).checks.at(0).unproved_count, 1);
  EXPECT_EQ(run_reports({with_finding("b", Verdict::unrecorded, Level::note)})
                .checks.at(0)
                .unproved_count,
            0)
      << "nothing is recorded that could be proved";
  waive(open.findings.front());
  EXPECT_EQ(run_reports({open}).checks.at(0).unproved_count, 0);
}

TEST_F(CheckRunTest, NeverCallsInStepWhatIsNot) {
  const CheckOutcome outcome = run_reports(
      {in_step("a"), in_step("b"), with_finding("c", Verdict::unrecorded, Level::note)});
  EXPECT_EQ(conclusion_sentence(outcome),
            "2 in step, 1 unrecorded, 1 finding below warning (exit 0)");
  const core::SubjectReport drifted = with_finding("d", Verdict::drifted, Level::error);
  run_reports({drifted});
  waive(drifted.findings.front());
  EXPECT_EQ(conclusion_sentence(run_reports({in_step("a"), drifted})),
            "1 in step, 1 drifted, 1 finding waived (exit 0)");
  EXPECT_THAT(report_markdown(run_reports({in_step("a"), drifted})),
              HasSubstr("**1 in step, 1 drifted, 1 finding waived \\(exit 0\\)**"));
}

TEST_F(CheckRunTest, ListsErrorsFirstThenWarningsNotesAndInStep) {
  const CheckOutcome outcome = run_reports({
      in_step("a"),
      with_finding("b", Verdict::unrecorded, Level::note),
      with_finding("z", Verdict::drifted, Level::error),
      with_finding("c", Verdict::drifted, Level::warning),
      with_finding("y", Verdict::missing, Level::error),
  });
  std::vector<std::string> names;
  for (const ShownSubject& shown : outcome.checks.at(0).subjects)
    names.push_back(shown.report.subject.text());
  EXPECT_THAT(names, ElementsAre("artifact:atlas/y", "artifact:atlas/z", "artifact:atlas/c",
                                 "artifact:atlas/b", "artifact:atlas/a"));
}

TEST_F(CheckRunTest, FoldsEqualNotesInTheTableOnly) {
  std::vector<core::SubjectReport> reports{in_step("a")};
  for (int i = 10; i < 23; ++i) {
    reports.push_back(
        with_finding(std::to_string(i) + ".csv", Verdict::unrecorded, Level::note, ""));
    reports.back().findings.front().hint = "do this";
  }
  const CheckOutcome outcome = run_reports(reports);
  const std::string table = report_table(outcome, {.width = 200, .colour = false});
  EXPECT_THAT(table, HasSubstr("13 subjects: artifact:atlas/10.csv, artifact:atlas/11.csv, "
                               "artifact:atlas/12.csv, … and 10 more"));
  EXPECT_THAT(table, ::testing::Not(HasSubstr("13.csv")));
  EXPECT_THAT(report_json(outcome), HasSubstr("artifact:atlas/22.csv"));
  EXPECT_THAT(report_markdown(outcome), HasSubstr("22.csv"));
}

TEST_F(CheckRunTest, ShowsFiveOfManyThatSayTheLikeInTheTableOnly) {
  std::vector<core::SubjectReport> reports;
  const auto add = [&](int from, int to, const std::string& way_out) {
    for (int i = from; i < to; ++i) {
      const std::string name = "nb-" + std::to_string(i);
      reports.push_back(with_finding(name, Verdict::missing, Level::error));
      reports.back().findings.front().hint = way_out + " --only=" + name;
    }
  };
  add(10, 22, "forget");
  reports.push_back(with_finding("nb-105", Verdict::drifted, Level::error));  // stands between them
  add(30, 40, "restore");
  const CheckOutcome outcome = run_reports(reports);
  const std::string table = report_table(outcome, {.width = 100, .colour = false});
  for (const char* shown : {"nb-10 ", "nb-105 ", "nb-11 ", "forget --only=nb-14\n"})
    EXPECT_THAT(table, HasSubstr(shown));
  EXPECT_THAT(table,
              HasSubstr("\n  … and 7 more of artifact.modified: holdfast check --json has each\n"));
  for (const char* left_out : {"nb-15", "nb-21"})
    EXPECT_THAT(table, ::testing::Not(HasSubstr(left_out)));
  EXPECT_THAT(table, HasSubstr("nb-39")) << "ten are no flood";
  EXPECT_THAT(report_json(outcome), HasSubstr("artifact:atlas/nb-21"));
  EXPECT_THAT(report_markdown(outcome), HasSubstr("nb-21"));
}

TEST_F(CheckRunTest, CountsAWaivedFindingAndPasses) {
  const core::SubjectReport drifted = with_finding("a", Verdict::drifted, Level::error);
  EXPECT_EQ(run_reports({drifted}).exit_code, 1);
  waive(drifted.findings.front());
  const CheckOutcome outcome = run_reports({drifted});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.checks.at(0).findings.waived, 1);
  EXPECT_EQ(outcome.checks.at(0).findings.errors, 0);
  EXPECT_THAT(report_table(outcome, {}), HasSubstr("(waived)"));
}

TEST_F(CheckRunTest, FiresAgainOnAnotherDifferenceOfAWaivedSubject) {
  const core::SubjectReport drifted = with_finding("a", Verdict::drifted, Level::error);
  run_reports({drifted});
  waive(drifted.findings.front());
  EXPECT_EQ(run_reports({with_finding("a", Verdict::drifted, Level::error, "cc")}).exit_code, 1);
}

TEST_F(CheckRunTest, FiresAgainOnceTheWaiverIsOver) {
  const core::SubjectReport drifted = with_finding("a", Verdict::drifted, Level::error);
  run_reports({drifted});
  waive(drifted.findings.front());
  clock_.advance(2 * kDay);
  EXPECT_EQ(run_reports({drifted}).exit_code, 1);
}

TEST_F(CheckRunTest, TakesAWaivedUnreadableSubjectAsAccepted) {
  const core::SubjectReport unreadable = with_finding("a", Verdict::unknown, Level::error);
  EXPECT_EQ(run_reports({in_step("b"), unreadable}).exit_code, 1);
  waive(unreadable.findings.front());
  EXPECT_EQ(run_reports({in_step("b"), unreadable}).exit_code, 0);
}

TEST_F(CheckRunTest, OpensAnIncidentKeepsSinceAndResolvesIt) {
  run_reports({with_finding("a", Verdict::drifted, Level::error)});
  const auto opened = catalog::open_since(*catalog_, "artifact:atlas/a");
  ASSERT_TRUE(opened.ok() && opened->has_value());
  clock_.advance(kDay);
  const CheckOutcome later = run_reports({with_finding("a", Verdict::drifted, Level::error)});
  EXPECT_EQ(later.checks.at(0).subjects.at(0).since, *opened);
  const CheckOutcome mended = run_reports({in_step("a")});
  EXPECT_EQ(mended.checks.at(0).incidents.resolved, 1);
  EXPECT_FALSE(catalog::open_since(*catalog_, "artifact:atlas/a")->has_value());
}

TEST_F(CheckRunTest, LeavesAnIncidentOpenWhenItsSubjectIsAbsentOrUnknown) {
  run_reports({with_finding("a", Verdict::drifted, Level::error)});
  run_reports({in_step("b")});
  core::SubjectReport unknown = in_step("a", std::nullopt);
  unknown.verdict = Verdict::unknown;
  run_reports({in_step("b"), unknown});
  EXPECT_TRUE(catalog::open_since(*catalog_, "artifact:atlas/a")->has_value());
}

TEST_F(CheckRunTest, ShowsFilesRelativeToTheWorkspace) {
  core::SubjectReport drifted = with_finding("a", Verdict::drifted, Level::error);
  drifted.findings.front().file = folder_.at("data/a.bin");
  EXPECT_EQ(run_reports({drifted}).checks.at(0).subjects.at(0).report.findings.at(0).file,
            "data/a.bin");
}

TEST_F(CheckRunTest, ShowsFilesRelativeToAWorkspaceWhoseNameIsEncoded) {
  workspace_.folder = folder_.at("w\xff");
  core::SubjectReport drifted = with_finding("a", Verdict::drifted, Level::error);
  for (const std::string& file : {folder_.at("w%FF/data/a.bin"), folder_.at("w\xff/data/a.bin")}) {
    drifted.findings.front().file = file;
    EXPECT_EQ(run_reports({drifted}).checks.at(0).subjects.at(0).report.findings.at(0).file,
              "data/a.bin");
  }
}

TEST_F(CheckRunTest, ListsAFewSubjectsAllAndOfManyOnlyThoseOutOfStep) {
  std::vector<core::SubjectReport> reports;
  for (std::size_t i = 0; i < kFewSubjects; ++i)
    reports.push_back(in_step("s" + std::to_string(i)));
  EXPECT_EQ(run_reports(reports).checks.at(0).subjects.size(), kFewSubjects);
  reports.push_back(with_finding("x", Verdict::drifted, Level::error));
  const CheckOutcome many = run_reports(reports);
  EXPECT_EQ(many.checks.at(0).subjects.size(), 1U);
  EXPECT_EQ(many.checks.at(0).not_listed_count, static_cast<std::int64_t>(kFewSubjects));
  options_.keep_all = true;
  EXPECT_EQ(run_reports(reports).checks.at(0).subjects.size(), kFewSubjects + 1);
}

TEST_F(CheckRunTest, RunsAHundredThousandSubjectsInFlatMemory) {
  std::size_t most = 0;
  const std::size_t before = mallinfo2().uordblks;
  const CheckOutcome outcome = run([&](core::CheckSink& sink) -> Result<core::CheckCounts> {
    core::CheckCounts counts;
    for (int i = 0; i < 100'000; ++i) {
      ++counts.planned;
      ++counts.evaluated;
      TRY(sink.report(in_step("subject-with-a-name-of-some-length-" + std::to_string(i))));
      if (i % 1000 == 0) most = std::max(most, mallinfo2().uordblks);
    }
    return counts;
  });
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.checks.at(0).subject_count, 100'000);
  EXPECT_LT(most - std::min(most, before), 2U << 20U);
}

TEST_F(CheckRunTest, EndsWithCancelledAndKeepsWhatWasSeen) {
  Cancel cancel;
  options_.cancel = &cancel;
  std::vector<ConfiguredCheck> checks;
  checks.push_back(
      {std::make_unique<FakeCheck>([&](core::CheckSink& sink) -> Result<core::CheckCounts> {
         TRY(sink.report(with_finding("a", Verdict::drifted, Level::error)));
         cancel.request();
         return Error(Code::cancelled, "stopped");
       }),
       std::nullopt});
  const auto outcome = run_checks(std::move(checks), workspace_, *catalog_, options_);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code(), Code::cancelled);
  EXPECT_TRUE(catalog::open_since(*catalog_, "artifact:atlas/a")->has_value());
}

}  // namespace
}  // namespace holdfast::app

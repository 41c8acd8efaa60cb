// SPDX-License-Identifier: Apache-2.0
// What a backfill's readings do to proofs, observations and incidents that a check left.
#include <filesystem>

#include "artifacts/backfill.h"
#include "artifacts/latest_reports.h"
#include "tests/artifacts/proof_world.h"

namespace holdfast::artifacts {
namespace {

using core::Verdict;
using testing::must;
using testing::ProofTest;
using testing::ProofWorld;

constexpr const char* kHashOfA = "select cast(metadata as text) from artifacts where id = 'a'";

class BackfillAndProof : public ProofTest {
 protected:
  void SetUp() override {
    ProofTest::SetUp();
    if (IsSkipped()) return;
    options_.actor = "tester";
    options_.recheck = true;
    options_.batch.clock = &world().clock();
    options_.batch.jobs = 2;
  }
  /// A row, proved; later its bytes rot and no time moves.
  void keep_and_rot(const std::string& id) {
    world().keep(id, id, "content of " + id);
    world().verify_full();
    world().flip_a_bit(id);
    world().pretend_ctime_did_not_move(id, id);
    world().clock().advance(std::chrono::hours(1));
    world().verify_quick();
    ASSERT_TRUE(world().findings.empty()) << "nothing has moved";
  }
  BackfillSummary backfill() {
    world().clock().advance(std::chrono::hours(1));
    return must(artifacts::backfill(world().config(), world().catalog(), options_)).summary;
  }
  Verdict latest(const std::string& id) {
    Verdict verdict = Verdict::unrecorded;
    auto table = must(ArtifactTable::open(world().config(), world().catalog(), Access::read_only));
    must(for_each_latest(table, world().catalog(), [&](const LatestReport& each) -> Status {
      if (each.row != nullptr && each.row->id == id && each.observed) verdict = each.report.verdict;
      return {};
    }));
    return verdict;
  }
  std::vector<std::string> quick() {
    world().clock().advance(std::chrono::hours(1));
    world().verify_quick();
    return world().findings;
  }

  BackfillOptions options_;
};

HOLDFAST_PROOFS_ON_BOTH(BackfillAndProof);

TEST_P(BackfillAndProof, TakesTheProofBackWhereDriftIsRefused) {
  keep_and_rot("a");
  options_.on_drift = OnDrift::refuse;
  EXPECT_EQ(backfill().total.drifted, 1);
  EXPECT_EQ(latest("a"), Verdict::drifted);
  EXPECT_EQ(world().incidents().size(), 1U);
  const std::vector<std::string> told = quick();  // and what the incident holds
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.front(), "a artifact.never_proved");
}

TEST_P(BackfillAndProof, TakesTheProofBackWhereItOnlyReports) {
  keep_and_rot("a");
  options_.mode = BackfillMode::report_only;
  EXPECT_EQ(backfill().total.drifted, 1);
  EXPECT_EQ(latest("a"), Verdict::drifted);
  EXPECT_EQ(world().incidents().size(), 1U);
  const std::vector<std::string> told = quick();  // and what the incident holds
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.front(), "a artifact.never_proved");
}

TEST_P(BackfillAndProof, TakesTheProofBackWhereTheBreakerTrips) {
  keep_and_rot("a");
  options_.max_drift = {.share = 0, .rows = 0};
  EXPECT_EQ(backfill().outcome, "refused");
  EXPECT_EQ(latest("a"), Verdict::drifted);
  EXPECT_TRUE(world().incidents().empty()) << "a wrong root would make thousands";
  EXPECT_EQ(quick(), std::vector<std::string>{"a artifact.never_proved"});
}

TEST_P(BackfillAndProof, TakesTheProofBackWhereTheFileIsGone) {
  world().keep("a", "a", "content");
  world().write("b", "no hash is recorded of this one");
  world().add_row("b", "b");
  world().add_row("c", "never there");
  world().verify_full();
  std::filesystem::rename(world().file("a"), world().file("elsewhere"));
  EXPECT_EQ(backfill().total.missing, 1);
  EXPECT_EQ(latest("a"), Verdict::missing);
  EXPECT_EQ(world().incidents().size(), 1U);
  std::filesystem::rename(world().file("elsewhere"), world().file("a"));
  EXPECT_EQ(latest("a"), Verdict::missing) << "nobody has looked since";
  EXPECT_EQ(backfill().total.unchanged, 2);
  EXPECT_EQ(latest("a"), Verdict::in_step);
  EXPECT_TRUE(world().incidents().empty()) << "it was found in step again";
}

TEST_P(BackfillAndProof, NeverRecordsAChangeWithoutAWriteUnlessToldSo) {
  keep_and_rot("a");
  world().keep("b", "b", "content of b");
  world().verify_full();
  world().write("b", "edited on purpose");
  const std::string proved = *world().ask(kHashOfA);
  const BackfillSummary summary = backfill();
  EXPECT_EQ(summary.total.drifted, 2);
  EXPECT_EQ(summary.total.updated, 1) << "the rest goes on";
  EXPECT_EQ(summary.total.refused, 1);
  EXPECT_TRUE(summary.has_findings());
  EXPECT_EQ(world().ask(kHashOfA), proved);
  EXPECT_EQ(latest("a"), Verdict::drifted);
  EXPECT_EQ(latest("b"), Verdict::in_step);
  EXPECT_EQ(world().incidents().size(), 1U);
  EXPECT_EQ(world().number("select count(*) from event where fields like "
                           "'%\"refuse\"%'"),
            1);
  backfill();
  EXPECT_EQ(world().ask(kHashOfA), proved) << "a second run knows it too";
}

TEST_P(BackfillAndProof, ReportsNoSqlForAChangeWithoutAWrite) {
  keep_and_rot("a");
  options_.mode = BackfillMode::report_only;
  options_.sql_patch_file = world().folder().at("patch.sql");
  const BackfillSummary summary = backfill();
  EXPECT_EQ(summary.by_reason.at("changed_without_write"), 1);
  EXPECT_EQ(world().folder().read("patch.sql").find("update"), std::string::npos);
}

TEST_P(BackfillAndProof, TakesOnlyTheRowsThatAreNamed) {
  for (const char* id : {"a", "b", "c"})
    world().keep(id, id, std::string("content of ") + id);
  world().verify_full();
  world().write("a", "edited on purpose");
  world().write("b", "edited by nobody knows whom");
  options_.recheck = false;
  options_.only = {"a", "c", "a"};
  const BackfillSummary summary = backfill();
  EXPECT_EQ(summary.rows_total, 2);
  EXPECT_EQ(summary.total.scanned, 2);
  EXPECT_EQ(summary.total.drifted, 1);
  EXPECT_EQ(summary.total.unchanged, 1);
  world().verify_full();
  EXPECT_EQ(world().findings, std::vector<std::string>{"b artifact.modified"});
  EXPECT_EQ(backfill().total.unchanged, 2)
      << "their markers do not keep named rows from being read";
}

TEST_P(BackfillAndProof, RefusesAnIdThatNoRowHas) {
  world().keep("a", "a", "content");
  options_.recheck = false;
  options_.only = {"a", "nobody"};
  const auto ended = artifacts::backfill(world().config(), world().catalog(), options_);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code(), Code::not_found);
  EXPECT_NE(ended.error().message().find("\"nobody\""), std::string::npos)
      << ended.error().message();
  EXPECT_EQ(world().metadata("a").find("computed_at"), std::string::npos) << "nothing was begun";
}

TEST_P(BackfillAndProof, EndsTheIncidentOfADriftThatItRecords) {
  keep_and_rot("a");
  options_.on_drift = OnDrift::refuse;
  backfill();
  options_.on_drift = OnDrift::record_all;
  EXPECT_EQ(backfill().total.drifted, 1);
  EXPECT_EQ(latest("a"), Verdict::in_step);
  EXPECT_TRUE(world().incidents().empty());
}

TEST_P(BackfillAndProof, TakesAPathThatIsNotUtf8LikeAnyOther) {
  if (world().postgres()) GTEST_SKIP() << "PostgreSQL keeps no such text";
  const std::string path = "caf\xe9.bin";
  world().write(path, "coffee");
  world().keep("fine", "fine", "fine");
  const std::string hash = world().sha256sum(path);
  for (const std::string& record : {std::string("{}"), ProofWorld::record(hash, 6),
                                    ProofWorld::record(std::string(64, '0'), 6)}) {
    world().sql("delete from artifacts where id = 'odd'");
    world().sql(
        "insert into artifacts(id, artifact_type, title, file_path, metadata) values ('odd', "
        "'figure', "
        "'t', cast(x'636166e92e62696e' as text), '" +
        record + "')");
    const BackfillSummary summary = backfill();
    EXPECT_EQ(summary.outcome, "done");
    EXPECT_EQ(summary.total.updated + summary.total.unchanged, 2);
    EXPECT_EQ(latest("odd"), Verdict::in_step);
    world().verify_full();
    EXPECT_TRUE(world().findings.empty());
    EXPECT_EQ(world().read_ids.size(), 2U);
    EXPECT_TRUE(quick().empty()) << "the proof is found again";
  }
  world().sql("update artifacts set id = cast(x'6fe9' as text) where id = 'odd'");
  const auto refused = artifacts::backfill(world().config(), world().catalog(), options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
  EXPECT_NE(refused.error().message().find("o%E9"), std::string::npos) << refused.error().message();
}

TEST_P(BackfillAndProof, LeavesNothingInADryRun) {
  keep_and_rot("a");
  options_.mode = BackfillMode::dry_run;
  EXPECT_EQ(backfill().total.drifted, 1);
  EXPECT_EQ(latest("a"), Verdict::in_step);
  EXPECT_TRUE(world().incidents().empty());
}

}  // namespace
}  // namespace holdfast::artifacts

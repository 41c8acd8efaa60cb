// SPDX-License-Identifier: Apache-2.0
// Run ids, check runs and batch runs.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/batch_runs.h"
#include "catalog/check_runs.h"
#include "catalog/claims.h"
#include "catalog/event_log.h"
#include "tests/support/second_program.h"
#include "tests/support/test_catalog.h"

namespace holdfast::catalog {
namespace {

using ::testing::ElementsAre;

class Runs : public testing::CatalogTest {
 protected:
  CheckRun check_run(const std::string& id) {
    CheckRun run;
    run.id = id;
    run.name = "artifacts.atlas";
    run.domain = "artifacts";
    run.started_at = clock().now();
    return run;
  }
  BatchRun batch_run(const std::string& id, const std::string& owner) {
    BatchRun run;
    run.id = id;
    run.operation = "artifacts.backfill";
    run.target = "atlas";
    run.owner = owner;
    run.started_at = clock().now();
    return run;
  }
};
HOLDFAST_ON_BOTH_DATABASES(Runs);

TEST(RunId, IsAUlidInOrderOfTime) {
  ManualClock clock(Timestamp{1'469'918'176'385'000'000});  // the example of the ULID specification
  std::set<std::string> ids;
  std::string before;
  for (int i = 0; i < 1000; ++i) {
    const auto id = new_run_id(clock);
    EXPECT_EQ(id.size(), 26U);
    EXPECT_EQ(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos) << id;
    EXPECT_GT(id, before);
    EXPECT_TRUE(ids.insert(id).second);
    if (i == 0) {
      EXPECT_EQ(id.substr(0, 10), "01ARYZ6S41");
    }
    before = id;
    clock.advance(std::chrono::milliseconds(1));
  }
}

TEST_P(Runs, KeepWhatACheckPlannedAndFound) {
  auto catalog = open_catalog();
  auto run = check_run("01A");
  ASSERT_TRUE(start_check_run(catalog, run).ok());
  EXPECT_EQ(list_check_runs(catalog, 10)->front().outcome, "running");
  clock().advance(std::chrono::seconds(5));
  run.outcome = "findings";
  run.counts = {
      .planned = 10, .evaluated = 7, .skipped = 1, .unreadable = 2, .size_bytes_read = 1LL << 40};
  run.notes = 1;
  run.warnings = 2;
  run.errors = 3;
  run.waived = 4;
  run.detail = R"({"depth":"full"})";
  ASSERT_TRUE(end_check_run(catalog, run, "ada").ok());
  const auto kept = list_check_runs(catalog, 10)->front();
  EXPECT_EQ(kept.name, "artifacts.atlas");
  EXPECT_EQ(kept.outcome, "findings");
  EXPECT_EQ(kept.ended_at->ns - kept.started_at.ns, 5'000'000'000);
  EXPECT_EQ(kept.counts.planned, 10);
  EXPECT_EQ(kept.counts.evaluated, 7);
  EXPECT_EQ(kept.counts.skipped, 1);
  EXPECT_EQ(kept.counts.unreadable, 2);
  EXPECT_EQ(kept.counts.size_bytes_read, 1LL << 40);
  EXPECT_EQ(kept.notes + 10 * kept.warnings + 100 * kept.errors + 1000 * kept.waived, 4321);
  EXPECT_EQ(kept.detail, R"({"depth":"full"})");
  const auto event = list_events(catalog, {})->front().event;
  EXPECT_EQ(event.name, "check.ended");
  EXPECT_EQ(event.run_id, "01A");
  EXPECT_EQ(event.level, core::Level::warning);
  EXPECT_EQ(*core::find_field(event.fields, "unreadable"), core::FieldValue(std::int64_t{2}));
  ASSERT_TRUE(end_check_run(catalog, run, "ada").ok());
  EXPECT_EQ(*last_event_seq(catalog), 1) << "told once";
  EXPECT_EQ(end_check_run(catalog, check_run("none"), "ada").error().code(), Code::not_found);
  auto quiet = check_run("01B");
  ASSERT_TRUE(start_check_run(catalog, quiet).ok());
  quiet.outcome = "in_step";
  ASSERT_TRUE(end_check_run(catalog, quiet, "ada").ok());
  EXPECT_EQ(list_events(catalog, {})->back().event.level, core::Level::note);
}

TEST_P(Runs, AreRecordedFromTheirStartToTheirEnd) {
  auto catalog = open_catalog();
  auto record = CheckRunRecord::start(catalog, {"artifacts.atlas", "artifacts", "check"});
  ASSERT_TRUE(record.ok()) << record.error().message();
  EXPECT_EQ(record->started_at(), clock().now());
  auto kept = list_check_runs(catalog, 10)->front();
  EXPECT_EQ(kept.id, record->id());
  EXPECT_EQ(kept.outcome, "running");
  EXPECT_EQ(kept.detail, R"({"command":"check"})");
  CheckRunEnd end{.outcome = "findings", .ended_at = {}, .counts = {}, .detail = {}};
  end.counts.planned = 3;
  end.waived = 2;
  end.detail = {{"depth", std::string("full")}};
  clock().advance(std::chrono::seconds(5));
  ASSERT_TRUE(record->end(end, "ada").ok());
  kept = list_check_runs(catalog, 10)->front();
  EXPECT_EQ(kept.outcome, "findings");
  EXPECT_EQ(kept.ended_at->ns - kept.started_at.ns, 5'000'000'000);
  EXPECT_EQ(kept.counts.planned, 3);
  EXPECT_EQ(kept.waived, 2);
  EXPECT_EQ(kept.detail, R"({"command":"check","depth":"full"})");
}

TEST_P(Runs, ThatCouldNotBeDoneSayWhyWhateverTheErrorSays) {
  auto catalog = open_catalog();
  auto record = CheckRunRecord::start(catalog, {"artifacts.atlas", "artifacts", "check"});
  ASSERT_TRUE(record.ok()) << record.error().message();
  record->fail(Error(Code::io, "no \xff here"), "ada");
  const auto kept = list_check_runs(catalog, 10)->front();
  EXPECT_EQ(kept.outcome, "failed");
  EXPECT_TRUE(kept.ended_at.has_value());
  EXPECT_THAT(kept.detail, ::testing::HasSubstr("\"error\":\"no "));
  EXPECT_EQ(list_events(catalog, {})->front().event.level, core::Level::warning);
}

TEST_P(Runs, ListTheNewestFirst) {
  auto catalog = open_catalog();
  for (const char* id : {"01A", "01B", "01C"}) {
    ASSERT_TRUE(start_check_run(catalog, check_run(id)).ok());
    clock().advance(std::chrono::seconds(1));
  }
  const auto runs = list_check_runs(catalog, 2);
  ASSERT_EQ(runs->size(), 2U);
  EXPECT_EQ((*runs)[0].id, "01C");
  EXPECT_EQ((*runs)[1].id, "01B");
  EXPECT_EQ(start_check_run(catalog, check_run("01A")).error().code(), Code::conflict);
}

TEST_P(Runs, MoveTheCursorWithTheWorkOrNotAtAll) {
  auto catalog = open_catalog();
  auto run = batch_run("01A", current_owner());
  ASSERT_TRUE(start_batch_run(catalog, run).ok());
  run.cursor = R"({"type":"figure","id":"a"})";
  run.summary = R"({"scanned":5})";
  {
    const auto transaction = sql::Transaction::begin(catalog.connection());
    ASSERT_TRUE(save_batch_progress(catalog, run).ok());
  }
  EXPECT_EQ(list_batch_runs(catalog, "artifacts.backfill", 10)->front().cursor, "{}");
  clock().advance(std::chrono::seconds(3));
  ASSERT_TRUE(save_batch_progress(catalog, run).ok());
  auto kept = list_batch_runs(catalog, "artifacts.backfill", 10)->front();
  EXPECT_EQ(kept.cursor, run.cursor);
  EXPECT_EQ(kept.summary, run.summary);
  EXPECT_EQ(kept.outcome, "running");
  EXPECT_EQ(kept.owner, current_owner());
  EXPECT_EQ(kept.updated_at.ns - kept.started_at.ns, 3'000'000'000);
  run.outcome = "done";
  ASSERT_TRUE(end_batch_run(catalog, run).ok());
  kept = list_batch_runs(catalog, "artifacts.backfill", 10)->front();
  EXPECT_EQ(kept.outcome, "done");
  EXPECT_TRUE(kept.ended_at.has_value());
  EXPECT_EQ(save_batch_progress(catalog, run).error().code(), Code::conflict);
  EXPECT_EQ(end_batch_run(catalog, run).error().code(), Code::conflict);
  EXPECT_TRUE(list_batch_runs(catalog, "tables.recover", 10)->empty());
  EXPECT_EQ(list_batch_runs(catalog, "", 10)->size(), 1U);
}

TEST_P(Runs, AreMarkedAbandonedOnlyWhenTheirOwnerIsGone) {
  auto catalog = open_catalog();
  std::string gone;
  {
    const testing::RunningProgram other("sleep 600");
    const std::string mine = current_owner();
    gone = mine.substr(0, mine.rfind('/', mine.rfind('/') - 1)) + '/' +
           std::to_string(other.pid()) + "/1";
    other.kill();
  }
  ASSERT_TRUE(start_batch_run(catalog, batch_run("01A", current_owner())).ok());
  ASSERT_TRUE(start_batch_run(catalog, batch_run("01B", gone)).ok());
  ASSERT_TRUE(start_batch_run(catalog, batch_run("01C", "elsewhere/boot/1/2/3")).ok());
  EXPECT_EQ(*mark_abandoned_batch_runs(catalog), 1);
  EXPECT_EQ(*mark_abandoned_batch_runs(catalog), 0);
  EXPECT_THAT(
      query("select outcome from batch_run order by id"),
      ElementsAre(ElementsAre("running"), ElementsAre("abandoned"), ElementsAre("running")));
}

}  // namespace
}  // namespace holdfast::catalog

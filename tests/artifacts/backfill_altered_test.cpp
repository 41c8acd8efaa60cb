// SPDX-License-Identifier: Apache-2.0
// A backfill over a table whose triggers do not leave what is written as it was written.
#include <gmock/gmock.h>

#include "artifacts/backfill.h"
#include "artifacts/observations.h"
#include "tests/artifacts/proof_world.h"

namespace holdfast::artifacts {
namespace {

using ::testing::HasSubstr;
using testing::must;
using testing::ProofTest;
using testing::ProofWorld;

class AlteredBackfill : public ProofTest {
 protected:
  /// A trigger that undoes writes to the metadata of rows for which `condition` holds.
  void put_back_where(const std::string& condition) {
    if (world().postgres()) {
      world().sql(
          "create function puts_back() returns trigger language plpgsql as $$ begin"
          " new.metadata := old.metadata; return new; end $$;"
          "create trigger puts_back before update of metadata on artifacts for each row when (" +
          condition + ") execute function puts_back()");
    } else {
      world().sql("create trigger puts_back after update of metadata on artifacts when " +
                  condition +
                  " begin update artifacts set metadata = old.metadata where id = old.id; end");
    }
  }
  BackfillSummary backfill_all() {
    BackfillOptions options;
    options.batch.clock = &world().clock();
    options.batch.jobs = 1;
    options.actor = "tester";
    options.max_drift = {.share = 1, .rows = 10};
    options.residual_file = world().folder().at("residual.jsonl");
    const BackfillEnd end = must(backfill(world().config(), world().catalog(), options));
    EXPECT_FALSE(end.stopped_by);
    EXPECT_TRUE(end.summary.adds_up());
    EXPECT_EQ(world().number("select count(*) from claim"), 0);
    return end.summary;
  }
  void expect_journal(const std::string& ids) {
    const std::string list = world().postgres() ? "string_agg" : "group_concat";
    EXPECT_EQ(world().ask("select coalesce(" + list +
                          "(artifact_id, ' '), '') from (select artifact_id from "
                          "artifact_metadata_journal order by seq) as j"),
              ids);
  }
};
HOLDFAST_PROOFS_ON_BOTH(AlteredBackfill);

TEST_P(AlteredBackfill, TellsTheRowThatATriggerPutsBackAndWritesTheOthers) {
  for (const char* id : {"a", "b", "c"}) {
    world().write(id, id);
    world().add_row(id, id);
  }
  put_back_where("old.id = 'b'");
  const BackfillSummary summary = backfill_all();
  EXPECT_EQ(summary.total.updated, 2);
  EXPECT_EQ(summary.total.failed, 1);
  EXPECT_EQ(summary.by_reason.at("write_altered"), 1);
  EXPECT_TRUE(summary.has_findings());
  EXPECT_EQ(world().metadata("b"), "{}");
  EXPECT_THAT(world().metadata("c"), HasSubstr(world().sha256sum("c")));
  expect_journal("a c");
  const std::string residual = world().folder().read("residual.jsonl");
  EXPECT_THAT(residual, HasSubstr(R"("artifact_id":"b")"));
  EXPECT_THAT(residual, HasSubstr("look for triggers or rules on the table"));
  EXPECT_EQ(must(load_proofs(world().catalog(), "atlas", std::vector<std::string>{"b"})).size(),
            0U);
  world().sql(world().postgres() ? "drop trigger puts_back on artifacts"
                                 : "drop trigger puts_back");
  EXPECT_EQ(backfill_all().total.updated, 1);
  expect_journal("a c b");
}

TEST_P(AlteredBackfill, KeepsADriftThatATriggerDoesNotLetItRecord) {
  world().keep("a", "a.png", "alpha");
  world().write("a.png", "other");
  put_back_where("true");
  const BackfillSummary summary = backfill_all();
  EXPECT_EQ(summary.total.failed, 1);
  EXPECT_EQ(summary.total.drifted, 1);
  EXPECT_EQ(summary.problem_count, 1);
  expect_journal("");
  ASSERT_EQ(world().incidents().size(), 1U);
  EXPECT_EQ(world().incidents()[0].subject, "artifact:atlas/a");
}

TEST_P(AlteredBackfill, LeavesOutTheRowThatTheDatabaseRefuses) {
  for (const char* id : {"a", "b", "c"}) {
    world().write(id, id);
    world().add_row(id, id);
  }
  if (world().postgres()) {
    world().sql(
        "create function guards() returns trigger language plpgsql as $$ begin"
        " raise exception 'locked row' using errcode = 'check_violation'; end $$;"
        "create trigger guards before update on artifacts for each row when (old.id = 'b') execute "
        "function guards()");
  } else {
    world().sql(
        "create trigger guards before update on artifacts when old.id = 'b' begin select "
        "raise(abort, 'locked row'); end");
  }
  const BackfillSummary summary = backfill_all();
  EXPECT_EQ(summary.total.updated, 2);
  EXPECT_EQ(summary.by_reason.at("write_altered"), 1);
  expect_journal("a c");
}

TEST_P(AlteredBackfill, WritesNothingWithoutItsJournalRow) {
  world().write("a", "a");
  world().add_row("a", "a");
  for (const bool before : {true, false}) {
    if (world().postgres()) {
      world().sql(
          std::string("create or replace function forgets() returns trigger language plpgsql "
                      "as $$ begin delete from artifact_metadata_journal where seq = new.seq;"
                      " return null; end $$;"
                      "drop trigger if exists forgets on artifact_metadata_journal;"
                      "create trigger forgets ") +
          (before ? "before" : "after") +
          " insert on artifact_metadata_journal for each row execute function forgets()");
    } else {
      world().sql(std::string("drop trigger if exists forgets; create trigger forgets ") +
                  (before
                       ? "before insert on artifact_metadata_journal begin select raise(ignore); "
                       : "after insert on artifact_metadata_journal begin delete from "
                         "artifact_metadata_journal where seq = new.seq; ") +
                  "end");
    }
    BackfillOptions options;
    options.batch.clock = &world().clock();
    options.batch.jobs = 1;
    const BackfillEnd end = must(backfill(world().config(), world().catalog(), options));
    ASSERT_TRUE(end.stopped_by) << before;
    EXPECT_THAT(end.stopped_by->message(), HasSubstr("did not keep what was journaled"));
    EXPECT_EQ(world().metadata("a"), "{}");
  }
}

}  // namespace
}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// Backfills over real files, on both databases, with rows in the catalog and in a user's own table. Kills, pauses and scale are in
// tests/crash and tests/e2e.
#include "artifacts/backfill.h"

#include <array>
#include <cstdio>
#include <filesystem>

#include <gmock/gmock.h>

#include "artifacts/drift_breaker.h"
#include "catalog/claims.h"
#include "catalog/event_log.h"
#include "tests/artifacts/artifact_world.h"

namespace holdfast::artifacts {
namespace {

using testing::ArtifactWorld;
using ::testing::HasSubstr;
using testing::must;

/// What coreutils says.
std::string sha256sum(const std::string& path) {
  std::FILE* pipe = ::popen(("sha256sum -- '" + path + "'").c_str(), "r");
  std::array<char, 65> digits{};
  const std::size_t count = std::fread(digits.data(), 1, 64, pipe);
  ::pclose(pipe);
  return {digits.data(), count};
}

std::string stale(int n) {
  const std::string out = std::to_string(n);
  return std::string(64 - out.size(), '0') + out;
}

struct Place {
  std::string backend;
  bool own_table;
};
void PrintTo(const Place& place, std::ostream* out) {
  *out << place.backend << (place.own_table ? " own table" : " catalog");
}

class AnyBackfill : public ::testing::TestWithParam<Place> {
 protected:
  void SetUp() override {
    if (!testing::backend_is_there(GetParam().backend)) GTEST_SKIP() << "no PostgreSQL here";
    world_ = std::make_unique<ArtifactWorld>(GetParam().backend);
    options_.batch.clock = &world_->clock();
    options_.batch.jobs = 2;
    options_.actor = "tester";
    if (!GetParam().own_table) return;
    // A table beside the catalog's, over a connection of its own; `journal` is what prepare makes.
    world_->sql("alter table artifacts rename to catalog_artifacts");
    world_->sql(
        "create table artifacts(id text primary key, artifact_type text, title text, file_path "
        "text, content_hash text, metadata " +
        std::string(world_->postgres() ? "jsonb" : "text") + ", updated_at text)");
    world_->config().in_catalog = false;
    world_->config().journal = "own_journal";
    must(must(ArtifactTable::open(world_->config(), world_->catalog())).create_journal());
  }

  std::string journal() const {
    return GetParam().own_table ? "own_journal" : "artifact_metadata_journal";
  }
  BackfillEnd run() { return must(backfill(world_->config(), world_->catalog(), options_)); }
  /// Runs to its end, or fails the test.
  BackfillSummary done() {
    BackfillEnd end = run();
    EXPECT_FALSE(end.stopped_by) << end.stopped_by->message();
    EXPECT_EQ(end.summary.outcome, "done");
    EXPECT_TRUE(end.summary.adds_up());
    EXPECT_EQ(world_->number("select count(*) from claim"), 0) << "claims are given back";
    return end.summary;
  }
  /// Another client, as a trigger: it does this whenever a row is written.
  void after_each_update(const std::string& statements) {
    if (world_->postgres()) {
      world_->sql("create function meanwhile() returns trigger language plpgsql as $$ begin " +
                  statements +
                  " return null; end $$; create trigger meanwhile after update on artifacts for "
                  "each row execute function meanwhile()");
    } else {
      world_->sql("create trigger meanwhile after update on artifacts begin " + statements +
                  " end");
    }
  }
  const std::string late_row_ =
      "insert into artifacts(id, artifact_type, title, file_path, metadata) values ('a late one', "
      "'figure', '', 'late.bin', '{}') on conflict do nothing;";
  std::string recorded(const std::string& id) {
    const std::string metadata = world_->metadata(id);
    const auto at = metadata.find("\"file_sha256\":");
    if (at == std::string::npos) return "";
    const auto begin = metadata.find('"', at + 14) + 1;
    return metadata.substr(begin, metadata.find('"', begin) - begin);
  }
  std::string truth(const std::string& path) {
    return sha256sum(world_->folder().at("data/" + path));
  }
  std::vector<catalog::StoredEvent> events(const std::string& name) {
    catalog::EventFilter filter;
    filter.name = name;
    return must(catalog::list_events(world_->catalog(), filter));
  }
  static std::string field(const core::Event& event, std::string_view key) {
    const auto* value = core::find_field(event.fields, key);
    return value == nullptr ? "(none)" : core::display(*value);
  }
  /// `count` files and rows, all of them with a hash that is right, or stale for the first `stale_count`.
  void add_hashed(int count, int stale_count) {
    for (int i = 0; i < count; ++i) {
      const std::string name = "h" + std::to_string(i);
      world_->write(name, "content of " + name);
      world_->add_row(name, name,
                      "{\"file_sha256\":\"" + (i < stale_count ? stale(i) : truth(name)) + "\"}");
    }
  }

  std::unique_ptr<ArtifactWorld> world_;
  BackfillOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Places, AnyBackfill,
                         ::testing::Values(Place{"sqlite", false}, Place{"sqlite", true},
                                           Place{"postgres", false}, Place{"postgres", true}));

TEST_P(AnyBackfill, GivesEveryRowTheHashThatSha256sumGives) {
  const std::vector<std::size_t> sizes{0, 1, 55, 56, 63, 64, 65, 4096, 100'000, 1'000'000};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string name = "dir/" + std::to_string(i) + ".bin";
    world_->write(name, std::string(sizes[i], static_cast<char>('a' + i)));
    world_->add_row("id" + std::to_string(i), name, R"({"keep":123456789012345678901234567890})",
                    i % 2 == 0 ? "figure" : "notebook");
  }
  options_.batch.commit_every_count = 3;
  const auto summary = done();
  EXPECT_EQ(summary.total.updated, 10);
  EXPECT_EQ(summary.by_type.at("figure").updated, 5);
  EXPECT_EQ(summary.total.size_bytes, 1'104'400U);
  EXPECT_EQ(summary.size_bytes_read, 1'104'400U);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string id = "id" + std::to_string(i);
    EXPECT_EQ(recorded(id), truth("dir/" + std::to_string(i) + ".bin"));
    EXPECT_THAT(world_->metadata(id), HasSubstr("123456789012345678901234567890"));
    EXPECT_THAT(world_->metadata(id),
                ::testing::ContainsRegex("\"file_size_bytes\": ?" + std::to_string(sizes[i])));
  }
  EXPECT_EQ(world_->number("select count(*) from " + journal()), 10);
  EXPECT_EQ(world_->number("select count(*) from artifact_proof"), 10);
}

TEST_P(AnyBackfill, IsNotMisledByTheColumnsOfAUsersTable) {
  if (!GetParam().own_table) GTEST_SKIP() << "the catalog's table has no other columns";
  world_->sql("alter table artifacts add column x text default 'a'");
  world_->sql("alter table artifacts add column value text default 'b'");
  for (const char* name : {"a", "b", "c"}) {
    world_->write(name, name);
    world_->add_row(name, name);
  }
  EXPECT_EQ(done().total.updated, 3);
}

TEST_P(AnyBackfill, DoesNothingTheSecondTime) {
  world_->write("a", "a");
  world_->add_row("a", "a");
  world_->add_row("gone", "gone");
  done();
  const auto before = world_->metadata("a");
  const auto summary = done();
  EXPECT_EQ(summary.total.scanned, 1);
  EXPECT_EQ(summary.rows_marked, 1);
  EXPECT_EQ(summary.size_bytes_read, 0U);
  EXPECT_EQ(world_->metadata("a"), before);
  EXPECT_EQ(world_->number("select count(*) from " + journal()), 1);
}

TEST_P(AnyBackfill, TellsADriftBeforeItIsOverwritten) {
  add_hashed(3, 1);
  const auto summary = done();
  EXPECT_EQ(summary.total.drifted, 1);
  EXPECT_EQ(summary.total.updated, 1);
  EXPECT_EQ(summary.total.unchanged, 2);
  ASSERT_EQ(summary.problems.size(), 1U);
  EXPECT_EQ(summary.problems[0].rule, "artifact.modified");
  const auto told = events("artifact.content_changed");
  ASSERT_EQ(told.size(), 1U);
  const core::Event& event = told[0].event;
  EXPECT_EQ(event.subject, "artifact:atlas/h0");
  EXPECT_EQ(field(event, "artifact_id"), "h0");
  EXPECT_EQ(field(event, "old_sha256"), stale(0));
  EXPECT_EQ(field(event, "new_sha256"), truth("h0"));
  EXPECT_EQ(field(event, "size_bytes"), "13");
  EXPECT_EQ(field(event, "action"), "record");
  EXPECT_THAT(field(event, "mtime"), ::testing::EndsWith("Z"));
  EXPECT_EQ(recorded("h0"), truth("h0"));
  EXPECT_THAT(
      world_->ask("select cast(old as text) from " + journal() + " where artifact_id = 'h0'")
          .value_or(""),
      HasSubstr(stale(0)));
  EXPECT_EQ(world_->ask("select reason from " + journal() + " where artifact_id = 'h0'"),
            "drift: artifact.modified");
}

TEST_P(AnyBackfill, TellsTheCauseByTheProofOfTheRecordedVersion) {
  add_hashed(2, 0);
  done();
  world_->write("h0", "CONTENT OF h0");  // in place: the same inode and size
  std::filesystem::last_write_time(world_->folder().at("data/h0"),
                                   std::filesystem::file_time_type::clock::now());
  world_->write("new", "other content");
  std::filesystem::rename(world_->folder().at("data/new"), world_->folder().at("data/h1"));
  world_->clock().advance(std::chrono::hours(1));
  options_.recheck = true;
  EXPECT_EQ(done().total.drifted, 2);
  const auto told = events("artifact.content_changed");
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(field(told[0].event, "cause"), "artifact.modified");
  EXPECT_EQ(field(told[1].event, "cause"), "artifact.replaced");
}

TEST_P(AnyBackfill, ConfirmsAHashInOtherWriting) {
  world_->write("a", "a");
  world_->write("b", "b");
  std::string upper = truth("a");
  for (char& c : upper)
    c = static_cast<char>(std::toupper(c));
  world_->add_row("a", "a", "{\"file_sha256\":\"" + upper + "\"}");
  world_->add_row("b", "b", "{\"file_sha256\":\"sha256:" + truth("b") + "\"}");
  const auto summary = done();
  EXPECT_EQ(summary.total.unchanged, 2);
  EXPECT_EQ(summary.normalised, 2);
  EXPECT_EQ(summary.total.drifted, 0);
  EXPECT_TRUE(events("artifact.content_changed").empty());
  EXPECT_EQ(recorded("a"), truth("a"));
  EXPECT_EQ(recorded("b"), truth("b"));
}

TEST_P(AnyBackfill, WritesNoDriftWhereTooMuchWouldChange) {
  add_hashed(30, 11);  // 1 % of 30 is nothing, so at most ten
  for (int i = 0; i < 5; ++i) {
    const std::string name = "bare" + std::to_string(i);
    world_->write(name, name);
    world_->add_row("a_" + name, name);
  }
  options_.batch.commit_every_count = 4;
  const auto end = run();
  ASSERT_TRUE(end.stopped_by);
  EXPECT_EQ(end.stopped_by->code(), Code::conflict);
  EXPECT_THAT(end.stopped_by->message(), HasSubstr("breaker"));
  EXPECT_EQ(end.summary.outcome, "refused");
  EXPECT_EQ(end.summary.total.drifted, 11);
  EXPECT_TRUE(end.summary.adds_up());
  for (int i = 0; i < 11; ++i)
    EXPECT_EQ(recorded("h" + std::to_string(i)), stale(i));
  EXPECT_EQ(recorded("a_bare0"), "") << "no hash from what may be a wrong root";
  EXPECT_EQ(world_->number("select count(*) from " + journal() + " where reason = 'backfill'"), 0);
  ASSERT_EQ(end.summary.problems.size(), 11U) << "the rows that tripped it are told";
  EXPECT_EQ(end.summary.problems[0].rule, "artifact.modified");
  auto told = events("artifact.content_changed");
  ASSERT_EQ(told.size(), 11U);
  EXPECT_EQ(field(told[0].event, "action"), "breaker");
  EXPECT_EQ(world_->number("select count(*) from " + journal() + " where reason like 'drift%'"), 0);

  options_.max_drift = must(parse_max_drift("11"));
  const auto summary = done();
  EXPECT_EQ(summary.total.drifted, 11);
  EXPECT_EQ(recorded("a_bare0"), truth("bare0"));
  told = events("artifact.content_changed");
  ASSERT_EQ(told.size(), 22U);
  EXPECT_EQ(field(told[21].event, "action"), "record");
}

TEST_P(AnyBackfill, CountsTheRowsOfAShardThatIsFullerThanTheOthers) {
  options_.shard = must(core::Shard::parse("1/2"));
  std::vector<std::string> ids;
  for (int i = 100; ids.size() < 30; ++i) {
    const std::string id = "k" + std::to_string(i);
    if (options_.shard->has(id)) ids.push_back(id);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    world_->write(ids[i], "content of " + ids[i]);
    world_->add_row(ids[i], ids[i],
                    "{\"file_sha256\":\"" + (i < 24 ? truth(ids[i]) : stale(0)) + "\"}");
  }
  options_.max_drift = must(parse_max_drift("5"));
  options_.batch.commit_every_count = 1;
  const auto end = run();
  ASSERT_TRUE(end.stopped_by);
  for (std::size_t i = 24; i < ids.size(); ++i)
    EXPECT_EQ(recorded(ids[i]), stale(0)) << ids[i];
}

TEST_P(AnyBackfill, TakesRowsWithAHashFirstAndThenTheOthersUpToItsLimit) {
  add_hashed(12, 0);
  for (const std::string name : {"a_bare", "z_bare"}) {
    world_->write(name, name);
    world_->add_row(name, name);
  }
  options_.batch.limit = 13;
  EXPECT_EQ(done().total.scanned, 13);
  EXPECT_EQ(recorded("a_bare"), truth("a_bare"));
  EXPECT_EQ(recorded("z_bare"), "");
  EXPECT_EQ(done().total.scanned, 1);
  EXPECT_EQ(recorded("z_bare"), truth("z_bare"));
}

TEST_P(AnyBackfill, LeavesTheOldHashWhereDriftIsRefused) {
  add_hashed(14, 12);
  options_.on_drift = OnDrift::refuse;
  for (int turn = 0; turn < 2; ++turn) {
    const auto summary = done();
    EXPECT_EQ(summary.total.drifted, 12);
    EXPECT_EQ(summary.total.refused, 12);
    EXPECT_EQ(summary.by_reason.at("drift_refused"), 12);
  }
  EXPECT_EQ(recorded("h0"), stale(0));
  EXPECT_EQ(recorded("h13"), truth("h13"));
  EXPECT_EQ(events("artifact.content_changed").size(), 12U) << "the same drift is told once";
}

TEST_P(AnyBackfill, TellsTheOverwritingOfADriftThatWasLookedAtBefore) {
  add_hashed(2, 1);
  options_.on_drift = OnDrift::refuse;
  done();
  options_.on_drift = OnDrift::record;
  options_.mode = BackfillMode::report_only;
  done();
  done();
  options_.mode = BackfillMode::write;
  done();
  EXPECT_EQ(recorded("h0"), truth("h0"));
  const auto told = events("artifact.content_changed");
  ASSERT_EQ(told.size(), 3U) << "each is told once";
  EXPECT_EQ(field(told[0].event, "action"), "refuse");
  EXPECT_EQ(field(told[1].event, "action"), "report");
  EXPECT_EQ(field(told[2].event, "action"), "record");
  EXPECT_EQ(field(told[2].event, "old_sha256"), stale(0));
}

TEST_P(AnyBackfill, CallsAConflictAfterItsFirstCommitAFailure) {
  add_hashed(6, 0);
  const std::string when = "(select count(*) from " + journal() + ") >= 3";
  const std::string ends_the_run = "update batch_run set outcome = 'abandoned' where ";
  world_->sql(world_->postgres()
                  ? "create function meddle() returns trigger language plpgsql as $$ begin " +
                        ends_the_run + when +
                        "; return null; end $$; create trigger meddle after insert on " +
                        journal() + " for each row execute function meddle()"
                  : "create trigger meddle after insert on " + journal() + " begin " +
                        ends_the_run + when + "; end");
  options_.recheck = true;
  options_.batch.commit_every_count = 2;
  const auto end = run();
  ASSERT_TRUE(end.stopped_by);
  EXPECT_EQ(end.stopped_by->code(), Code::io) << end.stopped_by->message();
  EXPECT_THAT(end.stopped_by->message(), HasSubstr("not running any more"));
  EXPECT_EQ(end.summary.outcome, "failed");
  EXPECT_GE(world_->number("select count(*) from " + journal()), 2) << "what was committed stays";
}

TEST_P(AnyBackfill, ReplacesARecordThatIsNoHash) {
  world_->write("a", "a");
  world_->add_row("a", "a", R"({"file_sha256":"abc"})");
  world_->write("b", "b");
  world_->add_row("b", "b", R"({"file_sha256":12})");
  const auto summary = done();
  EXPECT_EQ(summary.total.invalid_record, 2);
  EXPECT_EQ(summary.total.drifted, 0);
  EXPECT_EQ(recorded("a"), truth("a"));
  const auto told = events("artifact.content_changed");
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(field(told[0].event, "cause"), "artifact.invalid_record");
  EXPECT_EQ(field(told[0].event, "old_sha256"), "abc");
}

TEST_P(AnyBackfill, ListsWhatHasNoFile) {
  world_->write("fine", "fine");
  world_->add_row("fine", "fine");
  world_->add_row("missing", "missing", R"({"file_sha256":")" + stale(1) + "\"}");
  world_->add_row("null", std::nullopt);
  world_->add_row("empty", "");
  world_->add_row("out", "../catalog.db");
  world_->add_row("folder", ".");
  world_->add_row("list", "fine", "[1, 2]");
  const auto before = world_->metadata("missing");
  options_.residual_file = world_->folder().at("residual.jsonl");
  const auto summary = done();
  EXPECT_EQ(summary.total.updated, 1);
  EXPECT_EQ(summary.total.skipped_no_file, 3);
  EXPECT_EQ(summary.total.missing, 1);
  EXPECT_EQ(summary.total.refused, 3);
  const std::string residual = world_->folder().read("residual.jsonl");
  EXPECT_EQ(std::count(residual.begin(), residual.end(), '\n'), 6);
  for (
      const char* line :
      {R"("artifact_id":"missing","artifact_type":"figure","file_path":"missing","reason":"missing")",
       R"("artifact_id":"null","artifact_type":"figure","file_path":null,"reason":"no_path")",
       R"("reason":"escapes_root")", R"("reason":"not_regular")", R"("reason":"bad_metadata")"}) {
    EXPECT_THAT(residual, HasSubstr(line));
  }
  EXPECT_EQ(world_->metadata("missing"), before);
  EXPECT_EQ(world_->number("select count(*) from " + journal()), 1);
}

TEST_P(AnyBackfill, ReadsAFileOfSeveralRowsOnce) {
  world_->write("one", std::string(100'000, 'x'));
  std::filesystem::create_hard_link(world_->folder().at("data/one"),
                                    world_->folder().at("data/hard"));
  for (const char* id : {"a", "b", "c", "d", "e", "f"})
    world_->add_row(id, *id == 'c' ? "./one" : *id == 'd' ? "hard" : "one");
  const auto summary = done();
  EXPECT_EQ(summary.total.updated, 6);
  EXPECT_EQ(summary.size_bytes_read, 100'000U);
  EXPECT_EQ(recorded("d"), truth("one"));
}

TEST_P(AnyBackfill, WritesNothingInADryRun) {
  add_hashed(3, 1);
  options_.mode = BackfillMode::dry_run;
  const auto summary = done();
  EXPECT_EQ(summary.total.drifted, 1);
  EXPECT_EQ(summary.total.unchanged, 2);
  for (const std::string& table :
       {std::string("event"), std::string("batch_run"), std::string("artifact_proof"),
        std::string("claim"), journal()}) {
    EXPECT_EQ(world_->number("select count(*) from " + table), 0) << table;
  }
  EXPECT_EQ(recorded("h0"), stale(0));
  options_.max_drift = must(parse_max_drift("0"));
  const auto end = run();
  ASSERT_TRUE(end.stopped_by) << "it says what the real run would say";
  EXPECT_EQ(end.stopped_by->code(), Code::conflict);
  EXPECT_EQ(end.summary.outcome, "refused");
}

TEST_P(AnyBackfill, TakesItsPartOfTheRows) {
  add_hashed(20, 0);
  world_->write("n", "n");
  world_->add_row("n", "n", "{}", "notebook");
  options_.types = {"notebook"};
  EXPECT_EQ(done().total.scanned, 1);
  options_.types.clear();
  options_.batch.limit = 5;
  EXPECT_EQ(done().total.scanned, 5);
  options_.batch.limit.reset();
  std::int64_t scanned = 0;
  for (const char* shard : {"1/3", "2/3", "3/3"}) {
    options_.shard = must(core::Shard::parse(shard));
    scanned += done().total.scanned;
  }
  EXPECT_EQ(scanned, 15);
  EXPECT_EQ(world_->number("select count(*) from " + journal()), 21);
}

TEST_P(AnyBackfill, HashesAgainWhatIsOlder) {
  add_hashed(4, 0);
  options_.batch.limit = 2;
  done();
  world_->clock().advance(std::chrono::hours(48));
  options_.batch.limit.reset();
  options_.older_than = std::chrono::hours(24);
  const auto summary = done();
  EXPECT_EQ(summary.total.scanned, 4);
  EXPECT_EQ(done().total.scanned, 0);
  EXPECT_EQ(world_->number("select count(*) from " + journal()), 6);
}

TEST_P(AnyBackfill, GoesOnWithARecheckThatWasCutShort) {
  add_hashed(6, 0);
  done();
  world_->clock().advance(std::chrono::hours(1));
  const Timestamp began = world_->clock().now();
  options_.recheck = true;
  options_.batch.limit = 2;
  EXPECT_EQ(done().total.scanned, 2);
  world_->sql(
      "update batch_run set outcome = 'abandoned' where started_at = (select max(started_at) from "
      "batch_run)");
  world_->clock().advance(std::chrono::hours(1));
  options_.batch.limit.reset();
  std::vector<ResumedRecheck> told;
  options_.on_resume = [&](const ResumedRecheck& earlier) { told.push_back(earlier); };
  const auto summary = done();
  EXPECT_EQ(summary.total.scanned, 4) << "the two of the run that was cut short are not read again";
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].begun_at.ns, began.ns);
  EXPECT_EQ(told[0].rows_done, 2);
  EXPECT_EQ(told[0].rows_total, 6);
  ASSERT_TRUE(summary.recheck_begun_at);
  EXPECT_EQ(summary.recheck_begun_at->ns, began.ns);
  world_->clock().advance(std::chrono::hours(1));
  const auto anew = done();
  EXPECT_EQ(anew.total.scanned, 6) << "a recheck after one that ended is a new one";
  EXPECT_FALSE(anew.recheck_begun_at);
  EXPECT_EQ(told.size(), 1U);
}

TEST_P(AnyBackfill, BeginsARecheckAnewWhereThatIsAskedFor) {
  add_hashed(6, 0);
  done();
  world_->clock().advance(std::chrono::hours(1));
  options_.recheck = true;
  options_.batch.limit = 2;
  EXPECT_EQ(done().total.scanned, 2);
  world_->sql("update batch_run set outcome = 'cancelled'");
  world_->clock().advance(std::chrono::hours(1));
  const Timestamp anew = world_->clock().now();
  options_.restart = true;
  options_.batch.limit = 3;
  const auto summary = done();
  EXPECT_EQ(summary.total.scanned, 3);
  EXPECT_EQ(summary.rows_marked, 0) << "what the earlier one did is done again";
  EXPECT_FALSE(summary.recheck_begun_at);
  world_->sql("update batch_run set outcome = 'cancelled'");
  world_->clock().advance(std::chrono::hours(1));
  options_.restart = false;
  options_.batch.limit.reset();
  const auto rest = done();
  EXPECT_EQ(rest.total.scanned, 3) << "of two that were cut short, the later one goes on";
  ASSERT_TRUE(rest.recheck_begun_at);
  EXPECT_EQ(rest.recheck_begun_at->ns, anew.ns);
}

TEST_P(AnyBackfill, TakesOverWhatAnotherHostLeft) {
  add_hashed(3, 0);
  const std::vector<std::string> keys{"h1"};
  must(catalog::claim(world_->catalog(), "artifacts:atlas", keys, "elsewhere/boot/1/2/3",
                      std::chrono::seconds(300)));
  const auto summary = done();
  EXPECT_EQ(summary.total.scanned, 3) << "its lease ended while we waited";
  EXPECT_EQ(summary.claimed_elsewhere, 0);
}

TEST_P(AnyBackfill, LeavesWhatAnotherRunHoldsAndSaysSo) {
  add_hashed(3, 0);
  const std::vector<std::string> keys{"h1"};
  must(catalog::claim(world_->catalog(), "artifacts:atlas", keys, "elsewhere/boot/1/2/3",
                      std::chrono::hours(30)));
  const auto end = run();
  EXPECT_EQ(end.summary.total.scanned, 2);
  EXPECT_EQ(end.summary.claimed_elsewhere, 1);
  EXPECT_THAT(world_->metadata("h1"), ::testing::Not(HasSubstr("computed_at")));
  EXPECT_EQ(world_->number("select count(*) from claim"), 1);
}

// A row that sorts before what is being read, while it is read: the end asks the table once more.
TEST_P(AnyBackfill, CountsWhatItDidNotMeet) {
  add_hashed(3, 0);
  world_->add_row("no file", "nowhere.bin", "{}");
  after_each_update(late_row_);
  auto summary = done();
  EXPECT_EQ(summary.total.scanned, 4);
  EXPECT_EQ(summary.unmet, 1);
  summary = done();
  EXPECT_EQ(summary.total.scanned, 2) << "the late one, and the one without a file again";
  EXPECT_EQ(summary.unmet, 0);
}

// By key: a row that went away must not stand for one that nobody met.
TEST_P(AnyBackfill, CountsWhatItDidNotMeetThoughAsManyRowsWentAway) {
  add_hashed(1, 0);
  world_->add_row("a no file", "nowhere.bin", "{}");
  after_each_update("delete from artifacts where id = 'a no file'; " + late_row_);
  options_.recheck = true;
  const auto summary = done();
  EXPECT_EQ(summary.total.scanned, 2);
  EXPECT_EQ(summary.unmet, 1);
}

TEST_P(AnyBackfill, KeepsItsSummary) {
  add_hashed(2, 0);
  const auto summary = done();
  EXPECT_EQ(world_->ask("select outcome from batch_run"), "done");
  EXPECT_EQ(world_->ask("select id from batch_run"), summary.run_id);
  EXPECT_THAT(world_->ask("select summary from batch_run").value_or(""),
              HasSubstr("\"unchanged\":2"));
  const auto told = events("artifact.backfill_ended");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(field(told[0].event, "unchanged"), "2");
  EXPECT_TRUE(must(catalog::verify_events(world_->catalog())).problem.empty());
}

TEST_P(AnyBackfill, IsEmptyWithoutRows) {
  EXPECT_EQ(run().summary.outcome, "empty");
}

TEST_P(AnyBackfill, NeedsItsRootAndItsJournal) {
  world_->add_row("a", "a");
  world_->config().roots = {world_->folder().at("not-there")};
  auto refused = backfill(world_->config(), world_->catalog(), options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::not_found);
  EXPECT_THAT(refused.error().message(), HasSubstr("not-there"));
  world_->config().roots = {world_->folder().at("data")};
  world_->config().journal = "no_journal";
  refused = backfill(world_->config(), world_->catalog(), options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().hint(), HasSubstr("holdfast artifacts prepare atlas"));
  EXPECT_EQ(world_->number("select count(*) from batch_run"), 0);
}

TEST_P(AnyBackfill, LooksIntoEveryRootInOrder) {
  world_->folder().write("second/only", "in the second");
  world_->write("both", "in the first");
  world_->folder().write("second/both", "in the second too");
  world_->config().roots.push_back(world_->folder().at("second"));
  world_->add_row("a", "only");
  world_->add_row("b", "both");
  EXPECT_EQ(done().total.updated, 2);
  EXPECT_EQ(recorded("a"), sha256sum(world_->folder().at("second/only")));
  EXPECT_EQ(recorded("b"), truth("both"));
}

TEST_P(AnyBackfill, ReportsWithoutWritingARow) {
  add_hashed(3, 1);
  world_->write("n", "n");
  world_->add_row("it's", "n", "null");
  const auto before = world_->metadata("h0");
  options_.mode = BackfillMode::report_only;
  options_.sql_patch_file = world_->folder().at("patch.sql");
  const auto summary = done();
  EXPECT_EQ(summary.total.scanned, 4);
  EXPECT_EQ(world_->metadata("h0"), before);
  EXPECT_EQ(world_->number("select count(*) from " + journal()), 0);
  EXPECT_EQ(events("artifact.content_changed").size(), 1U);
  EXPECT_EQ(world_->number("select count(*) from artifact_proof where sha256 is not null"), 3)
      << "a reading that disagrees proves nothing";
  // Applied later by the database's own client, on a row that moved on and on those that did not.
  world_->sql("update artifacts set file_path = 'elsewhere' where id = 'h2'");
  const std::string command = world_->postgres()
                                  ? "psql -X -q -v ON_ERROR_STOP=1 -d '" + world_->config().url +
                                        "' -f '" + *options_.sql_patch_file + "'"
                                  : "sqlite3 -bail '" + world_->folder().at("catalog.db") +
                                        "' < '" + *options_.sql_patch_file + "'";
  ASSERT_EQ(std::system(command.c_str()), 0) << world_->folder().read("patch.sql");
  EXPECT_EQ(recorded("h0"), truth("h0"));
  EXPECT_EQ(recorded("it's"), truth("n"));
  EXPECT_THAT(world_->metadata("h1"), HasSubstr("computed_at"));
  EXPECT_THAT(world_->metadata("h2"), ::testing::Not(HasSubstr("computed_at")));
}

TEST(BackfillSummary, CountsAnUnstableFileAsAFinding) {
  BackfillSummary summary;
  summary.add("figure", RowEnd::updated);
  summary.add("figure", RowEnd::skipped_no_file);
  EXPECT_FALSE(summary.has_findings());
  summary.add("figure", RowEnd::unstable);
  EXPECT_TRUE(summary.has_findings()) << "artifact.unstable is a warning";
}

TEST(DriftBreaker, TripsAboveTheLargerOfShareAndRows) {
  const MaxDrift bound = must(parse_max_drift("1%"));
  DriftBreaker small(bound, 100);
  EXPECT_EQ(small.limit(), 10);
  for (int i = 0; i < 10; ++i)
    small.judged(true);
  EXPECT_FALSE(small.tripped());
  small.judged(true);
  EXPECT_TRUE(small.tripped());
  DriftBreaker large(bound, 100'000);
  EXPECT_EQ(large.limit(), 1000);
  EXPECT_FALSE(large.cleared());
  for (int i = 0; i < 98'999; ++i)
    large.judged(false);
  EXPECT_FALSE(large.cleared());
  large.judged(false);
  EXPECT_TRUE(large.cleared()) << "even if the last thousand all drifted";
  for (const char* text : {"", "%", "-1", "101%", "1.5", "5 %", "nan%", "9999999999999999999"})
    EXPECT_FALSE(parse_max_drift(text).ok()) << text;
}

}  // namespace
}  // namespace holdfast::artifacts

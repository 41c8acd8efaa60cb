// SPDX-License-Identifier: Apache-2.0
// One contract for every table of rows: the catalog's own and users' tables, in SQLite and in PostgreSQL, metadata as jsonb, json, text.
#include "artifacts/artifact_table.h"

#include <set>

#include <gmock/gmock.h>

#include "tests/artifacts/artifact_world.h"

namespace holdfast::artifacts {
namespace {

using testing::ArtifactWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::must;

constexpr const char* kOdd =
    R"({"big":123456789012345678901234567890,"ratio":1.50,"nested":{"file_sha256":"not mine"}})";

std::vector<std::string> ids_of(const std::vector<ArtifactRow>& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows)
    out.push_back(row.id);
  return out;
}

std::vector<std::string> all_ids(ArtifactTable& table, PageQuery query) {
  std::vector<std::string> out;
  for (int pages = 0; pages < 1000; ++pages) {
    const auto rows = must(table.page(query));
    for (const auto& row : rows)
      out.push_back(row.id);
    if (std::ssize(rows) < query.limit) return out;
    query.after = RowCursor{.type = rows.back().type, .id = rows.back().id};
  }
  ADD_FAILURE() << "pages without end";
  return out;
}

/// Records a hash for each of these rows.
void expect_written(ArtifactTable& table, const std::vector<ArtifactRow>& rows) {
  std::vector<HashWrite> writes;
  for (const auto& row : rows)
    writes.push_back(
        {.row = &row, .digest = {}, .size_bytes = 1, .computed_at = {}, .reason = "r"});
  auto transaction = must(sql::Transaction::begin(table.connection()));
  EXPECT_THAT(must(table.record(writes, {})), ::testing::Each(WriteOutcome::written));
  must(transaction.commit());
}

/// A kind of metadata column in a user's own table, besides the catalog's.
struct Kind {
  std::string backend;
  std::string metadata_type;  // "" is the catalog's own table
};
void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.backend << " " << kind.metadata_type;
}

class AnyTable : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (!testing::backend_is_there(GetParam().backend)) GTEST_SKIP() << "no PostgreSQL here";
    world_ = std::make_unique<ArtifactWorld>(GetParam().backend);
    if (GetParam().metadata_type.empty()) return;
    world_->sql("alter table artifacts rename to catalog_artifacts");
    world_->sql(
        "create table artifacts(id text primary key, artifact_type text, title text, file_path "
        "text, content_hash text, metadata " +
        GetParam().metadata_type + ", updated_at text)");
    world_->sql("alter table artifact_metadata_journal rename to catalog_journal");
    world_->config().in_catalog = false;
  }

  ArtifactTable open() {
    auto table = must(ArtifactTable::open(world_->config(), world_->catalog()));
    if (!must(table.has_journal())) must(table.create_journal());
    return table;
  }

  std::vector<WriteOutcome> record(ArtifactTable& table, const std::vector<ArtifactRow>& rows,
                                   const std::string& reason = "backfill") {
    std::vector<HashWrite> writes;
    for (const auto& row : rows) {
      writes.push_back({.row = &row,
                        .digest = core::sha256(row.id),
                        .size_bytes = 5,
                        .computed_at = Timestamp{1'800'000'000'000'000'000},
                        .reason = reason});
    }
    auto transaction = must(sql::Transaction::begin(table.connection()));
    auto outcomes = must(table.record(
        writes, {.actor = "tester", .batch_run_id = "run", .operation = "artifacts.backfill"}));
    must(transaction.commit());
    return outcomes;
  }
  bool keeps_bytes() const {
    return GetParam().metadata_type != "jsonb" &&
           !(GetParam().metadata_type.empty() && world_->postgres());
  }

  std::unique_ptr<ArtifactWorld> world_;
};

INSTANTIATE_TEST_SUITE_P(Backends, AnyTable,
                         ::testing::Values(Kind{"sqlite", ""}, Kind{"sqlite", "text"},
                                           Kind{"sqlite", "json"}, Kind{"postgres", ""},
                                           Kind{"postgres", "jsonb"}, Kind{"postgres", "json"},
                                           Kind{"postgres", "text"}));

TEST_P(AnyTable, ReadsWhatIsRecorded) {
  world_->add_row(
      "a", "f.bin",
      R"({"file_sha256":"ABC","file_size_bytes":12,"file_sha256_computed_at":"2026-01-01T00:00:00Z"})");
  world_->add_row("b", std::nullopt, "null");
  world_->add_row("c", "", "[1, 2]");
  world_->add_row(
      "d", "d",
      R"({"file_sha256": 12, "file_size_bytes": "many", "file_sha256_computed_at": null})");
  auto table = open();
  const auto rows = must(table.page({}));
  ASSERT_THAT(ids_of(rows), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(rows[0].recorded_sha256, "ABC");
  EXPECT_EQ(rows[0].recorded_size_bytes, 12);
  EXPECT_EQ(rows[0].computed_at, "2026-01-01T00:00:00Z");
  EXPECT_EQ(rows[0].title, "a title");
  EXPECT_EQ(rows[0].type, "figure");
  EXPECT_EQ(rows[1].path, std::nullopt);
  EXPECT_EQ(rows[1].metadata, MetadataKind::null);
  EXPECT_EQ(rows[2].path, "");
  EXPECT_EQ(rows[2].metadata, MetadataKind::other);
  EXPECT_EQ(rows[3].recorded_sha256, "12");
  EXPECT_EQ(rows[3].recorded_size_bytes, std::nullopt);
  EXPECT_EQ(rows[3].computed_at, std::nullopt);
}

TEST_P(AnyTable, WritesThreeKeysAndNothingElse) {
  world_->add_row("a", "f.bin", kOdd);
  world_->add_row("b", "g.bin", "null");
  world_->add_row("untouched", "h.bin", kOdd);
  const auto columns = [&](const char* id) {
    return world_->ask(
        "select artifact_type || title || file_path || content_hash from artifacts where id = '" +
        std::string(id) + "'");
  };
  const auto before = columns("a");
  auto table = open();
  const auto rows = must(table.rows(std::vector<std::string>{"a", "b"}));
  EXPECT_THAT(record(table, rows), ElementsAre(WriteOutcome::written, WriteOutcome::written));
  EXPECT_EQ(columns("a"), before);
  const std::string digest = core::to_hex(core::sha256("a"));
  if (keeps_bytes()) {
    EXPECT_EQ(
        world_->metadata("a"),
        std::string(kOdd).substr(0, std::string(kOdd).size() - 1) + R"(,"file_sha256":")" + digest +
            R"(","file_size_bytes":5,"file_sha256_computed_at":"2027-01-15T08:00:00.000000Z"})");
  } else {
    EXPECT_EQ(world_->ask("select (metadata - 'file_sha256' - 'file_size_bytes' - "
                          "'file_sha256_computed_at')::text from artifacts where id = 'a'"),
              world_->ask("select '" + std::string(kOdd) + "'::jsonb::text"));
  }
  const auto after = must(table.rows(std::vector<std::string>{"a", "b", "untouched"}));
  EXPECT_EQ(after[0].recorded_sha256, digest);
  EXPECT_EQ(after[0].recorded_size_bytes, 5);
  EXPECT_EQ(after[0].computed_at, "2027-01-15T08:00:00.000000Z");
  EXPECT_EQ(after[1].metadata, MetadataKind::object);
  EXPECT_EQ(after[2].recorded_sha256, std::nullopt);
  EXPECT_NE(world_->ask("select cast(updated_at as text) from artifacts where id = 'a'"),
            std::nullopt);
}

TEST_P(AnyTable, JournalsEveryWriteWithTheOldValue) {
  world_->add_row("a", "f.bin",
                  R"({"x":1,"file_sha256":"old","file_size_bytes":12345678901234567890})");
  world_->add_row("b", "g.bin", "null");
  auto table = open();
  record(table, must(table.rows(std::vector<std::string>{"a", "b"})), "drift: artifact.modified");
  EXPECT_EQ(world_->number("select count(*) from artifact_metadata_journal"), 2);
  const auto journal = [&](const char* what, const char* id) {
    return world_
        ->ask(std::string("select cast(") + what +
              " as text) from artifact_metadata_journal where artifact_id = '" + id + "'")
        .value_or("");
  };
  EXPECT_EQ(journal("old", "a"),
            R"({"file_sha256": "old", "file_size_bytes": 12345678901234567890})");
  EXPECT_EQ(journal("old", "b"), "{}");
  EXPECT_THAT(journal("new", "a"), HasSubstr(core::to_hex(core::sha256("a"))));
  EXPECT_EQ(journal("reason", "a"), "drift: artifact.modified");
  EXPECT_EQ(journal("actor", "a"), "tester");
  EXPECT_EQ(journal("operation", "a"), "artifacts.backfill");
  EXPECT_THAT(journal("at", "a"), HasSubstr("2100-01-01"));
}

TEST_P(AnyTable, WritesNothingOverWhatAnotherClientChanged) {
  for (const char* id : {"path", "hash", "gone", "fine", "array", "other_key"})
    world_->add_row(id, "f.bin", R"({"file_sha256":"old"})");
  auto table = open();
  const std::vector<std::string> ids{"path", "hash", "gone", "fine", "array", "other_key"};
  const auto rows = must(table.rows(ids));  // in the table's order
  ASSERT_THAT(ids_of(rows), ElementsAre("array", "fine", "gone", "hash", "other_key", "path"));
  world_->sql("update artifacts set file_path = 'g.bin' where id = 'path'");
  world_->sql(R"(update artifacts set metadata = '{"file_sha256":"theirs"}' where id = 'hash')");
  world_->sql("delete from artifacts where id = 'gone'");
  world_->sql("update artifacts set metadata = '[]' where id = 'array'");
  world_->sql(
      R"(update artifacts set metadata = '{"file_sha256":"old","theirs":2}' where id = 'other_key')");
  EXPECT_THAT(record(table, rows), ElementsAre(WriteOutcome::row_changed, WriteOutcome::written,
                                               WriteOutcome::row_gone, WriteOutcome::row_changed,
                                               WriteOutcome::written, WriteOutcome::row_changed));
  EXPECT_EQ(world_->number("select count(*) from artifact_metadata_journal"), 2);
  EXPECT_EQ(world_->metadata("array"), "[]");
  EXPECT_THAT(world_->metadata("hash"), HasSubstr("theirs"));
  EXPECT_THAT(world_->metadata("other_key"), HasSubstr("theirs"));
  EXPECT_EQ(world_->number("select count(*) from artifacts"), 5);
}

TEST_P(AnyTable, TellsWritesThatATriggerAltered) {
  for (const char* id : {"fine", "put_back", "skipped", "touched"})
    world_->add_row(id, "f.bin", "{}");
  if (world_->postgres()) {
    world_->sql(
        "create function meddle() returns trigger language plpgsql as $$ begin"
        " if old.id = 'skipped' then return null; end if;"
        " if old.id = 'put_back' then new.metadata := old.metadata; end if;"
        " if old.id = 'touched' then new.title := 'touched'; end if;"
        " return new; end $$;"
        "create trigger meddle before update on artifacts for each row execute function meddle()");
  } else {
    world_->sql(
        "create trigger skips before update on artifacts when old.id = 'skipped'"
        " begin select raise(ignore); end;"
        "create trigger puts_back after update of metadata on artifacts when old.id = 'put_back'"
        " begin update artifacts set metadata = old.metadata where id = old.id; end;"
        "create trigger touches after update of metadata on artifacts when old.id = 'touched'"
        " begin update artifacts set title = 'touched' where id = old.id; end");
  }
  auto table = open();
  const std::vector<std::string> ids{"fine", "put_back", "skipped", "touched"};
  EXPECT_THAT(record(table, must(table.rows(ids))),
              ElementsAre(WriteOutcome::written, WriteOutcome::altered, WriteOutcome::altered,
                          WriteOutcome::written));
}

TEST_P(AnyTable, WritesNothingWithoutACommit) {
  world_->add_row("a", "f.bin", "{}");
  auto table = open();
  const auto rows = must(table.page({}));
  {
    const auto transaction = must(sql::Transaction::begin(table.connection()));
    const HashWrite write{
        .row = &rows[0], .digest = {}, .size_bytes = 1, .computed_at = {}, .reason = ""};
    must(table.record(std::span(&write, 1), {}));
  }
  EXPECT_EQ(world_->metadata("a"), "{}");
  EXPECT_EQ(world_->number("select count(*) from artifact_metadata_journal"), 0);
}

TEST_P(AnyTable, PagesThroughEveryRowOnceInTheDatabasesOrder) {
  const std::vector<std::string> odd{"10",    "9",    "B",     "a",     "Z_1",
                                     "b-2",   "ä",    "\"q\"", "it''s", "back\\slash",
                                     "tab\t", "日本", "x:y",   "{id}",  "%"};
  std::vector<std::string> expected;
  for (const std::string& id : odd) {
    for (const char* type : {"notebook", "Figure"}) {
      std::string name = std::string(type) + "/" + id;
      if (name.find("''") != std::string::npos) name.replace(name.find("''"), 2, "'");
      world_->add_row(name, "p", "{}", type);
      expected.push_back(name);
    }
  }
  auto table = open();
  for (const std::int64_t limit : {1, 7, 1000}) {
    const auto found = all_ids(table, {.limit = limit});
    EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(expected)) << limit;
  }
  EXPECT_EQ(must(table.count({})), std::ssize(expected));
  EXPECT_EQ(must(table.count({.types = {"Figure", "none"}})), std::ssize(odd));
  EXPECT_EQ(all_ids(table, {.limit = 4, .types = {"Figure"}}).size(), odd.size());
  EXPECT_EQ(must(table.rows(expected)).size(), expected.size());
}

TEST_P(AnyTable, SelectsByMarkerHashAndAge) {
  world_->add_row("bare", "p", "null");
  world_->add_row("claimed", "p", R"({"file_sha256":"aa"})");
  world_->add_row("done_old", "p",
                  R"({"file_sha256":"aa","file_sha256_computed_at":"2026-01-01T00:00:00+02:00"})");
  world_->add_row("done_new", "p",
                  R"({"file_sha256":"aa","file_sha256_computed_at":"2026-03-01T00:00:00Z"})");
  world_->add_row("done_odd", "p", R"({"file_sha256":"aa","file_sha256_computed_at":"yesterday"})");
  world_->add_row("list", "p", "[]");
  world_->add_row("marked", "p", R"({"file_sha256_computed_at":"2026-03-01T00:00:00Z"})");
  world_->add_row("soon", "p",  // the clock of the world says 08:00:00
                  R"({"file_sha256":"aa","file_sha256_computed_at":"2100-01-01T00:00:30Z"})");
  world_->add_row("to_come", "p",
                  R"({"file_sha256":"aa","file_sha256_computed_at":"2100-01-01T00:02:00Z"})");
  auto table = open();
  EXPECT_THAT(all_ids(table, {.selection = RowSelection::unmarked, .limit = 2}),
              ElementsAre("bare", "claimed", "list", "marked"));
  EXPECT_THAT(all_ids(table, {.selection = RowSelection::unmarked_hashed, .limit = 2}),
              ElementsAre("claimed"));
  EXPECT_THAT(all_ids(table, {.selection = RowSelection::hashed, .limit = 2}),
              ElementsAre("claimed", "done_new", "done_odd", "done_old", "soon", "to_come"));
  EXPECT_EQ(must(table.count({.selection = RowSelection::unmarked})), 4);
  EXPECT_EQ(must(table.count({.selection = RowSelection::hashed})), 6);
  EXPECT_THAT(all_ids(table, {.limit = 2, .marked_before = "2026-02-01T00:00:00Z"}),
              ElementsAre("bare", "claimed", "done_odd", "done_old", "list", "marked", "to_come"));
  EXPECT_EQ(must(table.count({.marked_before = "2026-02-01T00:00:00Z"})), 7);
  EXPECT_EQ(table.page({.marked_before = "tomorrow"}).error().code(), Code::invalid);
}

// Nobody can tell of them whether a hash is recorded: what answers for recorded hashes must not pass over them.
TEST_P(AnyTable, SelectsDamagedRowsWhereAProofIsAskedFor) {
  world_->add_row("bare", "p", "null");
  world_->add_row("claimed", "p", R"({"file_sha256":"aa"})");
  world_->add_row("list", "p", "[]");
  world_->add_row("nothing", "p", R"({"nested":{"file_sha256":"aa"},"file_sha256":null})");
  world_->add_row("word", "p", R"("words")");
  std::vector<std::string> expected{"claimed", "list"};
  if (keeps_bytes()) {
    world_->add_row("twice", "p", R"({"file_sha256":null,"file_sha256":"aa"})");
    world_->add_row("twice_marked", "p",
                    R"({"file_sha256_computed_at":"x","file\u005fsha256_computed_at":"y"})");
    expected.insert(expected.end(), {"twice", "twice_marked"});
  }
  if (GetParam().metadata_type == "text") {
    world_->add_row("torn", "p", R"({"file_sha256":"a)");
    expected.insert(expected.end() - 2, "torn");
  }
  expected.emplace_back("word");
  auto table = open();
  EXPECT_EQ(all_ids(table, {.selection = RowSelection::asks_for_proof, .limit = 2}), expected);
  EXPECT_EQ(must(table.count({.selection = RowSelection::asks_for_proof})), std::ssize(expected));
}

TEST_P(AnyTable, PreparesEveryStatement) {
  auto table = open();
  must(table.connection().prepare_all());
  auto again = must(ArtifactTable::open(
      world_->config(), world_->catalog()));  // a second source over the same connection
  EXPECT_EQ(must(again.count({})), 0);
}

class UserTable : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!testing::backend_is_there(GetParam())) GTEST_SKIP() << "no PostgreSQL here";
    world_ = std::make_unique<ArtifactWorld>(GetParam());
    world_->config().in_catalog = false;
    world_->config().table = "mine";
    world_->config().journal = "mine_journal";
    world_->config().columns = {.id = "key",
                                .type = "",
                                .title = "",
                                .path = "where",
                                .metadata = "meta",
                                .updated_at = ""};
  }
  ArtifactTable open() { return must(ArtifactTable::open(world_->config(), world_->catalog())); }
  std::string refusal() {
    const auto table = ArtifactTable::open(world_->config(), world_->catalog());
    return table.ok()
               ? "opened"
               : std::string(code_name(table.error().code())) + ": " + table.error().message();
  }
  std::unique_ptr<ArtifactWorld> world_;
};

INSTANTIATE_TEST_SUITE_P(Backends, UserTable, ::testing::Values("sqlite", "postgres"));

TEST_P(UserTable, MayHaveIntegerIds) {
  world_->sql("create table mine(key integer primary key, \"where\" text, meta text)");
  for (const int id : {2, 10, 9, 100, -1})
    world_->sql("insert into mine values (" + std::to_string(id) + ", 'p', '{}')");
  auto table = open();
  EXPECT_THAT(all_ids(table, {.limit = 2}), ElementsAre("-1", "2", "9", "10", "100"));
  must(table.create_journal());
  const auto rows = must(table.rows(std::vector<std::string>{"10", "-1", "77"}));
  ASSERT_THAT(ids_of(rows), ElementsAre("-1", "10"));
  std::vector<HashWrite> writes{
      {.row = &rows[0], .digest = {}, .size_bytes = 1, .computed_at = {}, .reason = "r"}};
  auto transaction = must(sql::Transaction::begin(table.connection()));
  EXPECT_THAT(must(table.record(writes, {})), ElementsAre(WriteOutcome::written));
  must(transaction.commit());
  EXPECT_THAT(world_->ask("select cast(meta as text) from mine where key = -1").value_or(""),
              HasSubstr("file_sha256"));
  EXPECT_EQ(world_->ask("select artifact_id from mine_journal"), "-1");
}

// The names that the statements give their columns: `order by id` would mean the text handed out, not the number.
TEST_P(UserTable, MayCallItsColumnsAsWeDo) {
  world_->config().columns = {.id = "id",
                              .type = "type",
                              .title = "title",
                              .path = "path",
                              .metadata = "metadata",
                              .updated_at = ""};
  world_->sql(
      "create table mine(id integer primary key, type integer, title text, path text, metadata "
      "text)");
  for (const char* row : {"2, 9", "10, 10", "9, 9", "100, 10", "33, 9"})
    world_->sql("insert into mine values (" + std::string(row) + ", '', 'p', '{}')");
  auto table = open();
  const auto all = all_ids(table, {.limit = 2});
  if (world_->postgres()) {
    EXPECT_THAT(all, ElementsAre("10", "100", "2", "9", "33"));  // '10' is before '9' as text
  } else {
    EXPECT_THAT(all, ElementsAre("2", "9", "33", "10", "100"));
  }
  EXPECT_THAT(ids_of(must(table.rows(std::vector<std::string>{"33", "2", "9"}))),
              ElementsAre("2", "9", "33"));
}

// Bare names in a subquery over the user's table would be these columns.
TEST_P(UserTable, MayHaveColumnsNamedAsInOurSubqueries) {
  for (const char* meta_type : {"text", "jsonb"}) {
    if (!world_->postgres() && std::string(meta_type) == "jsonb") continue;
    world_->sql("drop table if exists mine");
    std::string names;
    for (const char* name : {"x", "value", "n", "id", "r", "v", "w", "t", "e", "k", "b", "old",
                             "new", "metadata", "old_metadata", "ids", "json"})
      names += std::string(", ") + name + " text default 'theirs'";
    world_->sql("create table mine(key text primary key, \"where\" text, meta " +
                std::string(meta_type) + names + ")");
    world_->sql(
        R"(insert into mine(key, "where", meta) values ('a', 'p', '{}'), ('b', 'q', '{}'))");
    auto table = open();
    if (!must(table.has_journal())) must(table.create_journal());
    EXPECT_THAT(all_ids(table, {.limit = 1}), ElementsAre("a", "b"));
    const auto rows = must(table.rows(std::vector<std::string>{"a", "b"}));
    ASSERT_THAT(ids_of(rows), ElementsAre("a", "b"));
    EXPECT_THAT(must(table.metadata_texts(std::vector<std::string>{"b"})), ElementsAre("{}"));
    expect_written(table, rows);
    EXPECT_EQ(must(table.count({.selection = RowSelection::unmarked})), 0);
  }
}

TEST(ArtifactTable, OrdersTypesOfAColumnWithoutATypeAsText) {
  ArtifactWorld world("sqlite");
  world.config().in_catalog = false;
  world.config().table = "mine";
  world.config().journal = "mine_journal";
  world.config().columns = {
      .id = "k", .type = "t", .title = "", .path = "p", .metadata = "m", .updated_at = ""};
  world.sql("create table mine(k text primary key, t, p, m)");
  world.sql(
      "insert into mine values ('a', 2, 'p', '{}'), ('b', 10, 'p', '{}'), ('c', 'x', 'p', '{}'), "
      "('d', 1, 'p', '{}'), ('e', 2, 'p', '{}')");
  auto table = must(ArtifactTable::open(world.config(), world.catalog()));
  EXPECT_THAT(all_ids(table, {.limit = 1}), ElementsAre("d", "b", "a", "e", "c"));
}

TEST_P(UserTable, MayHaveUuidIdsOrNoTypeForThem) {
  world_->sql(std::string("create table mine(key ") +
              (world_->postgres() ? "uuid primary key" : "unique not null") +
              ", \"where\" text, meta " + (world_->postgres() ? "jsonb" : "text") + ")");
  std::vector<std::string> ids;
  for (const char* tail : {"0a", "ff", "10", "9b"})
    ids.push_back("00000000-0000-4000-8000-0000000000" + std::string(tail));
  for (const auto& id : ids)
    world_->sql("insert into mine values ('" + id + "', 'p', '{}')");
  if (!world_->postgres())
    world_->sql(
        "insert into mine values (12, 'p', '{}'), ('12x', 'p', '{}')");  // mixed storage classes
  auto table = open();
  must(table.create_journal());
  const auto all = all_ids(table, {.limit = 1});
  EXPECT_EQ(all.size(), world_->postgres() ? 4U : 6U);
  const auto rows = must(table.rows(all));
  ASSERT_EQ(rows.size(), all.size());
  expect_written(table, rows);
}

TEST_P(UserTable, KeepsRowsWhoseTypeIsNull) {
  world_->config().columns.type = "kind";
  world_->sql("create table mine(key text primary key, kind text, \"where\" text, meta text)");
  world_->sql(
      "insert into mine values ('a', null, 'p', null), ('b', '', 'p', null), ('c', 'x', 'p', "
      "null), ('d', null, 'p', null)");
  auto table = open();
  EXPECT_THAT(all_ids(table, {.limit = 1}), ElementsAre("a", "b", "d", "c"));
  EXPECT_EQ(must(table.rows(std::vector<std::string>{"a"}))[0].type, "");
}

TEST_P(UserTable, RefusesIdsThatTwoRowsHave) {
  world_->sql("create table mine(key text, \"where\" text, meta text)");
  world_->sql("insert into mine values ('a', 'p', null), ('b', 'p', null), ('a', 'q', null)");
  EXPECT_THAT(refusal(),
              ::testing::AllOf(HasSubstr("invalid: "), HasSubstr("2 rows whose key is \"a\"")));
  world_->sql("update mine set key = null where \"where\" = 'q'");
  EXPECT_THAT(refusal(), HasSubstr("has a row whose key is NULL"));
}

// SQLite keeps a blob as a blob in any column. It is no text, so that nothing we hold could name the row again.
class SqliteStorage : public ::testing::Test {
 protected:
  SqliteStorage() : world_("sqlite") {
    world_.config().in_catalog = false;
    world_.config().table = "mine";
    world_.config().journal = "mine_journal";
    world_.config().columns = {
        .id = "k", .type = "t", .title = "", .path = "p", .metadata = "m", .updated_at = ""};
  }
  Result<ArtifactTable> open() { return ArtifactTable::open(world_.config(), world_.catalog()); }
  std::string refusal() {
    const auto table = open();
    return table.ok() ? "opened" : table.error().message();
  }
  ArtifactWorld world_;
};

TEST_F(SqliteStorage, NamesARowWhoseIdOrTypeIsABlob) {
  for (const char* id_type : {"text primary key", "integer", "uuid", "blob", ""}) {
    world_.sql("drop table if exists mine");
    world_.sql("create table mine(k " + std::string(id_type) + ", t text, p text, m text)");
    world_.sql("insert into mine values ('a', 'x', 'p', '{}'), (x'62ff', 'x', 'p', '{}')");
    EXPECT_THAT(refusal(), HasSubstr("the k of row \"b%FF\" is a BLOB")) << id_type;
    world_.sql("update mine set k = 'b', t = x'78' where k <> 'a'");
    EXPECT_THAT(refusal(), HasSubstr("the t of row \"b\" is a BLOB")) << id_type;
  }
}

TEST_F(SqliteStorage, NamesARowWhoseIdOrTypeHoldsANul) {
  world_.sql("create table mine(k text, t text, p text, m text)");
  world_.sql("insert into mine values ('a' || char(0) || 'b', 'x', 'p', '{}')");
  EXPECT_THAT(refusal(), HasSubstr("the k of row \"a%00b\" holds a NUL"));
  world_.sql("update mine set k = 'a', t = 'x' || char(0)");
  EXPECT_THAT(refusal(), HasSubstr("the t of row \"a\" holds a NUL"));
}

TEST_F(SqliteStorage, NamesIdsThatAreOneAsText) {
  world_.sql("create table mine(k, t text, p text, m text)");
  world_.sql("insert into mine values (1, 'x', 'p', '{}'), ('1', 'x', 'q', '{}')");
  EXPECT_THAT(refusal(), HasSubstr("has 2 rows whose k is \"1\""));
}

// Digits that SQLite leaves out of a number's text would make another number of it.
TEST_F(SqliteStorage, NamesANumberThatItsTextDoesNotGiveBack) {
  world_.sql("create table mine(k numeric primary key, t text, p text, m text)");
  world_.sql(
      "insert into mine values (0.1, 'x', 'p', '{}'), (0.10000000000000002, 'x', 'p', '{}')");
  EXPECT_THAT(refusal(), HasSubstr("the k of row \"0.1\" is a REAL"));
}

// Found by the page that meets it, when it came after the table was opened: neither passed over nor met again and again.
TEST_F(SqliteStorage, NamesARowThatBecameABlobMeanwhile) {
  world_.sql("create table mine(k text primary key, t text, p text, m text)");
  world_.sql("insert into mine values ('a', 'x', 'p', '{}'), ('c', 'x', 'p', '{}')");
  auto table = must(open());
  world_.sql("insert into mine values (x'62', 'x', 'p', '{}')");
  const auto page = table.page({.limit = 10});
  ASSERT_FALSE(page.ok());
  EXPECT_THAT(page.error().message(), HasSubstr("the k of row \"b\" is a BLOB"));
}

// Of every declared type, with values of every kind that it may hold: each row is met once.
TEST_F(SqliteStorage, PagesThroughEveryMixtureOfNumbersAndTexts) {
  for (const char* id_type :
       {"text", "integer", "numeric", "real", "blob", "", "uuid", "nvarchar(9) collate nocase"}) {
    for (const char* type_type : {"text", "integer", "numeric", "real", "blob", "", "datetime"}) {
      for (const bool has_null : {false, true}) {
        world_.sql("drop table if exists mine");
        world_.sql("create table mine(k " + std::string(id_type) + ", t " + type_type +
                   ", p text, m text)");
        world_.sql(
            "insert into mine values (1, 7, 'p', '{}'), ('b', '7', 'p', '{}'), (10, 'x', 'p', "
            "'{}'), "
            "(9, 'x', 'p', '{}'), (2.5, 7.5, 'p', '{}'), ('C', '', 'p', '{}'), ('10x', 10, 'p', "
            "'{}')");
        if (has_null) world_.sql("insert into mine values ('n', null, 'p', '{}')");
        auto table = must(open());
        const auto met = all_ids(table, {.limit = 1});
        EXPECT_EQ(met.size(), has_null ? 8U : 7U) << id_type << " | " << type_type;
        EXPECT_EQ(std::set(met.begin(), met.end()).size(), met.size())
            << id_type << " | " << type_type;
        EXPECT_EQ(must(table.rows(met)).size(), met.size()) << id_type << " | " << type_type;
      }
    }
  }
}

TEST_P(UserTable, IsNoJournalWithOtherColumns) {
  world_->sql("create table mine(key text primary key, \"where\" text, meta text)");
  auto table = open();
  EXPECT_FALSE(must(table.has_journal()));
  world_->sql("create table mine_journal(x text)");
  const auto there = table.has_journal();
  ASSERT_FALSE(there.ok());
  EXPECT_THAT(there.error().message(), HasSubstr("has no column seq; it has x"));
}

// Its triggers run for a join, not for an update with a common table expression.
TEST_F(SqliteStorage, WritesAViewThroughItsTrigger) {
  world_.sql("create table base(k text primary key, t text, p text, m text)");
  world_.sql("insert into base values ('a', 'x', 'p', '{}'), ('b', 'x', 'p', '{}')");
  world_.sql("create view mine as select * from base");
  world_.sql(
      "create trigger put instead of update on mine begin update base set m = new.m where k = "
      "old.k; end");
  auto table = must(open());
  must(table.create_journal());
  const auto rows = must(table.page({}));
  std::vector<HashWrite> writes;
  for (const auto& row : rows)
    writes.push_back(
        {.row = &row, .digest = {}, .size_bytes = 1, .computed_at = {}, .reason = "r"});
  auto transaction = must(sql::Transaction::begin(table.connection()));
  EXPECT_THAT(must(table.record(writes, {})),
              ElementsAre(WriteOutcome::written, WriteOutcome::written));
  must(transaction.commit());
}

TEST_P(UserTable, NamesWhatIsMissing) {
  EXPECT_THAT(refusal(),
              ::testing::AllOf(HasSubstr("not_found"), HasSubstr("there is no table \"mine\"")));
  world_->sql("create table mine(key text primary key, path text, meta text)");
  EXPECT_THAT(refusal(),
              ::testing::AllOf(HasSubstr("no column \"where\""), HasSubstr("key, path, meta")));
}

TEST_P(UserTable, IsReadWithoutWritingWhereAskedTo) {
  world_->sql("create table mine(key text primary key, \"where\" text, meta text)");
  auto table = must(ArtifactTable::open(world_->config(), world_->catalog(), Access::read_only));
  EXPECT_EQ(must(table.count({})), 0);
  EXPECT_FALSE(table.create_journal().ok());
}

TEST(ArtifactTable, RefusesTextThatIsNoJson) {
  ArtifactWorld world("sqlite");
  world.config().in_catalog = false;
  world.config().table = "mine";
  world.config().columns.updated_at = "";
  world.sql(
      "create table mine(id text primary key, artifact_type text, title text, file_path text, "
      "metadata text)");
  world.sql(
      "insert into mine values ('bad', 'f', '', 'p', '{broken'), ('blob', 'f', '', 'p', x'7b7d'), "
      "('bytes', 'f', '', 'p', cast(x'7b2261223a22ff227d' as text)), ('good', 'f', '', 'p', '{}')");
  auto table = must(ArtifactTable::open(world.config(), world.catalog()));
  const auto rows = must(table.page({.selection = RowSelection::unmarked}));
  ASSERT_THAT(ids_of(rows), ElementsAre("bad", "blob", "bytes", "good"));
  EXPECT_EQ(rows[0].metadata, MetadataKind::invalid);
  EXPECT_EQ(rows[1].metadata, MetadataKind::invalid);
  EXPECT_EQ(rows[2].metadata, MetadataKind::invalid);
  EXPECT_EQ(rows[3].metadata, MetadataKind::object);
  EXPECT_THAT(all_ids(table, {.selection = RowSelection::asks_for_proof, .limit = 2}),
              ElementsAre("bad", "blob", "bytes"));
}

}  // namespace
}  // namespace holdfast::artifacts

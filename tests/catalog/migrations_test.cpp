// SPDX-License-Identifier: Apache-2.0
// Migrations: one set for both databases, each step once whoever starts, nothing done to a catalog that is not understood.
#include "catalog/migrations.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/embedded_migrations.h"
#include "catalog/event_log.h"
#include "tests/support/second_program.h"
#include "tests/support/test_catalog.h"

namespace holdfast::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string shell_path(const std::string& file) {
  return testing::shell_quoted(std::string(HOLDFAST_SOURCE_DIR) + '/' + file);
}

/// The versions from `first` to the newest.
std::vector<std::int64_t> up_from(std::int64_t first) {
  std::vector<std::int64_t> versions;
  for (auto version = first; version <= newest_migration(); ++version)
    versions.push_back(version);
  return versions;
}
/// The versions above `target`, newest first.
std::vector<std::int64_t> down_to(std::int64_t target) {
  auto versions = up_from(target + 1);
  std::reverse(versions.begin(), versions.end());
  return versions;
}

class Migrations : public testing::CatalogTest {
 protected:
  Catalog any_version() {
    auto catalog = Catalog::open_any_version(url(), clock());
    EXPECT_TRUE(catalog.ok()) << catalog.error().message();
    return std::move(catalog).value();
  }
  Error refused() {
    const auto catalog = Catalog::open(url(), clock());
    EXPECT_FALSE(catalog.ok());
    return catalog.ok() ? Error(Code::internal, "opened") : catalog.error();
  }
  /// Tables and their columns with types.
  std::vector<std::vector<std::string>> shape() {
    if (is_sqlite()) {
      return query(
          "select m.name, c.name, c.type, c.pk, c.\"notnull\" from sqlite_master m, "
          "pragma_table_info(m.name) c where m.type='table' order by 1, 2");
    }
    return query(
        "select table_name, column_name, data_type, is_nullable from information_schema.columns"
        " where table_schema = current_schema() order by 1, 2");
  }
  std::vector<std::vector<std::string>> indexes() {
    return is_sqlite() ? query(
                             "select name, coalesce(sql, '') from sqlite_master where type = "
                             "'index' order by 1")
                       : query(
                             "select indexname, indexdef from pg_indexes where schemaname = "
                             "current_schema() order by 1");
  }
};
HOLDFAST_ON_BOTH_DATABASES(Migrations);

TEST_P(Migrations, ApplyEachStepInOrderAndOnlyOnce) {
  auto catalog = any_version();
  EXPECT_EQ(*migrate_up(catalog), up_from(1));
  EXPECT_THAT(*migrate_up(catalog), IsEmpty());
  const auto states = migration_status(catalog);
  ASSERT_TRUE(states.ok());
  ASSERT_EQ(static_cast<std::int64_t>(states->size()), newest_migration());
  for (const auto& state : *states) {
    EXPECT_TRUE(state.applied_at.has_value());
    EXPECT_FALSE(state.checksum_differs || state.unknown);
    EXPECT_EQ(state.checksum.size(), 64U);
  }
  EXPECT_TRUE(Catalog::open(url(), clock()).ok());
}

TEST_P(Migrations, ApplyEachStepOnceForEightStartersAtOnce) {
  std::atomic<std::int64_t> applied{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      auto catalog = Catalog::open_any_version(url(), clock());
      ASSERT_TRUE(catalog.ok()) << catalog.error().message();
      const auto done = migrate_up(*catalog);
      ASSERT_TRUE(done.ok()) << done.error().message();
      applied += static_cast<std::int64_t>(done->size());
    });
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(applied.load(), newest_migration());
  EXPECT_TRUE(Catalog::open(url(), clock()).ok());
}

TEST_P(Migrations, GoUpDownAndUpAgainToTheSameShape) {
  auto catalog = any_version();
  ASSERT_TRUE(migrate_up(catalog).ok());
  const auto shape_before = shape();
  const auto indexes_before = indexes();
  EXPECT_GT(shape_before.size(), 80U);
  for (std::int64_t target = newest_migration() - 1; target >= 0; --target) {
    EXPECT_THAT(*migrate_down(catalog, target), ElementsAre(target + 1));
  }
  const std::string left = is_sqlite() ? "sqlite_sequence" : "schema_migration";
  for (const auto& row : shape())
    EXPECT_TRUE(row[0] == "schema_migration" || row[0] == left) << row[0];
  ASSERT_TRUE(migrate_up(catalog).ok());
  EXPECT_EQ(shape(), shape_before);
  EXPECT_EQ(indexes(), indexes_before);
}

TEST_P(Migrations, KeepTheRowsOfStepsThatStay) {
  auto catalog = any_version();
  ASSERT_TRUE(migrate_up(catalog).ok());
  execute(
      "insert into artifacts (id, artifact_type, metadata) values ('a', 'figure', '{\"k\": 1}')");
  execute(
      "insert into claim (resource, key, owner, taken_at, lease_until) values ('r', 'k', 'o', 't', "
      "'t')");
  core::Event event;
  event.name = "test.happened";
  ASSERT_EQ(*append_events(catalog, {&event, 1}), 1);
  EXPECT_EQ(*migrate_down(catalog, 3), down_to(3));
  EXPECT_THAT(query("select key from claim"), ElementsAre(ElementsAre("k")));
  EXPECT_THAT(*migrate_down(catalog, 1), ElementsAre(3, 2));
  EXPECT_THAT(*migrate_up(catalog, 2), ElementsAre(2));
  EXPECT_EQ(*migrate_up(catalog), up_from(3));
  EXPECT_THAT(query("select key from claim"), IsEmpty());
  EXPECT_EQ(verify_events(catalog)->event_count, 1) << "the log of step 1 was never touched";
}

TEST_P(Migrations, RefuseTargetsThatAreNotThere) {
  auto catalog = any_version();
  EXPECT_EQ(migrate_up(catalog, 99).error().code(), Code::invalid);
  EXPECT_EQ(migrate_up(catalog, -1).error().code(), Code::invalid);
  EXPECT_EQ(migrate_down(catalog, -1).error().code(), Code::invalid);
  EXPECT_EQ(migrate_down(catalog, 99).error().code(), Code::invalid);
}

TEST_P(Migrations, RefuseACatalogWithAStepOfAnotherText) {
  auto catalog = open_catalog();
  execute("update schema_migration set checksum = 'x' where version = 2");
  EXPECT_EQ(refused().code(), Code::conflict);
  EXPECT_THAT(refused().message(),
              HasSubstr("migration 2 (incidents) was applied with another text"));
  EXPECT_EQ(migrate_up(catalog).error().code(), Code::conflict);
  EXPECT_EQ(migrate_down(catalog, 0).error().code(), Code::conflict);
  EXPECT_TRUE((*migration_status(catalog))[1].checksum_differs);
  EXPECT_EQ(query("select count(*) from schema_migration")[0][0],
            std::to_string(newest_migration()));
}

TEST_P(Migrations, RefuseACatalogThatIsNewer) {
  auto catalog = open_catalog();
  execute(
      "insert into schema_migration (version, name, checksum, applied_at) values (99, 'later', "
      "'x', '2030-01-01T00:00:00.000000Z')");
  EXPECT_EQ(refused().code(), Code::conflict);
  EXPECT_THAT(refused().message(), HasSubstr("newer than holdfast"));
  EXPECT_THAT(refused().message(), HasSubstr("migration 99 (later)"));
  EXPECT_THAT(refused().hint(), HasSubstr("newer holdfast"));
  EXPECT_EQ(migrate_up(catalog).error().code(), Code::conflict);
  EXPECT_EQ(migrate_down(catalog, 0).error().code(), Code::conflict);
  EXPECT_TRUE(migration_status(catalog)->back().unknown);
}

TEST_P(Migrations, RefuseACatalogThatIsOlderAndNameTheWay) {
  auto catalog = any_version();
  ASSERT_TRUE(migrate_up(catalog, 2).ok());
  EXPECT_EQ(refused().code(), Code::conflict);
  EXPECT_THAT(refused().message(), HasSubstr("older than holdfast"));
  EXPECT_THAT(refused().message(), HasSubstr("migration 3 (runs) is missing"));
  EXPECT_EQ(refused().hint(), "holdfast migrate upgrade");
}

TEST_P(Migrations, SayThatThereIsNoCatalog) {
  {
    const auto empty = connect();
    EXPECT_EQ(refused().code(), Code::not_found);
    EXPECT_THAT(refused().hint(), HasSubstr("holdfast migrate upgrade"));
  }
  auto catalog = any_version();
  ASSERT_TRUE(migrate_up(catalog).ok());
  ASSERT_TRUE(migrate_down(catalog, 0).ok());
  EXPECT_EQ(refused().code(), Code::not_found);
}

TEST_P(Migrations, LeaveNothingOfAStepThatFails) {
  auto catalog = any_version();
  ASSERT_TRUE(migrate_up(catalog, 2).ok());
  execute("create table claim (x text)");  // in the way of step 3, whose check_run comes before it
  const auto failed = migrate_up(catalog);
  ASSERT_FALSE(failed.ok());
  EXPECT_THAT(failed.error().message(), HasSubstr("migration runs"));
  EXPECT_TRUE(catalog.connection().columns("check_run")->empty());
  EXPECT_EQ(query("select max(version) from schema_migration")[0][0], "2");
  execute("drop table claim");
  EXPECT_EQ(*migrate_up(catalog), up_from(3));
}

TEST_P(Migrations, PrepareEveryStatementOfTheCatalog) {
  auto catalog = open_catalog();
  const auto prepared = catalog.connection().prepare_all();
  EXPECT_TRUE(prepared.ok()) << prepared.error().message();
}

// docs/formats/catalog.md has a section per table, "## `name`" or "## `name`, `other`: …", that names every column in backticks.
TEST_P(Migrations, AreDescribedColumnByColumn) {
  auto catalog = open_catalog();
  const std::string path = shell_path("docs/formats/catalog.md");
  const auto page = testing::run_program("cat " + path).output;
  const std::string tables =
      is_sqlite()
          ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
          : "select tablename from pg_tables where schemaname = current_schema()";
  const auto names = query(tables + " order by 1");
  EXPECT_GE(names.size(), 12U);
  for (const auto& row : names) {
    const std::string quoted = '`' + row[0] + '`';
    std::size_t heading = 0;
    std::string title;
    for (; heading != std::string::npos; heading = page.find("\n## ", heading + 1)) {
      title = page.substr(heading, page.find('\n', heading + 1) - heading);
      if (heading > 0 && title.substr(0, title.find(':')).find(quoted) != std::string::npos) break;
    }
    ASSERT_NE(heading, std::string::npos) << "no section for " << quoted;
    const auto section = page.substr(heading, page.find("\n## ", heading + 1) - heading);
    const auto columns = catalog.connection().columns(row[0]);
    for (const auto& column : *columns) {
      EXPECT_THAT(section, HasSubstr('`' + column.name + '`')) << "in the section of " << quoted;
    }
  }
}

TEST_P(Migrations, FindTheRowsLeftToDoByAnIndex) {
  const auto catalog = open_catalog();
  const std::string rows =
      is_sqlite()
          ? "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)"
          : "with n as (select generate_series(1, 100000) as i)";
  execute(rows +
          " insert into artifacts (id, artifact_type, metadata)"
          " select 'id' || i, 'figure', " +
          (is_sqlite() ? "" : "jsonb ") +
          "'{\"file_sha256\": \"x\", \"file_sha256_computed_at\": \"x\"}' from n");
  execute("analyze");
  const std::string explain = is_sqlite() ? "explain query plan " : "explain ";
  std::string plan;
  const std::string unmarked =
      "((metadata->>'file_sha256_computed_at') is null or (metadata->>'file_sha256') is null)";
  for (const auto& row :
       query(explain + "select id from artifacts where " + unmarked +
             " and (artifact_type, id) > ('', '') order by artifact_type, id limit 500")) {
    plan += row.back() + "\n";
  }
  EXPECT_THAT(plan, HasSubstr("artifacts_unmarked"));
  EXPECT_EQ(query("select count(*) from artifacts where " + unmarked)[0][0], "0");
}

TEST(EmbeddedMigrations, AreNumberedFromOneWithoutAGap) {
  std::int64_t expected = 0;
  for (const auto& file : embedded_migrations()) {
    EXPECT_EQ(std::stoll(std::string(file.name.substr(0, 4))), ++expected);
    EXPECT_THAT(std::string(file.text), HasSubstr("-- up\n"));
    EXPECT_THAT(std::string(file.text), HasSubstr("-- down\n"));
  }
  EXPECT_EQ(newest_migration(), expected);
}

}  // namespace
}  // namespace holdfast::catalog

// SPDX-License-Identifier: Apache-2.0
// What only a server can do to us: it is not there, goes in the middle, loses the answer to a commit, drops prepared statements.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/connection.h"
#include "sql/sqlstate.h"
#include "tests/support/second_program.h"
#include "tests/support/test_database.h"

namespace holdfast::sql {
namespace {

using ::testing::HasSubstr;
using testing::run_program;
using testing::shell_quoted;
using testing::TempFolder;

constexpr std::string_view kStatements = R"(
-- name: put
-- any
insert into t (x) values (:x)
-- name: count
-- any
select count(*) from t
-- name: settings
-- any
select current_setting('synchronous_commit'), current_setting('client_encoding'), current_setting('TimeZone'),
       current_setting('statement_timeout'), current_setting('application_name'), current_setting('transaction_isolation')
-- name: texts
-- any
select 12345678901234567890.5::numeric, '2026-05-18 02:03:04.5+02'::timestamptz, '{"b": 1, "a": 2}'::jsonb, '\xff00'::bytea,
       7::smallint, 8::integer, 1.5::real, true
)";

class Postgres : public testing::DatabaseTest {
 protected:
  Connection with_table() {
    auto db = connect();
    EXPECT_TRUE(db.script("create table if not exists t (x text unique)").ok());
    EXPECT_TRUE(db.use(Book::parse(kStatements, Dialect::postgres).value()).ok());
    return db;
  }
};
INSTANTIATE_TEST_SUITE_P(Server, Postgres, ::testing::Values(Dialect::postgres),
                         [](const auto&) { return std::string("postgres"); });

TEST_P(Postgres, IsTheSameSessionEverywhere) {
  const auto admin = connect();
  auto db = with_table();
  const auto rows = db.run("settings");
  ASSERT_TRUE(rows.ok()) << rows.error().message();
  EXPECT_EQ(rows->text(0, 0), "on");
  EXPECT_EQ(rows->text(0, 1), "UTF8");
  EXPECT_EQ(rows->text(0, 2), "UTC");
  EXPECT_EQ(rows->text(0, 3), "0");
  EXPECT_EQ(rows->text(0, 4), "holdfast");
  EXPECT_EQ(rows->text(0, 5), "read committed");
}

TEST_P(Postgres, MakesCommitsDurableEvenWhereTheDatabaseSaysOtherwise) {
  const std::string name = "holdfast_lazy_" + std::to_string(::getpid());
  auto admin = testing::open_or_fail({.url = testing::postgres_url()});
  ASSERT_TRUE(admin.script("create database " + name).ok());
  ASSERT_TRUE(admin.script("alter database " + name + " set synchronous_commit = off").ok());
  {
    std::string other = testing::postgres_url();
    const auto at = other.find("///holdfast");
    ASSERT_NE(at, std::string::npos);
    other.replace(at, 11, "///" + name);
    auto db = testing::open_or_fail({.url = other});
    ASSERT_TRUE(
        db.use(Book::parse("-- name: s\n-- any\nselect current_setting('synchronous_commit')\n",
                           Dialect::postgres)
                   .value())
            .ok());
    EXPECT_EQ(db.run("s")->text(0, 0), "on");
  }
  EXPECT_TRUE(admin.script("drop database " + name).ok());
}

TEST_P(Postgres, GivesNumbersTimesJsonAndBytesAsText) {
  auto db = with_table();
  const auto rows = db.run("texts");
  ASSERT_TRUE(rows.ok()) << rows.error().message();
  EXPECT_EQ(rows->text(0, 0), "12345678901234567890.5");
  EXPECT_EQ(rows->text(0, 1), "2026-05-18 00:03:04.5+00");
  EXPECT_EQ(rows->text(0, 2), R"({"a": 2, "b": 1})");
  EXPECT_EQ(rows->text(0, 3), "\\xff00");
  EXPECT_EQ(rows->integer(0, 4), 7);
  EXPECT_EQ(rows->integer(0, 5), 8);
  EXPECT_EQ(std::get<double>(rows->rows[0][6]), 1.5);
  EXPECT_EQ(rows->integer(0, 7), 1);
}

TEST_P(Postgres, ListsColumnsOfATableInAnotherSchema) {
  auto db = connect();
  const std::string schema = "Other " + std::to_string(::getpid());
  ASSERT_TRUE(db.script("create schema \"" + schema + "\"; create table \"" + schema +
                        "\".\"Art\" (id varchar(20), m jsonb)")
                  .ok());
  const auto columns = db.columns(schema + ".Art");
  ASSERT_TRUE(columns.ok()) << columns.error().message();
  ASSERT_EQ(columns->size(), 2U);
  EXPECT_EQ((*columns)[0].type, "character varying(20)");
  EXPECT_EQ((*columns)[1].type, "jsonb");
  EXPECT_TRUE(db.columns("none." + schema)->empty());
  EXPECT_TRUE(db.script("drop schema \"" + schema + "\" cascade").ok());
}

TEST_P(Postgres, PreparesAgainWhatTheServerHasDropped) {
  auto db = with_table();
  ASSERT_TRUE(db.run("put", {{"x", std::string("a")}}).ok());
  ASSERT_TRUE(db.script("deallocate all").ok());
  ASSERT_TRUE(db.run("put", {{"x", std::string("b")}}).ok());
  EXPECT_EQ(db.run("count")->integer(0, 0), 2) << "each row once";
  const auto transaction = Transaction::begin(db);
  ASSERT_TRUE(db.script("deallocate all").ok());
  EXPECT_EQ(db.run("put", {{"x", std::string("c")}}).error().code(), Code::conflict);
}

TEST_P(Postgres, SaysThatTheOutcomeOfACommitIsUnknown) {
  auto db = with_table();
  // The server ends the session in the middle of COMMIT, as a crash would.
  ASSERT_TRUE(
      db.script("create function leave() returns trigger language plpgsql as $$ begin perform"
                " pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); return null; end $$;"
                "create constraint trigger leaving after insert on t deferrable initially deferred"
                " for each row execute function leave()")
          .ok());
  auto transaction = Transaction::begin(db);
  ASSERT_TRUE(db.run("put", {{"x", std::string("a")}}).ok());
  const auto committed = transaction->commit();
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().code(), Code::io);
  EXPECT_THAT(committed.error().message(), HasSubstr("is unknown"));
  EXPECT_THAT(committed.error().hint(), HasSubstr("reads what is there"));
  EXPECT_EQ(db.run("count").error().code(), Code::io) << "still inside the transaction object";
}

TEST_P(Postgres, SaysThatTheSessionWasEnded) {
  auto db = with_table();
  ASSERT_TRUE(
      db.use(Book::parse("-- name: pid\n-- any\nselect pg_backend_pid()\n", Dialect::postgres)
                 .value())
          .ok());
  const auto pid = db.run("pid")->integer(0, 0);
  auto admin = connect();
  ASSERT_TRUE(admin.script("select pg_terminate_backend(" + std::to_string(pid) + ", 5000)").ok());
  EXPECT_EQ(db.run("count").error().code(), Code::unavailable);
  EXPECT_EQ(db.run("count").error().code(), Code::unavailable) << "a lost connection stays lost";
  EXPECT_EQ(Transaction::begin(db).error().code(), Code::unavailable);
}

TEST_P(Postgres, LosesNothingThatWasCommittedWhenTheServerGoesInTheMiddle) {
  const TempFolder folder;
  const std::string script =
      shell_quoted(std::string(HOLDFAST_SOURCE_DIR) + "/tests/support/pg_private.sh");
  const std::string server = shell_quoted(folder.at("pg"));
  const auto start = [&] {
    const auto started = run_program(script + " start " + server + " 2>/dev/null");
    EXPECT_EQ(started.exit_code, 0);
    return started.output.substr(0, started.output.find('\n'));
  };
  auto db = testing::open_or_fail({.url = start()});
  ASSERT_TRUE(db.script("create table t (x text)").ok());
  ASSERT_TRUE(db.use(Book::parse(kStatements, Dialect::postgres).value()).ok());
  ASSERT_TRUE(db.run("put", {{"x", std::string("kept")}}).ok());
  {
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(db.run("put", {{"x", std::string("open")}}).ok());
    ASSERT_EQ(run_program(script + " crash " + server + " 2>&1").exit_code, 0);
    const auto put = db.run("put", {{"x", std::string("after")}});
    EXPECT_EQ(put.error().code(), Code::unavailable);
    EXPECT_THAT(put.error().message(), HasSubstr("connection to the server was lost"));
    EXPECT_THAT(put.error().hint(), HasSubstr("what was not committed is gone"));
    const auto committed = transaction->commit();
    ASSERT_FALSE(committed.ok());
    EXPECT_EQ(committed.error().code(), Code::io);
  }
  EXPECT_EQ(Connection::open({.url = db.name()}).error().code(), Code::unavailable);
  const std::string url = start();
  EXPECT_EQ(run_program("psql -AtX " + shell_quoted(url) + " -c 'select x from t'").output,
            "kept\n");
  EXPECT_EQ(run_program(script + " stop " + server).exit_code, 0);
}

TEST_P(Postgres, SaysWhatIsNotThere) {
  auto url = testing::postgres_url();
  const auto at = url.find("///holdfast");
  ASSERT_NE(at, std::string::npos);
  const auto no_database = Connection::open({.url = url.replace(at, 11, "///none_there")});
  EXPECT_EQ(no_database.error().code(), Code::not_found);
  EXPECT_THAT(no_database.error().hint(), HasSubstr("createdb"));
  const auto no_role = Connection::open({.url = testing::postgres_url() + "&user=nobody_there"});
  EXPECT_EQ(no_role.error().code(), Code::invalid) << no_role.error().message();
}

TEST(PostgresServer, SaysThatNobodyListens) {
  const TempFolder folder;
  const auto refused = Connection::open({.url = "postgresql://u:secret@/d?host=" + folder.path()});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::unavailable);
  EXPECT_EQ(refused.error().message().find("secret"), std::string::npos);
  const auto port = Connection::open({.url = "postgresql://127.0.0.1:1/d"});
  EXPECT_EQ(port.error().code(), Code::unavailable) << port.error().message();
}

TEST(Sqlstate, TakesTheLongestRowThatFits) {
  EXPECT_EQ(code_of_sqlstate("23505"), Code::conflict);
  EXPECT_EQ(code_of_sqlstate("23514"), Code::invalid);
  EXPECT_EQ(code_of_sqlstate("40001"), Code::conflict);
  EXPECT_EQ(code_of_sqlstate("40003"), Code::io);
  EXPECT_EQ(code_of_sqlstate("42601"), Code::internal);
  EXPECT_EQ(code_of_sqlstate("42P01"), Code::invalid);
  EXPECT_EQ(code_of_sqlstate("53100"), Code::io);
  EXPECT_EQ(code_of_sqlstate("53300"), Code::unavailable);
  EXPECT_EQ(code_of_sqlstate("57P01"), Code::unavailable);
  EXPECT_EQ(code_of_sqlstate("XX001"), Code::corrupt);
  EXPECT_EQ(code_of_sqlstate("99999"), Code::io);
  EXPECT_EQ(code_of_sqlstate(""), Code::io);
}

}  // namespace
}  // namespace holdfast::sql

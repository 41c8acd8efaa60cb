// SPDX-License-Identifier: Apache-2.0
// What only SQLite can do to us: files that are not there, no database, damaged, locked by another program, on a full disk.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sql/connection.h"
#include "tests/support/second_program.h"
#include "tests/support/test_database.h"

namespace holdfast::sql {
namespace {

using ::testing::HasSubstr;
using testing::run_program;
using testing::shell_quoted;
using testing::TempFolder;

constexpr std::string_view kStatements =
    "-- name: put\n-- any\ninsert into t (x) values (:x)\n-- name: sum\n-- any\nselect count(*), "
    "sum(length(x)) from t\n"
    "-- name: check\n-- any\nselect count(*) from t where x > ''\n";

Connection opened(const OpenOptions& options) {
  auto connection = testing::open_or_fail(options);
  EXPECT_TRUE(connection.use(Book::parse(kStatements, Dialect::sqlite).value()).ok());
  return connection;
}

Error refused(const OpenOptions& options) {
  const auto connection = Connection::open(options);
  EXPECT_FALSE(connection.ok());
  return connection.ok() ? Error(Code::internal, "opened") : connection.error();
}

Connection with_table(const std::string& path) {
  auto connection = opened({.url = "sqlite:" + path, .create = true, .wal = true});
  EXPECT_TRUE(connection.script("create table t (x text not null)").ok());
  return connection;
}

void put_many(Connection& db) {
  auto transaction = Transaction::begin(db);
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(db.run("put", {{"x", std::string(500, 'x')}}).ok());
  ASSERT_TRUE(transaction->commit().ok());
}

std::string sqlite3(const std::string& path, const std::string& sql) {
  return run_program(
             "python3 -c " +
             shell_quoted("import sqlite3,sys; "
                          "print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())") +
             ' ' + shell_quoted(path) + ' ' + shell_quoted(sql))
      .output;
}

TEST(Sqlite, SaysThatAFileIsNotThere) {
  const TempFolder folder;
  const auto error = refused({.url = "sqlite:" + folder.at("none.db")});
  EXPECT_EQ(error.code(), Code::not_found);
  EXPECT_THAT(error.message(), HasSubstr("none.db"));
  EXPECT_FALSE(std::filesystem::exists(folder.at("none.db")));
  EXPECT_EQ(
      refused({.url = "sqlite:" + folder.at("none.db"), .create = true, .read_only = true}).code(),
      Code::not_found);
}

TEST(Sqlite, MakesTheFileWithItsFolderWhenAsked) {
  const TempFolder folder;
  auto db = with_table(folder.at("a/b/c.db"));
  ASSERT_TRUE(db.run("put", {{"x", std::string("kept")}}).ok());
  EXPECT_EQ(sqlite3(folder.at("a/b/c.db"), "select x from t"), "[('kept',)]\n");
}

TEST(Sqlite, RefusesAFolderAndADevice) {
  const TempFolder folder;
  EXPECT_EQ(refused({.url = "sqlite:" + folder.path()}).code(), Code::invalid);
  EXPECT_EQ(refused({.url = "sqlite:/dev/null"}).code(), Code::invalid);
}

TEST(Sqlite, TakesSpecialNamesAsPlainFiles) {
  const TempFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  for (const std::string name : {":memory:", "file:x.db?mode=memory", "it's ä.db"}) {
    {
      const auto db = with_table(name);
    }
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(folder.path()) / name)) << name;
  }
  std::filesystem::current_path(before);
}

TEST(Sqlite, IsDurable) {
  const TempFolder folder;
  auto db = with_table(folder.at("a.db"));
  EXPECT_EQ(sqlite3(folder.at("a.db"), "pragma journal_mode"), "[('wal',)]\n");
  // synchronous is the connection's own, so it is asked here: 2 is FULL, 3 EXTRA.
  const auto level = [](Connection& connection) {
    EXPECT_TRUE(connection
                    .use(Book::parse("-- name: s\n-- any\npragma synchronous\n-- name: f\n-- "
                                     "any\npragma foreign_keys\n",
                                     Dialect::sqlite)
                             .value())
                    .ok());
    EXPECT_EQ(connection.run("f")->integer(0, 0), 1);
    return connection.run("s")->integer(0, 0);
  };
  EXPECT_EQ(level(db), 2);
  ASSERT_EQ(
      run_program(
          "python3 -c " +
          shell_quoted(
              "import sqlite3,sys; sqlite3.connect(sys.argv[1]).execute('create table t(x)')") +
          ' ' + shell_quoted(folder.at("user.db")))
          .exit_code,
      0);
  auto user = opened({.url = "sqlite:" + folder.at("user.db")});
  EXPECT_EQ(level(user), 3);
  EXPECT_EQ(sqlite3(folder.at("user.db"), "pragma journal_mode"), "[('delete',)]\n")
      << "a user's file keeps its journal";
}

TEST(Sqlite, SaysThatAFileIsNoDatabase) {
  const TempFolder folder;
  folder.write("text.db", std::string(5000, 'x'));
  const auto error = refused({.url = "sqlite:" + folder.at("text.db")});
  EXPECT_EQ(error.code(), Code::corrupt);
  EXPECT_THAT(error.message(), HasSubstr("file is not a database"));
  EXPECT_THAT(error.hint(), HasSubstr("backup"));
}

TEST(Sqlite, SaysThatAFileIsCutShort) {
  const TempFolder folder;
  {
    auto db = with_table(folder.at("a.db"));
    put_many(db);
  }
  ASSERT_FALSE(std::filesystem::exists(folder.at("a.db-wal")))
      << "the last connection puts everything into the file";
  std::filesystem::resize_file(folder.at("a.db"), 3 * 4096);
  const auto cut = Connection::open({.url = "sqlite:" + folder.at("a.db")});
  if (!cut) {
    EXPECT_EQ(cut.error().code(), Code::corrupt);
    return;
  }
  auto db = opened({.url = "sqlite:" + folder.at("a.db")});
  const auto rows = db.run("check");
  ASSERT_FALSE(rows.ok()) << "a cut file may not look whole";
  EXPECT_EQ(rows.error().code(), Code::corrupt);
}

TEST(Sqlite, SaysThatPagesAreDamaged) {
  const TempFolder folder;
  {
    auto db = with_table(folder.at("a.db"));
    put_many(db);
  }
  std::string bytes = folder.read("a.db");
  for (std::size_t i = 4096; i + 100 < bytes.size(); i += 4096)
    bytes.replace(i, 100, std::string(100, '\xAB'));
  folder.write("a.db", bytes);
  auto db = opened({.url = "sqlite:" + folder.at("a.db")});
  const auto rows = db.run("check");
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code(), Code::corrupt);
}

TEST(Sqlite, SaysWhoHoldsTheLock) {
  for (const char* journal : {"wal", "delete"}) {
    const TempFolder folder;
    {
      const auto db = with_table(folder.at("a.db"));
    }
    testing::RunningProgram holder(
        "python3 -c " +
        shell_quoted("import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\n"
                     "c.execute('pragma journal_mode='+sys.argv[2])\nc.execute('begin immediate')\n"
                     "print('held',flush=True)\nsys.stdin.read()") +
        ' ' + shell_quoted(folder.at("a.db")) + ' ' + journal);
    ASSERT_EQ(holder.line(), "held");
    auto db = opened(
        {.url = "sqlite:" + folder.at("a.db"), .busy_timeout = std::chrono::milliseconds(20)});
    const auto begun = Transaction::begin(db);
    ASSERT_FALSE(begun.ok());
    EXPECT_EQ(begun.error().code(), Code::conflict);
    EXPECT_THAT(begun.error().message(),
                HasSubstr("by process " + std::to_string(holder.pid()) + " (python3"));
    EXPECT_THAT(begun.error().hint(), HasSubstr("wait until it has ended"));
    const auto put = db.run("put", {{"x", std::string("a")}});
    EXPECT_EQ(put.error().code(), Code::conflict);
    holder.end();
    EXPECT_TRUE(db.run("put", {{"x", std::string("a")}}).ok());
  }
}

/// Fills a transaction until it fails, and holds that nothing of it is left and that the connection says so.
void fill_until_refused(Connection& db) {
  ASSERT_TRUE(db.run("put", {{"x", std::string("before")}}).ok());
  auto transaction = Transaction::begin(db);
  ASSERT_TRUE(transaction.ok());
  Result<Rows> put = Rows();
  for (int i = 0; i < 4000 && put.ok(); ++i)
    put = db.run("put", {{"x", std::string(4000, 'x')}});
  const auto committed = put.ok() ? transaction->commit() : Status(put.error());
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().code(), Code::io) << committed.error().message();
  EXPECT_THAT(committed.error().hint(), HasSubstr("free some space"))
      << committed.error().message();
  // SQLite may have rolled back by itself: what comes now must not be written on its own.
  const auto after = db.run("put", {{"x", std::string("after")}});
  const auto again = transaction->commit();
  if (!db.in_transaction()) FAIL() << "committed half a transaction";
  EXPECT_FALSE(again.ok() && !after.ok());
  if (!again.ok()) {
    EXPECT_EQ(again.error().code(), Code::io);
  }
}

TEST(Sqlite, LosesNothingElseWhenTheDatabaseMayNotGrow) {
  const TempFolder folder;
  auto db = with_table(folder.at("a.db"));
  ASSERT_TRUE(db.script("pragma max_page_count=40").ok());
  fill_until_refused(db);
}

TEST(Sqlite, LosesNothingElseOnAFullDisk) {
  const TempFolder folder;
  const std::string disk = folder.at("disk");
  std::filesystem::create_directory(disk);
  if (run_program("mount -t tmpfs -o size=1m tmpfs " + shell_quoted(disk) + " 2>&1").exit_code !=
      0) {
    GTEST_SKIP() << "no right to mount a small disk; the case before stands in";
  }
  {
    auto db = with_table(disk + "/a.db");
    fill_until_refused(db);
  }
  EXPECT_EQ(sqlite3(disk + "/a.db", "select x from t"), "[('before',)]\n");
  EXPECT_EQ(sqlite3(disk + "/a.db", "pragma integrity_check"), "[('ok',)]\n");
  ASSERT_EQ(run_program("umount " + shell_quoted(disk)).exit_code, 0);
}

/// A folder seen through a mount that nobody may write to; empty where this process may not mount.
class ReadOnlyMount {
 public:
  explicit ReadOnlyMount(const TempFolder& folder) : at_(folder.at("mount")) {
    std::filesystem::create_directory(at_);
    mounted_ = run_program("mount --bind " + shell_quoted(folder.path()) + ' ' + shell_quoted(at_) +
                           " && mount -o remount,ro,bind " + shell_quoted(at_) + " 2>&1")
                   .exit_code == 0;
  }
  ~ReadOnlyMount() {
    if (mounted_) {
      EXPECT_EQ(run_program("umount " + shell_quoted(at_)).exit_code, 0);
    }
  }
  ReadOnlyMount(const ReadOnlyMount&) = delete;
  ReadOnlyMount& operator=(const ReadOnlyMount&) = delete;
  bool mounted() const { return mounted_; }
  std::string at(const std::string& name) const { return at_ + '/' + name; }

 private:
  std::string at_;
  bool mounted_ = false;
};

// What was never committed lies in the database until the journal beside it is played back.
TEST(Sqlite, ReadsNothingOnAReadOnlyMediumWhileAJournalMustBePlayedBack) {
  const TempFolder folder;
  const std::string db = shell_quoted(folder.at("a.db"));
  // The writer ends in the middle of its transaction, its pages and their journal on the disk.
  const auto writer = run_program(
      "python3 -c \"import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], "
      "isolation_level=None); "
      "c.execute('create table t (x text)'); c.executemany('insert into t values (?)', "
      "[('committed' * 200,)] * 100); "
      "c.execute('pragma cache_size = 1'); c.execute('begin'); c.execute(\\\"update t set x = "
      "'never' || x\\\"); os._exit(0)\" " +
      db);
  ASSERT_EQ(writer.exit_code, 0);
  ASSERT_GT(std::filesystem::file_size(folder.at("a.db-journal")), 0U);
  std::filesystem::create_symlink("a.db", folder.at("link.db"));
  const ReadOnlyMount mount(folder);
  if (!mount.mounted()) GTEST_SKIP() << "no right to mount";
  for (const char* name : {"a.db", "link.db"}) {
    const auto connection =
        Connection::open({.url = "sqlite:" + mount.at(name), .read_only = true});
    ASSERT_FALSE(connection.ok()) << name;
    EXPECT_THAT(connection.error().message(), HasSubstr("a.db-journal has changes")) << name;
  }
}

TEST(Sqlite, SaysThatItMayNotWrite) {
  if (::getuid() == 0 && run_program("setpriv --version >/dev/null 2>&1").exit_code != 0)
    GTEST_SKIP() << "root may write everything";
  const TempFolder folder;
  {
    const auto db = with_table(folder.at("a.db"));
  }
  std::filesystem::permissions(folder.at("a.db"), std::filesystem::perms::owner_read);
  if (::getuid() == 0) {
    // Root is held back by a read-only mount instead.
    const ReadOnlyMount mount(folder);
    if (!mount.mounted()) GTEST_SKIP() << "no right to mount";
    auto db = opened({.url = "sqlite:" + mount.at("a.db")});
    const auto put = db.run("put", {{"x", std::string("a")}});
    EXPECT_EQ(put.error().code(), Code::io);
    EXPECT_THAT(put.error().hint(), HasSubstr("writable"));
    return;
  }
  auto db = opened({.url = "sqlite:" + folder.at("a.db")});
  EXPECT_EQ(db.run("put", {{"x", std::string("a")}}).error().code(), Code::io);
}

TEST(Sqlite, RefusesTwoStatementsInOne) {
  const TempFolder folder;
  auto db = with_table(folder.at("a.db"));
  ASSERT_TRUE(
      db.use(
            Book::parse("-- name: two\n-- any\nselect 1; delete from t\n", Dialect::sqlite).value())
          .ok());
  EXPECT_EQ(db.run("two").error().code(), Code::internal);
}

}  // namespace
}  // namespace holdfast::sql

// SPDX-License-Identifier: Apache-2.0
// The contract of Connection, Transaction and JsonRows, on SQLite and PostgreSQL alike.
#include "sql/connection.h"

#include <cmath>
#include <limits>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_database.h"

namespace holdfast::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kStatements = R"(
-- name: item.put
-- any
insert into item (id, label, weight) values (:id, :label, :weight)
-- name: item.all
-- any
select id, label, weight from item order by id
-- name: item.count
-- any
select count(*) as n from item
-- name: item.relabel
-- any
update item set label = :label where id >= :least
-- name: item.everything
-- any
select * from item order by id
-- name: item.lock
-- sqlite
select id from item where id = 1
-- postgres
select id from item where id = 1 for update
-- name: item.put_many
-- sqlite
insert into item (id, label, weight) select value->>'id', value->>'label', value->>'weight' from json_each(:rows)
-- postgres
insert into item (id, label, weight)
select id, label, weight from jsonb_to_recordset(:rows::jsonb) as r(id bigint, label text, weight double precision)
-- name: truth
-- any
select 1 = 1 as truth, 1 = 2 as lie, cast(null as text) as absence
-- name: none.there
-- any
select x from none_there
-- name: bad.grammar
-- any
selec 1
-- name: bad.column
-- any
select "no_such_column" from item
)";

class Connections : public testing::DatabaseTest {
 protected:
  Connection with_items() {
    auto connection = connect();
    const std::string types =
        is_sqlite()
            ? "(id integer primary key, label text not null, weight real check (weight < 1000))"
            : "(id bigint primary key, label text not null, weight double precision check (weight "
              "< 1000))";
    EXPECT_TRUE(connection.script("create table if not exists item " + types).ok());
    use_statements(connection);
    return connection;
  }
  void use_statements(Connection& connection) {
    auto book = Book::parse(kStatements, GetParam());
    ASSERT_TRUE(book.ok()) << book.error().message();
    ASSERT_TRUE(connection.use(std::move(book).value()).ok());
  }
  static Result<Rows> put(Connection& connection, std::int64_t id, const std::string& label,
                          Value weight = {}) {
    return connection.run("item.put",
                          {{"id", id}, {"label", label}, {"weight", std::move(weight)}});
  }
  static std::int64_t count(Connection& connection) {
    const auto rows = connection.run("item.count");
    EXPECT_TRUE(rows.ok());
    return rows ? rows->integer(0, 0) : -1;
  }
};
HOLDFAST_ON_BOTH_DATABASES(Connections);

template <class T>
Code code_of(const Result<T>& result) {
  EXPECT_FALSE(result.ok());
  return result.ok() ? Code::internal : result.error().code();
}

TEST_P(Connections, GivesBackWhatWasPut) {
  auto db = with_items();
  const std::string odd =
      "it's \"quoted\" \\ \n\t \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 {x} :y $1 ?";
  ASSERT_TRUE(put(db, std::numeric_limits<std::int64_t>::max(), odd, 0.1).ok());
  ASSERT_TRUE(put(db, std::numeric_limits<std::int64_t>::min(), "", -2.5e-300).ok());
  ASSERT_TRUE(put(db, 0, "null").ok());
  const auto rows = db.run("item.all");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_THAT(rows->names, ElementsAre("id", "label", "weight"));
  EXPECT_EQ(rows->integer(0, 0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(rows->text(0, 1), "");
  EXPECT_FALSE(rows->is_null(0, 1));
  EXPECT_EQ(std::get<double>(rows->rows[0][2]), -2.5e-300);
  EXPECT_TRUE(rows->is_null(1, 2));
  EXPECT_EQ(rows->integer(2, 0), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(rows->text(2, 1), odd);
  EXPECT_EQ(std::get<double>(rows->rows[2][2]), 0.1);
}

TEST_P(Connections, CountsRowsWrittenAndNotRowsRead) {
  auto db = with_items();
  for (int i = 1; i <= 5; ++i)
    ASSERT_TRUE(put(db, i, "a").ok());
  const auto changed =
      db.run("item.relabel", {{"label", std::string("b")}, {"least", std::int64_t{4}}});
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->affected, 2);
  const auto read = db.run("item.all");
  EXPECT_EQ(read->affected, 0);
  EXPECT_EQ(read->size(), 5U);
  EXPECT_EQ(
      db.run("item.relabel", {{"label", std::string("c")}, {"least", std::int64_t{9}}})->affected,
      0);
}

TEST_P(Connections, GivesBooleansAsIntegersAndNullAsNull) {
  auto db = with_items();
  const auto rows = db.run("truth");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(std::get<std::int64_t>(rows->rows[0][0]), 1);
  EXPECT_EQ(std::get<std::int64_t>(rows->rows[0][1]), 0);
  EXPECT_TRUE(rows->is_null(0, 2));
}

TEST_P(Connections, WritesManyRowsWithOneStatement) {
  auto db = with_items();
  JsonRows rows;
  for (std::int64_t i = 0; i < 5000; ++i) {
    rows.begin_row();
    rows.add("id", i + (std::int64_t{1} << 60));
    rows.add("label", "label \"" + std::to_string(i) + "\" \\ \x01\n\xC3\xA4");
    rows.add("weight", i % 2 == 0 ? Value() : Value(static_cast<double>(i) / 10.0));
  }
  const auto put_many = db.run("item.put_many", {{"rows", rows.take()}});
  ASSERT_TRUE(put_many.ok()) << put_many.error().message();
  EXPECT_EQ(put_many->affected, 5000);
  const auto all = db.run("item.all");
  ASSERT_EQ(all->size(), 5000U);
  EXPECT_EQ(all->integer(4999, 0), (std::int64_t{1} << 60) + 4999);
  EXPECT_EQ(all->text(4999, 1), "label \"4999\" \\ \x01\n\xC3\xA4");
  EXPECT_EQ(std::get<double>(all->rows[4999][2]), 499.9);
  EXPECT_TRUE(all->is_null(4998, 2));
}

TEST_P(Connections, RefusesValuesThatOneOfTheDatabasesWouldSpoil) {
  auto db = with_items();
  const std::string bad_texts[] = {
      std::string("a\0b", 3), "\xFF", "\xC3",     "\xC0\x80",    "\xED\xA0\x80",
      "\xF4\x90\x80\x80",     "\x80", "\xE2\x82", "\xF0\x9F\x98"};
  for (const auto& text : bad_texts) {
    const auto refused = put(db, 1, text);
    EXPECT_EQ(code_of(refused), Code::invalid);
    EXPECT_THAT(refused.error().message(), HasSubstr("'label'"));
    JsonRows rows;
    rows.begin_row();
    rows.add("label", text);
    EXPECT_EQ(code_of(db.run("item.put_many", {{"rows", rows.take()}})), Code::invalid);
  }
  EXPECT_EQ(code_of(put(db, 1, "x", std::nan(""))), Code::invalid);
  EXPECT_EQ(code_of(put(db, 1, "x", std::numeric_limits<double>::infinity())), Code::invalid);
  EXPECT_EQ(count(db), 0);
}

TEST_P(Connections, RefusesArgumentsThatAreMissingUnknownOrTwice) {
  auto db = with_items();
  EXPECT_EQ(code_of(db.run("no.such.statement")), Code::internal);
  EXPECT_EQ(code_of(db.run("item.relabel", {{"label", std::string("x")}})), Code::internal);
  EXPECT_EQ(code_of(db.run("item.count", {{"x", {}}})), Code::internal);
  EXPECT_EQ(code_of(db.run("item.relabel", {{"label", {}}, {"label", {}}, {"least", {}}})),
            Code::internal);
}

TEST_P(Connections, RefusesTwoBooksWithTheSameName) {
  auto db = with_items();
  auto again = Book::parse(kStatements, GetParam());
  EXPECT_EQ(code_of(db.use(std::move(again).value())), Code::internal);
}

TEST_P(Connections, LearnsTheSameTextOnceAndNoOtherOneUnderItsNames) {
  auto db = with_items();
  const std::string text = "-- name: item.sum\n-- any\nselect count(*) from {table}\n";
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(db.learn(text, {{"table", "item"}}).ok());
  EXPECT_EQ(db.run("item.sum")->integer(0, 0), 0);
  EXPECT_EQ(code_of(db.learn(text, {{"table", "other"}})), Code::internal);
  EXPECT_EQ(code_of(db.learn(text + "where 1 = 1\n", {{"table", "item"}})), Code::internal);
  EXPECT_EQ(code_of(db.learn(kStatements)), Code::internal) << "use() has added them";
  EXPECT_TRUE(db.learn(text, {{"table", "item"}}).ok());
}

TEST_P(Connections, LearnsNothingOfATextThatIsMalformed) {
  auto db = with_items();
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(code_of(db.learn("-- name: item.sum\n-- any\nselect count(*) from {table}\n")),
              Code::internal);
  EXPECT_EQ(code_of(db.run("item.sum")), Code::internal);
}

TEST_P(Connections, TellsErrorsApart) {
  auto db = with_items();
  ASSERT_TRUE(put(db, 1, "a").ok());
  EXPECT_EQ(code_of(put(db, 1, "b")), Code::conflict);         // unique key
  EXPECT_EQ(code_of(put(db, 2, "b", 5000.0)), Code::invalid);  // check
  EXPECT_EQ(code_of(db.run("item.put", {{"id", std::int64_t{2}}, {"label", {}}, {"weight", {}}})),
            Code::invalid);                                 // not null
  EXPECT_EQ(code_of(db.run("none.there")), Code::invalid);  // a table that is not there
  EXPECT_EQ(code_of(db.run("bad.column")),
            Code::invalid);  // never read as the text 'no_such_column'
  EXPECT_EQ(code_of(db.run("bad.grammar")), Code::internal);
  EXPECT_EQ(code_of(db.run("item.put_many", {{"rows", std::string("[{")}})),
            Code::invalid);  // no JSON
  EXPECT_EQ(code_of(db.script("create table item (x int)")), Code::invalid);
  EXPECT_EQ(count(db), 1);
}

TEST_P(Connections, PreparesEveryStatementToFindATypo) {
  auto db = with_items();
  const auto prepared = db.prepare_all();
  ASSERT_FALSE(prepared.ok());
  EXPECT_THAT(prepared.error().message(), HasSubstr("bad."));
}

TEST_P(Connections, NamesItselfInErrors) {
  auto db = with_items();
  EXPECT_EQ(db.name(), url());
  EXPECT_THAT(db.run("none.there").error().message(),
              ::testing::StartsWith(url() + ": none.there: "));
}

TEST_P(Connections, ListsColumnsAndTellsATableThatIsNotThere) {
  auto db = with_items();
  ASSERT_TRUE(db.script("create view seen as select id, label from item").ok());
  ASSERT_TRUE(db.script("create table \"Odd \"\"name\" (\"The Key\" text)").ok());
  const auto columns = db.columns("item");
  ASSERT_TRUE(columns.ok()) << columns.error().message();
  ASSERT_EQ(columns->size(), 3U);
  EXPECT_EQ((*columns)[0].name, "id");
  EXPECT_EQ((*columns)[0].type, is_sqlite() ? "integer" : "bigint");
  EXPECT_EQ((*columns)[2].type, is_sqlite() ? "real" : "double precision");
  EXPECT_EQ(db.columns("seen")->size(), 2U);
  ASSERT_EQ(db.columns("Odd \"name")->size(), 1U);
  EXPECT_EQ(db.columns("Odd \"name")->front().name, "The Key");
  EXPECT_THAT(*db.columns("none_there"), IsEmpty());
}

TEST_P(Connections, KeepsATransactionOnlyWhenItIsCommitted) {
  auto db = with_items();
  auto other = connect();
  use_statements(other);
  {
    const auto transaction = Transaction::begin(db);
    ASSERT_TRUE(transaction.ok());
    EXPECT_TRUE(db.in_transaction());
    ASSERT_TRUE(put(db, 1, "lost").ok());
    EXPECT_EQ(code_of(Transaction::begin(db)), Code::internal);
    EXPECT_EQ(count(other), 0);
  }
  EXPECT_FALSE(db.in_transaction());
  EXPECT_EQ(count(db), 0);
  auto transaction = Transaction::begin(db);
  ASSERT_TRUE(put(db, 1, "kept").ok());
  ASSERT_TRUE(transaction->commit().ok());
  EXPECT_FALSE(db.in_transaction());
  EXPECT_EQ(count(other), 1);
}

TEST_P(Connections, DoesNotCommitWhatFollowsAFailedStatement) {
  auto db = with_items();
  auto transaction = Transaction::begin(db);
  ASSERT_TRUE(put(db, 1, "a").ok());
  ASSERT_FALSE(put(db, 1, "again").ok());
  // SQLite takes back the statement, PostgreSQL the transaction; neither may say "committed" and have lost the first row.
  const auto committed = transaction->commit();
  auto other = connect();
  use_statements(other);
  EXPECT_EQ(count(other), committed.ok() ? 1 : 0);
  if (!is_sqlite()) {
    EXPECT_EQ(code_of(committed), Code::conflict);
  }
}

TEST_P(Connections, WaitsForALockAndThenGivesUp) {
  auto holder = with_items();
  ASSERT_TRUE(put(holder, 1, "a").ok());
  auto held = Transaction::begin(holder);
  ASSERT_TRUE(holder.run("item.lock").ok());
  ASSERT_TRUE(
      holder.run("item.relabel", {{"label", std::string("held")}, {"least", std::int64_t{1}}})
          .ok());
  auto waiting =
      testing::open_or_fail({.url = url(), .busy_timeout = std::chrono::milliseconds(50)});
  use_statements(waiting);
  const auto refused =
      waiting.run("item.relabel", {{"label", std::string("mine")}, {"least", std::int64_t{1}}});
  EXPECT_EQ(code_of(refused), Code::conflict);
  EXPECT_THAT(refused.error().hint(), HasSubstr("wait until it has ended"));
  ASSERT_TRUE(held->commit().ok());
  EXPECT_TRUE(
      waiting.run("item.relabel", {{"label", std::string("mine")}, {"least", std::int64_t{1}}})
          .ok());
}

TEST_P(Connections, ReadsAndNeverWritesWhenOpenedReadOnly) {
  auto writer = with_items();
  ASSERT_TRUE(put(writer, 1, "a").ok());
  auto reader = testing::open_or_fail({.url = url(), .read_only = true});
  use_statements(reader);
  EXPECT_EQ(count(reader), 1);
  EXPECT_EQ(code_of(put(reader, 2, "b")), Code::io);
  auto transaction = Transaction::begin(reader);
  ASSERT_TRUE(transaction.ok());
  EXPECT_EQ(count(reader), 1);
  EXPECT_TRUE(transaction->commit().ok());
}

TEST_P(Connections, SeesColumnsThatWereAddedAfterAStatementWasPrepared) {
  auto db = with_items();
  ASSERT_TRUE(put(db, 1, "a").ok());
  ASSERT_EQ(db.run("item.everything")->names.size(), 3U);
  auto other = connect();
  ASSERT_TRUE(other.script("alter table item add column extra text").ok());
  const auto rows = db.run("item.everything");
  ASSERT_TRUE(rows.ok()) << rows.error().message();
  EXPECT_EQ(rows->names.size(), 4U);
  // Inside a transaction PostgreSQL has no way to go on; the next transaction has.
  ASSERT_TRUE(other.script("alter table item add column more text").ok());
  std::optional<Code> in_transaction;
  {
    const auto transaction = Transaction::begin(db);
    const auto again = db.run("item.everything");
    if (!again) in_transaction = again.error().code();
  }
  EXPECT_EQ(in_transaction.has_value(), !is_sqlite());
  const auto transaction = Transaction::begin(db);
  ASSERT_TRUE(db.run("item.everything").ok());
  EXPECT_EQ(db.run("item.everything")->names.size(), 5U);
}

TEST_P(Connections, MovesToAnotherOwner) {
  auto first = with_items();
  Connection second = std::move(first);
  ASSERT_TRUE(put(second, 1, "a").ok());
  first = std::move(second);
  EXPECT_EQ(count(first), 1);
}

TEST_P(Connections, ServesManyThreadsWithAConnectionEach) {
  auto db = with_items();
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      auto own = connect();
      use_statements(own);
      for (int i = 0; i < 20; ++i) {
        auto transaction = Transaction::begin(own);
        EXPECT_TRUE(transaction.ok()) << transaction.error().message();
        EXPECT_TRUE(put(own, t * 1000 + i, "x").ok());
        EXPECT_TRUE(transaction->commit().ok());
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(count(db), 120);
}

}  // namespace
}  // namespace holdfast::sql

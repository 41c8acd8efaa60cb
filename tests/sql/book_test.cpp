// SPDX-License-Identifier: Apache-2.0
// Named statements: blocks, parameters, identifiers, and texts that are malformed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/connection.h"

namespace holdfast::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Book parsed(std::string_view text, Dialect dialect, const Identifiers& identifiers = {}) {
  auto book = Book::parse(text, dialect, identifiers);
  EXPECT_TRUE(book.ok()) << book.error().message();
  return book ? std::move(book).value() : Book();
}

std::string refused(std::string_view text, Code code = Code::internal,
                    const Identifiers& identifiers = {}) {
  const auto book = Book::parse(text, Dialect::postgres, identifiers);
  EXPECT_FALSE(book.ok()) << text;
  if (book) return {};
  EXPECT_EQ(book.error().code(), code);
  return book.error().message();
}

TEST(Book, NumbersParametersInOrderOfTheirFirstUse) {
  const std::string_view text =
      "-- name: put\n-- any\nupdate t set a = :a, b = :b_2 where a <> :a\n";
  const Book sqlite = parsed(text, Dialect::sqlite);
  ASSERT_NE(sqlite.find("put"), nullptr);
  EXPECT_EQ(sqlite.find("put")->sql, "update t set a = ?1, b = ?2 where a <> ?1");
  EXPECT_THAT(sqlite.find("put")->parameters, ElementsAre("a", "b_2"));
  EXPECT_EQ(parsed(text, Dialect::postgres).find("put")->sql,
            "update t set a = $1, b = $2 where a <> $1");
}

TEST(Book, TakesTheBlockOfTheDialect) {
  const std::string_view text =
      "-- a comment\n\n-- name: x\n-- sqlite\nselect 1\n-- postgres\nselect 2\n-- name: y\n-- "
      "any\nselect 3\n";
  EXPECT_EQ(parsed(text, Dialect::sqlite).find("x")->sql, "select 1");
  EXPECT_EQ(parsed(text, Dialect::postgres).find("x")->sql, "select 2");
  EXPECT_EQ(parsed(text, Dialect::postgres).find("y")->sql, "select 3");
  EXPECT_EQ(parsed(text, Dialect::postgres).find("z"), nullptr);
}

TEST(Book, LeavesStringsQuotedNamesCommentsAndCastsAlone) {
  const std::string_view text =
      "-- name: x\n-- any\nselect ':a {b} ''it''s :c', \"q:d\", /* :e {f} */ '{g}'::text, x[1:2] "
      "-- :h {i}\nfrom t where k = :k\n";
  const Book book = parsed(text, Dialect::postgres);
  EXPECT_EQ(book.find("x")->sql,
            "select ':a {b} ''it''s :c', \"q:d\", /* :e {f} */ '{g}'::text, x[1:2] -- :h {i}\nfrom "
            "t where k = $1");
  EXPECT_THAT(book.find("x")->parameters, ElementsAre("k"));
}

TEST(Book, PutsQuotedIdentifiersIn) {
  const Identifiers names = {{"table", "scidex.artifacts"}, {"id", "a \"b\""}};
  const std::string_view text = "-- name: x\n-- any\nselect {id} from {table}\n";
  EXPECT_EQ(parsed(text, Dialect::postgres, names).find("x")->sql,
            "select \"a \"\"b\"\"\" from \"scidex\".\"artifacts\"");
  EXPECT_EQ(parsed(text, Dialect::sqlite, names).find("x")->sql,
            "select \"a \"\"b\"\"\" from \"scidex.artifacts\"");
}

TEST(Book, RefusesMalformedTextsAndSaysWhere) {
  EXPECT_THAT(refused("select 1\n"), HasSubstr("outside of any block"));
  EXPECT_THAT(refused("-- any\nselect 1\n"), HasSubstr("before the first name"));
  EXPECT_THAT(refused("-- name: x\n-- sqlite\nselect 1\n"),
              HasSubstr("'x' needs one '-- any' block"));
  EXPECT_THAT(refused("-- name: x\n-- any\nselect 1\n-- sqlite\nselect 2\n"),
              HasSubstr("'x' needs one '-- any' block"));
  EXPECT_THAT(refused("-- name: x\n-- any\nselect 1\n-- any\nselect 2\n"), HasSubstr("twice"));
  EXPECT_THAT(refused("-- name: x\n-- any\n \n"), HasSubstr("'x' is empty"));
  EXPECT_THAT(refused("-- name: x\n"), HasSubstr("'x' needs one"));
  EXPECT_THAT(refused("-- name: x\n-- any\nselect 1\n-- name: x\n-- any\nselect 2\n"),
              HasSubstr("'x' is there twice"));
  EXPECT_THAT(refused("-- name:\n-- any\nselect 1\n"), HasSubstr("no name"));
  EXPECT_THAT(refused("-- name: x\n-- any\nselect {a}\n"), HasSubstr("{a} was not given"));
  EXPECT_THAT(refused("-- name: x\n-- any\nselect {a\n"), HasSubstr("not closed"));
}

TEST(Book, RefusesIdentifiersThatCannotBeQuoted) {
  const std::string_view text = "-- name: x\n-- any\nselect {a}\n";
  EXPECT_THAT(refused(text, Code::invalid, {{"a", ""}}), HasSubstr("it is empty"));
  EXPECT_THAT(refused(text, Code::invalid, {{"a", std::string("b\0c", 3)}}), HasSubstr("NUL"));
  EXPECT_THAT(refused(text, Code::invalid, {{"a", "x..y"}}), HasSubstr("empty"));
  EXPECT_THAT(refused(text, Code::invalid, {{"a", "x."}}), HasSubstr("empty"));
}

}  // namespace
}  // namespace holdfast::sql

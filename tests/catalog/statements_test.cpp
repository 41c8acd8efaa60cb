// SPDX-License-Identifier: Apache-2.0
// The statements of the catalog: where the two databases have a text each, both must give the same columns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/embedded_statements.h"
#include "tests/support/test_catalog.h"

namespace holdfast::catalog {
namespace {

sql::Book book_of(sql::Dialect dialect) {
  auto book = sql::Book::parse(embedded_statements().front().text, dialect);
  EXPECT_TRUE(book.ok()) << book.error().message();
  return std::move(book).value();
}

/// The same text but for "?1" and "$1".
bool same_text(const sql::Book::Statement& sqlite, const sql::Book::Statement& postgres) {
  std::string text = sqlite.sql;
  std::replace(text.begin(), text.end(), '?', '$');
  return text == postgres.sql;
}

// The parameter is the second database; the first is SQLite.
class Statements : public testing::CatalogTest {};
INSTANTIATE_TEST_SUITE_P(Against, Statements, ::testing::Values(sql::Dialect::postgres),
                         [](const auto&) { return std::string("postgres"); });

TEST_P(Statements, GiveTheSameColumnsOnBothDatabases) {
  const testing::TempFolder folder;
  auto made = Catalog::open_any_version("sqlite:" + folder.at("catalog.db"), clock());
  ASSERT_TRUE(made.ok() && migrate_up(*made).ok());
  Catalog postgres = open_catalog();
  const auto sqlite_book = book_of(sql::Dialect::sqlite);
  const auto postgres_book = book_of(sql::Dialect::postgres);
  ASSERT_EQ(sqlite_book.statements().size(), postgres_book.statements().size());
  int compared = 0;
  for (const auto& [name, sqlite] : sqlite_book.statements()) {
    const auto* other = postgres_book.find(name);
    ASSERT_NE(other, nullptr) << name;
    EXPECT_THAT(sqlite.parameters, ::testing::UnorderedElementsAreArray(other->parameters)) << name;
    if (same_text(sqlite, *other)) continue;
    sql::Args nothing;  // a bulk argument that is NULL has no rows
    for (const auto& parameter : sqlite.parameters)
      nothing.emplace_back(parameter, sql::Value());
    const auto left = made->connection().run(name, nothing);
    const auto right = postgres.connection().run(name, nothing);
    ASSERT_TRUE(left.ok() && right.ok()) << name;
    EXPECT_EQ(left->names, right->names) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 11);
}

}  // namespace
}  // namespace holdfast::catalog

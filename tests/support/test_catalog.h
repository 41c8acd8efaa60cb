// SPDX-License-Identifier: Apache-2.0
// Catalogs for tests: migrated, on SQLite and on PostgreSQL, under a clock that the test owns.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "catalog/migrations.h"
#include "tests/support/test_database.h"

namespace holdfast::testing {

class CatalogTest : public DatabaseTest {
 protected:
  /// 2026-05-18T02:03:04.123456Z, moved only by the test.
  ManualClock& clock() { return clock_; }

  /// A connection of its own to the test's catalog, which is made at the first call.
  catalog::Catalog open_catalog() {
    auto any = catalog::Catalog::open_any_version(url(), clock_);
    if (!any) die(any.error());
    if (const auto migrated = catalog::migrate_up(*any); !migrated) die(migrated.error());
    auto opened = catalog::Catalog::open(url(), clock_);
    if (!opened) die(opened.error());
    return std::move(opened).value();
  }

  /// Rows of a query of the test's own, every value as text ("NULL" for null).
  std::vector<std::vector<std::string>> query(const std::string& sql) {
    auto connection = open_or_fail({.url = url()});
    auto book = sql::Book::parse("-- name: q\n-- any\n" + sql + "\n", GetParam());
    EXPECT_TRUE(book.ok() && connection.use(std::move(book).value()).ok());
    const auto rows = connection.run("q");
    EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().message());
    std::vector<std::vector<std::string>> out;
    for (std::size_t r = 0; rows.ok() && r < rows->size(); ++r) {
      auto& row = out.emplace_back();
      for (std::size_t c = 0; c < rows->names.size(); ++c) {
        const auto* integer = std::get_if<std::int64_t>(&rows->rows[r][c]);
        row.push_back(rows->is_null(r, c)  ? "NULL"
                      : integer != nullptr ? std::to_string(*integer)
                                           : rows->text(r, c));
      }
    }
    return out;
  }
  void execute(const std::string& sql) {
    auto connection = open_or_fail({.url = url()});
    const auto done = connection.script(sql);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().message());
  }

 private:
  [[noreturn]] static void die(const Error& error) {
    ADD_FAILURE() << error.message();
    std::abort();
  }

  ManualClock clock_{Timestamp{1'779'069'784'123'456'789}};
};

}  // namespace holdfast::testing

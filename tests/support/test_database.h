// SPDX-License-Identifier: Apache-2.0
// One contract suite for SQLite and PostgreSQL: every test gets an empty database of its own, a file or a schema of the server that
// HOLDFAST_TEST_POSTGRES_URL names. Without that server PostgreSQL cases are skipped, or fail when HOLDFAST_REQUIRE_POSTGRES=1.
#pragma once
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sql/connection.h"
#include "tests/support/temp_folder.h"

namespace holdfast::testing {

/// The server for tests, or "".
inline std::string postgres_url() {
  const char* url = std::getenv("HOLDFAST_TEST_POSTGRES_URL");
  return url == nullptr ? std::string() : std::string(url);
}

/// An opened connection, or a failed test.
inline sql::Connection open_or_fail(const sql::OpenOptions& options) {
  auto opened = sql::Connection::open(options);
  if (!opened) {
    ADD_FAILURE() << opened.error().message();
    std::abort();
  }
  return std::move(opened).value();
}

class DatabaseTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  void SetUp() override {
    if (GetParam() == sql::Dialect::sqlite) {
      url_ = "sqlite:" + folder_.at("test.db");
      return;
    }
    const char* required = std::getenv("HOLDFAST_REQUIRE_POSTGRES");
    if (postgres_url().empty() && required != nullptr && std::string(required) == "1") {
      FAIL() << "HOLDFAST_REQUIRE_POSTGRES=1 and no HOLDFAST_TEST_POSTGRES_URL: run it under "
                "tests/support/with_postgres.sh";
    }
    if (postgres_url().empty())
      GTEST_SKIP() << "no HOLDFAST_TEST_POSTGRES_URL (tests/support/with_postgres.sh)";
    static std::atomic<int> number{0};
    schema_ = "test_" + std::to_string(::getpid()) + '_' + std::to_string(++number);
    auto admin = open_or_fail({.url = postgres_url()});
    ASSERT_TRUE(admin.script("create schema " + schema_).ok());
    const char* joint = postgres_url().find('?') == std::string::npos ? "?" : "&";
    url_ = postgres_url() + joint + "options=-csearch_path%3D" + schema_;
  }

  void TearDown() override {
    if (schema_.empty()) return;
    auto admin = open_or_fail({.url = postgres_url()});
    EXPECT_TRUE(admin.script("drop schema " + schema_ + " cascade").ok());
  }

  bool is_sqlite() const { return GetParam() == sql::Dialect::sqlite; }
  const std::string& url() const { return url_; }
  /// The SQLite file.
  std::string file() const { return folder_.at("test.db"); }
  const TempFolder& folder() const { return folder_; }
  sql::Connection connect() const {
    return open_or_fail({.url = url_, .create = true, .wal = true});
  }

 private:
  TempFolder folder_;
  std::string url_;
  std::string schema_;
};

}  // namespace holdfast::testing

/// Runs every TEST_P of the suite on both databases; the names end in "/sqlite" and "/postgres".
#define HOLDFAST_ON_BOTH_DATABASES(Suite)                                                      \
  INSTANTIATE_TEST_SUITE_P(                                                                    \
      Both, Suite,                                                                             \
      ::testing::Values(::holdfast::sql::Dialect::sqlite, ::holdfast::sql::Dialect::postgres), \
      [](const ::testing::TestParamInfo<::holdfast::sql::Dialect>& database) {                 \
        return std::string(database.param == ::holdfast::sql::Dialect::sqlite ? "sqlite"       \
                                                                              : "postgres");   \
      })

// SPDX-License-Identifier: Apache-2.0
// A world for one test of the artifacts room: a folder of files, a migrated catalog in SQLite or PostgreSQL, and a source whose rows
// are in the catalog or in a user's own database. Rows are made and read by plain SQL, not by what is tested.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "artifacts/artifact_table.h"
#include "artifacts/source_config.h"
#include "base/clock.h"
#include "catalog/catalog.h"
#include "catalog/migrations.h"
#include "sql/connection.h"
#include "tests/support/temp_folder.h"

namespace holdfast::artifacts::testing {

using holdfast::testing::TempFolder;

/// Fails the test with the error's text, or gives the value.
template <class T>
T must(Result<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << code_name(result.error().code()) << ": " << result.error().message();
    std::abort();
  }
  return std::move(result).value();
}
inline void must(const Status& status) {
  if (!status.ok()) {
    ADD_FAILURE() << code_name(status.error().code()) << ": " << status.error().message();
    std::abort();
  }
}

/// A database of its own: an SQLite file, or a database on the server of HOLDFAST_TEST_POSTGRES_URL.
class OwnDatabase {
 public:
  OwnDatabase(const std::string& backend, const std::string& sqlite_path) {
    if (backend == "sqlite") {
      url_ = "sqlite:" + sqlite_path;
      return;
    }
    const char* server = std::getenv("HOLDFAST_TEST_POSTGRES_URL");
    server_ = server == nullptr ? "" : server;
    static int count = 0;
    name_ = "holdfast_artifacts_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    auto admin = must(sql::Connection::open({.url = server_}));
    must(admin.script("create database " + name_));
    url_ =
        std::regex_replace(server_, std::regex("^(postgres(?:ql)?://[^/]*/)[^?]*"), "$1" + name_);
  }
  ~OwnDatabase() {
    if (name_.empty()) return;
    auto admin = sql::Connection::open({.url = server_});
    if (admin.ok())
      drop(admin->script("drop database if exists " + name_ + " with (force)"),
           "the server of the tests goes away with it");
  }
  OwnDatabase(const OwnDatabase&) = delete;
  OwnDatabase& operator=(const OwnDatabase&) = delete;
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  std::string server_;
  std::string name_;
};

/// Whether a backend can be tested here; with HOLDFAST_REQUIRE_POSTGRES it must.
inline bool backend_is_there(const std::string& backend) {
  if (backend == "sqlite" || std::getenv("HOLDFAST_TEST_POSTGRES_URL") != nullptr) return true;
  EXPECT_EQ(std::getenv("HOLDFAST_REQUIRE_POSTGRES"), nullptr)
      << "PostgreSQL is required and has no URL";
  return false;
}

class ArtifactWorld {
 public:
  explicit ArtifactWorld(const std::string& backend)
      : backend_(backend),
        database_(backend, folder_.at("catalog.db")),
        catalog_(open_catalog(database_.url(), clock_)),
        side_(must(sql::Connection::open({.url = database_.url()}))) {
    std::filesystem::create_directories(folder_.at("data"));
    config_.name = "atlas";
    config_.url = database_.url();
    config_.roots = {folder_.at("data")};
    config_.columns.updated_at = "updated_at";
  }

  const TempFolder& folder() const { return folder_; }
  catalog::Catalog& catalog() { return catalog_; }
  SourceConfig& config() { return config_; }
  ManualClock& clock() { return clock_; }
  bool postgres() const { return backend_ == "postgres"; }

  /// Another client of the same database.
  sql::Connection& side() { return side_; }
  void sql(const std::string& text) { must(side_.script(text)); }
  /// The first column of one row as text.
  std::optional<std::string> ask(const std::string& select) {
    const std::string name = "ask" + std::to_string(++asked_);
    must(side_.use(must(
        sql::Book::parse("-- name: " + name + "\n-- any\n" + select + "\n", side_.dialect()))));
    const auto rows = must(side_.run(name));
    if (rows.empty() || rows.is_null(0, 0)) return {};
    if (const auto* integer = std::get_if<std::int64_t>(&rows.rows[0][0]))
      return std::to_string(*integer);
    return rows.text(0, 0);
  }
  std::int64_t number(const std::string& select) { return std::stoll(ask(select).value_or("-1")); }

  void add_row(const std::string& id, const std::optional<std::string>& path,
               const std::string& metadata = "{}", const std::string& type = "figure") {
    sql("insert into artifacts(id, artifact_type, title, file_path, content_hash, metadata) values "
        "(" +
        quoted(id) + ", " + quoted(type) + ", 'a title', " + (path ? quoted(*path) : "null") +
        ", 'dedup', " + (metadata == "null" ? "null" : quoted(metadata)) + ")");
  }
  std::string metadata(const std::string& id) {
    return ask("select cast(metadata as text) from artifacts where id = " + quoted(id))
        .value_or("NULL");
  }
  void write(const std::string& path, const std::string& bytes) {
    folder_.write("data/" + path, bytes);
  }

  static std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
      if (c == '\'') out += '\'';
      out += c;
    }
    return out + "'";
  }

 private:
  static catalog::Catalog open_catalog(const std::string& url, Clock& clock) {
    auto made = must(catalog::Catalog::open_any_version(url, clock));
    must(catalog::migrate_up(made));
    return made;
  }

  std::string backend_;
  TempFolder folder_;
  OwnDatabase database_;
  ManualClock clock_{
      Timestamp{4'102'444'800'000'000'000}};  // 2100: after every file that a test makes
  catalog::Catalog catalog_;
  sql::Connection side_;
  SourceConfig config_;
  int asked_ = 0;
};

}  // namespace holdfast::artifacts::testing

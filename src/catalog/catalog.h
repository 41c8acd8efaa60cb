// SPDX-License-Identifier: Apache-2.0
// The catalog: Holdfast's own memory in SQLite or PostgreSQL. This file opens it; the tables have a
// header each: event_log.h, incidents.h, waivers.h, check_runs.h, batch_runs.h, claims.h, and
// migrations.h for their making.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "sql/connection.h"

namespace holdfast::catalog {

/// The workspace's catalog over one connection. Not thread-safe; open one per thread.
class Catalog {
 public:
  /// Opens a catalog whose version is the binary's. `not_found` (hint: holdfast migrate upgrade), `conflict`
  /// when it is older (hint: holdfast migrate upgrade) or newer (hint: a newer holdfast) or a
  /// migration's checksum differs.
  static Result<Catalog> open(const std::string& url, Clock& clock);
  /// Opens it whatever its version, and makes an SQLite file that is not there: for `init` and
  /// `migrate` only.
  static Result<Catalog> open_any_version(const std::string& url, Clock& clock);

  sql::Connection& connection() { return connection_; }
  Clock& clock() const { return *clock_; }
  sql::Dialect dialect() const { return connection_.dialect(); }
  const std::string& url() const {
    return url_;
  }  // not redacted: for opening another connection to the same catalog

 private:
  Catalog(std::string url, sql::Connection connection, Clock& clock)
      : url_(std::move(url)), connection_(std::move(connection)), clock_(&clock) {}
  std::string url_;
  sql::Connection connection_;
  Clock* clock_;
};

}  // namespace holdfast::catalog

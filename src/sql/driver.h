// SPDX-License-Identifier: Apache-2.0
// Driver: what Connection needs of a database. Two implementations, sqlite_driver.cpp and
// postgres_driver.cpp; they are the only files that know the libraries. Values have been checked
// (sql/argument.h) before a driver sees them.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/connection.h"

namespace holdfast::sql {

class Driver {
 public:
  virtual ~Driver() = default;
  virtual Dialect dialect() const = 0;
  /// Prepares at the first call of a name, then runs. `values` are in order of the statement's
  /// parameters.
  virtual Result<Rows> run(const std::string& name, const Book::Statement& statement,
                           std::span<const Value* const> values) = 0;
  virtual Status prepare(const std::string& name, const Book::Statement& statement) = 0;
  virtual Status script(const std::string& sql) = 0;
  virtual Result<std::vector<Connection::Column>> columns(std::string_view table) = 0;
  /// Whether the database itself holds a transaction open.
  virtual bool in_transaction() const = 0;
  virtual Status begin() = 0;
  /// An error that leaves the outcome open is `io` and says so.
  virtual Status commit() = 0;
  virtual Status rollback() = 0;
};

Result<std::unique_ptr<Driver>> open_sqlite(const OpenOptions& options);
Result<std::unique_ptr<Driver>> open_postgres(const OpenOptions& options);

}  // namespace holdfast::sql

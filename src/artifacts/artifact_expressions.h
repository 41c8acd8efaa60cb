// SPDX-License-Identifier: Apache-2.0
// What the statements of artifacts*.sql say where the columns' types decide: casts, keys of the order, ways to read metadata.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "artifacts/source_config.h"
#include "base/result.h"
#include "sql/connection.h"

namespace holdfast::artifacts {

/// The SQL put in for <<name>>.
using Expressions = std::map<std::string, std::string, std::less<>>;

/// What is known of a table when its statements are made.
struct TableFacts {
  sql::Dialect dialect = sql::Dialect::sqlite;
  std::vector<sql::Connection::Column> columns;
  std::vector<sql::Connection::Column> journal_columns;  // empty: no journal yet
  bool type_has_nulls = true;                            // then NULL counts as '' in the order
};

/// The declared type of a column, lower case; "" where there is none of that name.
std::string column_type(const std::vector<sql::Connection::Column>& columns, std::string_view name);
/// Whether the server merges metadata (jsonb).
bool is_jsonb(const SourceConfig& config, const TableFacts& facts);

sql::Identifiers identifiers_of(const SourceConfig& config);
Expressions expressions_of(const SourceConfig& config, const TableFacts& facts);
/// `text` with every <<name>> replaced; `internal` where one has no expression.
Result<std::string> put_in(std::string_view text, const Expressions& expressions);

}  // namespace holdfast::artifacts

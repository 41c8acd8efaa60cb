// SPDX-License-Identifier: Apache-2.0
// Values as the catalog stores them: times as RFC 3339 text with six digits (text order is time
// order on both databases), names of levels and verdicts, lists of keys as JSON. What cannot be
// read back is `corrupt` and names the column. Domains use it for their own tables in the catalog.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "core/finding.h"
#include "sql/connection.h"

namespace holdfast::catalog {

/// NULL where there is none.
sql::Value time_value(const std::optional<Timestamp>& at);
Result<Timestamp> stored_time(const sql::Rows& rows, std::size_t row, std::size_t column);
Result<std::optional<Timestamp>> stored_optional_time(const sql::Rows& rows, std::size_t row,
                                                      std::size_t column);
Result<core::Level> stored_level(const sql::Rows& rows, std::size_t row, std::size_t column);
Result<core::Verdict> stored_verdict(const sql::Rows& rows, std::size_t row, std::size_t column);

/// NULL where there is none.
sql::Value text_value(const std::optional<std::string>& text);
/// `[{"key":"a"},{"key":"b"}]`: a list of texts as a bulk argument.
std::string text_rows(std::string_view key, std::span<const std::string> texts);

/// The moment as it will be read back: whole microseconds, rounded down.
Timestamp to_stored_precision(Timestamp at);

/// Every row as `stored` reads it, or the first error.
template <class T>
Result<std::vector<T>> stored_rows(const sql::Rows& rows,
                                   Result<T> (*stored)(const sql::Rows& rows, std::size_t row)) {
  std::vector<T> out;
  out.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TRY_ASSIGN(auto each, stored(rows, i));
    out.push_back(std::move(each));
  }
  return out;
}

/// Runs `work` in the transaction that is open, or in one of its own that is committed after it.
template <class Work>
auto in_transaction(sql::Connection& connection, const Work& work) -> decltype(work()) {
  if (connection.in_transaction()) return work();
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(connection));
  auto result = work();
  if (result) TRY(transaction.commit());
  return result;
}

}  // namespace holdfast::catalog

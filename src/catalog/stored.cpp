// SPDX-License-Identifier: Apache-2.0
#include "catalog/stored.h"

#include <string>

namespace holdfast::catalog {
namespace {

constexpr std::int64_t kNsPerUs = 1000;

Error unreadable(const sql::Rows& rows, std::size_t row, std::size_t column) {
  return {
      Code::corrupt,
      "the catalog holds '" + rows.text(row, column) + "' in column " + rows.names[column],
      "holdfast events verify tells whether the log is whole; restore the catalog from a backup"};
}

}  // namespace

sql::Value time_value(const std::optional<Timestamp>& at) {
  if (!at) return {};
  return format_rfc3339(*at);
}

Result<Timestamp> stored_time(const sql::Rows& rows, std::size_t row, std::size_t column) {
  auto parsed = parse_rfc3339(rows.text(row, column));
  if (!parsed) return unreadable(rows, row, column);
  return parsed;
}

Result<std::optional<Timestamp>> stored_optional_time(const sql::Rows& rows, std::size_t row,
                                                      std::size_t column) {
  if (rows.is_null(row, column)) return std::optional<Timestamp>();
  TRY_ASSIGN(const Timestamp at, stored_time(rows, row, column));
  return std::optional<Timestamp>(at);
}

Result<core::Level> stored_level(const sql::Rows& rows, std::size_t row, std::size_t column) {
  const auto level = core::parse_level(rows.text(row, column));
  if (!level) return unreadable(rows, row, column);
  return *level;
}

Result<core::Verdict> stored_verdict(const sql::Rows& rows, std::size_t row, std::size_t column) {
  const auto verdict = core::parse_verdict(rows.text(row, column));
  if (!verdict) return unreadable(rows, row, column);
  return *verdict;
}

sql::Value text_value(const std::optional<std::string>& text) {
  if (!text) return {};
  return *text;
}

std::string text_rows(std::string_view key, std::span<const std::string> texts) {
  sql::JsonRows rows;
  for (const auto& text : texts) {
    rows.begin_row();
    rows.add(key, text);
  }
  return rows.take();
}

Timestamp to_stored_precision(Timestamp at) {
  const std::int64_t rest = at.ns % kNsPerUs;
  return Timestamp{at.ns - (rest < 0 ? rest + kNsPerUs : rest)};
}

}  // namespace holdfast::catalog

// SPDX-License-Identifier: Apache-2.0
// Rows of a table, a batch at a time, column by column: what is read from and written to Parquet files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::parquet {

enum class ColumnType : std::uint8_t {
  string,  // UTF-8
  binary,
  int64,
  float64,  // with NaN and infinities
  boolean,
};
std::string_view column_type_name(ColumnType type);

enum class Nullable : bool { no, yes };

struct Column {
  std::string name;
  ColumnType type = ColumnType::string;
  Nullable nullable = Nullable::yes;
  bool operator==(const Column&) const = default;
};

/// One column's values of a batch: the span of its type has one for every row, the others are empty.
struct ColumnValues {
  std::span<const std::string_view> texts;  // string, binary
  std::span<const std::int64_t> integers;   // int64
  std::span<const double> numbers;          // float64
  std::span<const std::uint8_t> flags;      // boolean, 0 or 1
  std::span<const std::uint8_t>
      present;  // 0: the row has no value (null), whatever the span holds. Empty: all have one
  bool is_null(std::size_t row) const { return !present.empty() && present[row] == 0; }
};

/// Views into somebody else's memory.
struct RowBatch {
  std::size_t row_count = 0;
  std::vector<ColumnValues> columns;
};

}  // namespace holdfast::parquet

// SPDX-License-Identifier: Apache-2.0
// Rows gathered for a Parquet file: values of rows of any source, column by column.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "extract/row.h"
#include "parquet/rows.h"

namespace holdfast::extract {

class RowBuffer {
 public:
  explicit RowBuffer(std::vector<Column> columns);
  const std::vector<Column>& columns() const { return columns_; }
  std::size_t row_count() const { return row_count_; }
  /// A row of a batch; `from` gives the batch's column for each of ours, -1 where it has none.
  void add(const parquet::RowBatch& batch, std::size_t row, const std::vector<int>& from);
  /// A row; `from` gives its value for each of our columns, -1 where it has none, kKey for the key.
  static constexpr int kKey = -2;
  void add(const Row& row, const std::vector<int>& from);
  /// Hands the rows over, and is empty.
  Status flush(const std::function<Status(const parquet::RowBatch&)>& take);

 private:
  struct Store {
    std::vector<std::string> texts;
    std::vector<std::int64_t> integers;
    std::vector<double> numbers;
    std::vector<std::uint8_t> flags;
    std::vector<std::uint8_t> present;
  };
  void add_null(std::size_t column);
  void add_value(std::size_t column, const Value& value);

  std::vector<Column> columns_;
  std::vector<Store> stores_;
  std::size_t row_count_ = 0;
};

}  // namespace holdfast::extract

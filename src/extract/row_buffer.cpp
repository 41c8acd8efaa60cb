// SPDX-License-Identifier: Apache-2.0
#include "extract/row_buffer.h"

#include <string_view>
#include <utility>

namespace holdfast::extract {

RowBuffer::RowBuffer(std::vector<Column> columns)
    : columns_(std::move(columns)), stores_(columns_.size()) {}

void RowBuffer::add_null(std::size_t column) {
  Store& store = stores_[column];
  store.present.push_back(0);
  switch (columns_[column].type) {
    case ColumnType::string:
    case ColumnType::binary:
      store.texts.emplace_back();
      return;
    case ColumnType::int64:
      store.integers.push_back(0);
      return;
    case ColumnType::float64:
      store.numbers.push_back(0);
      return;
    case ColumnType::boolean:
      store.flags.push_back(0);
      return;
  }
}

void RowBuffer::add(const parquet::RowBatch& batch, std::size_t row, const std::vector<int>& from) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const parquet::ColumnValues* values =
        from[i] < 0 ? nullptr : &batch.columns[static_cast<std::size_t>(from[i])];
    if (values == nullptr || values->is_null(row)) {
      add_null(i);
      continue;
    }
    Store& store = stores_[i];
    store.present.push_back(1);
    switch (columns_[i].type) {
      case ColumnType::string:
      case ColumnType::binary:
        store.texts.emplace_back(values->texts[row]);
        break;
      case ColumnType::int64:
        store.integers.push_back(values->integers[row]);
        break;
      case ColumnType::float64:
        store.numbers.push_back(values->numbers[row]);
        break;
      case ColumnType::boolean:
        store.flags.push_back(values->flags[row]);
        break;
    }
  }
  ++row_count_;
}

void RowBuffer::add_value(std::size_t column, const Value& value) {
  Store& store = stores_[column];
  if (std::holds_alternative<std::monostate>(value)) return add_null(column);
  store.present.push_back(1);
  switch (columns_[column].type) {
    case ColumnType::string:
    case ColumnType::binary:
      store.texts.push_back(std::get<std::string>(value));
      return;
    case ColumnType::int64:
      store.integers.push_back(std::get<std::int64_t>(value));
      return;
    case ColumnType::float64:
      store.numbers.push_back(std::get<double>(value));
      return;
    case ColumnType::boolean:
      store.flags.push_back(std::get<bool>(value) ? 1 : 0);
      return;
  }
}

void RowBuffer::add(const Row& row, const std::vector<int>& from) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (from[i] == kKey) {
      add_value(i, Value(row.key));
    } else if (from[i] < 0) {
      add_null(i);
    } else {
      add_value(i, row.values[static_cast<std::size_t>(from[i])]);
    }
  }
  ++row_count_;
}

Status RowBuffer::flush(const std::function<Status(const parquet::RowBatch&)>& take) {
  if (row_count_ == 0) return {};
  parquet::RowBatch batch;
  batch.row_count = row_count_;
  std::vector<std::vector<std::string_view>> views(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Store& store = stores_[i];
    views[i].assign(store.texts.begin(), store.texts.end());
    batch.columns.push_back({.texts = views[i],
                             .integers = store.integers,
                             .numbers = store.numbers,
                             .flags = store.flags,
                             .present = store.present});
  }
  TRY(take(batch));
  stores_.assign(columns_.size(), Store{});
  row_count_ = 0;
  return {};
}

}  // namespace holdfast::extract

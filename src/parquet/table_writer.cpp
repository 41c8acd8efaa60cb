// SPDX-License-Identifier: Apache-2.0
#include "parquet/table_writer.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/root_folder.h"
#include "core/canonical_json.h"
#include "parquet/table_columns.h"

namespace holdfast::parquet {
namespace {

constexpr std::size_t kPartRows = 8192;  // between two looks at the size of the row group
constexpr std::uint64_t kMostGroupTextBytes = 64U << 20U;
constexpr std::size_t kMostTextBytes = std::numeric_limits<std::int32_t>::max();

Status check_options(const TableOptions& options) {
  if (options.columns.empty()) return Error(Code::invalid, "a table needs a column");
  std::set<std::string_view> names;
  for (const Column& column : options.columns) {
    if (column.name.empty() || !core::is_utf8(column.name))
      return Error(Code::invalid, "the name of a column is empty or no UTF-8");
    if (!names.insert(column.name).second)
      return Error(Code::invalid, "two columns are named " + printable_path(column.name));
  }
  for (const auto& [key, value] : options.key_values)
    if (!core::is_utf8(key) || !core::is_utf8(value))
      return Error(Code::invalid, "the metadata " + printable_path(key) + " is no UTF-8");
  if (options.row_group_rows == 0 || options.row_group_rows > kMostGroupRows)
    return Error(Code::invalid, "a row group of " + std::to_string(options.row_group_rows) +
                                    " rows: expected 1 to " + std::to_string(kMostGroupRows));
  return {};
}

std::size_t value_count(const ColumnValues& values, ColumnType type) {
  switch (type) {
    case ColumnType::string:
    case ColumnType::binary:
      return values.texts.size();
    case ColumnType::int64:
      return values.integers.size();
    case ColumnType::float64:
      return values.numbers.size();
    case ColumnType::boolean:
      return values.flags.size();
  }
  return 0;
}

Error refused(const Column& column, std::uint64_t row, const std::string& what) {
  return {Code::invalid,
          "column " + printable_path(column.name) + ", row " + std::to_string(row) + ": " + what};
}

Status check_column(const Column& column, const ColumnValues& values, std::uint64_t first_row,
                    std::size_t row_count) {
  const bool is_string = column.type == ColumnType::string;
  const bool is_text = is_string || column.type == ColumnType::binary;
  if (column.nullable == Nullable::yes && !is_text) return {};
  for (std::size_t row = 0; row < row_count; ++row) {
    if (values.is_null(row)) {
      if (column.nullable == Nullable::no)
        return refused(column, first_row + row, "null, and the column was declared without nulls");
      continue;
    }
    if (!is_text) continue;
    if (values.texts[row].size() > kMostTextBytes)
      return refused(column, first_row + row,
                     "a text of " + std::to_string(values.texts[row].size()) +
                         " bytes: expected at most 2^31-1");
    if (is_string && !core::is_utf8(values.texts[row]))
      return refused(column, first_row + row,
                     "a string that is no UTF-8: declare the column binary");
  }
  return {};
}

template <class Span>
Span part_of(Span all, std::size_t begin, std::size_t end) {
  return all.empty() ? all : all.subspan(begin, end - begin);
}

}  // namespace

ByteSink sink_into(WholeFile& file) {
  return [&file](std::string_view bytes) { return file.write(bytes); };
}

ByteSink sink_into(WritableFile& file) {
  return [&file](std::string_view bytes) { return file.write(bytes); };
}

Result<TableWriter> TableWriter::create(ByteSink sink, TableOptions options) {
  TRY(check_options(options));
  TRY_ASSIGN(ArrowModule* const module, arrow_module());
  SinkOptions given{.columns = options.columns,
                    .compression = options.compression,
                    .key_values = options.key_values};
  given.key_values.emplace_back(kColumnsKey, columns_text(options.columns));
  TRY_ASSIGN(auto rows, module->create_rows(std::move(sink), std::move(given)));
  return TableWriter(std::move(options), std::move(rows));
}

Status TableWriter::check(const RowBatch& batch) const {
  if (batch.columns.size() != options_.columns.size())
    return Error(Code::invalid, "a batch of " + std::to_string(batch.columns.size()) +
                                    " columns: expected " +
                                    std::to_string(options_.columns.size()));
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    const Column& column = options_.columns[i];
    const ColumnValues& values = batch.columns[i];
    const bool fits = value_count(values, column.type) == batch.row_count &&
                      (values.present.empty() || values.present.size() == batch.row_count);
    if (!fits)
      return Error(Code::invalid, "column " + printable_path(column.name) + ": expected " +
                                      std::to_string(batch.row_count) + " values of type " +
                                      std::string(column_type_name(column.type)));
    TRY(check_column(column, values, row_count_, batch.row_count));
  }
  return {};
}

Status TableWriter::fail(Status status) {
  if (!status) {
    failed_ = std::make_unique<Error>(status.error());
    rows_.reset();
  }
  return status;
}

Status TableWriter::write(const RowBatch& batch) {
  if (failed_ != nullptr) return *failed_;
  HOLDFAST_ASSERT(rows_ != nullptr);
  TRY(check(batch));
  for (std::size_t begin = 0; begin < batch.row_count;) {
    const std::size_t most =
        std::min<std::uint64_t>(kPartRows, options_.row_group_rows - group_rows_);
    const std::size_t end = std::min(batch.row_count, begin + most);
    TRY(fail(write_part(batch, begin, end)));
    begin = end;
  }
  return {};
}

Status TableWriter::write_part(const RowBatch& batch, std::size_t begin, std::size_t end) {
  RowBatch part{.row_count = end - begin, .columns = {}};
  for (const ColumnValues& values : batch.columns) {
    part.columns.push_back({.texts = part_of(values.texts, begin, end),
                            .integers = part_of(values.integers, begin, end),
                            .numbers = part_of(values.numbers, begin, end),
                            .flags = part_of(values.flags, begin, end),
                            .present = part_of(values.present, begin, end)});
    for (const std::string_view text : part.columns.back().texts)
      group_text_bytes_ += text.size();
  }
  TRY(rows_->write(part));
  row_count_ += part.row_count;
  group_rows_ += part.row_count;
  if (group_rows_ == options_.row_group_rows || group_text_bytes_ >= kMostGroupTextBytes) {
    TRY(rows_->end_row_group());
    group_rows_ = 0;
    group_text_bytes_ = 0;
  }
  return {};
}

Status TableWriter::finish() {
  if (failed_ != nullptr) return *failed_;
  HOLDFAST_ASSERT(rows_ != nullptr);
  TRY(fail(rows_->finish()));
  rows_.reset();
  return {};
}

}  // namespace holdfast::parquet

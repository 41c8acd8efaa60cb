// SPDX-License-Identifier: Apache-2.0
#include "extract/published_rows.h"

#include <utility>

#include "base/readable_file.h"
#include "base/root_folder.h"
#include "parquet/footer.h"
#include "parquet/table_columns.h"
#include "parquet/table_reader.h"

namespace holdfast::extract {
namespace {

Value value_of(const parquet::ColumnValues& values, ColumnType type, std::size_t row) {
  if (values.is_null(row)) return {};
  switch (type) {
    case ColumnType::string:
    case ColumnType::binary:
      return std::string(values.texts[row]);
    case ColumnType::int64:
      return values.integers[row];
    case ColumnType::float64:
      return values.numbers[row];
    case ColumnType::boolean:
      return values.flags[row] != 0;
  }
  return {};
}

}  // namespace

Status visit_published_rows(const ExtractionConfig& config, FileSystem& files,
                            const std::string& key_column, const std::vector<Column>& columns,
                            const std::function<Status(const Row&)>& take) {
  TRY_ASSIGN(auto file, readable_in(files, config.out));
  std::vector<std::string> names{key_column};
  for (const Column& column : columns)
    names.push_back(column.name);
  TRY_ASSIGN(auto reader, parquet::TableReader::open(std::move(file), names));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (reader.columns()[i + 1].type != columns[i].type)
      return Error(Code::conflict, printable_path(config.out) + ": column \"" +
                                       printable_path(columns[i].name) + "\" is of another type");
  }
  parquet::RowBatch batch;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(batch));
    if (!more) return {};
    for (std::size_t i = 0; i < batch.row_count; ++i) {
      if (batch.columns[0].is_null(i)) continue;
      Row row{std::string(batch.columns[0].texts[i]), {}};
      for (std::size_t c = 0; c < columns.size(); ++c)
        row.values.push_back(value_of(batch.columns[c + 1], columns[c].type, i));
      TRY(take(row));
    }
  }
}

Result<std::vector<Column>> published_columns(const ExtractionConfig& config, FileSystem& files,
                                              const std::string& key_column) {
  TRY_ASSIGN(const auto file, readable_in(files, config.out));
  TRY_ASSIGN(const auto footer, parquet::read_footer(*file));
  TRY_ASSIGN(auto columns, parquet::table_columns(footer, file->name()));
  std::erase_if(columns, [&](const Column& column) { return column.name == key_column; });
  return columns;
}

}  // namespace holdfast::extract

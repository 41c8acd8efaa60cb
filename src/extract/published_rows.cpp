// SPDX-License-Identifier: Apache-2.0
#include "extract/published_rows.h"

#include <algorithm>
#include <utility>

#include "base/readable_file.h"
#include "base/root_folder.h"
#include "extract/staging.h"
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
  TRY_ASSIGN(const auto there, published_columns(config, files, key_column));
  std::vector<std::string> names{key_column};
  std::vector<std::size_t> places(columns.size(), 0);  // in the batch; 0, that of the key: none
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto found = std::ranges::find(there.columns, columns[i].name, &Column::name);
    if (found == there.columns.end()) continue;
    if (found->type != columns[i].type)
      return Error(Code::conflict, printable_path(config.out) + ": column \"" +
                                       printable_path(columns[i].name) + "\" is of another type");
    places[i] = names.size();
    names.push_back(columns[i].name);
  }
  TRY_ASSIGN(auto file, readable_in(files, config.out));
  TRY_ASSIGN(auto reader, parquet::TableReader::open(std::move(file), names));
  parquet::RowBatch batch;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(batch));
    if (!more) return {};
    for (std::size_t i = 0; i < batch.row_count; ++i) {
      if (batch.columns[0].is_null(i)) continue;
      Row row{std::string(batch.columns[0].texts[i]), {}};
      row.values.resize(columns.size());
      for (std::size_t c = 0; c < columns.size(); ++c) {
        if (places[c] != 0) row.values[c] = value_of(batch.columns[places[c]], columns[c].type, i);
      }
      TRY(take(row));
    }
  }
}

Status visit_rows(const ExtractionConfig& config, FileSystem& files, const Published& published,
                  const std::vector<Column>& columns,
                  const std::function<Status(const Row&)>& take) {
  TRY_ASSIGN(const StagedIndex index, index_staging(files, config.staging(), config.key_columns));
  const auto take_staged = [&](const StagedRow& staged) -> Status {
    if (!index.is_last(staged)) return {};
    TRY_ASSIGN(const Row row, read_row(staged.json, staged.key_column, columns));
    return take(row);
  };
  TRY(read_staging(files, config.staging(), config.key_columns, take_staged));
  if (!published.exists) return {};
  return visit_published_rows(config, files, published.key_column, columns, [&](const Row& row) {
    return index.keys.contains(row.key) ? Status() : take(row);
  });
}

Result<PublishedColumns> published_columns(const ExtractionConfig& config, FileSystem& files,
                                           const std::string& key_column) {
  TRY_ASSIGN(const auto file, readable_in(files, config.out));
  TRY_ASSIGN(const auto footer, parquet::read_footer(*file));
  TRY(parquet::check_repeated_columns(footer, file->name()));
  PublishedColumns out;
  for (const parquet::FooterColumn& each : footer.columns) {
    auto column = parquet::column_of(each, file->name());
    if (!column && column.error().code() != Code::unsupported) return std::move(column).error();
    if (!column) {
      out.others.push_back(each.path);
    } else if (column->name != key_column) {
      out.columns.push_back(*std::move(column));
    }
  }
  return out;
}

}  // namespace holdfast::extract

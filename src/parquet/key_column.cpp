// SPDX-License-Identifier: Apache-2.0
#include "parquet/key_column.h"

#include "parquet/arrow_module.h"
#include "parquet/footer.h"
#include "parquet/table_columns.h"

namespace holdfast::parquet {
namespace {

std::string names_of(const Footer& footer) {
  constexpr std::size_t kMostNames = 8;
  std::string names;
  for (std::size_t i = 0; i < footer.columns.size() && i < kMostNames; ++i)
    names += (i == 0 ? "" : ", ") + printable_path(footer.columns[i].path);
  return footer.columns.size() > kMostNames ? names + ", …" : names;
}

Result<SourceColumn> key_source(const Footer& footer, const std::string& column,
                                const std::string& file_name) {
  TRY(check_repeated_columns(footer, file_name));
  const auto index = footer.index_of(column);
  if (!index)
    return Error(Code::not_found, file_name + ": has no column " + printable_path(column),
                 "its columns are " + names_of(footer));
  TRY_ASSIGN(const Column found, column_of(footer.columns[*index], file_name));
  if (found.type != ColumnType::string && found.type != ColumnType::binary)
    return Error(Code::unsupported, file_name + ": column " + printable_path(column) +
                                        " is of type " + std::string(column_type_name(found.type)) +
                                        ": expected texts as keys");
  return SourceColumn{.index = static_cast<int>(*index), .type = found.type};
}

}  // namespace

Result<std::uint64_t> visit_keys(const ReadableFile& file, const std::string& column,
                                 const std::function<Status(const KeyBatch&)>& visit) {
  TRY_ASSIGN(const Footer footer, read_footer(file));
  TRY_ASSIGN(const SourceColumn source, key_source(footer, column, file.name()));
  TRY_ASSIGN(ArrowModule* const module, arrow_module());
  TRY_ASSIGN(const auto rows, module->open_rows(file, {source}));
  RowBatch batch;
  std::uint64_t row_count = 0;
  for (;;) {
    TRY_ASSIGN(const bool more, rows->next(batch));
    if (!more) break;
    const ColumnValues& values = batch.columns.front();
    TRY(visit({.first_row = row_count, .keys = values.texts, .present = values.present}));
    row_count += batch.row_count;
  }
  if (row_count != footer.row_count)
    return Error(Code::corrupt,
                 file.name() + ": its footer promises " + std::to_string(footer.row_count) +
                     " rows, and column " + printable_path(column) + " has " +
                     std::to_string(row_count),
                 "restore the file from a copy, or write it anew");
  return row_count;
}

}  // namespace holdfast::parquet

// SPDX-License-Identifier: Apache-2.0
#include "parquet/table_reader.h"

#include "parquet/table_columns.h"

namespace holdfast::parquet {
namespace {

constexpr std::string_view kRestore = "restore the file from a copy, or write it anew";
constexpr int kUnsignedBits = 32;

SourceColumn source_of(const FooterColumn& stored, const Column& column, std::size_t index) {
  return {.index = static_cast<int>(index),
          .type = column.type,
          .is_unsigned_32 = stored.type == PhysicalType::int32 &&
                            stored.logical == LogicalType::integer && !stored.integer_signed &&
                            stored.integer_bits == kUnsignedBits};
}

}  // namespace

Result<TableReader> TableReader::open(std::unique_ptr<ReadableFile> file) {
  TRY_ASSIGN(const Footer footer, read_footer(*file));
  std::vector<std::string> names;
  for (const FooterColumn& column : footer.columns)
    names.push_back(column.path);
  return open(std::move(file), names);
}

Result<TableReader> TableReader::open(std::unique_ptr<ReadableFile> file,
                                      const std::vector<std::string>& names) {
  TableReader reader;
  reader.file_ = std::move(file);
  TRY_ASSIGN(Footer footer, read_footer(*reader.file_));
  TRY(check_repeated_columns(footer, reader.file_->name()));
  std::vector<SourceColumn> sources;
  for (const std::string& name : names) {
    const auto index = footer.index_of(name);
    if (!index)
      return Error(Code::not_found,
                   reader.file_->name() + ": has no column " + printable_path(name));
    TRY_ASSIGN(Column column, column_of(footer.columns[*index], reader.file_->name()));
    sources.push_back(source_of(footer.columns[*index], column, *index));
    reader.columns_.push_back(std::move(column));
  }
  reader.footer_ = std::make_unique<Footer>(std::move(footer));
  TRY_ASSIGN(ArrowModule* const module, arrow_module());
  TRY_ASSIGN(reader.rows_, module->open_rows(*reader.file_, std::move(sources)));
  return reader;
}

Result<bool> TableReader::next(RowBatch& batch) {
  TRY_ASSIGN(const bool more, rows_->next(batch));
  if (more) row_count_ += batch.row_count;
  const bool wrong = more ? row_count_ > footer_->row_count : row_count_ != footer_->row_count;
  if (wrong)
    return Error(Code::corrupt,
                 file_->name() + ": its footer promises " + std::to_string(footer_->row_count) +
                     " rows, and " + std::to_string(row_count_) + " were read",
                 std::string(kRestore));
  return more;
}

}  // namespace holdfast::parquet

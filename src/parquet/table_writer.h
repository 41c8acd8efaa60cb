// SPDX-License-Identifier: Apache-2.0
// Writes a table of declared columns to a Parquet file, a batch of rows at a time, into a file of base/file.h.
//
//   TRY_ASSIGN(WholeFile file, WholeFile::create(files, path));
//   TRY_ASSIGN(TableWriter table, TableWriter::create(sink_into(file), {.columns = …}));
//   TRY(table.write(batch)); …
//   TRY(table.finish());
//   TRY(file.commit());            // only this publishes, durably
//
// Every page carries a checksum. The declared columns stand in the metadata a second time (table_columns.h), so that table_reader.h sees a
// schema that was changed behind our back. A row group has kMostGroupRows rows at most, and ends earlier where its texts grow large:
// memory is that of one row group, encoded.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/whole_file.h"
#include "parquet/arrow_module.h"
#include "parquet/rows.h"

namespace holdfast::parquet {

/// The file must outlive the sink.
ByteSink sink_into(WholeFile& file);
ByteSink sink_into(WritableFile& file);

struct TableOptions {
  std::vector<Column> columns;
  Compression compression = Compression::zstd;
  std::vector<std::pair<std::string, std::string>> key_values;  // UTF-8
  std::uint64_t row_group_rows = 65536;
};

inline constexpr std::uint64_t kMostGroupRows = 1U << 20U;

/// Not thread-safe. Moved from, it may only be destroyed.
class TableWriter {
 public:
  /// `invalid` where the columns are none, nameless or named twice, or metadata is no UTF-8; errors of arrow_module() and of the sink.
  static Result<TableWriter> create(ByteSink sink, TableOptions options);
  /// `invalid` names column and row where a value does not fit (null in a column that has none, a string that is no UTF-8); nothing of
  /// the batch is written then. After any other error, the sink's among them, every call returns that one.
  Status write(const RowBatch& batch);
  /// Writes the footer; no call after it. The file is not synced: that is the file's.
  Status finish();
  std::uint64_t row_count() const { return row_count_; }

 private:
  TableWriter(TableOptions options, std::unique_ptr<RowSink> rows)
      : options_(std::move(options)), rows_(std::move(rows)) {}
  Status check(const RowBatch& batch) const;
  Status write_part(const RowBatch& batch, std::size_t begin, std::size_t end);
  Status fail(Status status);

  TableOptions options_;
  std::unique_ptr<RowSink> rows_;  // none once finished or failed
  std::unique_ptr<Error> failed_;
  std::uint64_t row_count_ = 0;
  std::uint64_t group_rows_ = 0;
  std::uint64_t group_text_bytes_ = 0;
};

}  // namespace holdfast::parquet

// SPDX-License-Identifier: Apache-2.0
// Reads the rows of a Parquet file back as declared columns, a batch at a time, whoever wrote it: for merging published rows with new
// ones, and for checks that need values. Checksums of pages are verified where there are any; memory is that of a few pages a column.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/readable_file.h"
#include "base/result.h"
#include "parquet/arrow_module.h"
#include "parquet/footer.h"
#include "parquet/rows.h"
#include "parquet/table_columns.h"

namespace holdfast::parquet {

/// Not thread-safe. Moved from, it may only be destroyed.
class TableReader {
 public:
  /// Reads all columns, in their order. Errors of read_footer(), table_columns() and arrow_module().
  static Result<TableReader> open(std::unique_ptr<ReadableFile> file);
  /// Only these, in this order; `not_found` names one that is not there. The others may be of any type.
  static Result<TableReader> open(std::unique_ptr<ReadableFile> file,
                                  const std::vector<std::string>& names);
  const Footer& footer() const { return *footer_; }
  const std::vector<Column>& columns() const { return columns_; }
  /// The next rows, never none; views valid until the next call. False at the end, when exactly footer().row_count rows came; `corrupt`
  /// otherwise, and `io`.
  Result<bool> next(RowBatch& batch);

 private:
  TableReader() = default;
  std::unique_ptr<ReadableFile> file_;
  std::unique_ptr<Footer> footer_;
  std::vector<Column> columns_;
  std::unique_ptr<RowSource> rows_;  // reads file_, so it goes before it
  std::uint64_t row_count_ = 0;
};

}  // namespace holdfast::parquet

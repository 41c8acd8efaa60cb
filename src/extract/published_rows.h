// SPDX-License-Identifier: Apache-2.0
// The published rows with their values, one after the other.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "extract/extraction_config.h"
#include "extract/extraction_state.h"
#include "extract/row.h"

namespace holdfast::extract {

/// Every row that has a key, in the order of the file, with the values of these columns; null where the file has no such column. `conflict`
/// names one of another type; Errors of parquet/table_reader.h and of `take`.
Status visit_published_rows(const ExtractionConfig& config, FileSystem& files,
                            const std::string& key_column, const std::vector<Column>& columns,
                            const std::function<Status(const Row&)>& take);

/// Every row of an output, staged and published: each key once, the newest row of it.
Status visit_rows(const ExtractionConfig& config, FileSystem& files, const Published& published,
                  const std::vector<Column>& columns,
                  const std::function<Status(const Row&)>& take);

/// The columns of the file but that of the keys.
struct PublishedColumns {
  std::vector<Column> columns;
  std::vector<std::string> others;  // of types that no row of ours has (a list, a date, …)
};
Result<PublishedColumns> published_columns(const ExtractionConfig& config, FileSystem& files,
                                           const std::string& key_column);

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
#include "extract/staged_rows.h"

#include "extract/staging.h"

namespace holdfast::extract {

Result<StagedComparison> compare_staged(const ExtractionConfig& config, FileSystem& files,
                                        const Ledger& ledger, const std::vector<Column>& columns) {
  StagedComparison out;
  TRY_ASSIGN(const StagedIndex index, index_staging(files, config.staging(), config.key_columns));
  const auto compare = [&](const StagedRow& staged) -> Status {
    const core::Sha256Digest* recorded = recorded_digest(ledger, staged.key);
    if (recorded == nullptr) return {};
    const auto row = read_row(staged.json, staged.key_column, columns);
    if (!row) return {};
    // A run that goes on may have staged it since the index was made.
    const bool is_last = index.keys.contains(staged.key) && index.is_last(staged);
    if (is_last) ++out.compared;
    const core::Sha256Digest digest = row_digest(*row, columns);
    if (digest == *recorded) return {};
    out.changed.push_back({.key = std::string(staged.key),
                           .digest = digest,
                           .offset = staged.offset,
                           .is_last = is_last});
    return {};
  };
  TRY(read_staging(files, config.staging(), config.key_columns, compare));
  return out;
}

}  // namespace holdfast::extract

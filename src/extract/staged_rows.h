// SPDX-License-Identifier: Apache-2.0
// Staged rows held against the digests that the ledger has of them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "core/sha256.h"
#include "extract/extraction_config.h"
#include "extract/ledger.h"
#include "extract/row.h"

namespace holdfast::extract {

/// A staged row that is not what the ledger says.
struct ChangedRow {
  std::string key;
  core::Sha256Digest digest{};  // of the row as it is now
  std::uint64_t offset = 0;     // of its line
  bool is_last = false;         // of its key: the one that would be published
};

struct StagedComparison {
  std::uint64_t compared = 0;       // the last row of each key that has a digest
  std::vector<ChangedRow> changed;  // of all rows, in their order
};

/// Rows that do not fit the columns are not compared: publishing tells them. `io`.
Result<StagedComparison> compare_staged(const ExtractionConfig& config, FileSystem& files,
                                        const Ledger& ledger, const std::vector<Column>& columns);

}  // namespace holdfast::extract

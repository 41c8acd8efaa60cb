// SPDX-License-Identifier: Apache-2.0
// Shards of an extraction, as files beside its output: "k150k.shard-3-of-8.parquet" with a ledger and a staging file of its own.
#pragma once
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "core/batch.h"
#include "extract/extraction_config.h"

namespace holdfast::extract {

/// The files of one shard, as an extraction of its own: which items it should have is not asked.
ExtractionConfig shard_files(const ExtractionConfig& whole, const core::Shard& shard);
/// The whole that a shard is a part of, likewise.
ExtractionConfig whole_of(const ExtractionConfig& shard);

/// Shards that have a Parquet file, a ledger or a staging file beside the output. `io`.
Result<std::vector<core::Shard>> shards_beside(const ExtractionConfig& whole, FileSystem& files);

/// The files beside the output that are kept for it: all that are a shard's, and what was put aside of its ledger and staging file. `io`.
Result<std::vector<std::string>> files_kept_beside(const ExtractionConfig& whole,
                                                   FileSystem& files);

/// `conflict` while a shard of it is written, or the whole that it is a part of. Asked with the lock in hand, so that of two that
/// begin at once one sees the other.
Status require_nobody_beside(const ExtractionConfig& config, FileSystem& files);

}  // namespace holdfast::extract

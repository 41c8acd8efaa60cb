// SPDX-License-Identifier: Apache-2.0
// Merging: rows that runs with --shard published into files of their own, or a copy of the same extraction on another machine, become
// rows of one output, by key.
//
//   each source: locked, its accounts read, refused where rows are lost
//   keys that more than one side has: their rows must be equal, or nothing is changed
//   rows that the output lacks ─► staged, claimed ─► publish (extract/publication.h) ─► sources removed
//
// A kill in between leaves staged rows, which the next run or merge publishes; a source is removed only once its rows are published.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "extract/extraction_config.h"
#include "extract/run.h"

namespace holdfast::extract {

struct MergeOptions {
  std::vector<std::string> from;  // Parquet files, absolute; none: the shards beside the output
  bool keep = false;              // leave the sources where they are
  const Cancel* cancel = nullptr;
  Clock* clock = &system_clock();
  FileSystem* files = &real_file_system();
  std::string version;
  std::string run_id;
};

struct MergedSource {
  std::string out;
  std::uint64_t row_count = 0;
  std::uint64_t new_count = 0;  // rows that the output did not have
};

struct MergeEnd {
  /// None where it is refused, or no shards lie there: then only the end of an earlier merge was left to do, or not even that.
  std::vector<MergedSource> sources;
  std::optional<Timestamp> ended_before;  // when that one ended, where it had
  RunEnd run;
};

/// `not_found` where there is nothing to merge; `conflict` names the key and both files of two rows that differ, a source in use, one
/// with lost rows or of another extractor: nothing was changed. As run_extraction() otherwise.
Result<MergeEnd> merge_extraction(const ExtractionConfig& config, const MergeOptions& options);

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
// An extraction that runs: items without a row are extracted, staged, claimed and, at the end, published.
//
//   items − (ledger ∪ staged ∪ published) ─► workers ─► row staged ─► key claimed ─► … ─► publish ─► staging removed ─► manifest
//
// 1. A row is durable before its key is in the ledger, both as soon as the disk can (extract/group_commit.h). A kill repeats at most the
//    items that were being extracted, and of those that take less than 50 ms the ones whose rows wait for the disk.
// 2. An item that fails is tried again, `tries` times in all, then kept in the list of failures with what was said; the others go on,
//    and the good rows are published. The next run tries it again, after the items that never were.
// What is common to all writers of an output, and when a run is refused: extract/output_session.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/line_file.h"
#include "core/batch.h"
#include "core/finding.h"
#include "extract/extraction_config.h"
#include "extract/extractor.h"
#include "extract/manifest.h"
#include "extract/publication.h"

namespace holdfast::extract {

struct RunOptions {
  core::BatchOptions batch;  // jobs, limit, window, cancel, clock, on_progress
  int tries = 3;
  bool skip_failed = false;      // leave out the items that failed in an earlier run
  std::string version;           // of the program, for the manifest
  std::string run_id;            // names what is published
  bool one_row_a_group = false;  // each row waits for the disk before the next item is begun
  FileSystem* files = &real_file_system();
};

/// How a run or a merge ended.
struct RunEnd {
  std::string status;          // "complete", "complete-noop", "incomplete", "cancelled", "refused"
  core::SubjectReport report;  // of the extraction as it is now; where it was refused, why
  RunCounts counts;
  std::vector<FailedItem> failed;  // in this run
  std::vector<TornTail>
      torn;  // what was cut off the files before they were continued, and where it is kept
  std::optional<Publication> publication;  // none where nothing was published
};

/// "refused": finished rows are lost, the published ones or the items can't be read, or a line
/// in the middle of the ledger or the staging file is none. Where it was so from the beginning, no byte but the lock's was changed. `conflict`: another run holds the output, another extractor made its rows,
/// or rows of shards are not merged yet (nothing was changed); `corrupt`: what was about to be published is not what should be
/// there (the old file stands); `invalid`: no items; `io`: what was staged stays, run again once it is mended.
Result<RunEnd> run_extraction(const ExtractionConfig& config, const ExtractorConfig& extractor,
                              const RunOptions& options);

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
// An extraction that runs: items without a row are extracted, staged, claimed and, at the end, published.
//
//   items − (ledger ∪ staged ∪ published) ─► workers ─► row staged ─► key claimed ─► … ─► publish ─► staging removed ─► manifest
//
// 1. One run at a time for one output (a lock beside it; the second is refused).
// 2. Before anything is extracted and again before anything is published the accounts are read: a row that is lost refuses the run,
//    whatever is pending, and no byte is changed (seed 004, change 2).
// 3. A row is durable before its key is in the ledger, each at once; a kill repeats at most the items that were being extracted.
// 4. An item that fails is tried again, `tries` times in all, then kept in the list of failures with what was said; the others go on,
//    and the good rows are published.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/line_file.h"
#include "core/batch.h"
#include "core/finding.h"
#include "extract/accounting.h"
#include "extract/extraction_config.h"
#include "extract/extractor.h"
#include "extract/publication.h"

namespace holdfast::extract {

struct RunOptions {
  core::BatchOptions batch;  // jobs, limit, window, cancel, clock, on_progress
  int tries = 3;
  std::string version;  // of the program, for the manifest
  FileSystem* files = &real_file_system();
};

struct FailedItem {
  std::string key;
  std::string why;
  int tries = 0;
};

struct RunEnd {
  std::string status;          // "complete", "complete-noop", "incomplete", "cancelled", "refused"
  core::SubjectReport report;  // of the extraction as it is now; where it was refused, why
  std::uint64_t items = 0;
  std::uint64_t done_before = 0;
  std::uint64_t pending_at_start = 0;
  std::uint64_t recovered_rows = 0;  // staged by an earlier run
  std::uint64_t ok = 0;
  std::vector<FailedItem> failed;
  std::vector<TornTail>
      torn;  // what was cut off the files before they were continued, and where it is kept
  std::optional<Publication> publication;  // none where nothing was published
  double elapsed_s = 0;
};

/// "refused", and no byte was changed: finished rows are lost, the published ones or the items can't be read, or a line in the middle of
/// the ledger or the staging file is none. `conflict`: another run holds the
/// output, or another extractor made its rows (nothing was changed); `corrupt`: what was about to be published is not what should be
/// there (the old file stands); `invalid`: no items; `io`: what was staged stays, run again once it is mended.
Result<RunEnd> run_extraction(const ExtractionConfig& config, const ExtractorConfig& extractor,
                              const RunOptions& options);

}  // namespace holdfast::extract

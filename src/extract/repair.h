// SPDX-License-Identifier: Apache-2.0
// Repairing the ledger by hand: it is made to say what is really there, so that the next run extracts what is missing. Never done by
// itself (seed 004, "auto-truncate": hides the loss, and was refused).
//
//   missing keys (claimed, and no row)   taken out       unclaimed keys (a row, and no claim)   put in
//   lines that are no entries or rows    taken out of the ledger and the staging file
//   staged rows that are not what the ledger's digest says: taken out; a key that has no other row goes out with them
//
//   journal line "begun" ─► old files kept beside (<out>.done.before-…) ─► ledger and staging replaced whole ─► recorded ─► journal line "done"
//
// The published rows are not touched.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "core/finding.h"
#include "extract/extraction_config.h"
#include "extract/repair_journal.h"

namespace holdfast::extract {

struct RepairOptions {
  bool dry_run = false;  // only say what would be done
  std::string actor;     // for the journal
  std::string reason;
  Clock* clock = &system_clock();
  FileSystem* files = &real_file_system();
  /// Records a repair, and the extraction as it is after it, while the lock is held and before the journal says "done". What was not recorded,
  /// or not told to be, comes again with the next repair: one of the same began_at counts once. None: nothing is recorded.
  std::function<Status(const RepairCounts&, const core::SubjectReport&)> record = {};
};

struct Repair {
  std::vector<std::string> removed;     // keys taken out of the ledger: their rows are lost
  std::vector<std::string> added;       // keys put in: they have a row
  std::uint64_t repeated = 0;           // entries of a key that stood there already
  std::uint64_t bad_ledger_lines = 0;   // taken out
  std::uint64_t bad_staging_lines = 0;  // taken out
  std::uint64_t changed_staging_rows =
      0;                          // taken out: not what the ledger says, so no run publishes them
  std::uint64_t entries = 0;      // of the new ledger
  std::vector<std::string> kept;  // paths of the old files
  std::string journal;            // path; "" where nothing was done
  std::optional<RepairCounts> finished;  // an earlier repair that was recorded now
  Status recorded;                       // why this one was not; the next repair does it
  core::SubjectReport report;            // of the extraction after it (before it in a dry run)
  bool changes() const {
    return !removed.empty() || !added.empty() ||
           repeated + bad_ledger_lines + bad_staging_lines + changed_staging_rows > 0;
  }
};

/// `conflict` while a run holds the output or another program has the ledger or the staging file open, and where the published rows can't be read: what is there is not known then, and nothing was
/// changed. `not_found` where there is nothing at all. `io`: the old files stand or are kept, the journal says which.
Result<Repair> repair_extraction(const ExtractionConfig& config, const RepairOptions& options);

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
// The journal of repairs, "<out>.repairs.jsonl": what was repaired, when, by whom, with the digests of the sets of keys.
//
//   "begun" before anything is changed ─► "done" once the repair is recorded, or "failed" where nothing was changed
//
// So the last "begun" that none of the two follows is a repair of which nobody was told: the next one tells it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "extract/extraction_config.h"
#include "extract/key_set.h"

namespace holdfast::extract {

/// What one repair does, as its lines and its event tell it.
struct RepairCounts {
  Timestamp began_at;  // names it
  std::string actor;
  std::string reason;
  KeySetDigest removed;
  KeySetDigest added;
  std::uint64_t repeated = 0;
  std::uint64_t bad_ledger_lines = 0;
  std::uint64_t bad_staging_lines = 0;
  std::uint64_t changed_staging_rows = 0;
  std::uint64_t entries = 0;
};

std::string repairs_journal(const ExtractionConfig& config);

/// `conflict` where its file begins with a line that is none of ours: it would be appended to, and a torn line of it cut off.
Status require_own_journal(const ExtractionConfig& config, FileSystem& files);

/// Durable on return. `what`: "begun", "done" or "failed".
Status append_journal(const ExtractionConfig& config, FileSystem& files, const char* what,
                      const RepairCounts& counts, Timestamp at);

/// The last repair that was begun and has no end: killed, or not recorded.
Result<std::optional<RepairCounts>> unfinished_repair(const ExtractionConfig& config,
                                                      FileSystem& files);

}  // namespace holdfast::extract

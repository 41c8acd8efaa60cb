// SPDX-License-Identifier: Apache-2.0
// Reading the journal of metadata writes: who changed which of Holdfast's keys, when, from what to what.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "artifacts/artifact_table.h"

namespace holdfast::artifacts {

struct JournalEntry {
  std::int64_t seq = 0;
  std::string artifact_id;
  std::string at;  // as the database shows it, UTC
  std::string actor;
  std::string batch_run_id;
  std::string operation;
  std::optional<std::string> old_json;
  std::optional<std::string> new_json;
  std::string reason;
};

struct JournalQuery {
  std::optional<std::string> artifact_id;
  std::int64_t after_seq = 0;
  std::int64_t limit = 100;
};

/// In order of seq. `not_found` (hint: holdfast artifacts prepare) where there is no journal.
Result<std::vector<JournalEntry>> read_journal(ArtifactTable& table, const JournalQuery& query);

}  // namespace holdfast::artifacts

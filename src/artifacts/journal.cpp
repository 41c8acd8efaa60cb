// SPDX-License-Identifier: Apache-2.0
// One statement over the journal's table.
#include "artifacts/journal.h"

namespace holdfast::artifacts {

Result<std::vector<JournalEntry>> read_journal(ArtifactTable& table, const JournalQuery& query) {
  TRY_ASSIGN(const bool there, table.has_journal());
  if (!there) {
    return Error(
        Code::not_found,
        table.connection().name() + ": there is no journal \"" + table.config().journal + "\"",
        "holdfast artifacts prepare " + table.config().name);
  }
  TRY_ASSIGN(const auto rows, table.journal_rows(query.artifact_id, query.after_seq, query.limit));
  std::vector<JournalEntry> out;
  const auto json = [&](std::size_t row, std::size_t column) {
    return rows.is_null(row, column) ? std::nullopt : std::optional(rows.text(row, column));
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.push_back({.seq = rows.integer(i, 0),
                   .artifact_id = rows.text(i, 1),
                   .at = rows.text(i, 2),
                   .actor = rows.text(i, 3),
                   .batch_run_id = rows.text(i, 4),
                   .operation = rows.text(i, 5),
                   .old_json = json(i, 6),
                   .new_json = json(i, 7),
                   .reason = rows.text(i, 8)});
  }
  return out;
}

}  // namespace holdfast::artifacts

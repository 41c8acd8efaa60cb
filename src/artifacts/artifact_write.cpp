// SPDX-License-Identifier: Apache-2.0
// The writing half of ArtifactTable: hashes merged or spliced into the metadata, journaled, and read back.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "artifacts/artifact_table.h"
#include "artifacts/row_reader.h"
#include "base/assert.h"
#include "catalog/stored.h"

namespace holdfast::artifacts {
namespace {

NewHash new_hash(const HashWrite& write) {
  return {.sha256 = core::to_hex(write.digest),
          .size_bytes = write.size_bytes,
          .computed_at = format_rfc3339(write.computed_at)};
}

bool is_as_written(const ArtifactRow& now, const HashWrite& write) {
  const NewHash meant = new_hash(write);
  return now.path == write.row->path && now.recorded_sha256 == meant.sha256 &&
         now.recorded_size_bytes == static_cast<std::int64_t>(meant.size_bytes) &&
         now.computed_at == meant.computed_at;
}

}  // namespace

Status ArtifactTable::insert(std::string rows_json) {
  HOLDFAST_ASSERT(connection().in_transaction());
  TRY(run("insert", {{"rows", std::move(rows_json)}}));
  return {};
}

Result<std::vector<WriteOutcome>> ArtifactTable::record(std::span<const HashWrite> writes,
                                                        const WriteContext& context) {
  HOLDFAST_ASSERT(connection().in_transaction());
  if (writes.empty()) return std::vector<WriteOutcome>{};
  TRY_ASSIGN(auto outcomes, merges_on_server_ ? merge(writes, context) : splice(writes, context));
  TRY(read_back(writes, outcomes));
  TRY(require_journaled(writes, outcomes, context));
  return outcomes;
}

Error ArtifactTable::journal_altered() {
  return {Code::io,
          connection().name() + ": table \"" + config_->journal +
              "\" did not keep what was journaled; nothing of this commit was written",
          "look for triggers or rules on the journal's table: it must keep every row as inserted"};
}

// No change without its journal row, whatever triggers do to the journal.
Status ArtifactTable::require_journaled(std::span<const HashWrite> writes,
                                        std::span<const WriteOutcome> outcomes,
                                        const WriteContext& context) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (outcomes[i] == WriteOutcome::written) ids.push_back(writes[i].row->id);
  }
  if (ids.empty()) return {};
  TRY_ASSIGN(const auto kept,
             run("journaled", {{"ids", json_strings(ids)},
                               {"batch_run_id", std::string(context.batch_run_id)}}));
  if (kept.integer(0, 0) >= std::ssize(ids)) return {};
  return journal_altered();
}

// What the database reports of a statement is not what triggers and rules left of it.
Status ArtifactTable::read_back(std::span<const HashWrite> writes,
                                std::vector<WriteOutcome>& outcomes) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (outcomes[i] == WriteOutcome::written) ids.push_back(writes[i].row->id);
  }
  if (ids.empty()) return {};
  TRY_ASSIGN(const auto there, rows(ids));
  std::unordered_map<std::string_view, const ArtifactRow*> by_id;
  for (const ArtifactRow& row : there)
    by_id.emplace(row.id, &row);
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (outcomes[i] != WriteOutcome::written) continue;
    const auto found = by_id.find(writes[i].row->id);
    if (found == by_id.end() || !is_as_written(*found->second, writes[i]))
      outcomes[i] = WriteOutcome::altered;
  }
  return {};
}

Result<std::vector<WriteOutcome>> ArtifactTable::merge(std::span<const HashWrite> writes,
                                                       const WriteContext& context) {
  sql::JsonRows bulk;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const HashWrite& write = writes[i];
    const NewHash hash = new_hash(write);
    bulk.begin_row();
    bulk.add("n", static_cast<std::int64_t>(i));
    bulk.add("id", write.row->id);
    bulk.add("path", catalog::text_value(write.row->path));
    bulk.add("old_sha256", catalog::text_value(write.row->recorded_sha256));
    bulk.add("sha256", hash.sha256);
    bulk.add("size_bytes", static_cast<std::int64_t>(hash.size_bytes));
    bulk.add("computed_at", hash.computed_at);
    bulk.add("reason", write.reason);
    ids.push_back(write.row->id);
  }
  TRY_ASSIGN(const auto written, run("merge", {{"writes", bulk.take()},
                                               {"at", format_rfc3339(catalog_->clock().now())},
                                               {"actor", std::string(context.actor)},
                                               {"batch_run_id", std::string(context.batch_run_id)},
                                               {"operation", std::string(context.operation)}}));
  std::vector<WriteOutcome> outcomes(writes.size(), WriteOutcome::row_gone);
  for (std::size_t i = 0; i < written.size(); ++i) {
    outcomes.at(static_cast<std::size_t>(written.integer(i, 0))) =
        written.integer(i, 1) != 0 ? WriteOutcome::written : WriteOutcome::altered;
  }
  if (written.size() == writes.size()) return outcomes;
  TRY_ASSIGN(const auto there, rows(ids));
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const bool exists = std::any_of(there.begin(), there.end(),
                                    [&](const ArtifactRow& row) { return row.id == ids[i]; });
    if (outcomes[i] == WriteOutcome::row_gone && exists) outcomes[i] = WriteOutcome::row_changed;
  }
  return outcomes;
}

Result<std::vector<WriteOutcome>> ArtifactTable::splice(std::span<const HashWrite> writes,
                                                        const WriteContext& context) {
  std::vector<std::string> ids;
  for (const HashWrite& write : writes)
    ids.push_back(write.row->id);
  TRY_ASSIGN(const auto locked, run("lock", {{"ids", json_strings(ids)}}));
  const RowReader reader(locked);
  std::unordered_map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < locked.size(); ++i)
    at.emplace(reader.text(i, "id").value_or(""), i);

  std::vector<WriteOutcome> outcomes(writes.size(), WriteOutcome::row_gone);
  sql::JsonRows bulk;
  sql::JsonRows journal;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const HashWrite& write = writes[i];
    const auto found = at.find(write.row->id);
    if (found == at.end()) continue;
    const std::optional<std::string> text = reader.text(found->second, "metadata");
    const MetadataReading now = read_metadata(text);
    const bool same = reader.text(found->second, "path") == write.row->path &&
                      now.recorded.sha256 == write.row->recorded_sha256;
    const bool may_be_written = now.kind == MetadataKind::object || now.kind == MetadataKind::null;
    outcomes[i] = same && may_be_written ? WriteOutcome::written : WriteOutcome::row_changed;
    if (outcomes[i] != WriteOutcome::written) continue;
    const NewHash hash = new_hash(write);
    TRY_ASSIGN(const std::string spliced, with_hash(text, hash));
    bulk.begin_row();
    bulk.add("id", write.row->id);
    bulk.add("metadata", spliced);
    journal.begin_row();
    journal.add("n", count++);
    journal.add("id", write.row->id);
    journal.add("old", now.owned_json);
    journal.add("new", owned_json(hash));
    journal.add("reason", write.reason);
  }
  if (count == 0) return outcomes;
  // How many rows it reached, read_back() tells.
  TRY(run(finds_by_index_ ? "splice" : "splice_in_one_look", {{"writes", bulk.take()}}));
  TRY_ASSIGN(const auto journaled,
             run("journal", {{"writes", journal.take()},
                             {"at", format_rfc3339(catalog_->clock().now())},
                             {"actor", std::string(context.actor)},
                             {"batch_run_id", std::string(context.batch_run_id)},
                             {"operation", std::string(context.operation)}}));
  if (journaled.affected != count) return journal_altered();
  return outcomes;
}
}  // namespace holdfast::artifacts

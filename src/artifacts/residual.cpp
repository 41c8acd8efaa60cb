// SPDX-License-Identifier: Apache-2.0
// What is left without a hash, and why.
#include "artifacts/residual.h"

#include "core/canonical_json.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 1000;

void append_member(std::string& out, std::string_view key,
                   const std::optional<std::string>& value) {
  out += out.size() > 1 ? ",\"" : "\"";
  out += key;
  out += "\":";
  if (value) {
    core::append_canonical_string(out, core::is_utf8(*value) ? *value : printable_path(*value));
  } else {
    out += "null";
  }
}

// What a backfill would see of this row before it reads: none where the file could be opened.
std::optional<RowObservation> look(const ArtifactRow& row, const Roots& roots) {
  RowObservation seen;
  if (is_damaged(row)) {
    seen.state = RowState::bad_metadata;
    seen.reason = damage_of(row.metadata);
    return seen;
  }
  if (!row.path || row.path->empty()) {
    seen.state = RowState::no_path;
    return seen;
  }
  const Roots::Resolved found = roots.resolve(*row.path);
  const Opened opened = found.opened.found ? found.root->open_file(found.path) : Opened{};
  if (opened.found) return {};
  const Opened& why = found.opened.found ? opened : found.opened;
  seen.state = why.refusal == OpenRefusal::none ? RowState::missing : RowState::refused;
  seen.refusal = why.refusal;
  seen.reason = why.reason;
  return seen;
}

}  // namespace

std::string_view residual_reason(const RowObservation& observation) {
  switch (observation.state) {
    case RowState::hashed:
      return "hashed";
    case RowState::no_path:
      return "no_path";
    case RowState::missing:
      return "missing";
    case RowState::unstable:
      return "unstable";
    case RowState::refused:
      return refusal_name(observation.refusal);
    case RowState::bad_metadata:
      return "bad_metadata";
  }
  return {};
}

ResidualEntry residual_entry(const ArtifactRow& row, const RowObservation& observation,
                             const std::string& path_column) {
  const bool no_path = observation.state == RowState::no_path;
  return {
      .artifact_id = row.id,
      .artifact_type = row.type,
      .path = row.path,
      .reason = std::string(residual_reason(observation)),
      .detail = no_path ? path_column + (row.path ? " is empty" : " is NULL") : observation.reason};
}

std::string json_line(const ResidualEntry& entry) {
  std::string out = "{";
  append_member(out, "artifact_id", entry.artifact_id);
  append_member(out, "artifact_type", entry.artifact_type);
  append_member(out, "file_path", entry.path);
  append_member(out, "reason", entry.reason);
  append_member(out, "detail", entry.detail);
  return out + "}\n";
}

Status list_residual(ArtifactTable& table, const Roots& roots, const Cancel* cancel,
                     const std::function<Status(const ResidualEntry&)>& take) {
  PageQuery query{.limit = kPageRows, .types = table.config().types};
  for (;;) {
    TRY_ASSIGN(const auto rows, table.page(query));
    for (const ArtifactRow& row : rows) {
      if (cancel != nullptr && cancel->requested()) return Error(Code::cancelled, "asked to stop");
      if (const auto seen = look(row, roots)) {
        TRY(check_shortage(seen->refusal, seen->reason));
        TRY(take(residual_entry(row, *seen, table.config().columns.path)));
      }
    }
    if (std::ssize(rows) < query.limit) return {};
    query.after = RowCursor{.type = rows.back().type, .id = rows.back().id};
  }
}

}  // namespace holdfast::artifacts

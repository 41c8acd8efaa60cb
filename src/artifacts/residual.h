// SPDX-License-Identifier: Apache-2.0
// The residual list: rows that have no hash because their file could not be read, one JSON line each:
//   {"artifact_id":…,"artifact_type":…,"file_path":…|null,"reason":…,"detail":…}
// reason: no_path, missing, unstable, escapes_root, symlink_loop, not_regular, unreadable, bad_path, bad_metadata, row_changed,
// write_altered, drift_refused, drift_held, changed_without_write; detail: one sentence for people.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "artifacts/artifact_table.h"
#include "artifacts/row_hasher.h"
#include "base/cancel.h"
#include "base/whole_file.h"
#include "catalog/catalog.h"

namespace holdfast::artifacts {

struct ResidualEntry {
  std::string artifact_id;
  std::string artifact_type;
  std::optional<std::string> path;
  std::string reason;
  std::string detail;
};

/// The stable word for why an observation gave no hash.
std::string_view residual_reason(const RowObservation& observation);
/// `path_column` is the column that the source maps to the path.
ResidualEntry residual_entry(const ArtifactRow& row, const RowObservation& observation,
                             const std::string& path_column);
/// One line of JSON, with its newline.
std::string json_line(const ResidualEntry& entry);

/// Looks at the file of every row now, without reading it, and hands over those that could not be hashed, in the table's order.
/// Unreadable files are found by opening them. `cancelled` when asked to stop.
Status list_residual(ArtifactTable& table, const Roots& roots, const Cancel* cancel,
                     const std::function<Status(const ResidualEntry&)>& take);

}  // namespace holdfast::artifacts

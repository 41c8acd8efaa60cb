// SPDX-License-Identifier: Apache-2.0
// Corrections by hand: a file that was moved, a row that is not wanted any more.
//
// Both write rows of the catalog's own table only; in a user's table Holdfast writes nothing but metadata, so the user's own tools
// correct those. Row, journal, proofs, observations, incident and event change in one transaction.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "artifacts/artifact_table.h"
#include "artifacts/row_hasher.h"
#include "base/cancel.h"

namespace holdfast::artifacts {

struct Correction {
  std::string actor;
  std::string reason;  // for the journal and the event
  const Cancel* cancel = nullptr;
};

struct Move {
  std::string artifact_id;
  std::string path;  // as given: absolute, or relative to a root
};
struct Moved {
  std::string artifact_id;
  std::optional<std::string> old_path;
  std::string path;
  bool confirmed = false;  // the file has the recorded hash; false where none is recorded
  core::SubjectReport
      report;  // of the row with its new path; a finding may be left (artifact.wrong_size)
};
/// Gives a row another path, where the file there has the recorded content (or where none is recorded, is there). `conflict` where it
/// has another content, another row has that path, or the row changed meanwhile; `not_found` names the row or the file, `invalid`
/// the path, `unsupported` a table that is not the catalog's own.
Result<Moved> move_row(ArtifactTable& table, catalog::Catalog& catalog, const Roots& roots,
                       const Move& move, const Correction& correction);

struct Forgotten {
  std::vector<std::string> removed;  // ids of rows that were taken out
  std::vector<std::string> gone;     // ids of rows that were gone before
  std::int64_t incidents = 0;        // withdrawn
};
/// Takes rows of the source out of the catalog's own table, journaled whole, and drops what is known of them: proofs, observations,
/// open incidents. Of a user's table, rows that were deleted there already: `unsupported` where one is still there. `not_found` where
/// nothing is known of an id, or its row is of another source. All or none.
Result<Forgotten> forget_rows(ArtifactTable& table, catalog::Catalog& catalog,
                              std::span<const std::string> artifact_ids,
                              const Correction& correction);

}  // namespace holdfast::artifacts

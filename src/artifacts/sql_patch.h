// SPDX-License-Identifier: Apache-2.0
// What a backfill would write, as SQL that people can review and apply by psql or sqlite3, for databases that Holdfast may not write.
//
// One update a row, each under the condition that the row is still what was read: applied late, it changes nothing that moved on.
// Where metadata is jsonb the server merges; elsewhere the whole text is given, under the condition of the whole old text.
#pragma once
#include <span>
#include <string>

#include "artifacts/artifact_table.h"

namespace holdfast::artifacts {

std::string patch_begin(ArtifactTable& table, const std::string& run_id, Timestamp at);
/// `invalid` where metadata is no object any more.
Result<std::string> patch_statements(ArtifactTable& table, std::span<const HashWrite> writes);
std::string patch_end();

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// Import: makes rows for files that have none yet, from a folder tree or a list that others keep. Existing rows are never changed.
//
// The id of a row is what the list says, else its path, so that the same import run again finds its own rows. A hash that the list
// claims is recorded without our marker: the next backfill reads the file and compares.
// All rows of one import are written in one transaction, or none.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "artifacts/artifact_table.h"
#include "artifacts/import_list.h"
#include "artifacts/row_hasher.h"
#include "base/cancel.h"
#include "base/file.h"

namespace holdfast::artifacts {

enum class ImportForm : unsigned char { folder, csv, jsonl, sha256sum, bagit, dvc };

struct ImportOptions {
  ImportForm form = ImportForm::folder;
  std::string from;                 // the folder or file, as the process finds it
  std::string prefix;               // put before the paths of csv, jsonl and sha256sum lists
  std::optional<std::string> type;  // of rows for which the list has none
  bool dry_run = false;
  std::string actor;
  const Cancel* cancel = nullptr;
  FileSystem* files = &real_file_system();
};

struct ImportConflict {
  std::string artifact_id;
  std::string path;
  std::string what;  // one sentence
};

struct ImportReport {
  static constexpr std::size_t kMaxShown = 100;
  static constexpr std::int64_t kMostLookedFor = 10'000;
  std::string source;
  bool dry_run = false;
  std::int64_t listed = 0;
  std::int64_t imported = 0;
  std::int64_t existing = 0;  // rows that were there already, as the list says
  std::int64_t claims_left =
      0;  // of them: without a hash, so that what the list claims is recorded nowhere
  std::int64_t claims = 0;      // of those imported: with a hash that the list claims
  std::int64_t looked_for = 0;  // paths of a list: the first kMostLookedFor
  std::int64_t absent = 0;      // of them: not there in any root
  std::string first_absent;
  std::int64_t ignored = 0;          // files that need no row (`ignore`)
  std::int64_t links_skipped = 0;    // symbolic links: neither followed nor recorded
  std::int64_t special_skipped = 0;  // FIFOs, sockets, devices: they have no content of their own
  std::map<std::string, std::int64_t> by_type;  // of those imported
  std::vector<ImportConflict>
      conflicts;  // the first kMaxShown rows that are there and say something else: left as they are
  std::int64_t conflict_count = 0;
  std::vector<std::string>
      refused;  // the first kMaxShown files that can't be recorded, with the reason
  std::int64_t refused_count = 0;
};

/// `invalid` names list:line and value, and nothing was written; `not_found` the folder or file; `conflict`: rows were made meanwhile.
Result<ImportReport> import_rows(ArtifactTable& table, catalog::Catalog& catalog,
                                 const Roots& roots, const ImportOptions& options);

std::string to_json(const ImportReport& report);
std::string to_text(const ImportReport& report);

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// Publishing: the Parquet file gets every row it had and every staged one, one for each key, and never loses any.
//
//   old rows (those without a newer staged row) ─► staged rows, the last of each key ─► temporary file ─► read again ─► rename
//
// The new set of keys is that of the old file and the staging file together, counted by key before anything is written; the temporary
// file is read again before it gets the name: rows, key set, columns, every page. What was there stands until then, and the staging
// file is taken away only after that. So at any power cut every row is in one of the two (docs/extract.md).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "core/fields.h"
#include "extract/extraction_config.h"
#include "extract/key_set.h"
#include "extract/ledger.h"
#include "extract/row.h"

namespace holdfast::extract {

struct PublicationOptions {
  std::vector<Column>
      columns;  // of staged rows, without the key; those that the file has and these lack stay
  std::string key_column;
  std::vector<std::pair<std::string, std::string>>
      key_values;       // for the file's metadata, beside ours
  std::string id = {};  // of this publication: the run's
  /// Outlives the call. A staged row that is not what it says is not published, as it would take the place of one that is.
  const Ledger* ledger = nullptr;
};

struct Publication {
  KeySetDigest keys;  // of the published rows
  std::uint64_t rows_before = 0;
  std::uint64_t row_count = 0;
  std::uint64_t staged_count = 0;    // rows that came from the staging file
  std::uint64_t replaced_count = 0;  // old rows that gave way to a staged one
};

/// Key of the metadata with the digest of the published keys.
inline constexpr const char* kKeySetKey = "holdfast.key_set";
/// …and with what made the rows (extractor_fingerprint), and with its tool for people (extractor_tool).
inline constexpr const char* kExtractorKey = "holdfast.extractor";
inline constexpr const char* kToolKey = "holdfast.tool";

/// …and with how it came about: a JSON object with publication (an id), rows_before, staged and replaced.
inline constexpr const char* kPublicationKey = "holdfast.publication";

/// What the published file tells of its own making, from its footer alone: publication, rows, rows_before, staged, replaced, key_set. None
/// where there is no file, or we did not write it.
std::optional<core::Fields> told_publication(const ExtractionConfig& config, FileSystem& files);

/// Whether what is staged could be published: publish()'s errors, before long work is done in vain. Writes nothing.
Status check_publishable(const ExtractionConfig& config, FileSystem& files,
                         const PublicationOptions& options);

/// `conflict` where the published file has a key twice, or a column of another type, or a staged row is not what the ledger says: nothing
/// was written. `corrupt` where what was
/// written is not what should be there, or what was there can't be read; `invalid` names a staged line that fits no column. On every
/// error the staging file is as it was, and so is the old file, but where the folder could not be synced after the rename.
Result<Publication> publish(const ExtractionConfig& config, FileSystem& files,
                            const PublicationOptions& options);

}  // namespace holdfast::extract

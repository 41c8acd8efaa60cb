// SPDX-License-Identifier: Apache-2.0
// The manifest of an extraction, `<out>.manifest.json`: how its last run ended, or "running" while it has not. Keys of `stats` are those
// of the original script (seed 004); the end is written last, when all that it says is durable.
//
// With it stands the seal: once every key was compared and all agreed, the digest of the keys and the identities of ledger and Parquet
// file. While both are the same files, unwritten since, the answer is known without reading them (docs/decisions/0082-extraction-seal.md).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/line_file.h"
#include "extract/extraction_config.h"
#include "extract/key_set.h"

namespace holdfast::extract {

struct FailedItem {
  std::string key;
  std::string why;
  int tries = 0;
};

struct RunCounts {
  std::uint64_t items = 0;
  std::uint64_t done_before = 0;
  std::uint64_t pending_at_start = 0;
  std::uint64_t recovered_rows = 0;  // staged by an earlier run
  std::uint64_t ok = 0;
  std::uint64_t published_rows = 0;
  double elapsed_s = 0;
};

struct Seal {
  KeySetDigest keys;  // of the ledger, and of the published rows
  FileIdentity ledger;
  FileIdentity out;
  std::optional<FileIdentity> items_file;  // of the list, where the items are one
  std::vector<std::string> key_columns;    // as configured
  Timestamp sealed_at;                     // when every key was compared
};

struct Manifest {
  std::string
      status;  // "running", "complete", "complete-noop", "incomplete", "cancelled", "refused", "failed"
  std::string command;  // "run" or "merge"
  Timestamp began_at;
  Timestamp updated_at;
  RunCounts counts;
  std::vector<FailedItem> failed;  // in the last run, or in an earlier one and not tried since
  std::vector<TornTail> torn;
  std::string extractor;   // fingerprint of what made the rows; "" where nothing was extracted
  std::string configured;  // configured_fingerprint()
  std::string tool;        // of it, for people (extractor_tool)
  std::string version;     // of the program
  std::optional<Seal> seal;
};

/// Whole and durable, or as it was. `io`.
Status write_manifest(const ExtractionConfig& config, FileSystem& files, const Manifest& manifest);
/// `conflict` where a file of its name is neither a manifest of ours, of any version, whole or torn, nor one of the original script: it
/// would be replaced.
Status require_own_manifest(const ExtractionConfig& config, FileSystem& files);
/// None where there is no manifest, or it is somebody else's (the original script's has the same name). `io`.
Result<std::optional<Manifest>> read_manifest(const ExtractionConfig& config, FileSystem& files);

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
// The manifest of an extraction, `<out>.manifest.json`: how its last run ended, or "running" while it has not. Keys of `stats` are those
// of the original script (seed 004); the end is written last, when all that it says is durable.
#pragma once
#include <optional>
#include <string>

#include "base/file.h"
#include "extract/extraction_config.h"
#include "extract/run.h"

namespace holdfast::extract {

struct ManifestFacts {
  std::string extractor;  // fingerprint of what made the rows
  std::string tool;       // of it, for people (extractor_tool)
  std::string version;    // of the program
  Timestamp ended_at;
  std::uint64_t published_rows = 0;
};

Status write_manifest(const ExtractionConfig& config, FileSystem& files, const RunEnd& end,
                      const ManifestFacts& facts);
/// The fingerprint that the manifest names; none where there is no manifest, or it is somebody else's.
Result<std::optional<std::string>> recorded_extractor(const ExtractionConfig& config,
                                                      FileSystem& files);
/// The tool that the manifest names; "" where it names none.
Result<std::string> recorded_tool(const ExtractionConfig& config, FileSystem& files);

}  // namespace holdfast::extract

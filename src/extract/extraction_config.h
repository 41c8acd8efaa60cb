// SPDX-License-Identifier: Apache-2.0
// One extraction, `[extract.NAME]`: which items, and where what became of them is written.
//
//   items = "clips/*.mp4"            or items_file = "clips.txt" (extract/items.h)
//   out = "features/k150k.parquet"   beside it, with its last suffix replaced: .done, .rows.jsonl, .manifest.json
//   key = "clip_name"                the column that names a row; default: "key", or "clip_name" where that is there
//   extractor = "worker"             what makes a row of an item (extract/extractor.h); needed to run it, not to check it
//   command = ["python3", "score.py"], columns = ["vmaf:float64"], timeout = "10m", memory = "2GB", tries = 3
//   extractor = "video-quality"      with its own keys (extract/video_quality_config.h)
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/toml.h"
#include "core/batch.h"
#include "extract/extractor.h"

namespace holdfast::extract {

struct ExtractionConfig {
  std::string
      workspace_folder;  // findings name files relative to it, and patterns are relative to it
  std::string name;
  std::optional<std::string> items;       // a pattern
  std::optional<std::string> items_file;  // absolute
  std::string out;                        // absolute
  std::vector<std::string> key_columns{"key", "clip_name"};
  std::optional<ExtractorConfig> extractor;  // none: this extraction is only checked
  int tries = 3;                             // of one item
  std::optional<core::Shard> shard;          // only this part of the items: see for_shard()
  std::string main_out;                      // of a shard: the output that its rows are merged into
  std::string arguments;  // what names it to `holdfast extract …`, as words of a shell

  /// `out` with its last suffix replaced, as the original script names them (seed 004).
  std::string ledger() const { return beside(".done"); }
  std::string staging() const { return beside(".rows.jsonl"); }
  std::string manifest() const { return beside(".manifest.json"); }
  std::string lock() const { return beside(".extract-lock"); }
  std::string beside(const char* suffix) const;
  /// The part of the items that one shard has, with an output of its own: "k150k.shard-3-of-8.parquet".
  ExtractionConfig for_shard(const core::Shard& part) const;
};

/// Where a file is kept that takes no part any more: "<path>.malformed-2026-11-21T22-27-00.123456Z".
std::string aside_name(const std::string& path, const char* why, Timestamp at);

/// Every key that read_extraction_config() asks for: a variable of the environment overrides no other.
std::span<const std::string_view> extraction_keys();
/// Errors name file, line, key and value.
Result<ExtractionConfig> read_extraction_config(const std::string& name, TomlTable& table,
                                                const std::string& workspace_folder);

}  // namespace holdfast::extract

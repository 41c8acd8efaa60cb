// SPDX-License-Identifier: Apache-2.0
// Extractors: from an item to its row. Each worker thread has one of its own.
//
//   sha256         the SHA-256 and size of the item's file
//   exec           a command for each item; it prints one JSON object (docs/formats/extractor.md)
//   worker         one long-lived process, JSON lines on its standard input and output (the same page)
//   video-quality  VMAF and its elementary features, by ffmpeg (extract/video_quality.h)
//
// An extractor may crash, hang, print garbage or print for another key: that is a failure of its item, told as an Error with what it
// said, and never one of the run. `cancelled` is the only Error that is not about the item.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "extract/row.h"
#include "extract/video_quality_config.h"

namespace holdfast::extract {

struct Item {
  std::string key;
  std::string path;  // of its file, absolute; "" where items are a list
};

enum class ExtractorKind : unsigned char { sha256, exec, worker, video_quality };

struct ExtractorConfig {
  ExtractorKind kind = ExtractorKind::sha256;
  std::vector<std::string> command;  // exec, worker; {key} and {path} stand for the item's
  std::vector<Column> columns;       // declared; sha256 and video-quality have their own
  std::string key_column = "key";    // member of a printed row that may repeat the key
  std::string folder;                // where commands run: the workspace
  std::chrono::nanoseconds timeout = std::chrono::minutes(10);  // of one item
  std::optional<std::uint64_t> memory_bytes;                    // of one process
  std::optional<VideoQualityConfig> video;                      // of video_quality
};

class Extractor {
 public:
  virtual ~Extractor() = default;
  virtual Result<Row> extract(const Item& item, const Cancel* cancel) = 0;
};

std::unique_ptr<Extractor> make_extractor(const ExtractorConfig& config);

/// Whether the program of a command is there, before an item is extracted; a merge starts none. Errors of find_program(); nothing where its
/// name is the item's.
Status require_program(const ExtractorConfig& config);
/// Looks what the extractor's tool is, where it has one of its own; before fingerprint and tool are asked for. Errors of
/// identify_video_tool().
Status prepare_extractor(ExtractorConfig& config, const Cancel* cancel);
/// The tool for people, "" where it has none: "ffmpeg version …, libvmaf …, model …".
std::string extractor_tool(const ExtractorConfig& config);

/// What made the rows: kind, command, columns and tool. Two that differ must not be mixed in one output.
std::string extractor_fingerprint(const ExtractorConfig& config);
/// The same without the tool, for a run that has nothing to do and asks none.
std::string configured_fingerprint(const ExtractorConfig& config);

}  // namespace holdfast::extract

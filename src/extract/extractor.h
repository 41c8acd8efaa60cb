// SPDX-License-Identifier: Apache-2.0
// Extractors: from an item to its row. Each worker thread has one of its own.
//
//   sha256   the SHA-256 and size of the item's file
//   exec     a command for each item; it prints one JSON object (docs/formats/extractor.md)
//   worker   one long-lived process, JSON lines on its standard input and output (the same page)
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

namespace holdfast::extract {

struct Item {
  std::string key;
  std::string path;  // of its file, absolute; "" where items are a list
};

enum class ExtractorKind : unsigned char { sha256, exec, worker };

struct ExtractorConfig {
  ExtractorKind kind = ExtractorKind::sha256;
  std::vector<std::string> command;  // exec, worker; {key} and {path} stand for the item's
  std::vector<Column> columns;       // declared; those of sha256 are its own
  std::string key_column = "key";    // member of a printed row that may repeat the key
  std::string folder;                // where commands run: the workspace
  std::chrono::nanoseconds timeout = std::chrono::minutes(10);  // of one item
  std::optional<std::uint64_t> memory_bytes;                    // of one process
};

class Extractor {
 public:
  virtual ~Extractor() = default;
  virtual Result<Row> extract(const Item& item, const Cancel* cancel) = 0;
};

std::unique_ptr<Extractor> make_extractor(const ExtractorConfig& config);

/// What made the rows: kind, command and columns. Two that differ must not be mixed in one output.
std::string extractor_fingerprint(const ExtractorConfig& config);

}  // namespace holdfast::extract

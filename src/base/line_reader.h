// SPDX-License-Identifier: Apache-2.0
// The lines of a file one after the other, whatever its size, with the byte each begins at.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"

namespace holdfast {

struct Line {
  std::string_view text;  // without its line feed; of one that is too long, its beginning
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;  // with its line feed
  bool has_line_feed = true;     // false: the last line, which a writer did not end
  bool is_too_long = false;      // beyond the limit: the rest was skipped
};

/// Reads to the size the file has when a piece is read: one that grows meanwhile is read on. Not thread-safe.
class LineReader {
 public:
  LineReader(FileSystem& files, std::string path, std::size_t max_line_bytes)
      : files_(&files), path_(std::move(path)), max_line_bytes_(max_line_bytes) {}
  /// None at the end. `text` lives until the next call. `not_found`, `io`.
  Result<std::optional<Line>> next();

 private:
  Status read_more();
  Line line(std::size_t size, bool has_line_feed);

  FileSystem* files_;
  std::string path_;
  std::size_t max_line_bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;      // of what was not handed out, in buffer_
  std::uint64_t offset_ = 0;   // of begin_ in the file
  std::uint64_t read_to_ = 0;  // in the file
  bool ended_ = false;
};

}  // namespace holdfast

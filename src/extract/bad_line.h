// SPDX-License-Identifier: Apache-2.0
// Lines of a ledger or a staging file that can't be taken, told with their place.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/line_reader.h"
#include "core/sha256.h"

namespace holdfast::extract {

struct BadLine {
  std::uint64_t line = 0;    // from 1
  std::uint64_t offset = 0;  // of its first byte
  std::uint64_t size_bytes = 0;
  bool is_torn =
      false;  // as a writer that was killed leaves it: RowLog::open() cuts it off at the end of the file
  std::string why;              // "torn: no line feed", "no JSON object", …
  std::string beginning;        // of its bytes, percent-encoded where they are no text
  core::Sha256Digest sha256{};  // of all of them, as digest_of() has it
};

/// Of the whole line without its line feed. Of one that is too long the reader kept the beginning only: it is read again. `io`.
Result<core::Sha256Digest> digest_of(const Line& line, FileSystem& files, const std::string& path);

/// Whether a line, without its line feed, has both ends of a JSON object, blank ones too: a torn write breaks no more than that.
bool is_object_line(std::string_view line);

/// The longest line that is read: a row of 10,000 columns fits.
inline constexpr std::size_t kMaxLineBytes = 1U << 20U;

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
// The staging file of an extraction, `<out>.rows.jsonl`: rows that are extracted and not yet published, a JSON object each.
//
// The original script writes it in Python's dialect: NaN, Infinity and -Infinity are read. Nothing is skipped in silence (seed 004,
// change 1): every line that can't be taken is told, with its place.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "extract/bad_line.h"
#include "extract/key_set.h"

namespace holdfast::extract {

/// A staged row. The views live for the call that gets it.
struct StagedRow {
  std::string_view key;
  std::string_view key_column;  // the member that has it
  std::string_view json;        // the whole line, an object in Python's dialect
  std::uint64_t offset = 0;
};

struct StagingReading {
  std::string key_column;  // of the first row
  std::uint64_t row_count = 0;
  std::uint64_t size_bytes = 0;
  std::vector<BadLine> bad_lines;
};

/// Every row in order; no rows where there is no file. `key_columns`: the member that names a row has one of these names; a row
/// without one, with two or as no string is a bad line. `io`, and Errors of `take`.
Result<StagingReading> read_staging(FileSystem& files, const std::string& path,
                                    const std::vector<std::string>& key_columns,
                                    const std::function<Status(const StagedRow&)>& take);

/// Which rows count where a key is staged more than once: the last of each.
struct StagedIndex {
  KeySet keys;
  std::vector<std::uint64_t> last_offset;  // by key
  bool is_last(const StagedRow& row) const { return last_offset[keys.find(row.key)] == row.offset; }
};
Result<StagedIndex> index_staging(FileSystem& files, const std::string& path,
                                  const std::vector<std::string>& key_columns);

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
// The keys of a table: one column of texts, read without the others.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/readable_file.h"
#include "base/result.h"

namespace holdfast::parquet {

/// Keys of consecutive rows. The views hold during the call only.
struct KeyBatch {
  std::uint64_t first_row = 0;
  std::span<const std::string_view> keys;
  std::span<const std::uint8_t> present;  // 0: null. Empty: none is
  bool is_null(std::size_t i) const { return !present.empty() && present[i] == 0; }
};

/// Calls `visit` for all rows in their order, at most 8192 at a time; what it returns ends the reading. The column may be string,
/// large_string or binary, however encoded. Returns how many rows there were: those of the footer, or it is `corrupt`. `not_found` where
/// the column is not there, `unsupported` where it is none of texts; else as TableReader.
Result<std::uint64_t> visit_keys(const ReadableFile& file, const std::string& column,
                                 const std::function<Status(const KeyBatch&)>& visit);

}  // namespace holdfast::parquet

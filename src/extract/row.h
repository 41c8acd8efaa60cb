// SPDX-License-Identifier: Apache-2.0
// Rows of an extraction: typed, declared columns, and their text in the staging file.
//
// The text is JSON on one line in Python's dialect, key first, then the declared columns in their order:
//   {"key":"a.mp4","frames":150,"vmaf_mean":65.898665,"cambi_mean":NaN,"note":null}
// Numbers are the shortest that read back as the same double. So equal rows have equal texts.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "core/sha256.h"
#include "parquet/rows.h"

namespace holdfast::extract {

using parquet::Column;
using parquet::ColumnType;

/// Reads "frames:int64", …, nullable all; `invalid` names the text: no name, a type that is none of string, int64, float64 and boolean, a
/// name that stands twice or is the key's.
Result<std::vector<Column>> parse_columns(const std::vector<std::string>& texts,
                                          std::string_view key_column);

/// Monostate is null.
using Value = std::variant<std::monostate, std::string, std::int64_t, double, bool>;

struct Row {
  std::string key;
  std::vector<Value> values;  // as the columns
  bool operator==(const Row&) const = default;
};

/// Takes a JSON object apart. Members that are not there are null. `invalid`, with the member and its value: no object, a member that
/// is not declared or stands twice, a value of another type, a number that the type can't hold, NaN where it is no float64.
Result<Row> read_row(std::string_view json, std::string_view key_column,
                     const std::vector<Column>& columns);
/// SHA-256 of the row's text with the key as "key", its columns by name and without nulls: the same for a row that was read back from a
/// file whose columns stand in another order, or are more (docs/formats/extractor.md).
core::Sha256Digest row_digest(const Row& row, const std::vector<Column>& columns);
/// The row's text; its values must fit the columns.
std::string row_text(const Row& row, std::string_view key_column,
                     const std::vector<Column>& columns);

}  // namespace holdfast::extract

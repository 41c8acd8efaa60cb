// SPDX-License-Identifier: Apache-2.0
// Artifact rows as the statements of artifacts*.sql hand them out, and ids as they take them.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artifacts/artifact_table.h"
#include "artifacts/metadata_text.h"
#include "sql/connection.h"

namespace holdfast::artifacts {

/// Reads rows by their columns' names, which are the same in every statement; `rows` outlives it.
class RowReader {
 public:
  explicit RowReader(const sql::Rows& rows) : rows_(rows) {}
  /// None where it is NULL or no such column was selected.
  std::optional<std::string> text(std::size_t row, std::string_view column) const;
  MetadataReading metadata(std::size_t row) const;
  ArtifactRow row(std::size_t at) const;
  std::vector<ArtifactRow> all() const;

 private:
  const sql::Rows& rows_;
};

/// A JSON array of strings: `["a","b"]`.
std::string json_strings(std::span<const std::string> texts);

}  // namespace holdfast::artifacts

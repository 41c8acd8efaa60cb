// SPDX-License-Identifier: Apache-2.0
// One configured source of artifact rows: `[artifacts.NAME]` of holdfast.toml.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artifacts/ignore_list.h"
#include "base/result.h"
#include "base/toml.h"
#include "core/check.h"

namespace holdfast::artifacts {

/// Columns of a user's table; the defaults are those of seed 002. An empty name means that the table has no such column.
struct ColumnMap {
  std::string id = "id";
  std::string type = "artifact_type";
  std::string title = "title";
  std::string path = "file_path";
  std::string metadata = "metadata";
  std::string updated_at;  // set on write where it is named; never touched otherwise
};

struct SourceConfig {
  std::string workspace_folder;  // findings name files relative to it
  std::string name;              // "atlas"; subjects are "artifact:atlas/<id>"
  std::string url;               // database of the rows; equal to the catalog's when in_catalog
  bool in_catalog = true;        // source = "catalog"
  std::string table = "artifacts";
  std::string journal = "artifact_metadata_journal";
  ColumnMap columns;
  /// Of title, type and updated_at, those that nobody named: absent where the table lacks them (ArtifactTable::open).
  std::vector<std::string> unnamed_columns;
  std::vector<std::string> roots;  // absolute folders, tried in order
  std::vector<std::string> types;  // only these artifact types; empty: all
  /// Types of other sections over the same table whose roots are others, with the section's name: a path in a row of theirs is no path
  /// below these roots (tell_apart).
  std::map<std::string, std::string, std::less<>> foreign_types;
  core::Depth check_depth =
      core::Depth::full;  // what `holdfast check` does: check = "full" | "quick"
  std::optional<std::chrono::nanoseconds>
      max_age;                       // proof older than this makes the check incomplete
  double max_drift_share = 0.01;     // mass-drift breaker: more than this share and more than
  std::int64_t max_drift_rows = 10;  // this number of rows would change
  bool list_unrecorded = true;       // report files under the roots that have no row
  std::vector<std::string>
      ignore;  // patterns of files that need no row; none configured: default_ignore()
  std::vector<std::string>
      own_files;  // Holdfast's own: absolute paths, ignored whatever `ignore` says
};

/// A bound on drift: more than `share` of the rows with a recorded hash *and* more than `rows` rows.
struct MaxDrift {
  double share = 0.01;
  std::int64_t rows = 10;
};
/// Reads "5%" (and at least ten rows) or "20" (rows, whatever their share); `invalid` names the text.
Result<MaxDrift> parse_max_drift(std::string_view text);

/// Every key that read_source_config() asks for, dotted below the section: a variable of the environment overrides no other.
std::span<const std::string_view> source_keys();
/// Reads `[artifacts.NAME]`; relative roots and SQLite URLs are relative to `workspace_folder`. Errors name file, line, key, value.
Result<SourceConfig> read_source_config(const std::string& name, TomlTable& table,
                                        const std::string& workspace_folder,
                                        const std::string& catalog_url);

/// Holds a section against those before it. One row has one file, so where two have their rows in one table below different roots, their
/// types must tell whose a row is: both then know the `foreign_types` of the other. `invalid` names both sections; `place` is the
/// section's ("holdfast.toml:9").
Status tell_apart(SourceConfig& source, std::vector<SourceConfig>& others,
                  const std::string& place);

/// What needs no row below `root`: `ignore`, and Holdfast's own files and folders by whatever links they are reached.
/// `invalid` as IgnoreList::parse.
Result<IgnoreList> ignore_list_of(const SourceConfig& config, const std::string& root);

}  // namespace holdfast::artifacts

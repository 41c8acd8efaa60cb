// SPDX-License-Identifier: Apache-2.0
// What is published, in memory: everything but the contents (schemas/published.h). Fed with the rows that changed; about 700 bytes a version.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "schemas/published.h"
#include "schemas/published_levels.h"

namespace holdfast::schemas {

/// All versions of one name.
struct PublishedName {
  std::vector<PublishedSchema> versions;  // by ordinal
  std::size_t newest = 0;                 // the position of the highest version (version_less)

  const PublishedSchema& latest() const { return versions[newest]; }
  const PublishedSchema* find(std::string_view version) const;
  const PublishedSchema* find(std::int64_t ordinal) const;
};

/// Not thread-safe. Pointers hold until the next refresh().
class PublishedIndex {
 public:
  using Names = std::map<std::string, PublishedName, std::less<>>;
  using Tracks = std::map<std::string, Names, std::less<>>;

  /// Reads what changed in the catalog since the last call; nothing but one number where nothing was appended to the event log.
  Status refresh(catalog::Catalog& catalog);
  /// The number of the newest event that the index knows of.
  std::int64_t revision() const { return revision_; }

  const Tracks& tracks() const { return tracks_; }
  const PublishedName* find(std::string_view track, std::string_view name) const;
  /// The highest version of the last name that was published under the id.
  const PublishedSchema* find_by_schema_id(const std::string& schema_id) const;
  /// All versions that have a content.
  std::vector<const PublishedSchema*> of_content(std::int64_t content_id) const;
  /// Nothing where no level was set for it.
  std::optional<CompatibilityLevel> level(std::string_view track, std::string_view name) const;

  /// For refresh() and tests.
  void take(PublishedSchema schema);
  void take(const LevelOf& level);

 private:
  using Key = std::pair<std::string, std::string>;
  std::int64_t revision_ = -1;
  Tracks tracks_;
  std::unordered_map<std::string, Key> by_schema_id_;
  std::unordered_map<std::int64_t, std::vector<std::pair<Key, std::int64_t>>>
      by_content_;  // name and ordinal
  std::map<Key, CompatibilityLevel> levels_;
};

}  // namespace holdfast::schemas

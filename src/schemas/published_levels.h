// SPDX-License-Identifier: Apache-2.0
// Which compatibility new versions must keep: one level for the registry, and one for each name that has its own (table
// schema_compatibility). The words are Confluent's.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::schemas {

enum class CompatibilityLevel : unsigned char {
  none,
  backward,
  backward_transitive,
  forward,
  forward_transitive,
  full,
  full_transitive
};
/// "BACKWARD_TRANSITIVE".
std::string_view level_name(CompatibilityLevel level);
std::optional<CompatibilityLevel> parse_compatibility(std::string_view name);
bool is_transitive(CompatibilityLevel level);

struct LevelOf {
  std::string track;  // empty, with an empty name: of the whole registry
  std::string name;
  CompatibilityLevel level = CompatibilityLevel::backward;
  std::int64_t revision = 0;
};

/// One transaction with the event schema.compatibility_set; nothing where it is so already. Durable on return.
Status set_level(catalog::Catalog& catalog, const LevelOf& level, const std::string& actor);
/// Levels that changed after a revision, in order of revision, at most kPublishedPage of them.
Result<std::vector<LevelOf>> levels_since(catalog::Catalog& catalog, std::int64_t revision);

}  // namespace holdfast::schemas

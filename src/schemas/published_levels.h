// SPDX-License-Identifier: Apache-2.0
// Which compatibility new versions must keep: one level for the registry, and one for each name that has its own (table
// schema_compatibility).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "schemas/compatibility_level.h"

namespace holdfast::schemas {

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

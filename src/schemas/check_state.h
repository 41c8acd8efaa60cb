// SPDX-License-Identifier: Apache-2.0
// What the last look at a set of pins says of it as a whole, kept in the catalog beside the episodes: when one was last complete, what
// there is to compare. Metrics are told from it, so that none vanishes with a process or while a registry is down.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "schemas/drift.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

struct CheckState {
  std::optional<Timestamp>
      completed_at;                   // the last look that was complete, drift or not; none: never
  std::int64_t compared = 0;          // schemas of which the last look read both sides
  std::optional<Timestamp> index_at;  // as the registry says of its index; none: it never said
  std::vector<std::string> schemas;   // names, as the last look that saw any saw them
};

/// A look that was not complete leaves `completed_at`, one without an index `index_at`, one without pins the names.
Status record_check_state(catalog::Catalog& catalog, const SchemasConfig& config,
                          const DriftRun& run);
/// None where nobody ever looked.
Result<std::optional<CheckState>> check_state(catalog::Catalog& catalog,
                                              const std::string& section);

/// How the last index of a section's registry was got.
struct RegistryState {
  bool is_up = false;
  Timestamp looked_at;
};
Result<std::optional<RegistryState>> registry_state(catalog::Catalog& catalog,
                                                    const std::string& section);

/// What all episodes of one schema add up to.
struct EpisodeTotals {
  std::string schema_name;
  std::int64_t opened = 0;
  std::int64_t closed = 0;
  std::int64_t looks = 0;  // that saw it drifted
  Timestamp last_seen_at;
};
/// By name.
Result<std::vector<EpisodeTotals>> episode_totals(catalog::Catalog& catalog,
                                                  const std::string& section);

}  // namespace holdfast::schemas

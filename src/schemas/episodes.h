// SPDX-License-Identifier: Apache-2.0
// Episodes of drift in the catalog: from the first look that saw a schema differ to the look that saw it in step again. What could not be
// looked at moves nothing: an episode never ends because a registry is down.
//
// Events, one for each transition and none for a look that changes nothing: schema.drift_detected, schema.drift_changed,
// schema.drift_resolved, schema.registry_down, schema.registry_up (docs/events.md).
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

struct Episode {
  std::int64_t id = 0;
  std::string section;
  std::string schema_name;
  std::string subject;
  std::string registry;
  std::string track;
  std::string status;
  std::string change;  // the latest class
  std::string worst_change;
  std::string local_version;
  std::string registry_version;
  std::string local_sha256;
  std::string registry_sha256;
  Timestamp opened_at;
  Timestamp last_seen_at;
  std::optional<Timestamp> closed_at;
  std::int64_t looks = 0;
};

/// Brings the episodes in step with what a run saw, appends the events in the same transaction, and sets `since` of what still drifts.
Status record_episodes(catalog::Catalog& catalog, const SchemasConfig& config, DriftRun& run);

struct EpisodeFilter {
  std::optional<std::string> section = {};
  std::optional<std::string> schema_name = {};
  bool open_only = false;
  std::int64_t limit = 1000;
};
/// The newest first.
Result<std::vector<Episode>> list_episodes(catalog::Catalog& catalog, const EpisodeFilter& filter);

}  // namespace holdfast::schemas

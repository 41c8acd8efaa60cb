// SPDX-License-Identifier: Apache-2.0
// Schemas, as app knows them: sections, checks, metrics, the review of a drift, and what doctor says of pins.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "app/domains.h"
#include "app/text.h"
#include "schemas/episode_review.h"
#include "schemas/pins.h"
#include "schemas/rules.h"
#include "schemas/schema_check.h"
#include "schemas/schema_metrics.h"

namespace holdfast::app {
namespace {

Status read(Workspace& workspace, const std::string& section_name, TomlTable& table) {
  TRY_ASSIGN(auto config, schemas::read_schemas_config(section_name, table, workspace.folder));
  config.repo = workspace.name;
  config.actor = workspace.actor;
  workspace.schemas.push_back(std::move(config));
  return {};
}

void add_checks(const Workspace& workspace, catalog::Catalog& catalog,
                std::vector<ConfiguredCheck>& checks) {
  for (const schemas::SchemasConfig& config : workspace.schemas)
    checks.push_back({schemas::make_schema_check(config, catalog), {}});
}

// What the registries say is for a check to tell: it asks with their time limits.
void examine_pins(const schemas::SchemasConfig& config, Examination& told) {
  const std::string name = "pins." + config.name;
  const auto found = schemas::read_pins(config.fixtures);
  if (!found) return told.warn(name, printable(found.problem().detail), config.fetch_command());
  const auto unreadable = std::ranges::count_if(
      found->pins, [](const schemas::Pin& pin) { return pin.problem.has_value(); });
  const std::string text = counted(static_cast<std::int64_t>(found->pins.size()), "pin") + " in " +
                           printable(config.fixtures);
  if (unreadable == 0 && !found->lock_problem) return told.ok(name, text);
  told.warn(name,
            text + ", " + std::to_string(unreadable) + " unreadable" +
                (found->lock_problem ? ", and the lock file can't be read" : ""),
            "holdfast schemas check " + config.arguments);
}

void examine(const Workspace& workspace, Examination& told) {
  for (const schemas::SchemasConfig& config : workspace.schemas)
    examine_pins(config, told);
}

Result<std::vector<core::MetricFamily>> metrics(const Workspace& workspace,
                                                catalog::Catalog& catalog) {
  return schemas::schema_metrics(catalog, workspace.schemas);
}

Result<core::Fields> review(const Workspace& workspace, catalog::Catalog& catalog,
                            const catalog::Incident& incident,
                            std::span<const catalog::StoredEvent> events) {
  return schemas::review_of(catalog, workspace.schemas, incident, events);
}

}  // namespace

Domain schemas_domain() {
  return {.name = "schemas",
          .summary = "pinned schemas, against a live registry",
          .keys = &schemas::schemas_keys,
          .rules = &schemas::rules,
          .read = &read,
          .all_read = nullptr,
          .add_checks = &add_checks,
          .examine = &examine,
          .examine_catalog = nullptr,
          .metrics = &metrics,
          .review = &review};
}

}  // namespace holdfast::app

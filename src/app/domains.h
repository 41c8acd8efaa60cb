// SPDX-License-Identifier: Apache-2.0
// What a domain is to everything else, and the list of them. Each is one file, NAME_domain.cpp, and one line in domains.cpp. The few
// other places that name a domain, Workspace with its sections among them, are in docs/adding-a-domain.md.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/doctor.h"
#include "app/workspace.h"
#include "base/toml.h"
#include "catalog/event_log.h"
#include "catalog/incidents.h"
#include "core/fields.h"
#include "core/finding.h"
#include "core/metric.h"

namespace holdfast::app {

struct Domain {
  std::string_view
      name;  // the section [artifacts.NAME], and the word of `holdfast check artifacts`
  std::string_view summary;  // what is written down, what is true
  /// Keys of one [domain.NAME] section, dotted below it ("columns.id"): for the variables that
  /// override them. All that `read` asks for.
  std::span<const std::string_view> (*keys)();
  std::span<const core::Rule> (*rules)();
  /// Reads one section into the workspace, and adds the files that the domain writes to its own_files. The section's name is a good one.
  Status (*read)(Workspace& workspace, const std::string& section_name, TomlTable& table);
  /// Called once, when every section of every domain is read. Null: nothing to do.
  void (*all_read)(Workspace& workspace);
  /// Appends the domain's checks.
  void (*add_checks)(const Workspace& workspace, catalog::Catalog& catalog,
                     std::vector<ConfiguredCheck>& checks);
  /// What `holdfast doctor` says of its sections without the catalog, and with it. Null: nothing.
  void (*examine)(const Workspace& workspace, Examination& told);
  void (*examine_catalog)(const Workspace& workspace, catalog::Catalog& catalog, Examination& told);
  /// Metrics of its own, of everything that is configured and out of what the catalog keeps: whichever check ran, and whatever could
  /// not be looked at, no series vanishes. Null: it has none.
  Result<std::vector<core::MetricFamily>> (*metrics)(const Workspace& workspace,
                                                     catalog::Catalog& catalog);
  /// What the review of one of its incidents says beside what every one does, in the order it is shown; a key may come again. Null:
  /// nothing. `events` are those of the incident.
  Result<core::Fields> (*review)(const Workspace& workspace, catalog::Catalog& catalog,
                                 const catalog::Incident& incident,
                                 std::span<const catalog::StoredEvent> events);
};

// Each in its file.
Domain artifacts_domain();
Domain extract_domain();
Domain schemas_domain();

std::span<const Domain> domains();
std::vector<std::string> domain_names();
/// Null when there is none of that name.
const Domain* find_domain(std::string_view name);
/// Domains of the design that this binary does not have: their sections are `unsupported`, not
/// misspelt.
std::span<const std::string_view> later_domains();
/// The rule of that id in any domain, or null.
const core::Rule* find_rule(std::string_view id);

}  // namespace holdfast::app

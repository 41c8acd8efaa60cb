// SPDX-License-Identifier: Apache-2.0
// The list of domains: the one place where app knows them by name. A new domain is a folder under
// src/, a group of commands, a page under docs/ and one line in domains.cpp.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  /// override them.
  std::span<const std::string_view> keys;
  std::span<const core::Rule> (*rules)();
  /// Reads one section into the workspace.
  Status (*read)(Workspace& workspace, const std::string& section_name, TomlTable& table);
  /// Appends the domain's checks.
  void (*add_checks)(const Workspace& workspace, catalog::Catalog& catalog,
                     std::vector<ConfiguredCheck>& checks);
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

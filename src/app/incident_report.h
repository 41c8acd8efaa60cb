// SPDX-License-Identifier: Apache-2.0
// One incident with everything that is known of it: for `incidents show`, and as a Markdown report to hand on.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/clock.h"
#include "catalog/event_log.h"
#include "catalog/incidents.h"
#include "catalog/waivers.h"

namespace holdfast::app {

inline constexpr std::size_t kMostIncidentEvents = 10'000;

struct IncidentFile {
  catalog::Incident incident;
  std::vector<catalog::StoredEvent>
      events;  // of its subject, from its opening to its resolution; at most kMostIncidentEvents
  std::vector<catalog::Waiver> waivers;  // of its subject, ended ones too
  core::Fields review;                   // what its domain adds
};

/// `not_found` names the id, with the hint `holdfast incidents list --all`.
Result<IncidentFile> load_incident(const Workspace& workspace, catalog::Catalog& catalog,
                                   std::int64_t id);

/// Markdown: what, since when, for how long, what the domain adds, recorded and observed, next steps while it is open, waivers, timeline.
std::string incident_markdown(const IncidentFile& file, Timestamp now);

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// What the review of an incident on a pinned schema says beside what every review does: how grave, which versions, how often it was seen,
// for how long, and who took what over.
#pragma once
#include <span>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/event_log.h"
#include "catalog/incidents.h"
#include "core/fields.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

/// Nothing where no section has the subject or no episode falls into the incident. `events` are those of the incident, oldest first.
Result<core::Fields> review_of(catalog::Catalog& catalog, std::span<const SchemasConfig> sections,
                               const catalog::Incident& incident,
                               std::span<const catalog::StoredEvent> events);

}  // namespace holdfast::schemas

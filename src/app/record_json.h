// SPDX-License-Identifier: Apache-2.0
// Catalog records as JSON text of one line: the shapes of docs/schemas that more than one command prints.
//
// Strings are exact, since programs compare them; only bytes that are no UTF-8 are escaped as "%NN".
#pragma once
#include <string>
#include <string_view>

#include "catalog/event_log.h"
#include "catalog/incidents.h"
#include "catalog/waivers.h"
#include "core/finding.h"

namespace holdfast::app {

/// The text as JSON may carry it: itself where it is UTF-8, else printable().
std::string json_safe(std::string_view text);
std::string finding_json(const core::Finding& finding);
std::string incident_json(const catalog::Incident& incident);
std::string waiver_json(const catalog::Waiver& waiver);
/// docs/schemas/event.schema.json; also a line of the [events] jsonl file.
std::string event_json(const catalog::StoredEvent& stored);

}  // namespace holdfast::app

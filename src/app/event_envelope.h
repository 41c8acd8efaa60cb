// SPDX-License-Identifier: Apache-2.0
// Events as other systems read them: the envelope of the source's event bus (Pulse) on Redis Streams, and CloudEvents 1.0 in JSON.
// Grammar: docs/formats/event-sinks.md.
#pragma once
#include <string>

#include "app/events_config.h"
#include "catalog/event_log.h"

namespace holdfast::app {

/// What a stream gets.
struct PulseMessage {
  std::string stream;  // without the namespace: "telemetry.schema_drift", "holdfast.events"
  std::string id;      // of the envelope; the same whenever this event is sent
  std::string data;    // JSON text of the envelope
};

/// {id, key, ts, meta: {schema_id, track, headers, hash}, payload}. Drift (schema.drift_detected, schema.drift_changed) has the keys of
/// core's SchemaDriftEvent with those of the Store beside, everything else the event as docs/schemas/event.schema.json has it.
PulseMessage pulse_message(const catalog::StoredEvent& stored, const SenderConfig& sender);

/// Structured mode, one event.
std::string cloud_event(const catalog::StoredEvent& stored, const SenderConfig& sender);

/// The same for every sink and every repetition: a UUID (version 8, RFC 9562) out of the event's chain hash.
std::string event_uuid(const catalog::StoredEvent& stored);

}  // namespace holdfast::app

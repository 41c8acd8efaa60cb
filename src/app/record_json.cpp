// SPDX-License-Identifier: Apache-2.0
#include "app/record_json.h"

#include <nlohmann/json.hpp>

#include "app/text.h"
#include "core/canonical_json.h"
#include "core/report_json.h"

namespace holdfast::app {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(json_safe(text));
}

Json value_of(const core::FieldValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return {};
        } else if constexpr (std::is_same_v<Held, std::string>) {
          return json_safe(held);
        } else {
          return held;
        }
      },
      value);
}

Json object_of(const core::Fields& fields) {
  Json object = Json::object();
  for (const core::Field& field : fields)
    object[field.key] = value_of(field.value);
  return object;
}

Json json_of(const core::Finding& finding) {
  Json object = object_of(core::finding_fields(finding));
  object["witness"] = object_of(finding.witness);
  return object;
}

}  // namespace

std::string json_safe(std::string_view text) {
  return core::is_utf8(text) ? std::string(text) : printable(text);
}

std::string finding_json(const core::Finding& finding) {
  return line_of(json_of(finding));
}

std::string incident_json(const catalog::Incident& incident) {
  Json findings = Json::array();
  for (const core::Finding& finding : incident.findings)
    findings.push_back(json_of(finding));
  return line_of({{"id", incident.id},
                  {"subject", json_safe(incident.subject)},
                  {"domain", incident.domain},
                  {"verdict", core::verdict_name(incident.verdict)},
                  {"level", core::level_name(incident.level)},
                  {"opened_at", format_rfc3339(incident.opened_at)},
                  {"last_seen_at", format_rfc3339(incident.last_seen_at)},
                  {"resolved_at", value_of(core::time_or_null(incident.resolved_at))},
                  {"opened_by_run", text_or_null(incident.opened_by_run)},
                  {"resolved_by_run", text_or_null(incident.resolved_by_run)},
                  {"findings", findings}});
}

std::string waiver_json(const catalog::Waiver& waiver) {
  return line_of({{"id", waiver.id == 0 ? Json() : Json(waiver.id)},
                  {"subject", json_safe(waiver.subject)},
                  {"rule", waiver.rule},
                  {"recorded", json_safe(waiver.recorded)},
                  {"observed", json_safe(waiver.observed)},
                  {"owner", json_safe(waiver.owner)},
                  {"reason", json_safe(waiver.reason)},
                  {"created_at", format_rfc3339(waiver.created_at)},
                  {"expires_at", format_rfc3339(waiver.expires_at)},
                  {"revoked_at", value_of(core::time_or_null(waiver.revoked_at))}});
}

std::string event_json(const catalog::StoredEvent& stored) {
  const core::Event& event = stored.event;
  return line_of({{"seq", event.seq},
                  {"at", format_rfc3339(event.at)},
                  {"name", event.name},
                  {"subject", text_or_null(event.subject)},
                  {"level", core::level_name(event.level)},
                  {"fields", object_of(event.fields)},
                  {"actor", json_safe(event.actor)},
                  {"run_id", text_or_null(event.run_id)},
                  {"leaf_hash", stored.leaf_hash},
                  {"chain_hash", stored.chain_hash}});
}

}  // namespace holdfast::app

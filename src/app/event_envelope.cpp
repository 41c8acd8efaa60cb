// SPDX-License-Identifier: Apache-2.0
#include "app/event_envelope.h"

#include <array>

#include <nlohmann/json.hpp>

#include "app/record_json.h"
#include "core/fields.h"
#include "core/sha256.h"

namespace holdfast::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kDriftStream = "telemetry.schema_drift";
constexpr std::string_view kEventStream = "holdfast.events";
constexpr double kUsPerS = 1e6;
constexpr std::int64_t kNsPerUs = 1000;
constexpr std::size_t kSequenceDigits = 19;  // of the largest number: text order is the log's order

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Nanoseconds since 1970 are more than a double holds exactly; microseconds are not.
double seconds(Timestamp at) {
  const std::int64_t whole_us = at.ns / kNsPerUs;
  return static_cast<double>(whole_us) / kUsPerS;
}

bool is_drift(const core::Event& event) {
  return event.name == "schema.drift_detected" || event.name == "schema.drift_changed";
}

/// The field as text; empty where it is null or not there.
std::string field(const core::Event& event, std::string_view key) {
  const core::FieldValue* value = core::find_field(event.fields, key);
  if (value == nullptr || std::holds_alternative<std::monostate>(*value)) return {};
  return json_safe(core::display(*value));
}

Json field_or_null(const core::Event& event, std::string_view key) {
  std::string text = field(event, key);
  return text.empty() ? Json() : Json(std::move(text));
}

std::string track_of(const core::Event& event, const SenderConfig& sender) {
  const std::string track = field(event, "track");
  return track == "v1" || track == "v2" ? track : sender.track;
}

// Core's model wants texts and a number where the Store has null and a date; its keys come first.
Json drift_payload(const catalog::StoredEvent& stored, const SenderConfig& sender) {
  const core::Event& event = stored.event;
  const auto detected = parse_rfc3339(field(event, "detected_at"));
  const std::string repo = field(event, "repo");
  return {{"service", repo.empty() ? sender.workspace : repo},
          {"schema_name", field(event, "schema")},
          {"track", field(event, "track")},
          {"local_sha", field(event, "local_sha256")},
          {"registry_sha", field(event, "registry_sha256")},
          {"drift_type", field(event, "drift_type")},
          {"detected_at", seconds(detected ? *detected : event.at)},
          {"enforcement_mode", sender.enforcement},
          {"repo", repo.empty() ? sender.workspace : repo},
          {"schema", field(event, "schema")},
          {"local_sha256", field_or_null(event, "local_sha256")},
          {"local_version", field_or_null(event, "local_version")},
          {"registry_sha256", field_or_null(event, "registry_sha256")},
          {"registry_version", field_or_null(event, "registry_version")},
          {"registry", field(event, "registry")},
          {"status", field(event, "status")},
          {"class", field(event, "class")},
          {"seq", event.seq}};
}

std::string padded(std::int64_t seq) {
  std::string digits = std::to_string(seq);
  digits.insert(0, kSequenceDigits - std::min(digits.size(), kSequenceDigits), '0');
  return digits;
}

}  // namespace

std::string event_uuid(const catalog::StoredEvent& stored) {
  constexpr std::array<std::size_t, 4> kHyphens = {8, 13, 18, 23};
  constexpr std::size_t kDigits = 32;
  std::string uuid = stored.chain_hash.substr(0, kDigits);
  uuid.resize(kDigits, '0');
  for (const std::size_t at : kHyphens)
    uuid.insert(at, 1, '-');
  uuid[14] = '8';  // version: of a scheme of our own
  uuid[19] = 'a';  // variant: RFC 9562
  return uuid;
}

PulseMessage pulse_message(const catalog::StoredEvent& stored, const SenderConfig& sender) {
  const core::Event& event = stored.event;
  const bool drift = is_drift(event);
  PulseMessage message;
  message.stream = drift ? kDriftStream : kEventStream;
  message.id = event_uuid(stored);
  const std::string payload = drift ? text_of(drift_payload(stored, sender)) : event_json(stored);
  const std::string subject = json_safe(event.subject);
  Json key = subject.empty() ? Json() : Json(subject);
  if (drift) key = field(event, "schema");
  const Json meta = {{"schema_id", message.stream},
                     {"track", track_of(event, sender)},
                     {"headers",
                      {{"event_type", event.name},
                       {"source", json_safe(sender.workspace)},
                       {"subject", subject},
                       {"level", core::level_name(event.level)},
                       {"seq", std::to_string(event.seq)}}},
                     {"hash", core::to_hex(core::sha256(payload))}};
  // The payload's own text, so that its hash can be told from what was sent.
  message.data = R"({"id":")" + message.id + R"(","key":)" + text_of(key) + R"(,"ts":)" +
                 text_of(Json(seconds(event.at))) + R"(,"meta":)" + text_of(meta) +
                 R"(,"payload":)" + payload + '}';
  return message;
}

std::string cloud_event(const catalog::StoredEvent& stored, const SenderConfig& sender) {
  const core::Event& event = stored.event;
  Json head = {{"specversion", "1.0"},
               {"id", event_uuid(stored)},
               {"source", "/holdfast/" + http::encoded_segment(sender.workspace)},
               {"type", "holdfast." + event.name},
               {"time", format_rfc3339(event.at)},
               {"datacontenttype", "application/json"},
               {"sequence", padded(event.seq)}};
  if (!event.subject.empty()) head["subject"] = json_safe(event.subject);
  std::string text = text_of(head);
  text.pop_back();
  return text + R"(,"data":)" + event_json(stored) + '}';
}

}  // namespace holdfast::app

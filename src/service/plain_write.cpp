// SPDX-License-Identifier: Apache-2.0
// The plain API's writing half: /admin/schemas, /admin/sync, /admin/telemetry. All of it needs the token, refuses fields that it does not know,
// and answers when what it did is durable.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/root_folder.h"
#include "catalog/event_log.h"
#include "core/canonical_json.h"
#include "core/json_scan.h"
#include "core/sha256.h"
#include "schemas/json_object.h"
#include "service/folder_sync.h"
#include "service/plain_answers.h"
#include "service/registry.h"

namespace holdfast::service {
namespace {

// A report is kept whole in its event, and no sink takes an event of more than a megabyte with its escapes.
constexpr std::size_t kMostReportBytes = 256U << 10U;

using schemas::JsonObject;

constexpr std::array kUploadFields = {
    Field{"name", FieldType::text, Need::required, "with or without .schema"},
    Field{"track", FieldType::text, Need::required, "v1, v2"},
    Field{"core_version", FieldType::text, Need::required, "what never changes its content again"},
    Field{"content", FieldType::schema, Need::required, "the schema; kept byte by byte"},
    Field{"schema_id_str", FieldType::text, Need::optional,
          "else its stamp $schema_id, else TRACK/NAME"},
    Field{"deprecated", FieldType::flag, Need::optional, "without it, as it is"},
    Field{"deprecation_note", FieldType::text, Need::optional, "why, and what instead"},
    Field{"x_compat", FieldType::any, Need::optional, "given back as it is"},
};
constexpr std::array kSyncFields = {
    Field{"source", FieldType::text, Need::required, "local"},
    Field{"path", FieldType::text, Need::optional, "below the folder that the registry syncs from"},
    Field{"ref", FieldType::text, Need::optional,
          "the version of schemas without a stamp $core_version"},
};

Result<http::Reply> upload(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto body, RequestBody::parse(call.body, kUploadFields));
  schemas::Publication wanted;
  wanted.track = body.text("track");
  wanted.name = body.text("name");
  wanted.version = body.text("core_version");
  TRY(schemas::check_version(wanted.version));  // an empty one would ask for a number
  wanted.content = body.schema("content");
  wanted.schema_id = body.text("schema_id_str");
  wanted.deprecated = body.flag("deprecated");
  wanted.deprecation_note = body.text("deprecation_note");
  if (body.has("x_compat")) {
    wanted.x_compat = body.json("x_compat");
    TRY(core::canonicalize(wanted.x_compat));  // or it could have no hash
  }
  TRY_ASSIGN(const auto published, state.catalog->write([&](catalog::Catalog& catalog) {
    return schemas::publish(catalog, wanted, state.options.actor);
  }));
  http::Reply reply =
      json_reply(publish_answer(published.schema, schemas::effect_name(published.effect)),
                 etag_of(published.schema));
  if (published.effect == schemas::PublishEffect::added) reply.status = 201;
  reply.headers.emplace_back("Location", "/schemas/" + published.schema.track + '/' +
                                             published.schema.name +
                                             "?version=" + published.schema.version);
  return reply;
}

Result<http::Reply> sync(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto body, RequestBody::parse(call.body, kSyncFields));
  const std::string source = body.text("source");
  if (source == "github_release")
    return Error(
        Code::unsupported,
        "this registry does not fetch releases: it would need the network and a secret of its own",
        "unpack the release below the folder of --sync-folder and sync with source local");
  if (source != "local")
    return Error(Code::invalid, "there is no source " + printable_path(source.substr(0, 60)),
                 "local");
  if (state.options.sync_folder.empty())
    return Error(Code::unsupported, "this registry has no folder to sync from",
                 "start it with --sync-folder FOLDER");
  TRY_ASSIGN(const auto synced,
             sync_folder(*state.catalog, {state.options.sync_folder, body.text("path"),
                                          body.text("ref"), state.options.actor}));
  std::vector<std::string> changed;
  for (const schemas::Published& each : synced.changed)
    changed.push_back(publish_answer(each.schema, schemas::effect_name(each.effect)));
  JsonObject out;
  out.text("source", source)
      .text("path", body.text("path"))
      .number("schemas", static_cast<std::int64_t>(synced.file_count))
      .number("published", static_cast<std::int64_t>(changed.size()))
      .number("unchanged", static_cast<std::int64_t>(synced.file_count - changed.size()))
      .array("changed", changed);
  return json_reply(std::move(out).take() + '\n');
}

// --- drift reports

// A whole number of a report's top level; nothing where it is none.
std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return {};
  return value;
}

/// One object of a report: its members that have a place of their own in the event, and its "payload".
struct ReportPart {
  core::Fields fields;
  std::string payload;
};

ReportPart part_of(const std::string& object) {
  constexpr std::array<std::string_view, 12> kTexts = {
      "track",        "name",          "service",         "repo",
      "registry_url", "generated_at",  "tool_version",    "event_type",
      "local_sha256", "local_version", "registry_sha256", "registry_version"};
  constexpr std::array<std::string_view, 6> kNumbers = {
      "total_schemas", "synced", "drifted", "missing_in_registry", "missing_local", "unknown"};
  ReportPart out;
  core::JsonScan scan(object);
  scan.members([&](core::JsonSpan key, core::JsonSpan value) {
    const std::string name = core::json_unescaped(key.of(object));
    const std::string_view text = value.of(object);
    if (name == "payload" && text.starts_with('{')) out.payload = text;
    if (std::ranges::find(kTexts, name) != kTexts.end() && text.starts_with('"'))
      out.fields.push_back({name, core::json_unescaped(text)});
    if (std::ranges::find(kNumbers, name) != kNumbers.end())
      if (const auto number = number_of(text)) out.fields.push_back({name, *number});
    return true;
  });
  return out;
}

// A report of `schemas check`, or the envelope that the source's client sends of one schema: {"event_type", "payload": {"name", "track", …}}.
core::Fields fields_of(const std::string& report) {
  ReportPart whole = part_of(report);
  for (core::Field& field : part_of(whole.payload).fields)
    if (core::find_field(whole.fields, field.key) == nullptr)
      whole.fields.push_back(std::move(field));
  return std::move(whole.fields);
}

bool tells_of_drift(const core::Fields& fields) {
  const auto* drifted = core::find_field(fields, "drifted");
  const auto* local = core::find_field(fields, "local_sha256");
  const auto* registry = core::find_field(fields, "registry_sha256");
  return (drifted != nullptr && *drifted != core::FieldValue(std::int64_t{0})) ||
         (local != nullptr && registry != nullptr && *local != *registry);
}

core::Event event_of(const RegistryState& state, core::Fields fields, const std::string& report) {
  core::Event event;
  event.name = "schema.drift_reported";
  event.actor = state.options.actor;
  if (tells_of_drift(fields)) event.level = core::Level::warning;
  const auto* track = core::find_field(fields, "track");
  const auto* name = core::find_field(fields, "name");
  if (track != nullptr && name != nullptr)
    event.subject = "schema:" + core::display(*track) + '/' + core::display(*name);
  const std::string sha256 = core::to_hex(core::sha256(report));
  // The same report sent again counts once; reports without a time may well be equal.
  if (core::find_field(fields, "generated_at") != nullptr)
    event.dedup_key = "drift_reported:" + sha256;
  event.fields = std::move(fields);
  event.fields.push_back({"report_sha256", sha256});
  event.fields.push_back({"report", report});
  return event;
}

Result<http::Reply> take_report(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const std::string report, core::canonicalize(call.body));
  if (report.size() > kMostReportBytes)
    return Error(Code::invalid,
                 "a drift report may have " + std::to_string(kMostReportBytes) +
                     " bytes, and this has " + std::to_string(report.size()),
                 "send it without its changes, or one for each schema");
  core::Fields fields = report.starts_with('{') ? fields_of(report) : core::Fields();
  if (core::find_field(fields, "track") == nullptr)
    return Error(Code::invalid,
                 "a drift report is an object with a track, its own or its payload's",
                 "holdfast schemas check --output drift_report.json");
  core::Event event = event_of(state, std::move(fields), report);
  TRY_ASSIGN(const std::int64_t written,
             state.catalog->write([&](catalog::Catalog& catalog) -> Result<std::int64_t> {
               return catalog::append_events(catalog, {&event, 1});
             }));
  JsonObject out;
  out.text("effect", written == 1 ? "added" : "unchanged").number("event", event.seq);
  http::Reply reply = json_reply(std::move(out).take() + '\n');
  // Not 202: the source's client takes 200, 201 and 204 for taken.
  if (written == 1) reply.status = 201;
  return reply;
}

using Answering = Result<http::Reply> (*)(RegistryState& state, const http::Call& call);

Endpoint writing(RegistryState& state, std::string pattern, std::string summary, Answering answer) {
  Endpoint out;
  out.method = http::Method::post;
  out.pattern = std::move(pattern);
  out.summary = std::move(summary);
  out.access = Access::write;
  out.handler = [&state, answer](const http::Call& call) { return answer(state, call); };
  return out;
}

}  // namespace

std::vector<Endpoint> plain_writing(RegistryState& state) {
  std::vector<Endpoint> out;
  out.push_back(writing(
      state, "/admin/schemas",
      "Publishes one version; the same again is nothing, another content is refused", upload));
  out.back().fields.assign(kUploadFields.begin(), kUploadFields.end());
  out.push_back(writing(state, "/admin/sync", "Publishes a folder of schemas, all or none", sync));
  out.back().fields.assign(kSyncFields.begin(), kSyncFields.end());
  out.push_back(
      writing(state, "/admin/telemetry", "Keeps a drift report as an event", take_report));
  return out;
}

}  // namespace holdfast::service

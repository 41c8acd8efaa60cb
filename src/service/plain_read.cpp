// SPDX-License-Identifier: Apache-2.0
// The plain API's reading half: /health, /index, /schemas/…, /compat/check.
//
// GET of one schema is the hot one. On SQLite it runs where the bytes are read: asking for the number of the newest event takes some
// microseconds there and never waits for whoever writes (WAL). On PostgreSQL it is a round trip, so it runs on the pool.
#include <algorithm>
#include <array>

#include "base/root_folder.h"
#include "schemas/json_object.h"
#include "schemas/pins.h"
#include "schemas/published_compatibility.h"
#include "schemas/registry.h"
#include "service/plain_answers.h"
#include "service/registry.h"

namespace holdfast::service {
namespace {

using schemas::json_string;
using schemas::JsonObject;
using schemas::PublishedIndex;
using schemas::PublishedName;
using schemas::PublishedSchema;

std::string shown(std::string_view text) {
  return printable_path(text.substr(0, 200));
}

Result<const PublishedName*> name_of(const PublishedIndex& index, std::string_view track,
                                     const std::string& asked) {
  const PublishedName* name = index.find(track, schemas::schema_name_of(asked));
  if (name == nullptr)
    return Error(Code::not_found,
                 "there is no schema " + shown(asked) + " on track " + shown(track),
                 "GET /index lists what there is");
  return name;
}

Result<const PublishedSchema*> version_of(const PublishedName& name, const std::string* version) {
  if (version == nullptr || *version == "latest") return &name.latest();
  const PublishedSchema* found = name.find(*version);
  if (found == nullptr)
    return Error(Code::not_found,
                 name.latest().name + " has no version " + shown(*version) + "; the latest is " +
                     name.latest().version,
                 "GET …/versions lists them");
  return found;
}

/// What was found: its answer where it was made before, else the row to make it from.
struct Found {
  std::shared_ptr<const CachedAnswer> answer;
  std::string key;
  PublishedSchema schema;
};

Found found_of(RegistryState& state, const PublishedSchema& schema) {
  Found out;
  // A revision is of one row only.
  out.key = std::to_string(schema.revision);
  out.answer = state.answers.find(out.key);
  if (!out.answer) out.schema = schema;
  return out;
}

Result<http::Reply> reply_of(RegistryState& state, Found found) {
  if (!found.answer) {
    TRY_ASSIGN(const std::string content, state.catalog->content(found.schema.content_id));
    auto made = std::make_shared<CachedAnswer>();
    made->body = schema_answer(found.schema, content);
    made->etag = etag_of(found.schema);
    state.answers.keep(found.key, made);
    found.answer = std::move(made);
  }
  return json_reply(found.answer->body, found.answer->etag);
}

Result<http::Reply> get_schema(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(auto found, state.catalog->read([&](const PublishedIndex& index) -> Result<Found> {
    TRY_ASSIGN(const auto* name, name_of(index, call.parameter("track"), call.parameter("name")));
    TRY_ASSIGN(const auto* schema, version_of(*name, call.query("version")));
    return found_of(state, *schema);
  }));
  return reply_of(state, std::move(found));
}

Result<http::Reply> get_by_id(RegistryState& state, const std::string& schema_id) {
  TRY_ASSIGN(auto found, state.catalog->read([&](const PublishedIndex& index) -> Result<Found> {
    const PublishedSchema* schema = index.find_by_schema_id(schema_id);
    if (schema == nullptr)
      return Error(Code::not_found, "there is no schema with the id " + shown(schema_id),
                   "GET /index lists ids as $schema_id");
    return found_of(state, *schema);
  }));
  return reply_of(state, std::move(found));
}

// An id may have slashes, which stand between segments then.
Result<http::Reply> get_by_path(RegistryState& state, const http::Call& call) {
  std::string schema_id;
  for (const auto& [name, value] : call.parameters)
    schema_id += (schema_id.empty() ? "" : "/") + value;
  return get_by_id(state, schema_id);
}

Result<http::Reply> get_by_query(RegistryState& state, const http::Call& call) {
  const std::string* schema_id = call.query("schema_id");
  if (schema_id == nullptr || schema_id->empty())
    return Error(Code::invalid, "the query has no schema_id", "GET /schemas/by-id?schema_id=ID");
  return get_by_id(state, *schema_id);
}

Result<http::Reply> get_versions(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(
      auto versions,
      state.catalog->read([&](const PublishedIndex& index) -> Result<std::vector<PublishedSchema>> {
        TRY_ASSIGN(const auto* name,
                   name_of(index, call.parameter("track"), call.parameter("name")));
        return name->versions;
      }));
  std::ranges::stable_sort(versions, [](const auto& a, const auto& b) {
    return schemas::version_less(a.version, b.version);
  });
  std::string out;
  for (const PublishedSchema& schema : versions)
    out += (out.empty() ? "[" : ",") + version_answer(schema);
  out += "]\n";
  std::string etag = http::strong_etag(out);
  return json_reply(std::move(out), std::move(etag));
}

std::string track_answer(const PublishedIndex::Names& names) {
  std::vector<std::string> entries;
  for (const auto& [name, published] : names)
    entries.push_back(index_answer(published.latest()));
  JsonObject out;
  out.number("count", static_cast<std::int64_t>(entries.size())).array("schemas", entries);
  return std::move(out).take();
}

// Made once for each revision: what is published meanwhile waits for it.
Result<http::Reply> get_index(RegistryState& state, const http::Call&) {
  using Tracks = std::shared_ptr<const CachedAnswer>;
  TRY_ASSIGN(const Tracks tracks,
             state.catalog->read([&](const PublishedIndex& index) -> Result<Tracks> {
               const std::string key = "index " + std::to_string(index.revision());
               if (Tracks known = state.answers.find(key)) return known;
               JsonObject out;
               for (const auto& [track, names] : index.tracks())
                 out.json(track, track_answer(names));
               auto made = std::make_shared<CachedAnswer>();
               made->body = std::move(out).take();
               made->etag = http::strong_etag(made->body);
               state.answers.keep(key, made);
               return Tracks(std::move(made));
             }));
  JsonObject out;
  out.json("tracks", tracks->body)
      .text("generated_at", format_rfc3339(state.catalog->clock().now()));
  return json_reply(std::move(out).take() + '\n', tracks->etag);
}

Result<http::Reply> get_health(RegistryState& state, const http::Call&) {
  const auto count = state.catalog->read([](const PublishedIndex& index) -> Result<std::int64_t> {
    std::int64_t names = 0;
    for (const auto& [track, of_track] : index.tracks())
      names += static_cast<std::int64_t>(of_track.size());
    return names;
  });
  JsonObject checks;
  checks.text("catalog", count ? "ok" : "unavailable");
  if (count) checks.number("schema_count", *count);
  checks.flag("writing", state.token.is_configured());
  JsonObject out;
  out.text("status", count ? "ok" : "unavailable")
      .text("timestamp", format_rfc3339(state.catalog->clock().now()))
      .json("checks", std::move(checks).take())
      .text("version", HOLDFAST_VERSION);
  http::Reply reply = json_reply(std::move(out).take() + '\n');
  if (!count) reply.status = 503;
  return reply;
}

Result<http::Reply> get_root(RegistryState&, const http::Call&) {
  JsonObject out;
  out.text("service", "holdfast").text("docs", "/docs").text("openapi", "/openapi.json");
  return json_reply(std::move(out).take() + '\n');
}

/// Both sides of /compat/check.
struct Pair {
  PublishedSchema from;
  PublishedSchema to;
};

Result<Pair> pair_of(RegistryState& state, const http::Call& call) {
  constexpr std::array<std::string_view, 3> kNeeded = {"name", "from_track", "to_track"};
  for (const std::string_view key : kNeeded)
    if (call.query(key) == nullptr)
      return Error(Code::invalid, "the query has no " + std::string(key),
                   "/compat/check?name=&from_track=&from_version=&to_track=&to_version=");
  return state.catalog->read([&](const PublishedIndex& index) -> Result<Pair> {
    TRY_ASSIGN(const auto* from, name_of(index, *call.query("from_track"), *call.query("name")));
    TRY_ASSIGN(const auto* to, name_of(index, *call.query("to_track"), *call.query("name")));
    TRY_ASSIGN(const auto* from_version, version_of(*from, call.query("from_version")));
    TRY_ASSIGN(const auto* to_version, version_of(*to, call.query("to_version")));
    return Pair{*from_version, *to_version};
  });
}

std::vector<std::string> quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts)
    out.push_back(json_string(text));
  return out;
}

Result<http::Reply> check_compatibility(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const Pair pair, pair_of(state, call));
  TRY_ASSIGN(const std::string now, state.catalog->content(pair.to.content_id));
  const auto content_of = [&](std::size_t) { return state.catalog->content(pair.from.content_id); };
  TRY_ASSIGN(const auto judged,
             schemas::judge_compatibility(schemas::CompatibilityLevel::backward,
                                          schemas::Profile::contract, {1, content_of}, now));
  JsonObject out;
  out.flag("compatible", judged.answer == schemas::Answer::yes)
      .text("verdict", schemas::answer_name(judged.answer))
      .text("class", schemas::class_name(judged.change))
      .array("breaking_reasons", quoted(judged.reasons))
      .array("advice", quoted(judged.harmless))
      .json("x_compat", pair.to.x_compat)
      .text("from_version", pair.from.version)
      .text("to_version", pair.to.version);
  return json_reply(std::move(out).take() + '\n');
}

using Answering = Result<http::Reply> (*)(RegistryState& state, const http::Call& call);

Endpoint reading(RegistryState& state, std::string pattern, std::string summary, Answering answer) {
  Endpoint out;
  out.pattern = std::move(pattern);
  out.summary = std::move(summary);
  out.handler = [&state, answer](const http::Call& call) { return answer(state, call); };
  return out;
}

}  // namespace

std::vector<Endpoint> plain_reading(RegistryState& state) {
  std::vector<Endpoint> out;
  out.push_back(
      reading(state, "/", "Where to read on; Confluent's clients ask it for life", get_root));
  out.push_back(reading(state, "/health", "Whether the registry can answer", get_health));
  out.push_back(
      reading(state, "/index", "The latest version of every schema, by track", get_index));
  Endpoint one =
      reading(state, "/schemas/{track}/{name}", "One schema with its content", get_schema);
  one.query = {{"version", "its core_version; without it the highest"}};
  if (state.catalog->dialect() == sql::Dialect::sqlite) one.runs = http::Runs::direct;
  out.push_back(std::move(one));
  out.push_back(reading(state, "/schemas/{track}/{name}/versions",
                        "All versions of a schema, the highest last", get_versions));
  constexpr std::array kIds = {"/schemas/by-id/{id}", "/schemas/by-id/{id}/{more}",
                               "/schemas/by-id/{id}/{more}/{still_more}"};
  for (const char* pattern : kIds)
    out.push_back(
        reading(state, pattern,
                "The highest version of the schema with this $schema_id, which may have slashes",
                get_by_path));
  Endpoint by_query =
      reading(state, "/schemas/by-id", "The same, for an id that is a URL", get_by_query);
  by_query.query = {{"schema_id", "the $schema_id"}};
  out.push_back(std::move(by_query));
  Endpoint compat = reading(
      state, "/compat/check",
      "Whether one version breaks those who use another (docs/schemas.md, profile contract)",
      check_compatibility);
  compat.query = {{"name", "of the schema"},
                  {"from_track", "of the version in use"},
                  {"from_version", "without it the highest"},
                  {"to_track", "of the version to come"},
                  {"to_version", "without it the highest"}};
  compat.runs = http::Runs::costly;
  out.push_back(std::move(compat));
  return out;
}

}  // namespace holdfast::service

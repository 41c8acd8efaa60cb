// SPDX-License-Identifier: Apache-2.0
// The reading half of Confluent's API. A version is the ordinal of a published schema, an id that of its content: equal bytes have one id.
#include <algorithm>

#include "schemas/json_object.h"
#include "schemas/schema_text.h"
#include "service/confluent_answers.h"

namespace holdfast::service {
namespace {

using schemas::json_string;
using schemas::JsonObject;
using schemas::PublishedIndex;
using schemas::PublishedName;
using schemas::PublishedSchema;

constexpr std::string_view kAllContexts = ":*:";

std::string list_of(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const std::string& value : values)
    out += (out.size() > 1 ? "," : "") + value;
  return out + ']';
}

Result<http::Reply> get_subjects(RegistryState& state, const http::Call& call) {
  const std::string* asked = call.query("subjectPrefix");
  const std::string prefix = asked == nullptr || *asked == kAllContexts ? "" : *asked;
  TRY_ASSIGN(std::string body,
             state.catalog->read([&](const PublishedIndex& index) -> Result<std::string> {
               std::vector<std::string> subjects;
               for (const auto& [track, names] : index.tracks())
                 for (const auto& [name, published] : names) {
                   const std::string subject =
                       subject_text(track, name, state.options.default_track);
                   if (subject.starts_with(prefix)) subjects.push_back(json_string(subject));
                 }
               return list_of(subjects);
             }));
  return confluent_reply(std::move(body));
}

using FoundSchema = OrRefusal<PublishedSchema>;

// The subject and, where the path names one, the version.
Result<FoundSchema> find_schema(RegistryState& state, const http::Call& call,
                                const std::string& version) {
  const auto subject = subject_of(state, call);
  if (const auto* refused = std::get_if<ConfluentRefusal>(&subject)) return FoundSchema(*refused);
  const auto& [track, name] = *std::get_if<SubjectName>(&subject);
  return state.catalog->read([&](const PublishedIndex& index) -> Result<FoundSchema> {
    const PublishedName* published = index.find(track, name);
    if (published == nullptr) return FoundSchema(no_subject(call.parameter("subject")));
    const auto found = version_of(*published, version);
    if (const auto* refused = std::get_if<ConfluentRefusal>(&found)) return FoundSchema(*refused);
    return FoundSchema(**std::get_if<const PublishedSchema*>(&found));
  });
}

Result<http::Reply> get_versions(RegistryState& state, const http::Call& call) {
  const auto subject = subject_of(state, call);
  if (const auto* refused = std::get_if<ConfluentRefusal>(&subject))
    return confluent_reply(*refused);
  const auto& [track, name] = *std::get_if<SubjectName>(&subject);
  TRY_ASSIGN(auto body,
             state.catalog->read([&](const PublishedIndex& index) -> Result<std::string> {
               const PublishedName* published = index.find(track, name);
               if (published == nullptr) return std::string();
               std::vector<std::string> ordinals;
               for (const PublishedSchema& schema : published->versions)
                 ordinals.push_back(std::to_string(schema.ordinal));
               return list_of(ordinals);
             }));
  if (body.empty()) return confluent_reply(no_subject(call.parameter("subject")));
  return confluent_reply(std::move(body));
}

Result<http::Reply> get_version(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto found, find_schema(state, call, call.parameter("version")));
  if (const auto* refused = std::get_if<ConfluentRefusal>(&found)) return confluent_reply(*refused);
  const auto& schema = *std::get_if<PublishedSchema>(&found);
  TRY_ASSIGN(const std::string content, state.catalog->content(schema.content_id));
  return confluent_reply(subject_version_answer(state, schema, content));
}

Result<http::Reply> get_version_schema(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto found, find_schema(state, call, call.parameter("version")));
  if (const auto* refused = std::get_if<ConfluentRefusal>(&found)) return confluent_reply(*refused);
  TRY_ASSIGN(std::string content,
             state.catalog->content(std::get_if<PublishedSchema>(&found)->content_id));
  return confluent_reply(std::move(content));
}

// POST /subjects/{subject}: whether the subject has this schema, and as which version.
Result<http::Reply> look_up(RegistryState& state, const http::Call& call) {
  const auto subject = subject_of(state, call);
  if (const auto* refused = std::get_if<ConfluentRefusal>(&subject))
    return confluent_reply(*refused);
  TRY_ASSIGN(const auto body, RequestBody::parse(call.body, kSchemaFields, Unknown::ignored));
  const auto schema = schema_of(body);
  if (const auto* refused = std::get_if<ConfluentRefusal>(&schema))
    return confluent_reply(*refused);
  const std::string& bytes = *std::get_if<std::string>(&schema);
  const auto text = schemas::read_schema_text(bytes);
  const std::string sha256 = schemas::hashes_of(bytes, *text).seed_sha256;
  const auto& [track, name] = *std::get_if<SubjectName>(&subject);
  TRY_ASSIGN(const auto found,
             state.catalog->read([&](const PublishedIndex& index) -> Result<FoundSchema> {
               const PublishedName* published = index.find(track, name);
               if (published == nullptr) return FoundSchema(no_subject(call.parameter("subject")));
               const auto same =
                   std::ranges::find(published->versions, sha256, &PublishedSchema::seed_sha256);
               if (same == published->versions.end()) return FoundSchema(no_schema());
               return FoundSchema(*same);
             }));
  if (const auto* refused = std::get_if<ConfluentRefusal>(&found)) return confluent_reply(*refused);
  const auto& known = *std::get_if<PublishedSchema>(&found);
  TRY_ASSIGN(const std::string content, state.catalog->content(known.content_id));
  return confluent_reply(subject_version_answer(state, known, content));
}

// --- by id

// Versions that have the content; none where the text is no number of one.
Result<std::vector<PublishedSchema>> with_id(RegistryState& state, const http::Call& call) {
  const std::string& text = call.parameter("id");
  const bool is_number =
      text.size() < 19 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::vector<PublishedSchema>();
  return state.catalog->read(
      [&](const PublishedIndex& index) -> Result<std::vector<PublishedSchema>> {
        std::vector<PublishedSchema> out;
        for (const PublishedSchema* schema : index.of_content(std::stoll(text)))
          out.push_back(*schema);
        return out;
      });
}

Result<http::Reply> get_id(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto found, with_id(state, call));
  if (found.empty()) return confluent_reply(no_schema());
  TRY_ASSIGN(const std::string content, state.catalog->content(found.front().content_id));
  JsonObject out;
  out.text("schemaType", "JSON").text("schema", content);
  return confluent_reply(std::move(out).take());
}

Result<http::Reply> get_id_schema(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto found, with_id(state, call));
  if (found.empty()) return confluent_reply(no_schema());
  TRY_ASSIGN(std::string content, state.catalog->content(found.front().content_id));
  return confluent_reply(std::move(content));
}

Result<http::Reply> get_id_versions(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto found, with_id(state, call));
  if (found.empty()) return confluent_reply(no_schema());
  std::vector<std::string> versions;
  for (const PublishedSchema& schema : found) {
    JsonObject one;
    one.text("subject", subject_text(schema.track, schema.name, state.options.default_track))
        .number("version", schema.ordinal);
    versions.push_back(std::move(one).take());
  }
  return confluent_reply(list_of(versions));
}

Result<http::Reply> get_types(RegistryState&, const http::Call&) {
  return confluent_reply(R"(["JSON"])");
}

// --- settings

std::string level_answer(schemas::CompatibilityLevel level) {
  JsonObject out;
  out.text("compatibilityLevel", schemas::level_name(level));
  return std::move(out).take();
}

Result<http::Reply> get_config(RegistryState& state, const http::Call&) {
  TRY_ASSIGN(
      const auto level,
      state.catalog->read([&](const PublishedIndex& index) -> Result<schemas::CompatibilityLevel> {
        return index.level("", "").value_or(state.options.level);
      }));
  return confluent_reply(level_answer(level));
}

Result<http::Reply> get_subject_config(RegistryState& state, const http::Call& call) {
  const auto subject = subject_of(state, call);
  if (const auto* refused = std::get_if<ConfluentRefusal>(&subject))
    return confluent_reply(*refused);
  const auto& [track, name] = *std::get_if<SubjectName>(&subject);
  using Level = std::optional<schemas::CompatibilityLevel>;
  const std::string* falls_back = call.query("defaultToGlobal");
  TRY_ASSIGN(const Level level,
             state.catalog->read([&](const PublishedIndex& index) -> Result<Level> {
               Level own = index.level(track, name);
               if (!own && falls_back != nullptr && *falls_back == "true")
                 own = index.level("", "").value_or(state.options.level);
               return own;
             }));
  if (level) return confluent_reply(level_answer(*level));
  return confluent_problem(404, 40408,
                           "Subject '" + call.parameter("subject") +
                               "' does not have subject-level compatibility configured");
}

Result<http::Reply> get_mode(RegistryState& state, const http::Call&) {
  JsonObject out;
  out.text("mode", state.token.is_configured() ? "READWRITE" : "READONLY");
  return confluent_reply(std::move(out).take());
}

constexpr auto kGet = http::Method::get;
constexpr std::array kLines = {
    ConfluentLine{kGet, "/subjects", "Names of all subjects; those of other tracks as :.TRACK:NAME",
                  get_subjects},
    ConfluentLine{kGet, "/subjects/{subject}/versions", "The numbers of its versions",
                  get_versions},
    ConfluentLine{kGet, "/subjects/{subject}/versions/{version}",
                  "One version: a number, or latest", get_version},
    ConfluentLine{kGet, "/subjects/{subject}/versions/{version}/schema", "Its schema alone",
                  get_version_schema},
    ConfluentLine{kGet, "/schemas/ids/{id}", "The schema of an id", get_id},
    ConfluentLine{kGet, "/schemas/ids/{id}/schema", "The schema of an id, alone", get_id_schema},
    ConfluentLine{kGet, "/schemas/ids/{id}/versions", "Which versions of which subjects have it",
                  get_id_versions},
    ConfluentLine{kGet, "/schemas/types", "JSON", get_types},
    ConfluentLine{kGet, "/config", "The compatibility of subjects without one of their own",
                  get_config},
    ConfluentLine{kGet, "/config/{subject}", "The compatibility of a subject", get_subject_config},
    ConfluentLine{kGet, "/mode", "READWRITE, or READONLY where no token is configured", get_mode},
    ConfluentLine{http::Method::post, "/subjects/{subject}", "Whether the subject has this schema",
                  look_up, kSchemaFields},
};

}  // namespace

std::vector<Endpoint> confluent_reading(RegistryState& state) {
  return confluent_endpoints(state, kLines);
}

}  // namespace holdfast::service

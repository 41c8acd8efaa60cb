// SPDX-License-Identifier: Apache-2.0
// The writing half of Confluent's API: registering a version, setting a level; and asking whether a version could be registered, which writes
// nothing and needs no token.
//
// A version is compared before the catalog is locked. It is then published only if the subject has no version more than was compared, else it
// is compared anew, kMostAttempts times.
#include <algorithm>
#include <chrono>
#include <utility>

#include "schemas/json_object.h"
#include "schemas/published_compatibility.h"
#include "schemas/schema_text.h"
#include "service/confluent_answers.h"

namespace holdfast::service {
namespace {

using schemas::JsonObject;
using schemas::PublishedIndex;
using schemas::PublishedName;
using schemas::PublishedSchema;

// Each that fails is one of somebody else's that did not.
constexpr int kMostAttempts = 50;
constexpr std::size_t kMostCompared = 1000;  // versions, for the transitive levels
constexpr std::chrono::nanoseconds kMostCompareTime = std::chrono::minutes(1);

/// What a new version of a subject is held against.
struct Standing {
  schemas::CompatibilityLevel level = schemas::CompatibilityLevel::backward;
  std::vector<PublishedSchema> versions;  // by ordinal
};

Result<Standing> standing_of(RegistryState& state, const SubjectName& subject) {
  return state.catalog->read([&](const PublishedIndex& index) -> Result<Standing> {
    Standing out;
    out.level = index.level(subject.track, subject.name)
                    .value_or(index.level("", "").value_or(state.options.level));
    if (const PublishedName* name = index.find(subject.track, subject.name))
      out.versions = name->versions;
    return out;
  });
}

Result<schemas::Compatibility> judge(RegistryState& state, schemas::CompatibilityLevel level,
                                     const std::vector<PublishedSchema>& versions,
                                     const std::string& schema) {
  if (schemas::is_transitive(level) && versions.size() > kMostCompared)
    return Error(Code::unsupported, "the subject has more than " + std::to_string(kMostCompared) +
                                        " versions to be compared with");
  Clock& clock = state.catalog->clock();
  const auto until = clock.monotonic() + kMostCompareTime;
  const auto content_of = [&](std::size_t at) -> Result<std::string> {
    if (clock.monotonic() < until) return state.catalog->content(versions[at].content_id);
    return Error(Code::unavailable,
                 "comparing with " + std::to_string(versions.size()) +
                     " versions takes longer than a minute",
                 "ask about one version, or set a level that is not transitive");
  };
  return schemas::judge_compatibility(level, state.options.profile, {versions.size(), content_of},
                                      schema);
}

/// What a request asks to be registered or compared.
struct Candidate {
  SubjectName subject;
  std::string schema;
  std::string seed_sha256;
};

Result<OrRefusal<Candidate>> candidate_of(RegistryState& state, const http::Call& call) {
  using Read = OrRefusal<Candidate>;
  const auto subject = subject_of(state, call);
  if (const auto* refused = std::get_if<ConfluentRefusal>(&subject)) return Read(*refused);
  TRY_ASSIGN(const auto body, RequestBody::parse(call.body, kSchemaFields, Unknown::ignored));
  const auto schema = schema_of(body);
  if (const auto* refused = std::get_if<ConfluentRefusal>(&schema)) return Read(*refused);
  Candidate out{*std::get_if<SubjectName>(&subject), *std::get_if<std::string>(&schema), {}};
  out.seed_sha256 =
      schemas::hashes_of(out.schema, *schemas::read_schema_text(out.schema)).seed_sha256;
  return Read(std::move(out));
}

http::Reply id_reply(std::int64_t id) {
  JsonObject out;
  out.number("id", id);
  return confluent_reply(std::move(out).take());
}

http::Reply incompatible(const schemas::Compatibility& judged, schemas::CompatibilityLevel level) {
  std::string message = "Schema being registered is incompatible with an earlier schema, level " +
                        std::string(schemas::level_name(level));
  for (const std::string& reason : judged.reasons)
    message += "; " + reason;
  return confluent_problem(409, 409, message);
}

Result<http::Reply> register_version(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto read, candidate_of(state, call));
  if (const auto* refused = std::get_if<ConfluentRefusal>(&read)) return confluent_reply(*refused);
  const Candidate& candidate = *std::get_if<Candidate>(&read);
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    TRY_ASSIGN(const auto standing, standing_of(state, candidate.subject));
    const auto same =
        std::ranges::find(standing.versions, candidate.seed_sha256, &PublishedSchema::seed_sha256);
    if (same != standing.versions.end()) return id_reply(same->content_id);
    TRY_ASSIGN(const auto judged,
               judge(state, standing.level, standing.versions, candidate.schema));
    if (judged.answer != schemas::Answer::yes) return incompatible(judged, standing.level);
    schemas::Publication wanted;
    wanted.track = candidate.subject.track;
    wanted.name = candidate.subject.name;
    wanted.content = candidate.schema;
    wanted.after_ordinal = standing.versions.empty() ? 0 : standing.versions.back().ordinal;
    TRY_ASSIGN(const auto published, state.catalog->write([&](catalog::Catalog& catalog) {
      return schemas::publish(catalog, wanted, state.options.actor);
    }));
    if (published.effect != schemas::PublishEffect::moved)
      return id_reply(published.schema.content_id);
  }
  return Error(Code::unavailable, "others register versions of this subject all the time",
               "try again");
}

// `against` are the versions to hold it against, whatever the level asks for.
Result<http::Reply> compatibility_reply(RegistryState& state, const http::Call& call,
                                        const Standing& against, const std::string& schema) {
  TRY_ASSIGN(const auto judged, judge(state, against.level, against.versions, schema));
  const bool is_compatible = judged.answer == schemas::Answer::yes;
  JsonObject out;
  out.flag("is_compatible", is_compatible);
  const std::string* verbose = call.query("verbose");
  if (verbose != nullptr && *verbose == "true") {
    std::vector<std::string> messages;
    for (const std::string& reason : judged.reasons)
      messages.push_back(schemas::json_string(reason));
    out.array("messages", messages);
  }
  return confluent_reply(std::move(out).take());
}

Result<http::Reply> check_against_all(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto read, candidate_of(state, call));
  if (const auto* refused = std::get_if<ConfluentRefusal>(&read)) return confluent_reply(*refused);
  const Candidate& candidate = *std::get_if<Candidate>(&read);
  TRY_ASSIGN(const auto standing, standing_of(state, candidate.subject));
  return compatibility_reply(state, call, standing, candidate.schema);
}

Result<http::Reply> check_against_one(RegistryState& state, const http::Call& call) {
  TRY_ASSIGN(const auto read, candidate_of(state, call));
  if (const auto* refused = std::get_if<ConfluentRefusal>(&read)) return confluent_reply(*refused);
  const Candidate& candidate = *std::get_if<Candidate>(&read);
  TRY_ASSIGN(auto standing, standing_of(state, candidate.subject));
  if (standing.versions.empty()) return confluent_reply(no_subject(call.parameter("subject")));
  PublishedName name;
  name.versions = std::move(standing.versions);
  const auto found = version_of(name, call.parameter("version"));
  if (const auto* refused = std::get_if<ConfluentRefusal>(&found)) return confluent_reply(*refused);
  standing.versions = {**std::get_if<const PublishedSchema*>(&found)};
  return compatibility_reply(state, call, standing, candidate.schema);
}

// --- levels

constexpr std::array kConfigFields = {
    Field{"compatibility", FieldType::text, Need::required,
          "NONE, BACKWARD, FORWARD, FULL, or one of them with _TRANSITIVE"},
};

Result<http::Reply> put_level(RegistryState& state, const http::Call& call, SubjectName subject) {
  TRY_ASSIGN(const auto body, RequestBody::parse(call.body, kConfigFields, Unknown::ignored));
  const auto level = schemas::parse_compatibility(body.text("compatibility"));
  if (!level)
    return confluent_problem(
        422, 42203,
        "Invalid compatibility level. Valid values are NONE, BACKWARD, FORWARD, "
        "FULL, BACKWARD_TRANSITIVE, FORWARD_TRANSITIVE, and FULL_TRANSITIVE");
  schemas::LevelOf wanted{std::move(subject.track), std::move(subject.name), *level, 0};
  auto done = state.catalog->write([&](catalog::Catalog& catalog) -> Result<bool> {
    auto set = schemas::set_level(catalog, wanted, state.options.actor);
    if (!set) return std::move(set).error();
    return true;
  });
  if (!done) return std::move(done).error();
  JsonObject out;
  if (done) out.text("compatibility", schemas::level_name(*level));
  return confluent_reply(std::move(out).take());
}

Result<http::Reply> put_config(RegistryState& state, const http::Call& call) {
  return put_level(state, call, {});
}

Result<http::Reply> put_subject_config(RegistryState& state, const http::Call& call) {
  auto subject = subject_of(state, call);
  if (const auto* refused = std::get_if<ConfluentRefusal>(&subject))
    return confluent_reply(*refused);
  return put_level(state, call, std::move(*std::get_if<SubjectName>(&subject)));
}

constexpr auto kPost = http::Method::post;
constexpr auto kPut = http::Method::put;
constexpr std::array kLines = {
    ConfluentLine{kPost, "/subjects/{subject}/versions",
                  "Registers a schema, if it keeps the subject's compatibility", register_version,
                  kSchemaFields, Access::write, http::Runs::costly},
    ConfluentLine{kPost, "/compatibility/subjects/{subject}/versions",
                  "Whether it could be registered; ?verbose=true says why not", check_against_all,
                  kSchemaFields, Access::read, http::Runs::costly},
    ConfluentLine{kPost, "/compatibility/subjects/{subject}/versions/{version}",
                  "Whether it is compatible with one version", check_against_one, kSchemaFields,
                  Access::read, http::Runs::costly},
    ConfluentLine{kPut, "/config", "Sets the compatibility of subjects without one of their own",
                  put_config, kConfigFields, Access::write},
    ConfluentLine{kPut, "/config/{subject}", "Sets the compatibility of a subject",
                  put_subject_config, kConfigFields, Access::write},
};

}  // namespace

std::vector<Endpoint> confluent_writing(RegistryState& state) {
  return confluent_endpoints(state, kLines);
}

}  // namespace holdfast::service

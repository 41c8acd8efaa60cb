// SPDX-License-Identifier: Apache-2.0
#include "service/confluent_answers.h"

#include <charconv>
#include <utility>

#include "base/root_folder.h"
#include "schemas/json_object.h"
#include "schemas/schema_text.h"

namespace holdfast::service {
namespace {

using schemas::JsonObject;

std::string shown(std::string_view text) {
  return '\'' + printable_path(text.substr(0, 200)) + '\'';
}

bool is_nothing(const std::string& references) {
  return references.empty() || references.find_first_not_of("[] \t\r\n") == std::string::npos;
}

}  // namespace

http::Reply confluent_reply(std::string body) {
  http::Reply reply;
  reply.content_type = kConfluentType;
  reply.body = std::move(body);
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

http::Reply confluent_reply(const ConfluentRefusal& refusal) {
  return confluent_problem(refusal.status, refusal.error_code, refusal.message);
}

ConfluentRefusal no_subject(std::string_view subject) {
  return {404, 40401, "Subject " + shown(subject) + " not found."};
}

ConfluentRefusal no_version(std::string_view version) {
  return {404, 40402, "Version " + printable_path(version.substr(0, 40)) + " not found."};
}

ConfluentRefusal no_schema() {
  return {404, 40403, "Schema not found"};
}

ConfluentRefusal no_version_number(std::string_view version) {
  return {422, 42202,
          "The specified version " + shown(version) +
              " is not a valid version id. Allowed values are between [1, 2^31-1] and the string "
              "\"latest\""};
}

ConfluentRefusal invalid_schema(std::string_view why) {
  return {422, 42201, "Invalid schema: " + std::string(why)};
}

OrRefusal<SubjectName> subject_of(const RegistryState& state, const http::Call& call) {
  auto parsed = parse_subject(call.parameter("subject"), state.options.default_track);
  if (!parsed)
    return ConfluentRefusal{422, 42208,
                            "The specified subject is not valid here: " + parsed.error().message() +
                                "; " + parsed.error().hint()};
  return std::move(*parsed);
}

OrRefusal<const schemas::PublishedSchema*> version_of(const schemas::PublishedName& name,
                                                      const std::string& version) {
  if (version == "latest" || version == "-1") return &name.versions.back();
  std::int32_t number = 0;
  const auto read = std::from_chars(version.data(), version.data() + version.size(), number);
  if (read.ec != std::errc() || read.ptr != version.data() + version.size() || number < 1)
    return no_version_number(version);
  const schemas::PublishedSchema* found = name.find(std::int64_t{number});
  if (found == nullptr) return no_version(version);
  return found;
}

std::string subject_version_answer(const RegistryState& state,
                                   const schemas::PublishedSchema& schema,
                                   std::string_view content) {
  JsonObject out;
  out.text("subject", subject_text(schema.track, schema.name, state.options.default_track))
      .number("version", schema.ordinal)
      .number("id", schema.content_id)
      .text("schemaType", "JSON")
      .array("references", {})
      .text("schema", content);
  return std::move(out).take();
}

OrRefusal<std::string> schema_of(const RequestBody& body) {
  const std::string type = body.text("schemaType");
  if (type != "JSON")
    return invalid_schema(
        type.empty() ? "without \"schemaType\" it is AVRO, and this registry keeps JSON Schema: "
                       "send \"schemaType\": \"JSON\""
                     : "the type " + shown(type) + " is not one of JSON");
  if (!is_nothing(body.json("references")))
    return invalid_schema(
        "references to other subjects are not supported: put the schemas into $defs");
  std::string schema = body.text("schema");
  const auto text = schemas::read_schema_text(schema);
  if (!text) return invalid_schema("it " + text.problem().detail);
  return schema;
}

std::vector<Endpoint> confluent_endpoints(RegistryState& state,
                                          std::span<const ConfluentLine> lines) {
  std::vector<Endpoint> out;
  for (const ConfluentLine& line : lines) {
    Endpoint endpoint;
    endpoint.method = line.method;
    endpoint.pattern = line.pattern;
    endpoint.summary = line.summary;
    endpoint.speech = Speech::confluent;
    endpoint.access = line.access;
    endpoint.fields.assign(line.fields.begin(), line.fields.end());
    endpoint.runs = line.runs;
    endpoint.handler = [&state, answer = line.answer](const http::Call& call) {
      return answer(state, call);
    };
    out.push_back(std::move(endpoint));
  }
  return out;
}

}  // namespace holdfast::service

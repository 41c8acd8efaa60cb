// SPDX-License-Identifier: Apache-2.0
// What both halves of the Confluent API share: finding a subject and a version, and saying so in its words (error codes 40401 … 50001).
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "service/registry.h"
#include "service/subject.h"

namespace holdfast::service {

/// Why a request is refused, in Confluent's numbers.
struct ConfluentRefusal {
  int status = 0;
  int error_code = 0;
  std::string message;
};

/// A value, or why there is none.
template <class T>
using OrRefusal = std::variant<T, ConfluentRefusal>;

/// 200 with Confluent's content type.
http::Reply confluent_reply(std::string body);
http::Reply confluent_reply(const ConfluentRefusal& refusal);

ConfluentRefusal no_subject(std::string_view subject);         // 40401
ConfluentRefusal no_version(std::string_view version);         // 40402
ConfluentRefusal no_schema();                                  // 40403
ConfluentRefusal no_version_number(std::string_view version);  // 42202
ConfluentRefusal invalid_schema(std::string_view why);         // 42201

/// A subject that a path names: 42208 where it is none.
OrRefusal<SubjectName> subject_of(const RegistryState& state, const http::Call& call);
/// "latest", "-1" or a number.
OrRefusal<const schemas::PublishedSchema*> version_of(const schemas::PublishedName& name,
                                                      const std::string& version);
/// {"subject", "version", "id", "schemaType", "references", "schema"}.
std::string subject_version_answer(const RegistryState& state,
                                   const schemas::PublishedSchema& schema,
                                   std::string_view content);

/// One endpoint of this API.
struct ConfluentLine {
  http::Method method;
  const char* pattern;
  const char* summary;
  Result<http::Reply> (*answer)(RegistryState& state, const http::Call& call);
  std::span<const Field> fields = {};
  Access access = Access::read;
  http::Runs runs = http::Runs::pooled;
};
std::vector<Endpoint> confluent_endpoints(RegistryState& state,
                                          std::span<const ConfluentLine> lines);

/// The schema that a request brings: of type JSON, without references, a schema. Its bytes.
OrRefusal<std::string> schema_of(const RequestBody& body);
inline constexpr std::array kSchemaFields = {
    Field{"schema", FieldType::text, Need::required, "the schema as text"},
    Field{"schemaType", FieldType::text, Need::optional, "JSON"},
    Field{"references", FieldType::any, Need::optional, "none: they are refused"},
};

}  // namespace holdfast::service

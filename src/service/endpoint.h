// SPDX-License-Identifier: Apache-2.0
// The one table of what a registry answers: routes, who may call them, what they take. Routing, the check of tokens and parameters, /docs and
// /openapi.json are made from it.
#pragma once
#include <string>
#include <vector>

#include "http/server.h"
#include "service/bearer_token.h"
#include "service/request_body.h"

namespace holdfast::service {

/// Whose words an answer has: errors are problem+json (RFC 9457), or Confluent's {"error_code", "message"}.
enum class Speech : unsigned char { plain, confluent };
enum class Access : unsigned char { read, write };

struct QueryKey {
  std::string_view name;
  std::string_view meaning;
};

struct Endpoint {
  http::Method method = http::Method::get;
  std::string pattern;
  std::string summary;
  Speech speech = Speech::plain;
  Access access = Access::read;
  std::vector<QueryKey> query = {};
  std::vector<Field> fields = {};  // of the body
  http::Handler handler;
  http::Runs runs = http::Runs::pooled;
};

/// The route with everything before and behind the handler: 401 without or with a wrong token, 403 where no token is configured, 422 for a
/// query key that the plain API does not have, errors in the words of its speech. `token` outlives the route.
http::Route route_of(const Endpoint& endpoint, const BearerToken& token);

/// An error in Confluent's words; of `io` and `internal` nothing is told but that it was one.
http::Reply confluent_problem(const Error& error);
http::Reply confluent_problem(int status, int error_code, std::string_view message);
inline constexpr std::string_view kConfluentType = "application/vnd.schemaregistry.v1+json";

}  // namespace holdfast::service

// SPDX-License-Identifier: Apache-2.0
#include "service/endpoint.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "base/root_folder.h"
#include "http/problem.h"
#include "schemas/json_object.h"

namespace holdfast::service {
namespace {

constexpr std::string_view kHowToWrite =
    "start it with a token in the environment: HOLDFAST_REGISTRY_TOKEN=… holdfast schemas serve";

struct Refusal {
  int status = 0;
  std::string_view why;
  std::string_view hint;
};

std::optional<Refusal> refusal_of(Admission admission) {
  switch (admission) {
    case Admission::admitted:
      return {};
    case Admission::writing_is_off:
      return Refusal{403, "this registry has no token configured, so nobody may write",
                     kHowToWrite};
    case Admission::no_token:
      return Refusal{401, "writing needs a token", "send Authorization: Bearer TOKEN"};
    case Admission::wrong_token:
      return Refusal{401, "the token is not the one that this registry takes",
                     "send the token that the registry was started with"};
  }
  return Refusal{403, "refused", ""};
}

http::Reply reply_of(Speech speech, const Refusal& refusal) {
  http::Reply reply =
      speech == Speech::plain
          ? http::problem(refusal.status, refusal.why, refusal.hint)
          : confluent_problem(refusal.status, refusal.status,
                              std::string(refusal.why) + ": " + std::string(refusal.hint));
  if (refusal.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  return reply;
}

std::string hint_of(const std::vector<QueryKey>& keys) {
  if (keys.empty()) return "this path takes none";
  std::string out;
  for (const QueryKey& key : keys)
    out += (out.empty() ? "it takes " : ", ") + std::string(key.name);
  return out;
}

// A key that is misspelt must not be answered as if it weren't there.
Status check_query(const Endpoint& endpoint, const http::Call& call) {
  for (std::size_t i = 0; i < call.target.query.size(); ++i) {
    const std::string& key = call.target.query[i].first;
    if (std::ranges::find(endpoint.query, key, &QueryKey::name) == endpoint.query.end())
      return Error(
          Code::invalid,
          "the query has a key \"" + printable_path(key.substr(0, 60)) + "\", which there is not",
          hint_of(endpoint.query));
    for (std::size_t j = 0; j < i; ++j)
      if (call.target.query[j].first == key)
        return Error(Code::invalid, "the query has the key \"" + key + "\" twice");
  }
  return {};
}

Result<http::Reply> answer(const Endpoint& endpoint, const BearerToken& token,
                           const http::Call& call) {
  if (endpoint.access == Access::write) {
    if (const auto refusal = refusal_of(token.admits(call.headers))) {
      log_warning(
          "registry: a write was refused",
          {{"path", call.target.path.substr(0, 200)}, {"peer", call.peer}, {"why", refusal->why}});
      return reply_of(endpoint.speech, *refusal);
    }
  }
  if (endpoint.speech == Speech::confluent) {
    auto reply = endpoint.handler(call);
    if (!reply && http::status_of(reply.error().code()) == 500)
      log_error("registry: a request failed", {{"error", reply.error().message()}});
    if (!reply) return confluent_problem(reply.error());
    return reply;
  }
  TRY(check_query(endpoint, call));
  return endpoint.handler(call);
}

}  // namespace

http::Reply confluent_problem(int status, int error_code, std::string_view message) {
  http::Reply reply;
  reply.status = status;
  reply.content_type = kConfluentType;
  schemas::JsonObject body;
  body.number("error_code", error_code).text("message", message);
  reply.body = std::move(body).take();
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

http::Reply confluent_problem(const Error& error) {
  const auto told = [&] {
    return error.hint().empty() ? error.message() : error.message() + "; " + error.hint();
  };
  switch (error.code()) {
    case Code::invalid:
    case Code::unsupported:
      return confluent_problem(422, 42201, told());
    case Code::not_found:
      return confluent_problem(404, 40403, told());
    case Code::conflict:
      return confluent_problem(409, 409, told());
    case Code::unavailable:
    case Code::cancelled:
      return confluent_problem(503, 50003, told());
    case Code::corrupt:
    case Code::io:
    case Code::internal:
      return confluent_problem(500, 50001, "the store of the registry failed");
  }
  return confluent_problem(500, 50001, "the store of the registry failed");
}

http::Route route_of(const Endpoint& endpoint, const BearerToken& token) {
  return {endpoint.method, endpoint.pattern,
          [endpoint, &token](const http::Call& call) { return answer(endpoint, token, call); },
          endpoint.runs};
}

}  // namespace holdfast::service

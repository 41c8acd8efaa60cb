// SPDX-License-Identifier: Apache-2.0
#include "schemas/registry_http.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/root_folder.h"
#include "core/canonical_json.h"
#include "core/json_scan.h"
#include "http/url.h"
#include "schemas/known_answers.h"

namespace holdfast::schemas {
namespace {

constexpr std::string_view kNamePlace = "{name}";

ProblemKind kind_of(const http::Failure& failure) {
  switch (failure.kind) {
    case http::FailureKind::invalid:
      return ProblemKind::http_status;
    case http::FailureKind::unreachable:
      return ProblemKind::unreachable;
    case http::FailureKind::timeout:
      return ProblemKind::timeout;
    case http::FailureKind::http_status:
      return failure.response.status == 404 || failure.response.status == 410
                 ? ProblemKind::not_found
                 : ProblemKind::http_status;
    case http::FailureKind::auth:
      return ProblemKind::auth;
    case http::FailureKind::not_json:
      return ProblemKind::not_json;
    case http::FailureKind::too_large:
      return ProblemKind::too_large;
    case http::FailureKind::redirect:
      return ProblemKind::redirect;
    case http::FailureKind::tls:
      return ProblemKind::tls;
    case http::FailureKind::cancelled:
      return ProblemKind::cancelled;
  }
  return ProblemKind::unreachable;
}

// A key that an object of the answer has twice, at any depth: readers differ in which of the two they take. The body is JSON, so a string
// before a colon is a key.
std::optional<std::string> repeated_key(std::string_view body) {
  core::JsonScan scan(body, core::JsonNumbers::python);
  std::vector<std::set<std::string>> open;  // of each object and array around a place, its keys
  for (scan.skip_space(); !scan.at_end(); scan.skip_space()) {
    if (scan.take('{') || scan.take('[')) {
      open.emplace_back();
    } else if (scan.take('}') || scan.take(']')) {
      open.pop_back();
    } else if (scan.peek() == '"') {
      core::JsonSpan text{.begin = scan.at(), .end = 0};
      if (!scan.string()) return {};
      text.end = scan.at();
      scan.skip_space();
      if (!scan.take(':')) continue;
      std::string key = core::has_lone_surrogate(text.of(body))
                            ? std::string(text.of(body))
                            : core::json_unescaped(text.of(body));
      if (!open.back().insert(key).second) return key;
    } else if (!scan.take(',') && !scan.value()) {
      return {};
    }
  }
  return {};
}

// An answer that programs of every language read alike; what is inside of its strings is looked at later.
std::optional<Problem> no_json(const http::Response& response) {
  const int attempts = static_cast<int>(response.attempts.size());
  const auto refuse = [&](ProblemKind kind, const std::string& what) {
    return Problem{kind, response.url + ' ' + what, response.status, attempts};
  };
  if (!core::is_utf8(response.body)) return refuse(ProblemKind::not_utf8, "answered no UTF-8");
  if (core::is_json_too_deep(response.body))
    return refuse(ProblemKind::too_deep, "answered JSON that is nested too deep");
  core::JsonScan scan(response.body, core::JsonNumbers::python);
  const bool is_json = scan.value();
  scan.skip_space();
  if (is_json && scan.at_end()) {
    const auto key = repeated_key(response.body);
    if (!key) return {};
    return refuse(ProblemKind::duplicate_key,
                  "answered an object with the key \"" + printable_path(*key) + "\" twice");
  }
  const std::string type = http::media_type(response.headers);
  return refuse(
      ProblemKind::not_json,
      "answered " + (type.empty() ? std::string("something") : type) + " that is no JSON");
}

}  // namespace

Problem problem_of(const http::Failure& failure) {
  return {kind_of(failure), failure.error.message(), failure.response.status,
          static_cast<int>(failure.response.attempts.size())};
}

RegistryHttp::RegistryHttp(http::Client client, std::string shown, const RegistryOptions& options,
                           const RegistryConfig& config)
    : client_(std::move(client)),
      shown_(std::move(shown)),
      options_(options),
      request_timeout_(config.request_timeout),
      run_timeout_(config.run_timeout),
      attempts_(config.attempts) {}

Result<RegistryHttp> RegistryHttp::open(const RegistryConfig& config,
                                        const RegistryOptions& options) {
  http::ClientOptions client;
  client.credentials = {config.user, config.password, config.token};
  TRY_ASSIGN(const auto url, http::parse_url(config.address));
  const bool is_inside = !url.user.empty() || !url.password.empty();
  if (is_inside && (!config.user.empty() || !config.token.empty()))
    return Error(Code::invalid,
                 config.shown() + ": its URL has credentials, and others are given too",
                 "give one of them");
  if (is_inside) client.credentials = {url.user, url.password, {}};
  client.base_url = http::without_credentials(url);  // what the client tells of is free of them
  std::string shown = http::without_credentials(url);
  while (shown.ends_with('/'))
    shown.pop_back();
  Clock& clock = options.clock != nullptr ? *options.clock : system_clock();
  TRY_ASSIGN(auto opened, http::Client::open(std::move(client), clock));
  return RegistryHttp(std::move(opened), std::move(shown), options, config);
}

Result<RegistryHttp> RegistryHttp::another() const {
  TRY_ASSIGN(auto client, client_.another());
  RegistryHttp out(std::move(client), shown_, options_, {});
  out.request_timeout_ = request_timeout_;
  out.run_timeout_ = run_timeout_;
  out.attempts_ = attempts_;
  return out;
}

Looked<http::Response> RegistryHttp::get(const std::string& path) {
  return send(path, {});
}

Looked<http::Response> RegistryHttp::get_if_changed(const std::string& path) {
  if (options_.known == nullptr) return get(path);
  auto known = options_.known->find(url_of(path));
  auto answer = send(path, known ? *http::find_header(known->headers, "ETag") : std::string());
  if (!answer) return answer;
  if (answer->status != 304) {
    options_.known->keep(url_of(path), *answer);
    return answer;
  }
  known->status = answer->status;
  known->attempts = std::move(answer->attempts);
  return *std::move(known);
}

Looked<http::Response> RegistryHttp::send(const std::string& path,
                                          const std::string& if_none_match) {
  const Clock& clock = options_.clock != nullptr ? *options_.clock : system_clock();
  http::Request request;
  request.url = path;
  request.if_none_match = if_none_match;
  request.headers = {{"Accept", "application/json, application/vnd.schemaregistry.v1+json"}};
  http::ClientLimits limits;
  limits.attempt = request_timeout_;
  limits.connect = std::min(limits.connect, request_timeout_);
  limits.total = run_timeout_;
  limits.attempts = attempts_;
  if (options_.deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*options_.deadline -
                                                                            clock.monotonic());
    if (left <= std::chrono::milliseconds(0))
      return Problem{ProblemKind::timeout,
                     url_of(path) + " was not asked: the time of the run is over"};
    limits.total = std::min(limits.total, left);
  }
  request.limits = limits;
  http::Answer answer = client_.send(request, options_.cancel);
  if (!answer) return problem_of(answer.failure());
  const bool is_unchanged = answer.response().status == 304 && !if_none_match.empty();
  if (is_unchanged) return std::move(answer.response());
  // 206 is a piece of an answer, 204 none.
  constexpr int kWhole = 200;
  if (answer.response().status != kWhole)
    return Problem{ProblemKind::http_status,
                   answer.response().url + " answered with status " +
                       std::to_string(answer.response().status) + ", which is no whole answer",
                   answer.response().status, static_cast<int>(answer.response().attempts.size())};
  if (auto problem = no_json(answer.response())) return *problem;
  return std::move(answer.response());
}

std::string subject_of_name(const std::string& pattern, const std::string& name) {
  std::string out = pattern;
  return out.replace(out.find(kNamePlace), kNamePlace.size(), name);
}

std::optional<std::string> name_of_subject(const std::string& pattern, const std::string& subject) {
  const std::size_t at = pattern.find(kNamePlace);
  const std::string before = pattern.substr(0, at);
  const std::string behind = pattern.substr(at + kNamePlace.size());
  if (subject.size() <= before.size() + behind.size() || !subject.starts_with(before) ||
      !subject.ends_with(behind))
    return {};
  return subject.substr(before.size(), subject.size() - before.size() - behind.size());
}

std::string_view member_text(std::string_view object, std::string_view key) {
  std::string_view found;
  core::JsonScan scan(object, core::JsonNumbers::python);
  scan.skip_space();
  if (scan.peek() != '{') return {};
  scan.members([&](core::JsonSpan name, core::JsonSpan value) {
    if (core::json_unescaped(name.of(object)) == key) found = value.of(object);
    return true;
  });
  return found;
}

std::string text_member(std::string_view object, std::string_view key) {
  const std::string_view text = member_text(object, key);
  return text.starts_with('"') ? core::json_unescaped(text) : std::string();
}

bool flag_member(std::string_view object, std::string_view key) {
  return member_text(object, key) == "true";
}

bool each_element(std::string_view array,
                  const std::function<void(std::string_view element)>& see) {
  core::JsonScan scan(array, core::JsonNumbers::python);
  scan.skip_space();
  if (!scan.take('[')) return false;
  scan.skip_space();
  if (scan.take(']')) return true;
  do {
    scan.skip_space();
    const std::size_t begin = scan.at();
    if (!scan.value()) return false;
    see(array.substr(begin, scan.at() - begin));
    scan.skip_space();
  } while (scan.take(','));
  return scan.take(']');
}

}  // namespace holdfast::schemas

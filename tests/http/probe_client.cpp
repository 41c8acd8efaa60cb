// SPDX-License-Identifier: Apache-2.0
// The client of http_probe: told line by line what to ask, tells line by line what came of it.
#include <chrono>
#include <iostream>
#include <optional>
#include <thread>

#include <nlohmann/json.hpp>

#include "http/client.h"
#include "tests/http/probe.h"

namespace holdfast::http {
namespace {

using nlohmann::json;

void read_limits(const json& from, ClientLimits& limits) {
  const auto time = [&](const char* name, std::chrono::milliseconds& to) {
    to = std::chrono::milliseconds(from.value(name, to.count()));
  };
  limits.body_bytes = from.value("body_bytes", limits.body_bytes);
  limits.attempts = from.value("attempts", limits.attempts);
  limits.redirects = from.value("redirects", limits.redirects);
  time("connect_ms", limits.connect);
  time("attempt_ms", limits.attempt);
  time("total_ms", limits.total);
  time("backoff_ms", limits.backoff);
  time("backoff_most_ms", limits.backoff_most);
  time("retry_after_most_ms", limits.retry_after_most);
}

ClientOptions options_of(const json& from) {
  ClientOptions options;
  options.base_url = from.value("base_url", "");
  options.credentials = {from.value("user", ""), from.value("password", ""),
                         from.value("bearer", "")};
  options.tls = {from.value("ca_file", ""), from.value("certificate_file", ""),
                 from.value("key_file", "")};
  read_limits(from, options.limits);
  return options;
}

Request request_of(const json& from) {
  Request request;
  request.method = method_of(from.value("method", "GET")).value_or(Method::get);
  request.url = from.value("url", "");
  request.body = from.value("body", "");
  request.if_none_match = from.value("if_none_match", "");
  if (from.value("harmless", false)) request.repeat = Repeat::harmless;
  if (from.value("never", false)) request.repeat = Repeat::never;
  const json headers = from.value("headers", json::object());
  for (const auto& [name, value] : headers.items())
    request.headers.emplace_back(name, value.get<std::string>());
  return request;
}

json told(const Response& response) {
  json attempts = json::array();
  for (const Attempt& attempt : response.attempts)
    attempts.push_back({{"status", attempt.status},
                        {"what", attempt.what},
                        {"waited_ms", attempt.waited.count()}});
  json headers = json::object();
  for (const auto& [name, value] : response.headers)
    headers[name] = value;
  return {{"status", response.status},
          {"body_size", response.body.size()},
          {"body", response.body.substr(0, 2000)},
          {"url", response.url},
          {"headers", headers},
          {"attempts", attempts}};
}

json told(const Answer& answer) {
  json out = told(answer.ok() ? answer.response() : answer.failure().response);
  out["ok"] = answer.ok();
  if (answer.ok()) return out;
  const Failure& failure = answer.failure();
  out["kind"] = failure_name(failure.kind);
  out["code"] = code_name(failure.error.code());
  out["message"] = failure.error.message();
  out["hint"] = failure.error.hint();
  if (failure.retry_after) out["retry_after_ms"] = failure.retry_after->count();
  return out;
}

void say(const json& what) {
  std::cout << what.dump(-1, ' ', false, json::error_handler_t::replace) << '\n' << std::flush;
}

}  // namespace

int probe_client() {
  std::optional<Client> client;
  ManualClock manual(system_clock().now());
  for (std::string line; std::getline(std::cin, line);) {
    const json order = json::parse(line);
    if (!client) {
      auto opened = Client::open(options_of(order), order.value("manual_clock", false)
                                                        ? static_cast<Clock&>(manual)
                                                        : system_clock());
      if (!opened) {
        say({{"ok", false},
             {"code", code_name(opened.error().code())},
             {"message", opened.error().message()}});
        return 1;
      }
      client.emplace(std::move(*opened));
      say({{"ok", true}});
      continue;
    }
    Cancel cancel;
    std::optional<std::thread> watcher;
    // The next line, whatever is in it, is the order to stop.
    if (order.value("cancellable", false)) {
      watcher.emplace([&cancel] {
        std::string stop;
        if (std::getline(std::cin, stop)) cancel.request();
      });
    }
    const Answer answer = client->send(request_of(order), &cancel);
    if (watcher) watcher->join();
    say(told(answer));
  }
  return 0;
}

}  // namespace holdfast::http

// SPDX-License-Identifier: Apache-2.0
// The server of http_probe: a route for every way an answer can be made.
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/cancel.h"
#include "base/log.h"
#include "http/server.h"
#include "tests/http/probe.h"

namespace holdfast::http {
namespace {

// Calls that wait until another call lets them go: interleavings without sleeping.
class Holds {
 public:
  void hold(const std::string& name) {
    std::unique_lock lock(mutex_);
    held_.insert(name);
    changed_.wait(lock, [&] { return released_.contains(name); });
    held_.erase(name);
  }
  void release(const std::string& name) {
    const std::lock_guard lock(mutex_);
    released_.insert(name);
    changed_.notify_all();
  }
  std::string list() {
    const std::lock_guard lock(mutex_);
    return nlohmann::json(held_).dump();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> held_;
  std::set<std::string> released_;
};

Reply text(std::string body) {
  Reply reply;
  reply.content_type = "text/plain";
  reply.body = std::move(body);
  return reply;
}

Reply json(const nlohmann::json& body) {
  Reply reply;
  reply.body = body.dump();
  return reply;
}

std::size_t number(const Call& call, std::string_view key) {
  const std::string* value = call.query(key);
  return value == nullptr ? 0 : std::strtoull(value->c_str(), nullptr, 10);
}

Result<Reply> echo(const Call& call) {
  nlohmann::json headers = nlohmann::json::array();
  for (const auto& [name, value] : call.headers)
    headers.push_back({name, value});
  return json({{"method", method_name(call.method)},
               {"body", call.body.size() > 1000 ? std::to_string(call.body.size()) : call.body},
               {"headers", headers}});
}

Result<Reply> rows(const Call& call) {
  Reply reply = text("");
  reply.pieces = [left = number(call, "count"),
                  at = std::size_t{0}]() mutable -> Result<std::string> {
    std::string out;
    for (; left > 0 && out.size() < 60'000; --left)
      out += std::to_string(at++) + "\tartifacts\tdrift\n";
    return out;
  };
  return reply;
}

Result<Reply> cut_short(const Call&) {
  Reply reply = text("");
  reply.pieces = [first = true]() mutable -> Result<std::string> {
    if (!std::exchange(first, false)) return Error(Code::io, "the disk is gone");
    return std::string("first piece\n");
  };
  return reply;
}

Result<Reply> fail(const Call& call) {
  static const std::map<std::string, Code> kCodes = {
      {"invalid", Code::invalid},
      {"not_found", Code::not_found},
      {"conflict", Code::conflict},
      {"corrupt", Code::corrupt},
      {"io", Code::io},
      {"unavailable", Code::unavailable},
      {"unsupported", Code::unsupported},
      {"cancelled", Code::cancelled},
      {"internal", Code::internal},
  };
  const auto code = kCodes.find(call.parameter("code"));
  if (code == kCodes.end()) return text("no such code");
  return Error(code->second, "the subject of the message", "what to do");
}

struct State {
  Holds holds;
  EventHub hub;
  std::string body_1600 = std::string(1600, 'x');
};

void add_streams(std::vector<Route>& routes, State& state) {
  routes.push_back({Method::get, "/rows", rows});
  routes.push_back({Method::get, "/cut", cut_short});
  routes.push_back({Method::get, "/events",
                    [&state](const Call&) -> Result<Reply> {
                      Reply reply;
                      reply.events = state.hub.subscribe();
                      reply.events->push(event_text("", "hello", "there"));
                      return reply;
                    },
                    Runs::direct});
  routes.push_back({Method::post, "/publish", [&state](const Call& call) -> Result<Reply> {
                      return json(
                          {{"listeners", state.hub.publish(event_text("1", "job", call.body))}});
                    }});
}

void add_holds(std::vector<Route>& routes, State& state) {
  routes.push_back({Method::get, "/hold/{name}", [&state](const Call& call) -> Result<Reply> {
                      state.holds.hold(call.parameter("name"));
                      return text("let go");
                    }});
  routes.push_back({Method::get, "/costly/{name}",
                    [&state](const Call& call) -> Result<Reply> {
                      state.holds.hold(call.parameter("name"));
                      return text("let go");
                    },
                    Runs::costly});
  routes.push_back({Method::get, "/held",
                    [&state](const Call&) -> Result<Reply> {
                      return json(nlohmann::json::parse(state.holds.list()));
                    },
                    Runs::direct});
  routes.push_back({Method::post, "/release/{name}",
                    [&state](const Call& call) -> Result<Reply> {
                      state.holds.release(call.parameter("name"));
                      return text("");
                    },
                    Runs::direct});
}

std::vector<Route> routes_of(State& state) {
  std::vector<Route> routes;
  routes.push_back({Method::get, "/health",
                    [](const Call&) -> Result<Reply> { return json({{"status", "ok"}}); },
                    Runs::direct});
  routes.push_back({Method::get, "/body",
                    [&state](const Call&) -> Result<Reply> { return text(state.body_1600); },
                    Runs::direct});
  routes.push_back({Method::get, "/body/pooled",
                    [&state](const Call&) -> Result<Reply> { return text(state.body_1600); }});
  routes.push_back(
      {Method::get, "/schemas/{track}/{name}", [](const Call& call) -> Result<Reply> {
         return json({{"track", call.parameter("track")},
                      {"name", call.parameter("name")},
                      {"version", call.query("version") == nullptr ? "" : *call.query("version")}});
       }});
  routes.push_back({Method::del, "/schemas/{track}/{name}", [](const Call&) -> Result<Reply> {
                      Reply reply;
                      reply.status = 204;
                      return reply;
                    }});
  routes.push_back({Method::post, "/echo", echo});
  routes.push_back({Method::get, "/tagged", [](const Call&) -> Result<Reply> {
                      Reply reply = text("the same every time");
                      reply.headers.emplace_back("ETag", strong_etag(reply.body));
                      reply.headers.emplace_back("X-Split", "a\r\nSet-Cookie: b");
                      return reply;
                    }});
  routes.push_back({Method::get, "/big", [](const Call& call) -> Result<Reply> {
                      return text(std::string(number(call, "bytes"), 'b'));
                    }});
  routes.push_back({Method::get, "/fail/{code}", fail});
  routes.push_back({Method::get, "/throw", [](const Call&) -> Result<Reply> {
                      throw std::runtime_error("password=hunter2");
                    }});
  add_holds(routes, state);
  add_streams(routes, state);
  return routes;
}

// "read_ms=200" and the like.
ServerOptions options_of(const std::vector<std::string>& arguments) {
  ServerOptions options;
  const std::map<std::string, std::chrono::milliseconds*> times = {
      {"read_ms", &options.limits.read},
      {"idle_ms", &options.limits.idle},
      {"write_ms", &options.limits.write},
      {"drain_ms", &options.limits.drain},
      {"heartbeat_ms", &options.limits.heartbeat}};
  const std::map<std::string, std::size_t*> sizes = {
      {"header_bytes", &options.limits.header_bytes},
      {"body_bytes", &options.limits.body_bytes},
      {"requests", &options.limits.requests_per_connection},
      {"connections", &options.limits.connections},
      {"waiting", &options.limits.waiting_calls},
      {"waiting_costly", &options.limits.waiting_costly_calls},
      {"all_body_bytes", &options.limits.all_body_bytes}};
  const std::map<std::string, int*> counts = {{"io_threads", &options.io_threads},
                                              {"pool_threads", &options.pool_threads},
                                              {"costly_threads", &options.costly_threads}};
  const std::map<std::string, std::string*> texts = {{"certificate", &options.certificate_file},
                                                     {"key", &options.key_file},
                                                     {"address", &options.address}};
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    const std::string value = argument.substr(name.size() + 1);
    if (times.contains(name)) *times.at(name) = std::chrono::milliseconds(std::stoll(value));
    if (sizes.contains(name)) *sizes.at(name) = std::stoull(value);
    if (counts.contains(name)) *counts.at(name) = std::stoi(value);
    if (texts.contains(name)) *texts.at(name) = value;
    if (name == "log") set_log_level(value);
  }
  return options;
}

}  // namespace

int probe_server(const std::vector<std::string>& arguments) {
  watch_signals();
  State state;
  auto server = Server::start(options_of(arguments), routes_of(state), &process_cancel());
  if (!server) {
    std::printf("%s: %s\n", std::string(code_name(server.error().code())).c_str(),
                server.error().message().c_str());
    return 1;
  }
  std::printf("%s\n", server->origin().c_str());
  std::fflush(stdout);
  const Status end = server->wait();
  std::printf("%s\n", end ? "stopped" : end.error().message().c_str());
  return 0;
}

}  // namespace holdfast::http

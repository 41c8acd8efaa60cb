// SPDX-License-Identifier: Apache-2.0
// Server and client in one process and many threads: what the sanitizers should see. What is on the wire is looked at from outside, in
// tests/e2e/test_http_server.py and test_http_client.py.
#include "http/server.h"

#include <atomic>
#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/client.h"

namespace holdfast::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

Result<Reply> hello(const Call& call) {
  Reply reply;
  reply.content_type = "text/plain";
  reply.body = "hello " + call.parameter("name");
  return reply;
}

Client client_of(const Server& server) {
  ClientOptions options;
  options.base_url = server.origin();
  auto client = Client::open(options);
  EXPECT_TRUE(client.ok());
  return std::move(*client);
}

TEST(Server, AnswersManyThreadsOnPoolAndDirectly) {
  ServerOptions options;
  options.io_threads = 2;
  auto server = Server::start(options, {{Method::get, "/pooled/{name}", hello},
                                        {Method::get, "/direct/{name}", hello, Runs::direct}});
  ASSERT_TRUE(server.ok());
  std::atomic<int> right_count = 0;
  std::vector<std::thread> threads;
  const Client first = client_of(*server);
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&, thread] {
      auto mine = first.another();
      if (!mine) return;
      for (int i = 0; i < 30; ++i) {
        const std::string name = std::to_string(thread) + '-' + std::to_string(i);
        const Answer answer = mine->get((i % 2 == 0 ? "/pooled/" : "/direct/") + name);
        if (answer.ok() && answer.response().body == "hello " + name) ++right_count;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(right_count, 180);
  server->stop();
  EXPECT_TRUE(server->wait().ok());
}

TEST(Server, StopsUnderLoadAndEveryAnswerThatCameIsWhole) {
  ServerOptions options;
  options.io_threads = 2;
  Cancel cancel;
  auto server = Server::start(options, {{Method::get, "/{name}", hello}}, &cancel);
  ASSERT_TRUE(server.ok());
  std::atomic<int> answered_count = 0;
  std::atomic<int> wrong_count = 0;
  std::latch warm(4);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      Client client = client_of(*server);
      Request request;
      request.url = "/x";
      request.repeat = Repeat::never;
      for (int i = 0;; ++i) {
        const Answer answer = client.send(request);
        if (i == 0) warm.count_down();
        if (!answer.ok()) return;
        ++answered_count;
        if (answer.response().body != "hello x") ++wrong_count;
      }
    });
  }
  warm.wait();
  cancel.request();
  EXPECT_TRUE(server->wait().ok());
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_GE(answered_count, 4);
  EXPECT_EQ(wrong_count, 0);
}

TEST(Server, PublishesFromManyThreadsToManyListeners) {
  EventHub hub;
  std::latch joined(3);
  const auto listen = [&](const Call&) -> Result<Reply> {
    Reply reply;
    reply.events = hub.subscribe();
    joined.count_down();
    return reply;
  };
  auto server = Server::start({}, {{Method::get, "/events", listen, Runs::direct}});
  ASSERT_TRUE(server.ok());
  std::vector<std::string> bodies(3);
  std::vector<std::thread> threads;
  for (std::string& body : bodies) {
    threads.emplace_back([&] {
      Client client = client_of(*server);
      Answer answer = client.get("/events");
      if (answer.ok()) body = std::move(answer.response().body);
    });
  }
  joined.wait();
  std::vector<std::thread> publishers;
  for (int publisher = 0; publisher < 2; ++publisher) {
    publishers.emplace_back([&hub] {
      for (int i = 0; i < 100; ++i)
        hub.publish(event_text("", "", "x"));
    });
  }
  for (std::thread& thread : publishers)
    thread.join();
  hub.close();  // what is queued is still sent
  for (std::thread& thread : threads)
    thread.join();
  for (const std::string& body : bodies)
    EXPECT_EQ(body.size(), 200 * event_text("", "", "x").size());
}

TEST(Server, IsThrownAwayWhileItServes) {
  std::atomic<bool> entered = false;
  std::thread asking;
  {
    auto server = Server::start({}, {{Method::get, "/{name}", [&](const Call& call) {
                                        entered = true;
                                        entered.notify_all();
                                        return hello(call);
                                      }}});
    ASSERT_TRUE(server.ok());
    asking = std::thread(
        [client = client_of(*server)]() mutable { EXPECT_TRUE(client.get("/x").ok()); });
    entered.wait(false);
  }
  asking.join();
}

TEST(Server, RefusesWhatCanNotBe) {
  const auto refused = [](ServerOptions options, std::vector<Route> routes = {}) {
    const auto server = Server::start(std::move(options), std::move(routes));
    return server.ok()
               ? "it runs"
               : std::string(code_name(server.error().code())) + ": " + server.error().message();
  };
  ServerOptions options;
  options.io_threads = 0;
  EXPECT_THAT(refused(options), HasSubstr("threads"));
  options = {};
  options.limits.connections = 0;
  EXPECT_THAT(refused(options), HasSubstr("limits"));
  options = {};
  options.limits.read = milliseconds(0);
  EXPECT_THAT(refused(options), HasSubstr("limits"));
  EXPECT_THAT(refused({}, {{Method::get, "/{a}", hello}, {Method::get, "/{b}", hello}}),
              HasSubstr("invalid: route"));
  auto first = Server::start({}, {});
  ASSERT_TRUE(first.ok());
  options = {};
  options.port = first->port();
  EXPECT_THAT(refused(options), HasSubstr("conflict: listen on 127.0.0.1:"));
}

TEST(Client, NamesItsFailures) {
  for (const auto& [kind, name] :
       std::vector<std::pair<FailureKind, std::string>>{{FailureKind::invalid, "invalid"},
                                                        {FailureKind::unreachable, "unreachable"},
                                                        {FailureKind::timeout, "timeout"},
                                                        {FailureKind::http_status, "http_status"},
                                                        {FailureKind::auth, "auth"},
                                                        {FailureKind::not_json, "not_json"},
                                                        {FailureKind::too_large, "too_large"},
                                                        {FailureKind::redirect, "redirect"},
                                                        {FailureKind::tls, "tls"},
                                                        {FailureKind::cancelled, "cancelled"}})
    EXPECT_EQ(failure_name(kind), name);
}

TEST(Client, HandsAFailureOnAsAResult) {
  auto server = Server::start({}, {});
  ASSERT_TRUE(server.ok());
  const auto result = client_of(*server).get("/nope").result();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::not_found);
  EXPECT_THAT(result.error().message(), HasSubstr("/nope: 404 Not Found"));
}

}  // namespace
}  // namespace holdfast::http

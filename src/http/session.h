// SPDX-License-Identifier: Apache-2.0
// What happens on one connection of the server: requests one after another, each read, answered and logged.
//
// 1. the header, within header_bytes; what a second reader might understand in another way is refused (two lengths, odd codings, no Host)
// 2. 100 Continue where it is asked for, then the body, within body_bytes; fields behind a chunked body are dropped
// 3. the handler, on the pool or here
// 4. the answer, whole or in pieces; the connection stays where both sides want it to
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "http/connection.h"
#include "http/routes.h"
#include "http/server.h"

namespace holdfast::http {

class Session;

/// Threads that calls run on, and how many calls there are for them.
class Crew {
 public:
  Crew(int thread_count, std::size_t most_waiting)
      : most_calls(static_cast<std::size_t>(thread_count) + most_waiting),
        thread_count_(thread_count) {}
  ~Crew() { join(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// `unavailable` where the system gives fewer threads.
  Status hire();
  /// Once all that was asked of it is done.
  void join();

  const std::size_t most_calls;
  std::atomic<std::size_t> call_count{0};
  net::io_context work;

 private:
  int thread_count_;
  net::executor_work_guard<net::io_context::executor_type> guard_{work.get_executor()};
  std::vector<std::thread> threads_;
};

/// What all sessions of a server share. `mutex` guards `sessions`, `draining` and `cut_count`.
struct Shared {
  Shared(ServerOptions with, RouteTable table)
      : options(std::move(with)),
        routes(std::move(table)),
        crew(options.pool_threads, options.limits.waiting_calls),
        costly_crew(options.costly_threads, options.limits.waiting_costly_calls) {}
  ServerOptions options;
  RouteTable routes;
  std::optional<TlsContext> tls;
  Crew crew;
  Crew costly_crew;
  std::atomic<std::size_t> body_bytes{0};  // that sessions hold
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable changed;  // `sessions` is empty, or `draining` is set
  bool draining = false;            // the time to finish is running
  std::set<Session*> sessions;
  std::size_t cut_count = 0;  // by the end of limits.drain
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(net::ip::tcp::socket socket, Shared& shared);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Task<> run();
  /// Answers 503 and nothing else: there are too many.
  Task<> refuse();
  /// The server stops: an idle connection is closed, an event stream ends, the rest goes on. From any thread.
  void stop();
  /// limits.drain is over. From any thread.
  void cut();

 private:
  struct Incoming;
  enum class Next : unsigned char { again, close, gone };

  Task<Next> serve();
  Task<bool> receive(Incoming& in);
  Task<bool> more(Incoming& in);
  Task<Result<Reply>> call(const Route& route, const Call& call);
  Task<Reply> answer(Incoming& in);
  Task<bool> send(Incoming& in, Reply& reply, std::size_t& sent_bytes);
  Task<bool> send_pieces(Incoming& in, Reply& reply, std::size_t& sent_bytes);
  Task<bool> send_events(Incoming& in, Reply& reply, std::size_t& sent_bytes);
  Task<bool> write_chunk(const Incoming& in, std::string_view bytes);
  std::string head_of(const Incoming& in, const Reply& reply) const;

  Shared& shared_;
  std::shared_ptr<Connection> connection_;
  std::string buffer_;  // read and not yet parsed
  std::size_t request_count_ = 0;
  bool idle_ = false;                   // on the strand
  std::shared_ptr<EventQueue> events_;  // on the strand
};

}  // namespace holdfast::http

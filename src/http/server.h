// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server: routes, limits, TLS, streams and a graceful stop. Coroutines of Asio do the waiting, Beast's parser reads the protocol;
// neither shows here (decision 0120).
//
// A handler is a plain function. `pooled` and `costly` ones run on a small pool of threads each and may block; `direct` ones run where the
// bytes are read and must not. Its Error becomes a problem answer (http/problem.h), its exception a 500 that says nothing. Answered by the server itself: HEAD
// (from GET), OPTIONS, 404, 405 with Allow, 400, 408, 413, 417, 431, 501, 503, and 304 where If-None-Match names the answer's ETag.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "http/event_queue.h"
#include "http/message.h"
#include "http/target.h"

namespace holdfast::http {

struct ServerLimits {
  std::size_t header_bytes = std::size_t{16} << 10U;  // more is 431
  std::size_t body_bytes = std::size_t{1} << 20U;     // more is 413
  std::size_t all_body_bytes =
      std::size_t{64} << 20U;  // of all requests that are read or worked on; the next byte gets 503
  std::size_t requests_per_connection = 10'000;
  std::size_t connections = 256;          // the next one gets 503 and is closed
  std::size_t waiting_calls = 256;        // for the pool; the next one gets 503
  std::size_t waiting_costly_calls = 32;  // for the threads of costly calls
  std::chrono::milliseconds read{
      10'000};  // from a request's first byte to its last (slow loris), and for the TLS handshake
  std::chrono::milliseconds idle{30'000};       // between requests
  std::chrono::milliseconds write{20'000};      // for each piece of an answer
  std::chrono::milliseconds drain{10'000};      // stop(): for what is in flight
  std::chrono::milliseconds heartbeat{15'000};  // a comment on silent event streams
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // an IP address
  std::uint16_t port = 0;             // 0: the kernel chooses
  std::string certificate_file;       // PEM chain; with it and the key the server speaks TLS only
  std::string key_file;
  ServerLimits limits;
  int io_threads = 1;
  int pool_threads = 4;
  int costly_threads = 2;
};

/// A request as a handler sees it; lives as long as the call.
struct Call {
  Method method = Method::get;  // of a HEAD: get
  Target target;
  Pairs parameters;  // of the route's pattern, decoded
  Headers headers;
  std::string body;
  std::string peer;  // "127.0.0.1:40212"
  /// The value of a parameter of the pattern; asserts that the pattern has it.
  const std::string& parameter(std::string_view name) const;
  /// The value of a query key, or nullptr.
  const std::string* query(std::string_view key) const { return find_value(target.query, key); }
  const std::string* header(std::string_view name) const { return find_header(headers, name); }
};

/// The next piece of a body; empty is the end. Called on the pool, only after the piece before is sent. An Error cuts the connection, so that
/// the client sees an answer that is not whole.
using Pieces = std::function<Result<std::string>()>;

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  Headers
      headers;  // ETag, Location, …; Content-Length, Connection, Date and Transfer-Encoding are the server's
  Pieces pieces;  // instead of body: sent in chunks
  std::shared_ptr<EventQueue>
      events;  // instead of body: text/event-stream until it is closed or the client goes
};

/// costly: on threads of its own, so that calls that compute for seconds keep no other waiting.
enum class Runs : unsigned char { pooled, direct, costly };
using Handler = std::function<Result<Reply>(const Call&)>;

struct Route {
  Method method = Method::get;
  std::string pattern;  // "/schemas/{track}/{name}"
  Handler handler;
  Runs runs = Runs::pooled;
};

class Server {
 public:
  /// Listens on return. `invalid` (address, pattern, two routes of one method that a path fits alike, certificate or key), `conflict` (port
  /// taken), `io`. Where `cancel` is given, its request is a stop().
  static Result<Server> start(ServerOptions options, std::vector<Route> routes,
                              const Cancel* cancel = nullptr);
  /// stop() and wait().
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;

  std::uint16_t port() const;
  /// "http://127.0.0.1:40123".
  std::string origin() const;
  /// Takes no new connection, closes idle ones, finishes what is in flight within limits.drain, closes event streams. Returns at once; from
  /// any thread, any number of times.
  void stop();
  /// Until it has stopped: ok, or `unavailable` with how many connections were cut when `drain` ran out.
  Status wait();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::http

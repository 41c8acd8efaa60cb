// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <algorithm>
#include <exception>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "base/system_error.h"
#include "base/thread.h"
#include "http/session.h"

namespace holdfast::http {
namespace {

using boost::system::error_code;
using net::ip::tcp;
constexpr auto kAwaited = net::as_tuple(net::use_awaitable);
constexpr std::chrono::milliseconds kAfterFailedAccept{50};
constexpr std::chrono::milliseconds kLookAtCancelEvery{50};
constexpr std::size_t kMostRefusals =
    64;  // connections above the cap that are told so; the rest is closed without a word
constexpr int kMostThreads = 256;

Status check(const ServerOptions& options) {
  if (options.certificate_file.empty() != options.key_file.empty())
    return Error(Code::invalid, "a certificate needs its key, and a key its certificate",
                 "set both, or neither");
  const bool threads = options.io_threads >= 1 && options.io_threads <= kMostThreads &&
                       options.pool_threads >= 1 && options.pool_threads <= kMostThreads &&
                       options.costly_threads >= 1 && options.costly_threads <= kMostThreads;
  if (!threads) return Error(Code::invalid, "a server has 1 to 256 threads of each kind");
  const ServerLimits& limits = options.limits;
  if (limits.connections == 0 || limits.header_bytes < 64 ||
      limits.header_bytes > std::size_t{16} << 20U || limits.requests_per_connection == 0)
    return Error(Code::invalid,
                 "limits: at least one connection and one request, a header of 64 bytes to 16 MiB");
  if (limits.all_body_bytes < limits.body_bytes)
    return Error(Code::invalid, "limits: all bodies take at least as much as one");
  if (std::min({limits.read, limits.idle, limits.write, limits.heartbeat}) <=
      std::chrono::milliseconds(0))
    return Error(Code::invalid, "limits: times are longer than nothing");
  return {};
}

// The failure of one of the acceptor's calls.
Error listen_error(const std::string& where, const error_code& failed) {
  if (failed == net::error::address_in_use)
    return Error(Code::conflict, "listen on " + where + ": the port is taken",
                 "choose another port, or 0");
  return system_error("listen on", where, failed.value());
}

}  // namespace

struct Server::State {
  net::io_context io;
  Shared shared;
  net::strand<net::io_context::executor_type> control{
      io.get_executor()};  // the acceptor's and the timers'
  tcp::acceptor acceptor{control};
  net::steady_timer cancel_timer{control};
  net::steady_timer drain_timer{control};
  const Cancel* cancel = nullptr;
  std::uint16_t port = 0;
  std::vector<std::thread> threads;
  std::optional<net::executor_work_guard<net::io_context::executor_type>> work;
  std::mutex wait_mutex;
  bool waited = false;
  std::optional<Error> end;

  State(ServerOptions options, RouteTable routes)
      : io(options.io_threads), shared(std::move(options), std::move(routes)) {}

  Status listen();
  Task<> accept();
  void take(tcp::socket socket);
  void watch_cancel();
  void stop();
  void stop_sessions();
  void cut_sessions();
  Status hire();
  void run();
};

Status Server::State::listen() {
  const ServerOptions& options = shared.options;
  const std::string where = options.address + ':' + std::to_string(options.port);
  error_code failed;
  const auto address = net::ip::make_address(options.address, failed);
  if (failed)
    return Error(Code::invalid, "listen on \"" + options.address + "\": no IP address",
                 "127.0.0.1 is this machine only, 0.0.0.0 is everyone");
  const tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(endpoint, failed);
  if (!failed) acceptor.listen(net::socket_base::max_listen_connections, failed);
  if (!failed) port = acceptor.local_endpoint(failed).port();
  if (failed) return listen_error(where, failed);
  return {};
}

void Server::State::take(tcp::socket socket) {
  const auto executor = socket.get_executor();
  std::size_t count = 0;
  {
    const std::lock_guard lock(shared.mutex);
    count = shared.sessions.size();
  }
  const std::size_t most = shared.options.limits.connections;
  if (count >= most + kMostRefusals) return;  // the socket closes
  const auto session = std::make_shared<Session>(std::move(socket), shared);
  const auto over = [session](const std::exception_ptr& thrown) {
    if (thrown) log_error("http connection ended by an exception");
  };
  // A coroutine's own `this` must outlive it: `over` holds the session.
  net::co_spawn(executor, count < most ? session->run() : session->refuse(), over);
}

Task<> Server::State::accept() {
  while (!shared.stopping) {
    auto [failed, socket] = co_await acceptor.async_accept(net::make_strand(io), kAwaited);
    if (shared.stopping || failed == net::error::operation_aborted) co_return;
    if (!failed) {
      take(std::move(socket));
      continue;
    }
    log_warning("http accept failed", {{"error", failed.message()}});
    net::steady_timer pause(acceptor.get_executor(), kAfterFailedAccept);
    co_await pause.async_wait(kAwaited);
  }
}

void Server::State::watch_cancel() {
  if (cancel == nullptr) return;
  cancel_timer.expires_after(kLookAtCancelEvery);
  cancel_timer.async_wait([this](const error_code& failed) {
    if (failed || shared.stopping) return;
    if (cancel->requested()) return stop();
    watch_cancel();
  });
}

void Server::State::stop() {
  if (shared.stopping.exchange(true)) return;
  net::post(control, [this] {
    error_code ignored;
    acceptor.close(ignored);
    cancel_timer.cancel();
    drain_timer.expires_after(shared.options.limits.drain);
    drain_timer.async_wait([this](const error_code& failed) {
      if (!failed) cut_sessions();
    });
    work.reset();
    stop_sessions();
  });
}

void Server::State::stop_sessions() {
  const std::lock_guard lock(shared.mutex);
  for (Session* session : shared.sessions)
    session->stop();
  shared.draining = true;
  shared.changed.notify_all();
}

void Server::State::cut_sessions() {
  const std::lock_guard lock(shared.mutex);
  shared.cut_count = shared.sessions.size();
  for (Session* session : shared.sessions)
    session->cut();
}

// All of them or none: nothing is accepted yet.
Status Server::State::hire() {
  work.emplace(io.get_executor());
  Status hired;
  for (int i = 0; i < shared.options.io_threads && hired; ++i) {
    auto thread = start_thread([this] { run(); });
    if (thread) threads.push_back(std::move(*thread));
    if (!thread) hired = std::move(thread).error();
  }
  if (hired) return {};
  work.reset();
  io.stop();
  for (std::thread& thread : threads)
    thread.join();
  return hired;
}

void Server::State::run() {
  for (bool again = true; again;) {
    again = false;
    try {
      io.run();
    } catch (const std::exception& thrown) {
      log_error("http server: an exception came through", {{"what", thrown.what()}});
      again = true;
    }
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;

Server::~Server() {
  if (!state_) return;
  stop();
  drop(wait(), "the server is being thrown away");
}

Result<Server> Server::start(ServerOptions options, std::vector<Route> routes,
                             const Cancel* cancel) {
  TRY(check(options));
  TRY_ASSIGN(RouteTable table, RouteTable::make(std::move(routes)));
  std::optional<TlsContext> tls;
  if (!options.certificate_file.empty()) {
    TRY_ASSIGN(tls, TlsContext::open(options.certificate_file, options.key_file));
  }
  auto state = std::make_unique<State>(std::move(options), std::move(table));
  state->shared.tls = std::move(tls);
  state->cancel = cancel;
  TRY(state->listen());
  TRY(state->shared.crew.hire());
  TRY(state->shared.costly_crew.hire());
  TRY(state->hire());
  net::co_spawn(state->control, state->accept(), net::detached);
  state->watch_cancel();
  return Server(std::move(state));
}

std::uint16_t Server::port() const {
  return state_->port;
}

std::string Server::origin() const {
  const ServerOptions& options = state_->shared.options;
  const bool is_v6 = options.address.find(':') != std::string::npos;
  return (state_->shared.tls ? "https://" : "http://") +
         (is_v6 ? '[' + options.address + ']' : options.address) + ':' + std::to_string(port());
}

void Server::stop() {
  state_->stop();
}

Status Server::wait() {
  State& state = *state_;
  const std::lock_guard lock(state.wait_mutex);
  if (!state.waited) {
    {
      std::unique_lock sessions(state.shared.mutex);
      state.shared.changed.wait(
          sessions, [&] { return state.shared.draining && state.shared.sessions.empty(); });
    }
    net::post(state.control, [&state] { state.drain_timer.cancel(); });
    for (std::thread& thread : state.threads)
      thread.join();
    state.shared.crew.join();
    state.shared.costly_crew.join();
    state.waited = true;
    if (state.shared.cut_count > 0)
      state.end =
          Error(Code::unavailable, std::to_string(state.shared.cut_count) +
                                       " connections were cut when the time to finish was over");
  }
  if (state.end) return *state.end;
  return {};
}

}  // namespace holdfast::http

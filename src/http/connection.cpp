// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace holdfast::http {
namespace {

// In this room no co_await stands on the right side of && and || or in ?: in an expression: GCC 12 runs it all the same (seen with
// `co_return a || co_await b`, 12.2).
using boost::system::error_code;
constexpr auto kAwaited = net::as_tuple(net::use_awaitable);
constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;
constexpr std::size_t kMostLingerBytes = std::size_t{4} << 20U;
constexpr std::chrono::milliseconds kLinger{2'000};

std::string peer_of(const net::ip::tcp::socket& socket) {
  error_code failed;
  const auto endpoint = socket.remote_endpoint(failed);
  if (failed) return {};
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + address + ']' : address) + ':' +
         std::to_string(endpoint.port());
}

}  // namespace

Connection::Connection(net::ip::tcp::socket socket, const TlsContext* tls,
                       std::chrono::milliseconds tick)
    : socket_(std::move(socket)),
      ticker_(socket_.get_executor()),
      tick_(tick),
      peer_(peer_of(socket_)) {
  if (tls != nullptr) tls_.emplace(tls->session());
  error_code ignored;
  socket_.set_option(net::ip::tcp::no_delay(true), ignored);
}

void Connection::cut() {
  error_code ignored;
  socket_.close(ignored);
  ticker_.cancel();
}

void Connection::watch() {
  watching_ = true;
  ticker_.expires_after(tick_);
  ticker_.async_wait([weak = weak_from_this()](const error_code&) {
    const auto self = weak.lock();
    if (!self || !self->socket_.is_open()) return;
    if (self->deadline_ <= SteadyClock::now()) return self->cut();
    self->watch();
  });
}

Task<bool> Connection::open() {
  if (!watching_) watch();
  while (tls_) {
    const TlsStep step = tls_->handshake();
    const bool sent = co_await send_tls();
    if (step == TlsStep::done) co_return sent;
    if (!sent || step != TlsStep::needs_input) co_return false;
    if (!co_await fill()) co_return false;
    tls_->feed({input_.data(), input_size_});
  }
  co_return true;
}

// One read of the socket.
Task<bool> Connection::fill() {
  if (!socket_.is_open()) co_return false;
  const auto [failed, count] = co_await socket_.async_read_some(net::buffer(input_), kAwaited);
  input_size_ = count;
  co_return !failed;
}

Task<bool> Connection::read(std::string& to) {
  while (tls_) {
    const TlsStep step = tls_->read(to, input_.size());
    const bool sent = co_await send_tls();
    if (step == TlsStep::done) co_return sent;
    if (!sent || step != TlsStep::needs_input) co_return false;
    if (!co_await fill()) co_return false;
    tls_->feed({input_.data(), input_size_});
  }
  if (!co_await fill()) co_return false;
  to.append(input_.data(), input_size_);
  co_return true;
}

Task<bool> Connection::send(std::string_view first, std::string_view second) {
  if (!socket_.is_open()) co_return false;
  const std::array<net::const_buffer, 2> pieces = {net::buffer(first), net::buffer(second)};
  const auto [failed, count] = co_await net::async_write(socket_, pieces, kAwaited);
  co_return !failed && count == first.size() + second.size();
}

Task<bool> Connection::send_tls() {
  const std::string encrypted = tls_->take();
  if (encrypted.empty()) co_return true;
  co_return co_await send(encrypted, {});
}

Task<bool> Connection::write(std::string_view first, std::string_view second,
                             std::chrono::milliseconds each) {
  while (!first.empty() || !second.empty()) {
    const std::string_view a = first.substr(0, kPieceBytes);
    const std::string_view b = second.substr(0, kPieceBytes - a.size());
    first.remove_prefix(a.size());
    second.remove_prefix(b.size());
    expire_in(each);
    if (!tls_) {
      if (!co_await send(a, b)) co_return false;
    } else {
      if (tls_->write(a) != TlsStep::done || tls_->write(b) != TlsStep::done ||
          !co_await send_tls())
        co_return false;
    }
  }
  co_return true;
}

Task<Input> Connection::wait(net::steady_timer& wake, std::string& to) {
  if (!socket_.is_open()) co_return Input::gone;
  const auto [order, timer_failed, read_failed] =
      co_await net::experimental::make_parallel_group(
          wake.async_wait(net::deferred),
          socket_.async_wait(net::ip::tcp::socket::wait_read, net::deferred))
          .async_wait(net::experimental::wait_for_one(), net::use_awaitable);
  if (!socket_.is_open()) co_return Input::gone;
  if (order[0] == 0) co_return Input::silence;
  if (read_failed) co_return Input::gone;
  if (!co_await fill()) co_return Input::gone;
  if (!tls_) {
    to.append(input_.data(), input_size_);
    co_return Input::bytes;
  }
  tls_->feed({input_.data(), input_size_});
  const TlsStep step = tls_->read(to, input_.size());
  const bool sent = co_await send_tls();
  if (!sent || step == TlsStep::closed || step == TlsStep::failed) co_return Input::gone;
  co_return Input::bytes;
}

Task<> Connection::close() {
  if (!socket_.is_open()) co_return;
  expire_in(kLinger);
  if (tls_) {
    tls_->close();
    if (!co_await send_tls()) co_return;
  }
  error_code ignored;
  socket_.shutdown(net::ip::tcp::socket::shutdown_send, ignored);
  for (std::size_t count = 0; count < kMostLingerBytes; count += input_size_)
    if (!co_await fill()) break;
  cut();
}

}  // namespace holdfast::http

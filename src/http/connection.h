// SPDX-License-Identifier: Apache-2.0
// One accepted socket of the server, plain or TLS, as coroutines: all of it runs on the connection's strand. With session.h the only header that
// includes Boost, and only server.cpp, session.cpp and connection.cpp include it.
#pragma once
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/tls.h"

namespace holdfast::http {

namespace net = boost::asio;
template <class T = void>
using Task = net::awaitable<T>;
using SteadyClock = std::chrono::steady_clock;

enum class Input : unsigned char { bytes, silence, gone };

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `tick`: how often the deadline is looked at. A timer moved for every request would cost more than the request.
  Connection(net::ip::tcp::socket socket, const TlsContext* tls, std::chrono::milliseconds tick);

  /// The TLS handshake; false where it failed.
  Task<bool> open();
  /// Appends to `to` what comes next; false at its end or after an error.
  Task<bool> read(std::string& to);
  /// Sends all of it; each piece of 64 KiB within `each`. False where the peer is gone.
  Task<bool> write(std::string_view first, std::string_view second, std::chrono::milliseconds each);
  /// Waits for `wake` (it ended or was cancelled) or for something from the peer, which is appended to `to`.
  Task<Input> wait(net::steady_timer& wake, std::string& to);
  /// Says that nothing more comes, and reads what the peer still sends for a moment: closed with bytes unread, the system would take the
  /// answer back.
  Task<> close();

  /// Cuts the connection once the time is over.
  void expire_in(std::chrono::milliseconds from_now) { deadline_ = SteadyClock::now() + from_now; }
  void expire_never() { deadline_ = SteadyClock::time_point::max(); }
  /// At once; on the strand.
  void cut();
  net::any_io_executor executor() { return socket_.get_executor(); }
  const std::string& peer() const { return peer_; }

 private:
  Task<bool> send(std::string_view first, std::string_view second);
  Task<bool> send_tls();
  Task<bool> fill();
  void watch();

  net::ip::tcp::socket socket_;
  net::steady_timer ticker_;
  std::chrono::milliseconds tick_;
  SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
  std::optional<TlsSession> tls_;
  std::string peer_;
  std::array<char, std::size_t{16} << 10U> input_{};
  std::size_t input_size_ = 0;
  bool watching_ = false;
};

}  // namespace holdfast::http

// SPDX-License-Identifier: Apache-2.0
// The server's side of TLS 1.2 and 1.3 between two buffers in memory: bytes of the socket go in and come out, who moves them is the
// connection's business. libssl is opened when the first certificate is (decision 0120); no header of it shows here.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::http {

enum class TlsStep : unsigned char { done, needs_input, closed, failed };

/// One connection. One thread at a time.
class TlsSession {
 public:
  ~TlsSession();
  TlsSession(TlsSession&&) noexcept;
  TlsSession& operator=(TlsSession&&) = delete;

  /// What the peer sent.
  void feed(std::string_view encrypted);
  /// What is to be sent to the peer now; look after each other call.
  std::string take();
  TlsStep handshake();
  /// Appends what is decrypted, at most `most_bytes`.
  TlsStep read(std::string& to, std::size_t most_bytes);
  TlsStep write(std::string_view bytes);
  /// Queues the notice that nothing more comes.
  void close();

 private:
  friend class TlsContext;
  struct State;
  explicit TlsSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A certificate with its key. Sessions may be made from any thread.
class TlsContext {
 public:
  /// PEM files. `invalid` (can't be read, don't belong together), `unsupported` (no libssl).
  static Result<TlsContext> open(const std::string& certificate_file, const std::string& key_file);
  ~TlsContext();
  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  TlsSession session() const;

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::http

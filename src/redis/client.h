// SPDX-License-Identifier: Apache-2.0
// One connection to a Redis server on libhiredis, for a thread at a time: commands one after the other, each within a time.
//
// A lost answer is neither success nor failure: the command may have been done. Whoever repeats it must be ready for it twice.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "redis/address.h"

namespace holdfast::redis {

struct ClientLimits {
  std::chrono::milliseconds connect{2'000};
  std::chrono::milliseconds command{5'000};  // without a byte from the server, or to it: twice that
};

/// When a whole errand must have ended, connection and commands together: no command is begun that a silent server could keep from ending
/// by then. (The limits are per wait for bytes: a server that trickles them, or a name server that is slow, is not bound by them.)
struct Deadline {
  const Clock& clock;
  std::chrono::nanoseconds at;  // of clock.monotonic()
};

/// What the server answered: a text (an id, a status, a number), or that it refuses.
struct Reply {
  std::string text;
  std::optional<std::string> refusal;  // "WRONGTYPE Operation against a key …"
};

/// Whether a later attempt may be answered otherwise: the server is loading, full, read only, in another role, or wants a password.
/// What is left (WRONGTYPE, ERR) is refused for good.
bool may_pass_later(std::string_view refusal);

class Client {
 public:
  /// Connected, authenticated and on its database. `unavailable` names the address, never user or password; `unsupported` without
  /// libhiredis.
  static Result<Client> connect(const Address& address, const ClientLimits& limits,
                                const Deadline& deadline);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// `unavailable` when no answer came, or when there is no time for one; the connection is of no use then.
  Result<Reply> command(std::span<const std::string> words, const Deadline& deadline);

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::redis

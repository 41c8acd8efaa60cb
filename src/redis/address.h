// SPDX-License-Identifier: Apache-2.0
// Where a Redis server is: redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE].
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::redis {

inline constexpr std::size_t kMostAddressBytes = 4096;
inline constexpr std::uint16_t kDefaultPort = 6379;

struct Address {
  std::string host;  // empty: a Unix socket
  std::uint16_t port = kDefaultPort;
  std::string socket_path;
  std::string user;      // empty: the server's default user
  std::string password;  // empty: no AUTH
  int database = 0;
};

/// `invalid` says what is wrong and shows no password; `unsupported` for rediss:// (TLS).
Result<Address> parse_address(std::string_view url);
/// "redis://127.0.0.1:6379/0": without user and password.
std::string shown(const Address& address);

}  // namespace holdfast::redis

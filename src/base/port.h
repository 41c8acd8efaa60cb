// SPDX-License-Identifier: Apache-2.0
// Ports in addresses of servers, and what stands in the place of one: most often a password whose "@host" was forgotten
// ("redis://bob:secret").
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

/// "5432": a number from 1 to 65535. None: any other text.
std::optional<std::uint16_t> parse_port(std::string_view text);

/// How many servers an address may name: "HOST:PORT", or "HOST:PORT,HOST:PORT".
enum class Hosts { one, some };

/// The address with "***" for what stands behind the colon of a host and is no port, and for all that follows, since a password may hold
/// any character. Shown are an empty port and the name of a variable ("${PORT}"). What stands before the last '@' is the caller's to hide.
/// Where there is neither "//" nor '@', the first colon may be that of a scheme: of "https:/u:secret" nothing but "https:" is left.
std::string without_wrong_port(std::string address, Hosts hosts);

}  // namespace holdfast

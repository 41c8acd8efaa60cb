// SPDX-License-Identifier: Apache-2.0
// Addresses of Redis servers: whatever the bytes, an address that reads back as itself, or a refusal without the password.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "redis/address.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  const auto address = holdfast::redis::parse_address(text);
  if (!address.ok()) {
    HOLDFAST_ASSERT(!address.error().message().empty());
    return 0;
  }
  HOLDFAST_ASSERT(address->host.empty() != address->socket_path.empty());
  HOLDFAST_ASSERT(address->port != 0 && address->database >= 0);
  HOLDFAST_ASSERT(address->host.find('\0') == std::string::npos);
  return 0;
}

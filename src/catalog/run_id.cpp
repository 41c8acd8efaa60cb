// SPDX-License-Identifier: Apache-2.0
// Run ids: ULID (https://github.com/ulid/spec): 48 bits of milliseconds, then 80 random bits, as 26
// digits of Crockford's base 32.
#include <array>
#include <cstdint>
#include <string>

#include <sys/random.h>

#include "base/assert.h"
#include "catalog/check_runs.h"

namespace holdfast::catalog {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kDigitCount = 26;
constexpr std::int64_t kNsPerMs = 1'000'000;

}  // namespace

std::string new_run_id(Clock& clock) {
  std::array<unsigned char, 16> bytes{};
  const auto ms = static_cast<std::uint64_t>(clock.now().ns / kNsPerMs);
  for (std::size_t i = 0; i < 6; ++i)
    bytes[i] = static_cast<unsigned char>(ms >> (40 - 8 * i));
  HOLDFAST_ASSERT(::getrandom(bytes.data() + 6, 10, 0) ==
                  10);  // up to 256 bytes come whole or not at all (getrandom(2))
  // 130 bits in 26 digits of 5: two zero bits first, then the 128.
  std::string out;
  for (int digit = 0; digit < kDigitCount; ++digit) {
    unsigned value = 0;
    for (int bit = digit * 5 - 2; bit < digit * 5 + 3; ++bit) {
      const unsigned set =
          bit < 0 ? 0U : (bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8)) & 1U;
      value = value << 1U | set;
    }
    out += kDigits[value];
  }
  return out;
}

}  // namespace holdfast::catalog

// SPDX-License-Identifier: Apache-2.0
// Lines of a ledger or a staging file that can't be taken, told with their place.
#pragma once
#include <cstdint>
#include <string>

namespace holdfast::extract {

struct BadLine {
  std::uint64_t line = 0;    // from 1
  std::uint64_t offset = 0;  // of its first byte
  std::uint64_t size_bytes = 0;
  std::string why;        // "torn: no line feed", "no JSON object", …
  std::string beginning;  // of its bytes, percent-encoded where they are no text
};

/// The longest line that is read: a row of 10,000 columns fits.
inline constexpr std::size_t kMaxLineBytes = 1U << 20U;

}  // namespace holdfast::extract

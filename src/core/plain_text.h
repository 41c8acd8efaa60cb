// SPDX-License-Identifier: Apache-2.0
// How far a string of JSON goes on without anything special, eight bytes a step.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace holdfast::core {

/// How many bytes of eight, the first of them the lowest, come before a quote, a backslash or one below a space. A mark above the first true
/// one may be false, never one below it.
inline std::size_t plain_bytes(std::uint64_t eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  const auto zeros = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  const std::uint64_t controls = (eight - kOnes * 0x20) & ~eight & kHighs;
  const std::uint64_t marks =
      zeros(eight ^ (kOnes * '"')) | zeros(eight ^ (kOnes * '\\')) | controls;
  return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

/// How many bytes come before the first quote, backslash or one below a space; all, where there is none.
inline std::size_t plain_size(std::string_view text) {
  static_assert(std::endian::native == std::endian::little);
  std::size_t at = 0;
  for (; text.size() - at >= 8;) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, 8);
    const std::size_t plain = plain_bytes(eight);
    at += plain;
    if (plain < 8) return at;
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' &&
         static_cast<unsigned char>(text[at]) >= 0x20)
    ++at;
  return at;
}

}  // namespace holdfast::core

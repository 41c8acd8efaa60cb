// SPDX-License-Identifier: Apache-2.0
// Showing paths whose bytes nobody vouches for: printable_path() of base/root_folder.h.
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/root_folder.h"

namespace holdfast {
namespace {

// One well-formed UTF-8 sequence (Unicode 15, table 3-7): its length in bytes and its code point,
// or length 0.
struct Sequence {
  std::size_t size_bytes = 0;
  std::uint32_t code_point = 0;
};

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

Sequence sequence_at(std::string_view text, std::size_t at) {
  const std::uint32_t first = byte_at(text, at);
  if (first < 0x80) return {1, first};
  std::size_t size = 0;
  if (first >= 0xC2 && first <= 0xDF) size = 2;
  if (first >= 0xE0 && first <= 0xEF) size = 3;
  if (first >= 0xF0 && first <= 0xF4) size = 4;
  if (size == 0 || at + size > text.size()) return {};
  std::uint32_t code_point = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const std::uint32_t next = byte_at(text, at + i);
    if ((next & 0xC0U) != 0x80U) return {};
    code_point = (code_point << 6U) | (next & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kLeast[size] || surrogate || code_point > 0x10FFFF) return {};
  return {size, code_point};
}

// Control characters, and those that turn the direction of the text around them (a name could then
// read as another one).
bool is_unsafe_to_show(std::uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) ||
         (code_point >= 0x2028 && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

enum class Lines : unsigned char { encoded, kept };

std::string printable(std::string_view path, Lines lines) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  for (std::size_t at = 0; at < path.size();) {
    const Sequence sequence = sequence_at(path, at);
    const std::size_t size = sequence.size_bytes == 0 ? 1 : sequence.size_bytes;
    const bool kept = lines == Lines::kept && (path[at] == '\n' || path[at] == '\t');
    if (kept || (sequence.size_bytes != 0 && !is_unsafe_to_show(sequence.code_point))) {
      out += path.substr(at, size);
    } else {
      for (std::size_t i = at; i < at + size; ++i) {
        out += '%';
        out += kHex[byte_at(path, i) >> 4U];
        out += kHex[byte_at(path, i) & 0xFU];
      }
    }
    at += size;
  }
  return out;
}

}  // namespace

std::string printable_path(std::string_view path) {
  return printable(path, Lines::encoded);
}

std::string printable_text(std::string_view text) {
  return printable(text, Lines::kept);
}

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// Showing paths whose bytes nobody vouches for: printable_path() of base/root_folder.h.
#include <cstddef>

#include "base/percent.h"
#include "base/root_folder.h"
#include "base/utf8.h"

namespace holdfast {
namespace {

// Control characters, and those that turn the direction of the text around them: a name could then read as another one ("Trojan
// Source", CVE-2021-42574).
bool is_unsafe_to_show(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) || code_point == 0x200E ||
         code_point == 0x200F || (code_point >= 0x2028 && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

enum class Lines : unsigned char { encoded, kept };

std::string printable(std::string_view path, Lines lines) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t at = 0; at < path.size();) {
    const Utf8Character character = utf8_character_at(path, at);
    const std::size_t size = character.size_bytes == 0 ? 1 : character.size_bytes;
    const bool kept = lines == Lines::kept && (path[at] == '\n' || path[at] == '\t');
    if (kept || (character.size_bytes != 0 && !is_unsafe_to_show(character.code_point))) {
      out += path.substr(at, size);
    } else {
      for (const char byte : path.substr(at, size))
        append_percent(out, byte);
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

// SPDX-License-Identifier: Apache-2.0
#include "app/text.h"

#include <algorithm>
#include <array>

#include "base/root_folder.h"
#include "core/json_depth.h"

namespace holdfast::app {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};
// Unicode 15: EastAsianWidth W and F, and emoji presentation, in ranges that are coarse where nothing else lies between.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2329, 0x232A},
    Range{0x23E9, 0x23EC},   Range{0x2614, 0x2615},   Range{0x26A1, 0x26A1},
    Range{0x2705, 0x2705},   Range{0x274C, 0x274C},   Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97C},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD},
};
constexpr std::array kZero = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x064B, 0x065F},
    Range{0x0E34, 0x0E3A}, Range{0x200B, 0x200F}, Range{0x202A, 0x202E}, Range{0x2060, 0x2064},
    Range{0x20D0, 0x20F0}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF},
};
template <class Ranges>
bool within(const Ranges& ranges, char32_t c) {
  return std::ranges::any_of(
      ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

std::size_t size_of_lead(char byte) {
  const auto lead = static_cast<unsigned char>(byte);
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

char32_t decoded(std::string_view character) {
  const auto at = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(character[i]));
  };
  switch (character.size()) {
    case 2:
      return (at(0) & 0x1FU) << 6U | (at(1) & 0x3FU);
    case 3:
      return (at(0) & 0x0FU) << 12U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU);
    case 4:
      return (at(0) & 0x07U) << 18U | (at(1) & 0x3FU) << 12U | (at(2) & 0x3FU) << 6U |
             (at(3) & 0x3FU);
    case 1:
      break;
  }
  return at(0);
}

std::size_t width_of(char32_t c) {
  return within(kZero, c) ? 0 : within(kWide, c) ? 2 : 1;
}

// The next character of valid UTF-8.
std::string_view character_at(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(size_of_lead(text[at]), text.size() - at));
}

// How many bytes from `begin` take at most `width` columns.
std::size_t bytes_within(std::string_view text, std::size_t width) {
  std::size_t columns = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view character = character_at(text, at);
    const std::size_t more = width_of(decoded(character));
    if (columns + more > width) break;
    columns += more;
    at += character.size();
  }
  return at;
}

// Where the JSON object or array that begins here ends: here where none begins, npos where it has no end. It begins with a string or another of
// them; words in brackets are none.
std::size_t json_end(std::string_view text, std::size_t begin) {
  const std::string_view lead = text.substr(begin, 2);
  if (lead != "{\"" && lead != "[\"" && lead != "[{" && lead != "[[") return begin;
  core::JsonDepth depth;
  for (std::size_t at = begin; at < text.size(); ++at) {
    depth.read(text[at]);
    if (depth.open_count() == 0) return at + 1;
  }
  return std::string_view::npos;
}

// A witness is to be copied: where a line would break inside of one, it breaks before it, or behind it where the line begins with it.
std::size_t outside_json(std::string_view text, std::size_t size) {
  for (std::size_t at = 0; at < size; ++at) {
    const std::size_t end = json_end(text, at);
    if (end == at) continue;
    if (end == std::string_view::npos) return size;  // cut short: broken as any text
    if (end > size) {
      const std::size_t blank = text.substr(0, at).rfind(' ');
      if (blank != std::string_view::npos && blank > 0) return blank;
      return std::min(text.find(' ', end), text.size());
    }
    at = end - 1;
  }
  return size;
}

// The last part of the text that takes at most `width` columns.
std::string_view tail_within(std::string_view text, std::size_t width) {
  const std::size_t whole = display_width(text);
  if (whole <= width) return text;
  std::size_t skipped = 0;
  std::size_t at = 0;
  while (at < text.size() && whole - skipped > width) {
    const std::string_view character = character_at(text, at);
    skipped += width_of(decoded(character));
    at += character.size();
  }
  return text.substr(at);
}

}  // namespace

std::string printable(std::string_view text) {
  return printable_path(text);
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = character_at(text, at);
    columns += width_of(decoded(character));
    at += character.size();
  }
  return columns;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width < 2) return std::string(text.substr(0, bytes_within(text, width)));
  const std::size_t right = (width - 1) / 2;
  const std::size_t left = width - 1 - right;
  return std::string(text.substr(0, bytes_within(text, left))) + "…" +
         std::string(tail_within(text, right));
}

std::string ended(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  return std::string(text.substr(0, bytes_within(text, width - 1))) + "…";
}

std::vector<std::string> folded(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  width = std::max<std::size_t>(width, 1);
  while (!text.empty()) {
    std::size_t size = bytes_within(text, width);
    if (size < text.size()) {
      const std::size_t blank = text[size] == ' ' ? size : text.rfind(' ', size);
      const std::size_t slash = text.substr(0, size).rfind('/');
      if (blank != std::string_view::npos && blank > 0) {
        size = blank;
      } else if (slash != std::string_view::npos && slash > 0) {
        size = slash + 1;
      }
      if (size == 0)
        size = character_at(text, 0).size();  // one character wider than the whole line
      size = outside_json(text, size);
    }
    lines.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t columns = display_width(text);
  return std::string(text) + std::string(columns < width ? width - columns : 0, ' ');
}

std::string with_thousands(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3 + (number < 0 ? 1U : 0U);)
    digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(std::int64_t number, std::string_view noun) {
  return with_thousands(number) + ' ' + std::string(noun) + (number == 1 ? "" : "s");
}

std::vector<std::string> lines_of(const TextTable& table, std::size_t width) {
  constexpr std::size_t kGap = 2;
  constexpr std::size_t kLeastFlexible = 12;
  std::vector<std::size_t> widths;
  for (const std::string& title : table.titles)
    widths.push_back(display_width(title));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  std::vector<bool> is_shown(widths.size(), true);
  const auto whole_width = [&] {
    std::size_t whole = 0;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (is_shown[i]) whole += widths[i] + (whole == 0 ? 0 : kGap);
    return whole;
  };
  for (const std::size_t column : table.droppable)
    if (whole_width() > width) is_shown[column] = false;
  const std::size_t whole = whole_width();
  if (whole > width) {
    std::size_t& flexible = widths[table.flexible];
    const std::size_t over = whole - width;
    flexible = std::max(std::min(flexible, kLeastFlexible), flexible > over ? flexible - over : 0);
  }
  const auto line_of = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!is_shown[i]) continue;
      if (!line.empty()) line += std::string(kGap, ' ');
      const std::string cell = shortened(cells[i], widths[i]);
      const bool right = std::ranges::find(table.right_aligned, i) != table.right_aligned.end();
      if (right) line += std::string(widths[i] - display_width(cell), ' ') + cell;
      if (!right) line += padded(cell, widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };
  std::vector<std::string> lines{line_of(table.titles)};
  for (const auto& row : table.rows)
    lines.push_back(line_of(row));
  return lines;
}

std::string text_of(const TextTable& table, std::size_t width) {
  std::string out;
  for (const std::string& line : lines_of(table, width))
    out += line + '\n';
  return out;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// Text on a terminal: how many columns it takes, folding, cutting, and making foreign text harmless.
//
// Names and messages hold what users named their files: a control character in them must never reach a terminal, and bytes that
// are no UTF-8 must never reach a report.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app {

/// As base's printable_path, the same on terminals and in reports: valid UTF-8 without control characters and marks that turn the
/// direction of text; they, and bytes that are no UTF-8, become "%NN".
std::string printable(std::string_view text);
/// Columns on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks. Valid UTF-8 only.
std::size_t display_width(std::string_view text);
/// At most `width` columns; the middle of what is longer is replaced by "…", since both ends of a name tell.
std::string shortened(std::string_view text, std::size_t width);
/// At most `width` columns; the end of what is longer becomes "…".
std::string ended(std::string_view text, std::size_t width);
/// Lines of at most `width` columns, broken at blanks, else behind a slash, else inside a word; never inside a JSON object or array, which takes
/// a longer line.
std::vector<std::string> folded(std::string_view text, std::size_t width);
/// The text with blanks behind it up to `width` columns.
std::string padded(std::string_view text, std::size_t width);
/// "1,234,567".
std::string with_thousands(std::int64_t number);
/// "a, b, c".
std::string listed(const std::vector<std::string>& names);
/// "1 subject", "2 subjects".
std::string counted(std::int64_t number, std::string_view noun);

/// A table of aligned columns, two blanks between. When the whole is wider than `width`, the columns of `droppable` are left out, the first one first,
/// and where that is not enough the column named by `flexible` gives way.
struct TextTable {
  std::vector<std::string> titles;
  std::vector<std::vector<std::string>> rows;  // printable texts, one per title
  std::size_t flexible = 0;
  std::vector<std::size_t> right_aligned;  // numbers
  std::vector<std::size_t> droppable = {};
};
/// One line per row, titles first; no blanks at the ends of lines.
std::vector<std::string> lines_of(const TextTable& table, std::size_t width);
/// The same, each line with its end.
std::string text_of(const TextTable& table, std::size_t width);

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#include "app/markdown.h"

#include <algorithm>

#include "app/text.h"

namespace holdfast::app {

std::string markdown_text(std::string_view foreign) {
  constexpr std::string_view kMarkup = "\\`*_{}[]()#+!|~$";
  std::string out;
  for (const char c : printable(foreign)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '@') {
      out += "&#64;";  // no mention of a user
    } else if (kMarkup.find(c) != std::string_view::npos) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view foreign) {
  const std::string text = printable(foreign);
  // A run of backticks longer than any inside (CommonMark 0.30, 6.1); a pipe ends a table cell even in code (GFM, 4.10).
  std::size_t longest = 0;
  std::size_t run = 0;
  std::string out;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    if (c == '|') out += '\\';
    out += c;
  }
  const std::string fence(longest + 1, '`');
  return longest > 0 ? fence + ' ' + out + ' ' + fence : fence + out + fence;
}

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// The rows that tools/pattern_unicode.py makes of the Unicode character database, which also tells how the code points are written.
#pragma once
#include <span>
#include <string_view>

namespace holdfast::json_schema {

struct UnicodeRow {
  std::string_view kind;   // gc, sc, scx or binary
  std::string_view names;  // joined by commas
  std::string_view code_points;
};

/// Every property value that ECMA-262 names, but for Any, ASCII and Assigned.
std::span<const UnicodeRow> unicode_rows();

}  // namespace holdfast::json_schema

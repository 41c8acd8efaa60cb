// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_unicode.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "json_schema/pattern_unicode_table.h"

namespace holdfast::json_schema {
namespace {

// "gc Lu" and "binary ID_Start" -> the numbers of their row.
using Index = std::unordered_map<std::string, std::string_view>;

std::string_view cut_until(std::string_view& rest, char mark) {
  const std::size_t at = std::min(rest.find(mark), rest.size());
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

Index make_index() {
  Index index;
  for (const UnicodeRow& row : unicode_rows()) {
    std::string_view names = row.names;
    while (!names.empty())
      index.emplace(std::string(row.kind) + ' ' + std::string(cut_until(names, ',')),
                    row.code_points);
  }
  return index;
}

std::uint32_t digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0') + 52;
  return c == '+' ? 62 : 63;
}

// tools/pattern_unicode.py describes the numbers.
CharSet decoded(std::string_view text) {
  std::vector<CharRange> ranges;
  std::uint32_t end = 0;
  std::uint32_t first = 0;
  bool is_gap = true;
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t number = 0;
    unsigned shift = 0;
    while (digit(text[at]) >= 32) {
      number += (digit(text[at++]) - 32) << shift;
      shift += 5;
    }
    number += digit(text[at++]) << shift;
    if (is_gap) {
      first = end + number;
    } else {
      end = first + number;
      ranges.push_back({first, end - 1});
    }
    is_gap = !is_gap;
  }
  HOLDFAST_ASSERT(is_gap);
  return CharSet(std::move(ranges));
}

std::optional<CharSet> listed(const std::string& key) {
  static const Index kIndex = make_index();
  const auto found = kIndex.find(key);
  if (found == kIndex.end()) return std::nullopt;
  return decoded(found->second);
}

std::optional<CharSet> value_of(std::string_view property, std::string_view value) {
  const std::string name(value);
  if (property == "General_Category" || property == "gc") return listed("gc " + name);
  if (property == "Script" || property == "sc") return listed("sc " + name);
  if (property == "Script_Extensions" || property == "scx") {
    auto extended = listed("scx " + name);  // listed only where it differs
    return extended ? std::move(extended) : listed("sc " + name);
  }
  return std::nullopt;
}

}  // namespace

std::optional<CharSet> unicode_property(std::string_view expression) {
  if (const std::size_t at = expression.find('='); at != std::string_view::npos)
    return value_of(expression.substr(0, at), expression.substr(at + 1));
  if (expression == "Any") return *any_set();
  if (expression == "ASCII") return CharSet({{0, 0x7F}});
  if (expression == "Assigned") return listed("gc Cn")->complement();
  const std::string name(expression);
  auto category = listed("gc " + name);
  return category ? std::move(category) : listed("binary " + name);
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_unicode.h"

#include <algorithm>
#include <map>
#include <mutex>
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

CharSet complement_if(Negated negated, const CharSet& set) {
  return negated == Negated::yes ? set.complement() : set;
}

// As many sets as the table has rows, twice: what patterns ask for can't grow beyond.
class MadeSets {
 public:
  CharSetPtr of_row(std::string_view code_points, Negated negated) {
    const std::lock_guard lock(mutex_);
    CharSetPtr& made = made_[{code_points.data(), negated}];
    if (!made) made = std::make_shared<const CharSet>(complement_if(negated, decoded(code_points)));
    return made;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<const char*, Negated>, CharSetPtr> made_;
};

CharSetPtr listed(const std::string& key, Negated negated) {
  static const Index kIndex = make_index();
  static MadeSets made;
  const auto found = kIndex.find(key);
  return found == kIndex.end() ? nullptr : made.of_row(found->second, negated);
}

CharSetPtr value_of(std::string_view property, std::string_view value, Negated negated) {
  const std::string name(value);
  if (property == "General_Category" || property == "gc") return listed("gc " + name, negated);
  if (property == "Script" || property == "sc") return listed("sc " + name, negated);
  if (property == "Script_Extensions" || property == "scx") {
    const CharSetPtr extended = listed("scx " + name, negated);  // listed only where it differs
    return extended ? extended : listed("sc " + name, negated);
  }
  return nullptr;
}

}  // namespace

CharSetPtr unicode_property(std::string_view expression, Negated negated) {
  static const CharSetPtr kNone = std::make_shared<const CharSet>();
  static const CharSetPtr kAscii =
      std::make_shared<const CharSet>(std::vector<CharRange>{{0, 0x7F}});
  static const CharSetPtr kNoAscii = std::make_shared<const CharSet>(kAscii->complement());
  if (const std::size_t at = expression.find('='); at != std::string_view::npos)
    return value_of(expression.substr(0, at), expression.substr(at + 1), negated);
  if (expression == "Any") return negated == Negated::yes ? kNone : any_set();
  if (expression == "ASCII") return negated == Negated::yes ? kNoAscii : kAscii;
  if (expression == "Assigned")  // not unassigned
    return listed("gc Cn", negated == Negated::yes ? Negated::no : Negated::yes);
  const std::string name(expression);
  const CharSetPtr category = listed("gc " + name, negated);
  return category ? category : listed("binary " + name, negated);
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Changes of what is said of a value itself: types, lists of values, bounds of numbers and strings.
#include <algorithm>

#include "json_schema/compare_change_walk.h"

namespace holdfast::json_schema {
namespace {

struct Values {
  std::vector<Value> all;
  bool is_listed = false;
};

Values values_of(const SchemaNode& node) {
  Values made;
  made.is_listed = node.enum_values || node.const_value;
  for (std::size_t i = 0; node.enum_values && i < node.enum_values.size(); ++i)
    made.all.push_back(node.enum_values.at(i));
  if (node.const_value && node.enum_values)  // only what both allow is
    std::erase_if(made.all, [&](Value value) { return !(value == node.const_value); });
  else if (node.const_value)
    made.all.push_back(node.const_value);
  return made;
}

std::size_t count_of(const SchemaNode& node) {
  return node.enum_values ? node.enum_values.size() : 0;
}

bool has_other(const std::vector<Value>& all, std::vector<Value> than) {
  sort_by_hash(than);
  return std::any_of(all.begin(), all.end(), [&](Value value) { return !has_value(than, value); });
}

// A bound as one number that only grows as it lets in more; nothing: no bound.
struct Edge {
  std::optional<Number> at;
  bool is_open = false;
};

Edge lower_edge(const NumberKeywords* words) {
  Edge edge;
  if (words == nullptr) return edge;
  edge.at = words->minimum;
  if (words->exclusive_minimum && (!edge.at || *words->exclusive_minimum >= *edge.at))
    edge = {words->exclusive_minimum, true};
  return edge;
}

Edge upper_edge(const NumberKeywords* words) {
  Edge edge;
  if (words == nullptr) return edge;
  edge.at = words->maximum;
  if (words->exclusive_maximum && (!edge.at || *words->exclusive_maximum <= *edge.at))
    edge = {words->exclusive_maximum, true};
  return edge;
}

// -1: b lets in less than a; 0: the same; 1: more.
int compare_edges(const Edge& a, const Edge& b, bool is_lower) {
  if (!a.at || !b.at) return static_cast<int>(!b.at) - static_cast<int>(!a.at);
  if (*a.at != *b.at) return (*b.at < *a.at) == is_lower ? 1 : -1;
  return static_cast<int>(a.is_open) - static_cast<int>(b.is_open);
}

}  // namespace

void ChangeWalker::type(const Here& here) {
  const TypeSet a = here.a.types;
  const TypeSet b = here.b.types;
  if (a == b) return;
  const TypeSet common = a & b;
  emit(here, "type",
       common == a   ? RuleId::type_widened
       : common == b ? RuleId::type_narrowed
                     : RuleId::type_replaced);
}

void ChangeWalker::values(const Here& here) {
  if (!spend((count_of(here.a) + count_of(here.b)) / kListedPerStep)) return;
  const Values a = values_of(here.a);
  const Values b = values_of(here.b);
  const std::string_view keyword =
      here.b.enum_values || (!here.b.const_value && here.a.enum_values) ? "enum" : "const";
  if (!a.is_listed && !b.is_listed) return;
  if (a.is_listed != b.is_listed) {
    emit(here, keyword, b.is_listed ? RuleId::enum_added : RuleId::enum_removed);
    return;
  }
  const bool is_less = has_other(a.all, b.all);
  const bool is_more = has_other(b.all, a.all);
  if (!is_less && !is_more) return;
  emit(here, keyword,
       is_less && is_more ? RuleId::enum_swapped
       : is_more          ? RuleId::enum_value_added
                          : RuleId::enum_value_removed);
}

void ChangeWalker::bound(const Here& here, std::string_view keyword, int order) {
  if (order != 0) emit(here, keyword, order > 0 ? RuleId::bound_loosened : RuleId::bound_tightened);
}

// As the numbers are written where both are too large to be counted.
int ChangeWalker::order_of(const Here& here, std::string_view keyword, std::uint64_t a,
                           std::uint64_t b) {
  if (a != b || a != kHugeCount) return static_cast<int>(a < b) - static_cast<int>(b < a);
  const Number old_count = here.a.value.find(keyword).number();
  const Number new_count = here.b.value.find(keyword).number();
  return static_cast<int>(old_count < new_count) - static_cast<int>(new_count < old_count);
}

void ChangeWalker::least(const Here& here, std::string_view keyword, std::uint64_t a,
                         std::uint64_t b) {
  bound(here, keyword, -order_of(here, keyword, a, b));
}

void ChangeWalker::most(const Here& here, std::string_view keyword, std::uint64_t a,
                        std::uint64_t b) {
  bound(here, keyword, order_of(here, keyword, a, b));
}

void ChangeWalker::numbers(const Here& here) {
  if (here.a.number == nullptr && here.b.number == nullptr) return;
  const auto word = [&](std::string_view plain, std::string_view exclusive, const Edge& a,
                        const Edge& b) {
    return (b.at ? b.is_open : a.is_open) ? exclusive : plain;
  };
  const Edge low_a = lower_edge(here.a.number);
  const Edge low_b = lower_edge(here.b.number);
  bound(here, word("minimum", "exclusiveMinimum", low_a, low_b), compare_edges(low_a, low_b, true));
  const Edge high_a = upper_edge(here.a.number);
  const Edge high_b = upper_edge(here.b.number);
  bound(here, word("maximum", "exclusiveMaximum", high_a, high_b),
        compare_edges(high_a, high_b, false));
  const auto a = here.a.number != nullptr ? here.a.number->multiple_of : std::nullopt;
  const auto b = here.b.number != nullptr ? here.b.number->multiple_of : std::nullopt;
  if (a == b) return;
  emit(here, "multipleOf",
       !b || (a && a->is_multiple_of(*b))   ? RuleId::multiple_loosened
       : !a || (b && b->is_multiple_of(*a)) ? RuleId::multiple_tightened
                                            : RuleId::multiple_changed);
}

void ChangeWalker::strings(const Here& here) {
  const StringKeywords none;
  const StringKeywords& a = here.a.string != nullptr ? *here.a.string : none;
  const StringKeywords& b = here.b.string != nullptr ? *here.b.string : none;
  least(here, "minLength", a.min_length, b.min_length);
  most(here, "maxLength", a.max_length, b.max_length);
  const std::string_view pattern_a = a.pattern != nullptr ? a.pattern->text : "";
  const std::string_view pattern_b = b.pattern != nullptr ? b.pattern->text : "";
  if (pattern_a == pattern_b) return;
  emit(here, "pattern",
       b.pattern == nullptr   ? RuleId::pattern_removed
       : a.pattern == nullptr ? RuleId::pattern_added
                              : RuleId::pattern_changed);
}

}  // namespace holdfast::json_schema

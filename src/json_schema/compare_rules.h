// SPDX-License-Identifier: Apache-2.0
// The rules of changes: one row for everything that can happen to a keyword, with what it means where nothing else confines it. A table, so
// that tests can invert it row by row (tests/json_schema/compare_mutation_test.cpp).
#pragma once
#include <string_view>
#include <vector>

#include "json_schema/automaton.h"

namespace holdfast::json_schema {

/// What a row does to the class of a comparison.
enum class RuleKind : unsigned char {
  annotation,   // says nothing of documents
  constraint,   // as the verdicts are: equivalent, or breaking
  addition,     // safe where no document of the new schema is new
  alternative,  // safe where nothing can produce it, breaking otherwise
  removal,      // breaking even where the language stays
};

struct Rule {
  std::string_view id;  // "schema.required_added"; stable
  RuleKind kind = RuleKind::constraint;
  /// What the change means by itself. unknown: the search alone tells.
  Answer backward = Answer::unknown;
  Answer forward = Answer::unknown;
  std::string_view text;  // for people; "{}" is the keyword or name
};

using RuleTable = std::vector<Rule>;

/// The rows; the index of a row is its RuleId.
const RuleTable& usual_rules();

enum class RuleId : unsigned char {
  annotation_changed,
  type_widened,
  type_narrowed,
  type_replaced,
  enum_value_added,
  enum_value_removed,
  enum_swapped,
  enum_added,
  enum_removed,
  bound_loosened,
  bound_tightened,
  multiple_loosened,
  multiple_tightened,
  multiple_changed,
  pattern_removed,
  pattern_added,
  pattern_changed,
  format_changed,
  property_added,
  property_added_to_closed,
  property_removed,
  required_added,
  required_removed,
  rest_closed,
  rest_opened,
  names_narrowed,
  names_widened,
  dependency_added,
  dependency_removed,
  dependency_changed,
  contains_added,
  contains_removed,
  contains_loosened,
  contains_tightened,
  unique_added,
  unique_removed,
  items_added,
  items_removed,
  tuple_changed,
  all_of_added,
  all_of_removed,
  any_of_added,
  any_of_removed,
  one_of_added,
  one_of_removed,
  alternatives_introduced,
  alternatives_dropped,
  not_changed,
  condition_changed,
  reference_changed,
  schema_replaced,
};

}  // namespace holdfast::json_schema

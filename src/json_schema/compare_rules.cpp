// SPDX-License-Identifier: Apache-2.0
// The table. Its order is RuleId's.
#include "json_schema/compare_rules.h"

namespace holdfast::json_schema {

const RuleTable& usual_rules() {
  using enum RuleKind;
  constexpr Answer kYes = Answer::yes;
  constexpr Answer kNo = Answer::no;
  constexpr Answer kAsk = Answer::unknown;
  static const RuleTable kRules = {
      {"schema.annotation_changed", annotation, kYes, kYes, "{} says nothing of documents"},
      {"schema.type_widened", constraint, kYes, kNo, "more types are allowed"},
      {"schema.type_narrowed", constraint, kNo, kYes, "fewer types are allowed"},
      {"schema.type_replaced", constraint, kNo, kNo, "other types are allowed"},
      {"schema.enum_value_added", constraint, kYes, kNo, "values were added"},
      {"schema.enum_value_removed", constraint, kNo, kYes, "values were removed"},
      {"schema.enum_swapped", constraint, kNo, kNo, "values were replaced by others"},
      {"schema.enum_added", constraint, kNo, kYes, "only listed values are allowed now"},
      {"schema.enum_removed", constraint, kYes, kNo, "the list of values is gone"},
      {"schema.bound_loosened", constraint, kYes, kNo, "{} was loosened"},
      {"schema.bound_tightened", constraint, kNo, kYes, "{} was tightened"},
      {"schema.multiple_loosened", constraint, kYes, kNo, "the new multipleOf divides the old one"},
      {"schema.multiple_tightened", constraint, kNo, kYes,
       "the old multipleOf divides the new one"},
      {"schema.multiple_changed", constraint, kNo, kNo, "neither multipleOf divides the other"},
      {"schema.pattern_removed", constraint, kYes, kNo, "{} is gone"},
      {"schema.pattern_added", constraint, kNo, kYes, "{} is new"},
      {"schema.pattern_changed", constraint, kAsk, kAsk, "the pattern was changed"},
      {"schema.format_changed", constraint, kAsk, kAsk, "{} was changed and is asserted"},
      {"schema.property_added", addition, kNo, kYes,
       "the optional property {} was added to an open object"},
      {"schema.property_added_to_closed", constraint, kYes, kNo,
       "the property {} was added to an object that had no room for it"},
      {"schema.property_removed", removal, kAsk, kAsk, "the property {} is declared no more"},
      {"schema.required_added", constraint, kNo, kYes, "{} is required now"},
      {"schema.required_removed", constraint, kYes, kNo, "{} is required no more"},
      {"schema.rest_closed", constraint, kNo, kYes, "{} was closed or narrowed"},
      {"schema.rest_opened", constraint, kYes, kNo, "{} was opened or widened"},
      {"schema.names_narrowed", constraint, kNo, kYes, "{} allows fewer names or values"},
      {"schema.names_widened", constraint, kYes, kNo, "{} allows more names or values"},
      {"schema.dependency_added", constraint, kNo, kYes, "{} was added"},
      {"schema.dependency_removed", constraint, kYes, kNo, "{} was removed"},
      {"schema.dependency_changed", constraint, kAsk, kAsk, "{} was changed"},
      {"schema.contains_added", constraint, kNo, kYes, "contains is new"},
      {"schema.contains_removed", constraint, kYes, kNo, "contains is gone"},
      {"schema.contains_loosened", constraint, kYes, kNo, "{} was loosened"},
      {"schema.contains_tightened", constraint, kNo, kYes, "{} was tightened"},
      {"schema.unique_added", constraint, kNo, kYes, "items must differ now"},
      {"schema.unique_removed", constraint, kYes, kNo, "items may be equal now"},
      {"schema.items_added", constraint, kNo, kYes, "{} confines items now"},
      {"schema.items_removed", constraint, kYes, kNo, "{} confines items no more"},
      {"schema.tuple_changed", constraint, kAsk, kAsk, "the tuple has another length"},
      {"schema.all_of_added", constraint, kNo, kYes, "a part of allOf was added"},
      {"schema.all_of_removed", constraint, kYes, kNo, "a part of allOf was removed"},
      {"schema.any_of_added", alternative, kYes, kNo, "an alternative of anyOf was added"},
      {"schema.any_of_removed", constraint, kNo, kYes, "an alternative of anyOf was removed"},
      {"schema.one_of_added", alternative, kAsk, kAsk, "an alternative of oneOf was added"},
      {"schema.one_of_removed", constraint, kAsk, kAsk, "an alternative of oneOf was removed"},
      {"schema.alternatives_introduced", constraint, kNo, kYes, "{} is new"},
      {"schema.alternatives_dropped", constraint, kYes, kNo, "{} is gone"},
      {"schema.not_changed", constraint, kAsk, kAsk, "not was changed"},
      {"schema.condition_changed", constraint, kAsk, kAsk, "{} was changed"},
      {"schema.reference_changed", constraint, kAsk, kAsk, "{} leads elsewhere"},
      {"schema.replaced", constraint, kAsk, kAsk, "the schema was replaced by another"},
  };
  return kRules;
}

}  // namespace holdfast::json_schema

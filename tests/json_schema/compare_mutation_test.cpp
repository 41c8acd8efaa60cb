// SPDX-License-Identifier: Apache-2.0
// Breaks the comparison on purpose: every row of the rule table inverted, every keyword made invisible. Each break has to change what the
// golden pairs say, or the pairs prove nothing of that row. Prints killed or survived for each.
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/json_schema/compare_pairs.h"

namespace holdfast::json_schema {
namespace {

Answer inverted(Answer answer) {
  return answer == Answer::yes ? Answer::no : answer == Answer::no ? Answer::yes : Answer::unknown;
}

class Pairs {
 public:
  Pairs() {
    for (const SchemaPair& pair : golden_pairs())
      all_.push_back({schema_of(pair.old_text), schema_of(pair.new_text), pair});
  }

  /// How many pairs are told otherwise than they should be.
  int wrong_count(const CompareOptions& options) const {
    int count = 0;
    for (const Loaded& one : all_) {
      const auto found = compare(one.old_schema, one.new_schema, options);
      if (!found || !is_right(*found, one.pair)) ++count;
    }
    return count;
  }

 private:
  struct Loaded {
    Schema old_schema;
    Schema new_schema;
    SchemaPair pair;
  };

  // A single change of a constraint means what the whole pair means.
  static bool is_right(const Comparison& found, const SchemaPair& pair) {
    if (name_of(found.backward.answer) != pair.backward ||
        name_of(found.forward.answer) != pair.forward ||
        class_name(found.change_class) != pair.change_class)
      return false;
    if (found.changes.size() != 1) return true;
    const Change& change = found.changes.front();
    const bool is_here = change.old_path.find('/', 1) == std::string::npos;
    return !is_here || (name_of(change.backward) == pair.backward &&
                        name_of(change.forward) == pair.forward);
  }

  std::vector<Loaded> all_;
};

const Pairs& pairs() {
  static const Pairs all;
  return all;
}

void expect_killed(const std::string& what, const CompareOptions& options) {
  const int count = pairs().wrong_count(options);
  std::printf("%-60s %s by %d pairs\n", what.c_str(), count > 0 ? "killed  " : "SURVIVED", count);
  EXPECT_GT(count, 0) << what << " survived: no golden pair notices";
}

TEST(CompareMutation, NothingIsWrongWithoutAMutation) {
  EXPECT_EQ(pairs().wrong_count({}), 0);
}

TEST(CompareMutation, EveryRowOfTheRuleTableIsKilledWhenInverted) {
  for (std::size_t row = 0; row < usual_rules().size(); ++row) {
    RuleTable rules = usual_rules();
    CompareOptions options;
    options.rules = &rules;
    const Rule rule = rules[row];
    if (rule.backward != Answer::unknown) {
      rules[row].backward = inverted(rule.backward);
      expect_killed(std::string(rule.id) + " backward", options);
      rules[row] = rule;
    }
    if (rule.forward != Answer::unknown) {
      rules[row].forward = inverted(rule.forward);
      expect_killed(std::string(rule.id) + " forward", options);
      rules[row] = rule;
    }
    const bool was_annotation = rule.kind == RuleKind::annotation;
    rules[row].kind = was_annotation ? RuleKind::constraint : RuleKind::annotation;
    expect_killed(std::string(rule.id) + (was_annotation ? " as a constraint" : " as an annotation"),
                  options);
    rules[row] = rule;
    if (rule.kind == RuleKind::addition || rule.kind == RuleKind::alternative ||
        rule.kind == RuleKind::removal) {
      rules[row].kind = RuleKind::constraint;
      expect_killed(std::string(rule.id) + " as a constraint", options);
    }
  }
}

TEST(CompareMutation, EveryKeywordIsMissedWhenItIsInvisible) {
  constexpr std::array kKeywords = std::to_array<std::string_view>(
      {"type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
       "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
       "prefixItems", "items", "contains", "minContains", "maxContains", "unevaluatedItems",
       "minProperties", "maxProperties", "required", "properties", "patternProperties",
       "additionalProperties", "propertyNames", "dependentRequired", "dependentSchemas",
       "unevaluatedProperties", "$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"});
  for (const std::string_view keyword : kKeywords) {
    CompareOptions options;
    options.blind_keyword = keyword;
    expect_killed("blind to " + std::string(keyword), options);
  }
}

}  // namespace
}  // namespace holdfast::json_schema

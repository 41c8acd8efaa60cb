// SPDX-License-Identifier: Apache-2.0
// Breaks the comparison on purpose: every row of the rule table inverted, every keyword made invisible. Each break has to change what the
// golden pairs say, or the pairs prove nothing of that row. Prints killed or survived for each.
#include <algorithm>
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

  /// How many pairs are told otherwise than they should be. Each pair counts: where what stands around a change makes it mean something else
  /// than its row says, the change must get another row.
  int wrong_count(const CompareOptions& options) const {
    int count = 0;
    for (const Loaded& one : all_) {
      const auto found = compare(one.old_schema, one.new_schema, options);
      if (found && is_right(*found, one.pair) && is_row_right(one, options) &&
          is_class_right(one, options))
        continue;
      ++count;
      last_wrong_ = one.pair.old_text + " -> " + one.pair.new_text;
    }
    return count;
  }
  const std::string& last_wrong() const { return last_wrong_; }

 private:
  struct Loaded {
    Schema old_schema;
    Schema new_schema;
    SchemaPair pair;
  };

  static bool is_right(const Comparison& found, const SchemaPair& pair) {
    return name_of(found.backward.answer) == pair.backward &&
           name_of(found.forward.answer) == pair.forward &&
           class_name(found.change_class) == pair.change_class;
  }

  static bool is_at_root(const std::string& path) {
    if (path.find('/', 1) == std::string::npos) return true;
    constexpr std::array kNamed = std::to_array<std::string_view>(
        {"/required/", "/properties/", "/patternProperties/", "/dependentRequired/",
         "/dependentSchemas/", "/dependencies/"});
    return std::any_of(kNamed.begin(), kNamed.end(),
                       [&](std::string_view start) { return path.starts_with(start); });
  }

  // The only change of a pair that breaks is one that breaks.
  static bool is_class_right(const Loaded& one, const CompareOptions& options) {
    const auto found = compare(one.old_schema, one.new_schema, options);
    if (!found || found->changes.size() != 1 || !is_at_root(found->changes[0].old_path))
      return true;
    return one.pair.change_class != "breaking" ||
           found->changes[0].change_class == ChangeClass::breaking;
  }

  // Without steps a change means what its row says; where it is the only one and excludes something, that is what the pair means.
  static bool is_row_right(const Loaded& one, CompareOptions options) {
    options.steps = 0;
    const auto found = compare(one.old_schema, one.new_schema, options);
    if (!found || found->changes.size() != 1) return found.ok();
    const Change& change = found->changes.front();
    const bool is_annotation = one.pair.change_class == "annotation";
    if (!is_at_root(change.old_path) || (pair_is(one, "yes", "yes") && !is_annotation)) return true;
    const auto agrees = [](Answer row, const std::string& wanted) {
      return row == Answer::unknown || wanted == "unknown" || name_of(row) == wanted;
    };
    return agrees(change.backward, one.pair.backward) && agrees(change.forward, one.pair.forward);
  }
  static bool pair_is(const Loaded& one, const std::string& backward, const std::string& forward) {
    return one.pair.backward == backward && one.pair.forward == forward;
  }

  std::vector<Loaded> all_;
  mutable std::string last_wrong_;
};

const Pairs& pairs() {
  static const Pairs kAll;
  return kAll;
}

struct Tally {
  int killed = 0;
  int survived = 0;

  void print(const std::string& what) const {
    std::printf("%s: %d mutations, %d killed, %d survived\n", what.c_str(), killed + survived,
                killed, survived);
  }
};

void expect_killed(const std::string& what, const CompareOptions& options, Tally& tally) {
  const int count = pairs().wrong_count(options);
  (count > 0 ? tally.killed : tally.survived) += 1;
  std::printf("%-60s %s by %d pairs\n", what.c_str(), count > 0 ? "killed  " : "SURVIVED", count);
  EXPECT_GT(count, 0) << what << " survived: no golden pair notices";
}

TEST(CompareMutation, NothingIsWrongWithoutAMutation) {
  EXPECT_EQ(pairs().wrong_count({}), 0) << pairs().last_wrong();
}

TEST(CompareMutation, EveryRowOfTheRuleTableIsKilledWhenInverted) {
  Tally tally;
  for (std::size_t row = 0; row < usual_rules().size(); ++row) {
    RuleTable rules = usual_rules();
    CompareOptions options;
    options.rules = &rules;
    const Rule rule = rules[row];
    if (rule.backward != Answer::unknown) {
      rules[row].backward = inverted(rule.backward);
      expect_killed(std::string(rule.id) + " backward", options, tally);
      rules[row] = rule;
    }
    if (rule.forward != Answer::unknown) {
      rules[row].forward = inverted(rule.forward);
      expect_killed(std::string(rule.id) + " forward", options, tally);
      rules[row] = rule;
    }
    if (row == static_cast<std::size_t>(RuleId::format_changed)) continue;  // below
    const bool was_annotation = rule.kind == RuleKind::annotation;
    rules[row].kind = was_annotation ? RuleKind::constraint : RuleKind::annotation;
    expect_killed(
        std::string(rule.id) + (was_annotation ? " as a constraint" : " as an annotation"), options,
        tally);
    rules[row] = rule;
    if (rule.kind == RuleKind::addition || rule.kind == RuleKind::alternative ||
        rule.kind == RuleKind::removal) {
      rules[row].kind = RuleKind::constraint;
      expect_killed(std::string(rule.id) + " as a constraint", options, tally);
    }
  }
  tally.print(std::to_string(usual_rules().size()) + " rows of the rule table");
}

TEST(CompareMutation, AnAssertedFormatIsNoAnnotation) {
  CompareOptions options;
  options.format = FormatMode::assertion;
  const auto class_of_change = [&] {
    const Comparison found =
        compared(R"({"type":"string","format":"date"})", R"({"type":"string"})", options);
    return found.changes.empty() ? ChangeClass::identical : found.changes[0].change_class;
  };
  EXPECT_NE(class_of_change(), ChangeClass::annotation);
  RuleTable rules = usual_rules();
  rules[static_cast<std::size_t>(RuleId::format_changed)].kind = RuleKind::annotation;
  options.rules = &rules;
  EXPECT_EQ(class_of_change(), ChangeClass::annotation) << "the row is not used";
}

TEST(CompareMutation, EveryKeywordIsMissedWhenItIsInvisible) {
  constexpr std::array kKeywords = std::to_array<std::string_view>({"type",
                                                                    "enum",
                                                                    "const",
                                                                    "minimum",
                                                                    "maximum",
                                                                    "exclusiveMinimum",
                                                                    "exclusiveMaximum",
                                                                    "multipleOf",
                                                                    "minLength",
                                                                    "maxLength",
                                                                    "pattern",
                                                                    "minItems",
                                                                    "maxItems",
                                                                    "uniqueItems",
                                                                    "prefixItems",
                                                                    "items",
                                                                    "contains",
                                                                    "minContains",
                                                                    "maxContains",
                                                                    "unevaluatedItems",
                                                                    "minProperties",
                                                                    "maxProperties",
                                                                    "required",
                                                                    "properties",
                                                                    "patternProperties",
                                                                    "additionalProperties",
                                                                    "propertyNames",
                                                                    "dependentRequired",
                                                                    "dependentSchemas",
                                                                    "unevaluatedProperties",
                                                                    "$ref",
                                                                    "allOf",
                                                                    "anyOf",
                                                                    "oneOf",
                                                                    "not",
                                                                    "if",
                                                                    "then",
                                                                    "else"});
  Tally tally;
  for (const std::string_view keyword : kKeywords) {
    CompareOptions options;
    options.blind_keyword = keyword;
    expect_killed("blind to " + std::string(keyword), options, tally);
  }
  tally.print("keywords");
}

}  // namespace
}  // namespace holdfast::json_schema

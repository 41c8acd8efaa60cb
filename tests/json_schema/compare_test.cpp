// SPDX-License-Identifier: Apache-2.0
// Verdicts, witnesses, classes and changes of pairs whose truth is known, and what must hold for any pair.
#include "json_schema/compare.h"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/json_schema/compare_pairs.h"

namespace holdfast::json_schema {
namespace {

bool is_valid_text(const std::string& schema, const std::string& document) {
  const auto parsed = Document::parse(document);
  EXPECT_TRUE(parsed.ok()) << document;
  Budget budget(kUsualValidationSteps);
  const auto valid = is_valid(schema_of(schema), parsed->root(), budget);
  EXPECT_TRUE(valid.ok()) << schema << document;
  return valid && *valid;
}

TEST(Compare, EveryPairGetsItsVerdictsAndItsClass) {
  const auto pairs = golden_pairs();
  EXPECT_GE(pairs.size(), 220U);
  for (const SchemaPair& pair : pairs) {
    const Comparison found = compared(pair.old_text, pair.new_text);
    const std::string told =
        pair.row + ": " + pair.old_text + " -> " + pair.new_text + " " + pair.note;
    EXPECT_EQ(name_of(found.backward.answer), pair.backward) << told;
    EXPECT_EQ(name_of(found.forward.answer), pair.forward) << told;
    EXPECT_EQ(class_name(found.change_class), pair.change_class) << told;
  }
}

TEST(Compare, EveryNoHasAWitnessAndEveryYesAProofAndEveryUnknownAReason) {
  for (const SchemaPair& pair : golden_pairs()) {
    const Comparison found = compared(pair.old_text, pair.new_text);
    for (const bool is_backward : {true, false}) {
      const Verdict& verdict = is_backward ? found.backward : found.forward;
      const std::string& in = is_backward ? pair.old_text : pair.new_text;
      const std::string& out = is_backward ? pair.new_text : pair.old_text;
      EXPECT_EQ(verdict.answer == Answer::yes, !verdict.chain.empty()) << in << out;
      EXPECT_EQ(verdict.answer == Answer::unknown, !verdict.reason.empty()) << in << out;
      ASSERT_EQ(verdict.answer == Answer::no, !verdict.witness.empty()) << in << out;
      if (verdict.answer != Answer::no) continue;
      EXPECT_TRUE(is_valid_text(in, verdict.witness)) << in << verdict.witness;
      EXPECT_FALSE(is_valid_text(out, verdict.witness)) << out << verdict.witness;
    }
  }
}

TEST(Compare, ASchemaAgainstItselfIsIdenticalAndReorderedEquivalent) {
  for (const SchemaPair& pair : golden_pairs())
    EXPECT_EQ(compared(pair.old_text, pair.old_text).change_class, ChangeClass::identical)
        << pair.old_text;
  const Comparison found = compared(R"({"required":["a","b"],"type":["string","object"]})",
                                    R"({"type":["object","string"],"required":["b","a"]})");
  EXPECT_EQ(found.change_class, ChangeClass::equivalent);
  EXPECT_TRUE(found.changes.empty());
}

// However few steps there are: an answer is right or unknown.
TEST(Compare, FewStepsMakeAnswersUnknownAndNeverWrong) {
  const auto pairs = golden_pairs();
  std::size_t unknown_count = 0;
  for (const std::uint64_t steps : {0U, 1U, 3U, 8U, 20U, 60U, 200U}) {
    CompareOptions options;
    options.steps = steps;
    for (const SchemaPair& pair : pairs) {
      const Comparison found = compared(pair.old_text, pair.new_text, options);
      const auto expect = [&](const Verdict& verdict, const std::string& wanted) {
        unknown_count += verdict.answer == Answer::unknown ? 1 : 0;
        if (verdict.answer == Answer::unknown || wanted == "unknown") return;
        EXPECT_EQ(name_of(verdict.answer), wanted) << pair.old_text << pair.new_text << steps;
      };
      expect(found.backward, pair.backward);
      expect(found.forward, pair.forward);
    }
  }
  EXPECT_GT(unknown_count, pairs.size()) << "the budgets were never short";
}

std::string family(int count, const std::string& narrowed_id) {
  std::string one_of;
  for (int i = 0; i < count; ++i)
    one_of += std::string(i == 0 ? "" : ",") + "{\"$ref\":\"#/$defs/T" + std::to_string(i) + "\"}";
  std::string text = R"({"oneOf":[)" + one_of + "],\"$defs\":{";
  for (int i = 0; i < count; ++i)
    text += std::string(i == 0 ? "" : ",") + "\"T" + std::to_string(i) +
            R"(":{"type":"object","properties":{"id":)" +
            (i == count - 1 ? narrowed_id : R"({"type":"integer"})") + R"(,"kind":{"const":"t)" +
            std::to_string(i) + R"("},"a":{"oneOf":[)" + one_of + R"(]},"b":{"oneOf":[)" + one_of +
            R"(]}},"required":["id","kind"]})";
  return text + "}}";
}

TEST(Compare, FortyEightMutuallyRecursiveTypesAreDecided) {
  const std::string wide = family(48, R"({"type":"integer"})");
  const std::string narrow = family(48, R"({"type":"integer","minimum":0})");
  const Comparison narrowed = compared(wide, narrow);
  EXPECT_EQ(narrowed.backward.answer, Answer::no);
  EXPECT_EQ(narrowed.forward.answer, Answer::yes);
  EXPECT_FALSE(is_valid_text(narrow, narrowed.backward.witness));
  // Said in another way, so that no hash ends the work.
  const std::string other =
      family(48, R"({"type":"number","multipleOf":1,"allOf":[{"minimum":0}]})");
  const Comparison same = compared(narrow, other);
  EXPECT_EQ(same.backward.answer, Answer::yes);
  EXPECT_EQ(same.forward.answer, Answer::yes);
}

TEST(Compare, AnAssumptionThatFailsTakesWhatReliedOnItAlong) {
  // Each of A and B is met inside of the other before the one difference, which is last in B, is seen.
  const auto text = [](const std::string& last) {
    return R"({"$ref":"#/$defs/A","$defs":{"A":{"type":"object","properties":{"b":{"$ref":"#/$defs/B"},"c":{"$ref":"#/$defs/C"}}},)"
           R"("C":{"type":"object","properties":{"a":{"$ref":"#/$defs/A"}}},)"
           R"("B":{"type":"object","properties":{"a":{"$ref":"#/$defs/A"},"c":{"$ref":"#/$defs/C"},"z":)" +
           last + "}}}}";
  };
  const Comparison found = compared(text(R"({"type":"number"})"), text(R"({"type":"integer"})"));
  EXPECT_EQ(found.backward.answer, Answer::no);
  EXPECT_EQ(found.forward.answer, Answer::yes);
  // The same through the other two: only C's way to the difference is left.
  const auto start = [&](const std::string& last) {
    std::string made = text(last);
    return made.replace(made.find("#/$defs/A"), 9, "#/$defs/C");
  };
  EXPECT_EQ(compared(start(R"({"type":"number"})"), start(R"({"type":"integer"})")).backward.answer,
            Answer::no);
}

TEST(Compare, ChangesNameBothPathsTheRuleAndBothValues) {
  const Comparison found =
      compared(R"({"type":"object","properties":{"a/b":{"type":"integer","maximum":5}}})",
               R"({"type":"object","properties":{"a/b":{"type":"integer","maximum":3}}})");
  ASSERT_EQ(found.changes.size(), 1U);
  const Change& change = found.changes.front();
  EXPECT_EQ(change.old_path, "/properties/a~1b/maximum");
  EXPECT_EQ(change.new_path, "/properties/a~1b/maximum");
  EXPECT_EQ(change.keyword, "maximum");
  EXPECT_EQ(change.rule, "schema.bound_tightened");
  EXPECT_EQ(change.old_value, "5");
  EXPECT_EQ(change.new_value, "3");
  EXPECT_EQ(change.backward, Answer::no);
  EXPECT_EQ(change.forward, Answer::yes);
  EXPECT_EQ(change.backward_witness, "4");
  EXPECT_EQ(found.backward.witness, R"({"a/b":4})");
}

TEST(Compare, AChangeBehindAReferenceIsToldWhereItIs) {
  const Comparison found = compared(
      R"({"type":"object","properties":{"l":{"$ref":"#/$defs/L"}},"$defs":{"L":{"enum":["a"]}}})",
      R"({"type":"object","properties":{"l":{"$ref":"#/$defs/L"}},"$defs":{"L":{"enum":["a","b"]}}})");
  ASSERT_EQ(found.changes.size(), 1U);
  EXPECT_EQ(found.changes[0].old_path, "/$defs/L/enum");
  EXPECT_EQ(found.changes[0].rule, "schema.enum_value_added");
}

TEST(Compare, APropertyThatIsRequiredFromNowOnIsOneChange) {
  const Comparison open =
      compared(R"({"type":"object"})",
               R"({"type":"object","properties":{"at":{"type":"integer"}},"required":["at"]})");
  ASSERT_EQ(open.changes.size(), 1U);
  EXPECT_EQ(open.changes[0].rule, "schema.required_added");
  EXPECT_EQ(open.change_class, ChangeClass::breaking);
  // Required before, of any kind.
  const Comparison narrowed =
      compared(R"({"type":"object","required":["at"]})",
               R"({"type":"object","properties":{"at":{"type":"integer"}},"required":["at"]})");
  ASSERT_EQ(narrowed.changes.size(), 1U);
  EXPECT_EQ(narrowed.changes[0].rule, "schema.names_narrowed");
  EXPECT_EQ(narrowed.changes[0].backward, Answer::no);
  EXPECT_EQ(narrowed.changes[0].forward, Answer::yes);
  EXPECT_EQ(narrowed.change_class, ChangeClass::breaking);
  // No room for it before.
  const Comparison closed =
      compared(R"({"type":"object","additionalProperties":false})",
               R"({"type":"object","properties":{"at":{}},"additionalProperties":false})");
  ASSERT_EQ(closed.changes.size(), 1U);
  EXPECT_EQ(closed.changes[0].rule, "schema.property_added_to_closed");
}

TEST(Compare, ProfilesTakeTheSameVerdictsDifferently) {
  const std::string open = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  const std::string more =
      R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}})";
  const auto class_by = [&](Profile profile) {
    CompareOptions options;
    options.profile = profile;
    return compared(open, more, options).change_class;
  };
  EXPECT_EQ(class_by(Profile::contract), ChangeClass::safe);
  EXPECT_EQ(class_by(Profile::inclusion), ChangeClass::breaking);
  EXPECT_EQ(class_by(Profile::confluent_strict), ChangeClass::breaking);
  EXPECT_EQ(class_by(Profile::confluent_lenient), ChangeClass::safe);
}

TEST(Compare, FormatsAreAnnotationsUnlessTheyAreAsserted) {
  const std::string date = R"({"type":"string","format":"date"})";
  const std::string plain = R"({"type":"string"})";
  EXPECT_EQ(compared(date, plain).change_class, ChangeClass::annotation);
  CompareOptions options;
  options.format = FormatMode::assertion;
  const Comparison asserted = compared(date, plain, options);
  EXPECT_EQ(asserted.backward.answer, Answer::yes);
  EXPECT_NE(asserted.forward.answer, Answer::yes);
  EXPECT_EQ(
      compared(date, R"({"format":"date","type":"string","minLength":0})", options).backward.answer,
      Answer::yes)
      << "the same format is the same, whatever it means";
}

TEST(Compare, AReaderThatFillsDefaultsMissesNoRequiredName) {
  const std::string optional =
      R"({"type":"object","properties":{"a":{"type":"integer","default":1}}})";
  const std::string required =
      R"({"type":"object","properties":{"a":{"type":"integer","default":1}},"required":["a"]})";
  EXPECT_EQ(compared(optional, required).backward.answer, Answer::no);
  CompareOptions options;
  options.defaults = Defaults::fill;
  EXPECT_EQ(compared(optional, required, options).backward.answer, Answer::yes);
  EXPECT_EQ(compared(required, optional, options).backward.answer, Answer::yes);
  const std::string bare =
      R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})";
  EXPECT_EQ(compared(optional, bare, options).backward.answer, Answer::no) << "there is no default";
}

TEST(Compare, ARequiredPropertyWithADefaultIsAnAdditionLikeAnotherWhereDefaultsAreFilled) {
  const std::string before = R"({"type":"object","properties":{"a":{}}})";
  const std::string after =
      R"({"type":"object","properties":{"a":{},"b":{"type":"string","default":"x"}},"required":["b"]})";
  EXPECT_EQ(compared(before, after).change_class, ChangeClass::breaking);
  CompareOptions options;
  options.defaults = Defaults::fill;
  const Comparison filled = compared(before, after, options);
  EXPECT_EQ(filled.change_class, ChangeClass::safe);
  ASSERT_EQ(filled.changes.size(), 1U);
  EXPECT_EQ(filled.changes[0].rule, "schema.property_added");
  // The text is another one, and says the same to such a reader.
  const std::string demanded =
      R"({"type":"object","properties":{"b":{"type":"string","default":"x"}},"required":["b"]})";
  const std::string offered =
      R"({"type":"object","properties":{"b":{"type":"string","default":"x"}}})";
  EXPECT_EQ(compared(offered, demanded, options).change_class, ChangeClass::equivalent);
  EXPECT_EQ(compared(demanded, offered, options).change_class, ChangeClass::equivalent);
  EXPECT_EQ(compared(demanded, demanded, options).change_class, ChangeClass::identical);
}

TEST(Compare, RulesHaveIdsOfTheirOwn) {
  std::set<std::string_view> ids;
  for (const Rule& rule : usual_rules()) {
    EXPECT_TRUE(rule.id.starts_with("schema.")) << rule.id;
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
  }
  EXPECT_EQ(usual_rules().size(), static_cast<std::size_t>(RuleId::schema_replaced) + 1);
}

}  // namespace
}  // namespace holdfast::json_schema

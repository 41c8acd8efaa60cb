// SPDX-License-Identifier: Apache-2.0
// Pairs that a comparison could easily say yes to and must not: each has a document that is valid in the old schema only.
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/json_schema/compare_pairs.h"

namespace holdfast::json_schema {
namespace {

std::string told(const SchemaPair& pair) {
  return pair.row + ": " + pair.old_text.substr(0, 300) + " -> " + pair.new_text.substr(0, 300) +
         " " + pair.document.substr(0, 100);
}

// What the validator says; "error" where it can't say.
std::string valid_text(const std::string& schema, const std::string& document) {
  const auto parsed = Document::parse(document);
  EXPECT_TRUE(parsed.ok()) << document;
  Budget budget(kUsualValidationSteps);
  const auto valid = is_valid(schema_of(schema), parsed->root(), budget);
  return !valid ? "error" : *valid ? "valid" : "invalid";
}

TEST(CompareSound, TheDocumentsOfTheHardPairsAreValidInTheOldSchemaOnly) {
  EXPECT_GE(hard_pairs().size(), 16U);
  for (const SchemaPair& pair : hard_pairs()) {
    const bool is_foreign = pair.row.starts_with("a pattern of another engine");
    EXPECT_EQ(valid_text(pair.old_text, pair.document), is_foreign ? "error" : "valid")
        << told(pair);
    EXPECT_NE(valid_text(pair.new_text, pair.document), "valid") << told(pair);
  }
}

TEST(CompareSound, NoHardPairGetsAYesWhateverTheSteps) {
  for (const SchemaPair& pair : hard_pairs())
    for (const std::uint64_t steps : {20U, 60U, 100U, 200U, 500U, 1'000U, 2'000'000U}) {
      CompareOptions options;
      options.steps = steps;
      const Comparison found = compared(pair.old_text, pair.new_text, options);
      EXPECT_NE(found.backward.answer, Answer::yes) << steps << " " << told(pair);
    }
}

TEST(CompareSound, HardPairsGetTheirVerdictAndClass) {
  for (const SchemaPair& pair : hard_pairs()) {
    const Comparison found = compared(pair.old_text, pair.new_text);
    const bool is_open = pair.backward == "not yes";
    EXPECT_TRUE(is_open || name_of(found.backward.answer) == pair.backward) << told(pair);
    EXPECT_TRUE(is_open || class_name(found.change_class) == pair.change_class) << told(pair);
    EXPECT_GE(found.change_class, ChangeClass::breaking) << told(pair);
  }
}

std::string chain_of_references(int count, const std::string& last) {
  std::string text = R"({"$ref":"#/$defs/d0","$defs":{)";
  for (int i = 0; i < count; ++i)
    text += "\"d" + std::to_string(i) + R"(":{"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"},";
  return text + "\"d" + std::to_string(count) + "\":" + last + "}}";
}

TEST(CompareSound, WhatIsTooDeepToBeReadIsNotTheSameOnBothSides) {
  const std::string text = chain_of_references(1'000, R"({"type":"string"})");
  const std::string number = chain_of_references(1'000, R"({"type":"integer"})");
  EXPECT_EQ(valid_text(text, "\"a\""), "valid");
  EXPECT_EQ(valid_text(number, "\"a\""), "invalid");
  const Comparison found = compared(text, number);
  EXPECT_NE(found.backward.answer, Answer::yes);
  EXPECT_NE(found.forward.answer, Answer::yes);
  EXPECT_GE(found.change_class, ChangeClass::breaking);
}

Schema with_further(const std::string& text, const std::string& uri, const std::string& further) {
  SchemaOptions options;
  options.further.push_back({uri, Document::parse(further).value()});
  const auto schema = Schema::parse(text, options);
  EXPECT_TRUE(schema.ok()) << text << schema.error().message();
  return *std::move(schema);
}

TEST(CompareSound, TheSameTextIsNotIdenticalWhereItsReferencesLeadElsewhere) {
  const std::string text = R"({"$ref":"http://example.org/y"})";
  const std::string uri = "http://example.org/y";
  const Schema strings = with_further(text, uri, R"({"type":"string"})");
  const Schema numbers = with_further(text, uri, R"({"type":"integer"})");
  const auto found = compare(strings, numbers);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->backward.answer, Answer::no);
  EXPECT_EQ(found->change_class, ChangeClass::breaking);
  const auto same = compare(strings, with_further(text, uri, R"({"type":"string"})"));
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same->change_class, ChangeClass::identical);
}

TEST(CompareSound, ALongListThatRepeatsAnItemIsNotUniqueHoweverFewTheSteps) {
  std::string items = "[";
  for (int i = 0; i < 3'000; ++i)
    items += std::to_string(i) + ",";
  items += "2999]";
  for (const std::uint64_t steps : {100U, 5'000U, 100'000U, 2'000'000U}) {
    CompareOptions options;
    options.steps = steps;
    const Comparison found =
        compared(R"({"enum":[)" + items + "]}", R"({"uniqueItems":true})", options);
    EXPECT_NE(found.backward.answer, Answer::yes) << steps;
    EXPECT_TRUE(steps < 2'000'000U || found.backward.answer == Answer::no);
  }
}

TEST(CompareSound, AWitnessIsHeldAgainstAssertedFormatsToo) {
  CompareOptions options;
  options.format = FormatMode::assertion;
  const Comparison found = compared(R"({"type":"string","format":"ipv4"})",
                                    R"({"type":"string","maxLength":15})", options);
  EXPECT_NE(found.backward.answer, Answer::no) << found.backward.witness;
  for (const Change& change : found.changes)
    EXPECT_TRUE(change.backward_witness.empty()) << change.backward_witness;
}

TEST(CompareSound, AFormatThatTheDialectAssertsIsNoAnnotation) {
  const std::string meta = R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
      "$id":"urn:m","$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true,
      "https://json-schema.org/draft/2020-12/vocab/validation":true,
      "https://json-schema.org/draft/2020-12/vocab/format-assertion":true}})";
  const Schema strings = schema_of(R"({"type":"string"})");
  const Schema asserted =
      with_further(R"({"$schema":"urn:m","type":"string","format":"ipv4"})", "urn:m", meta);
  Budget budget(1'000);
  const auto document = Document::parse("\"a\"");
  ASSERT_FALSE(is_valid(asserted, document->root(), budget).value());
  const auto found = compare(strings, asserted);
  ASSERT_TRUE(found.ok());
  EXPECT_NE(found->backward.answer, Answer::yes);
  EXPECT_EQ(found->forward.answer, Answer::yes);
  EXPECT_GE(found->change_class, ChangeClass::breaking);
}

TEST(CompareSound, CountsBeyond64BitsAreNeitherTakenForEqualNorForNone) {
  for (const std::string kind : {"Items", "Length", "Properties", "Contains"}) {
    const auto with = [&](const std::string& word, const std::string& count) {
      return R"({"contains":{"type":"integer"},")" + word + kind + "\":" + count + "}";
    };
    const std::pair<std::string, std::string> pairs[] = {
        {"9223372036854775808", "9223372036854775809"},
        {"18446744073709551614", "18446744073709551615"},
        {"18446744073709551615", "1e400"},
        {"1e300", "1e400"}};
    for (const auto& [low, high] : pairs)
      for (const std::string word : {"min", "max"}) {
        const std::string& wide = word == "min" ? low : high;
        const std::string& narrow = word == "min" ? high : low;
        const Comparison found = compared(with(word, wide), with(word, narrow));
        const std::string told = word + kind + " " + wide + " " + narrow;
        EXPECT_NE(found.backward.answer, Answer::yes) << told;
        EXPECT_GE(found.change_class, ChangeClass::breaking) << told;
        ASSERT_EQ(found.changes.size(), 1U) << told;
        EXPECT_EQ(found.changes[0].backward, Answer::no) << told;
        EXPECT_EQ(found.changes[0].forward, Answer::yes) << told;
        EXPECT_NE(compared(with(word, high), "{}").forward.answer, Answer::yes) << told;
      }
    const Comparison same = compared(with("min", "1e400"), with("min", "10e399,\"title\":\"a\""));
    EXPECT_EQ(same.change_class,
              kind == "Contains" ? ChangeClass::unknown : ChangeClass::annotation)
        << kind << ": which shape is contained is not looked at";
    EXPECT_EQ(compared(with("min", "3.0"), with("min", "0.3e1")).change_class,
              ChangeClass::identical);
    EXPECT_EQ(compared(with("min", "3.0"), with("min", "2")).backward.answer, Answer::yes);
    EXPECT_EQ(compared(with("min", "2"), with("min", "3.0")).backward.answer, Answer::no);
  }
  const std::string none = R"({"type":"array","minItems":1e400,"maxItems":5})";
  EXPECT_EQ(compared(none, "false").backward.answer, Answer::yes) << "no array is like that";
  const std::string other = R"({"contains":{"type":"string"},"maxContains":1e400,"type":"array"})";
  const std::string one = R"({"contains":{"type":"integer"},"maxContains":1e400,"type":"array"})";
  EXPECT_NE(compared(one, other).backward.answer, Answer::yes);
}

Comparison compared_filled(const std::string& old_text, const std::string& new_text) {
  CompareOptions options;
  options.defaults = Defaults::fill;
  return compared(old_text, new_text, options);
}

TEST(CompareSound, ADefaultThatItsOwnSchemaRefusesFillsNothing) {
  const std::string optional = R"({"type":"object","properties":{"a":{"type":"integer"}}})";
  const std::string required =
      R"({"type":"object","properties":{"a":{"type":"integer","default":"x"}},"required":["a"]})";
  EXPECT_NE(compared_filled(optional, required).backward.answer, Answer::yes);
}

TEST(CompareSound, AFilledMemberThatOtherKeywordsSeeIsNotTakenForNothing) {
  const std::string one = R"({"type":"object","maxProperties":1})";
  for (
      const std::string filled :
      {R"({"properties":{"a":{"default":1}},"required":["a"],"maxProperties":1})",
       R"({"properties":{"a":{"default":1}},"maxProperties":1})",
       R"({"properties":{"a":{"default":1}},"required":["a"],"propertyNames":{"const":"b"}})",
       R"({"properties":{"a":{"default":1}},"required":["a"],"dependentRequired":{"a":["c"]}})",
       R"({"properties":{"a":{"default":1}},"required":["a"],"patternProperties":{"^a":{"type":"string"}}})",
       R"({"properties":{"a":{"default":1}},"allOf":[{"required":["a"],"additionalProperties":false}]})"})
    EXPECT_NE(compared_filled(one, filled).backward.answer, Answer::yes) << filled;
  // Under not a dropped requirement would narrow: {} is filled, and then refused.
  const std::string denied =
      R"({"not":{"type":"object","properties":{"a":{"default":1}},"required":["a"]}})";
  const Comparison found = compared_filled(R"({"type":"object","required":["b"]})", denied);
  EXPECT_NE(found.backward.answer, Answer::yes);
  // A "no" would be one against the filled copy only.
  const std::string alternatives =
      R"({"anyOf":[{"required":["a"]}],"properties":{"a":{"default":1}}})";
  EXPECT_EQ(compared_filled(R"({"type":"object"})", alternatives).backward.answer, Answer::unknown);
}

TEST(CompareSound, FilledDefaultsAndReferencesToOtherDocumentsAreNoError) {
  const std::string uri = "http://example.org/y";
  const std::string further = R"({"type":"object","properties":{"a":{"default":1}}})";
  CompareOptions options;
  options.defaults = Defaults::fill;
  const auto found = compare(
      with_further(R"({"$ref":"http://example.org/y","title":"a"})", uri, further),
      with_further(R"({"$ref":"http://example.org/y","title":"b"})", uri, further), options);
  ASSERT_TRUE(found.ok()) << found.error().message();
}

TEST(CompareSound, NestedReferencesUnderUnevaluatedPropertiesEnd) {
  std::string text = R"({"unevaluatedProperties":false,"allOf":[{"$ref":"#/$defs/d0"}],"$defs":{)";
  for (int i = 0; i < 12; ++i) {
    text += "\"d" + std::to_string(i) + R"(":{"allOf":[)";
    for (int k = 0; k < 10; ++k)
      text +=
          std::string(k == 0 ? "" : ",") + R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    text += "]},";
  }
  text += R"("d12":{}}})";
  const Comparison found = compared(text, R"({"maxProperties":0})");
  EXPECT_NE(found.backward.answer, Answer::no);
}

TEST(CompareSound, ManyAlternativesInNestedObjectsAreUnknownAndNoCrash) {
  std::string choices = R"("C":{"allOf":[)";
  for (int i = 0; i < 150; ++i)
    choices += std::string(i == 0 ? "" : ",") + R"({"anyOf":[{"properties":{"a":{"minimum":)" +
               std::to_string(i) + R"(}}},{"properties":{"b":{"minimum":)" + std::to_string(i) +
               "}}}]}";
  choices += "]}";
  const auto types = [&](const std::string& last) {
    std::string text = R"({"$ref":"#/$defs/T0","$defs":{)" + choices;
    for (int i = 0; i < 40; ++i)
      text += ",\"T" + std::to_string(i) +
              R"(":{"type":"object","required":["n"],"properties":{"n":{"$ref":"#/$defs/T)" +
              std::to_string(i + 1) + R"("},"k":{"const":)" + std::to_string(i) +
              R"(}},"allOf":[{"$ref":"#/$defs/C"}]})";
    return text + ",\"T40\":" + last + "}}";
  };
  const Comparison found = compared(types(R"({"type":"string"})"), types(R"({"type":"integer"})"));
  EXPECT_NE(found.backward.answer, Answer::yes);
}

TEST(CompareSound, ManyItemsThatContainsDemandsAreUnknownAndNoCrash) {
  std::string demands;
  for (int i = 0; i < 400; ++i)
    demands += std::string(i == 0 ? "" : ",") + R"({"contains":{"minimum":)" + std::to_string(i) +
               R"(},"minContains":100})";
  const Comparison found = compared(R"({"type":"array","minItems":100,"allOf":[)" + demands + "]}",
                                    R"({"items":{"type":"integer"}})");
  EXPECT_NE(found.backward.answer, Answer::yes);
}

// How many times as long two schemas take to be compared as to be read, which is the same whatever the machine and the build.
double times_as_long(const std::string& old_text, const std::string& new_text) {
  const std::clock_t begin = std::clock();
  const Schema old_schema = schema_of(old_text);
  const Schema new_schema = schema_of(new_text);
  const std::clock_t read = std::clock();
  EXPECT_TRUE(compare(old_schema, new_schema).ok());
  return static_cast<double>(std::clock() - read) / static_cast<double>(read - begin);
}

// Work that grows with the square of a list took minutes here, thousands of times as long.
TEST(CompareSound, LongListsOfValuesAndAlternativesTakeNoMinutes) {
  const auto list = [](int from, int to, const std::string& before, const std::string& after) {
    std::string text;
    for (int i = from; i != to; i += from < to ? 1 : -1)
      text += (text.empty() ? "" : ",") + before + std::to_string(i) + after;
    return text;
  };
  EXPECT_LT(times_as_long(R"({"anyOf":[)" + list(0, 60'000, R"({"const":)", "}") + "]}",
                          R"({"anyOf":[)" + list(60'000, 120'000, R"({"const":)", "}") + "]}"),
            400);
  EXPECT_LT(times_as_long(R"({"enum":[)" + list(0, 200'000, "", "") + "]}",
                          R"({"enum":[)" + list(200'000, -1, "", "") + "]}"),
            400);
}

TEST(CompareSound, AListOfChangesThatWasCutHidesNoRemoval) {
  std::string old_text = R"({"type":"object","properties":{)";
  std::string new_text = old_text;
  for (int i = 0; i < 1'100; ++i) {
    const std::string name = "\"p" + std::to_string(i) + "\":";
    old_text += name + R"({"title":"a"},)";
    new_text += name + R"({"title":"b"},)";
  }
  old_text += R"("z":{}}})";
  new_text.back() = '}';
  new_text += '}';
  const Comparison found = compared(old_text, new_text);
  EXPECT_TRUE(found.has_more_changes);
  EXPECT_GE(found.change_class, ChangeClass::breaking);
}

TEST(CompareSound, ASafeClassNeedsAnAdditionAndNoNarrowingBesides) {
  // Taking additionalProperties away from an allOf closes what unevaluatedProperties closes.
  const Comparison closed = compared(
      R"({"allOf":[{"additionalProperties":true}],"unevaluatedProperties":false})",
      R"({"allOf":[{"properties":{"x":{"type":"integer"}}}],"unevaluatedProperties":false})");
  EXPECT_GE(closed.change_class, ChangeClass::breaking);
  EXPECT_EQ(closed.backward.answer, Answer::no);
  // A change behind more references than the changes are looked for.
  const std::string far_away = chain_of_references(250, R"({"type":"integer"})");
  const Comparison deep = compared(chain_of_references(250, R"({"type":"number"})"),
                                   R"({"title":"t",)" + far_away.substr(1));
  EXPECT_EQ(deep.backward.answer, Answer::no);
  EXPECT_GE(deep.change_class, ChangeClass::breaking);
}

TEST(CompareSound, LeniencyEndsWhereMoreIsLess) {
  CompareOptions options;
  options.profile = Profile::confluent_lenient;
  const auto lenient = [&](const std::string& old_text, const std::string& new_text) {
    return compared(old_text, new_text, options).change_class;
  };
  EXPECT_EQ(lenient(R"({"not":{"type":"string"}})", R"({"not":{"type":["string","integer"]}})"),
            ChangeClass::breaking);
  EXPECT_EQ(lenient(R"({"oneOf":[{"type":"string"},{"type":"integer"}]})",
                    R"({"oneOf":[{"type":["string","integer"]},{"type":"integer"}]})"),
            ChangeClass::breaking);
  EXPECT_EQ(lenient(R"({"properties":{"a":{"$ref":"#/$defs/X"}},"not":{"$ref":"#/$defs/X"},
                        "$defs":{"X":{"type":"string"}}})",
                    R"({"properties":{"a":{"$ref":"#/$defs/X"}},"not":{"$ref":"#/$defs/X"},
                        "$defs":{"X":{"type":["string","integer"]}}})"),
            ChangeClass::breaking);
  EXPECT_EQ(lenient(R"({"type":"object","additionalProperties":true})",
                    R"({"type":"object","additionalProperties":false})"),
            ChangeClass::safe)
      << "as where it was absent";
}

TEST(CompareSound, ABreakBesideADynamicReferenceIsNotSafe) {
  const auto text = [](const std::string& more, const std::string& number) {
    return R"({"$id":"http://e/x","$ref":"#/$defs/A","$dynamicRef":"#T","$defs":{"A":{"type":"object")" +
           more + R"(},"T":{"$dynamicAnchor":"T","properties":{"n":{"type":")" + number +
           R"("}}}}})";
  };
  const Comparison found =
      compared(text("", "number"), text(R"(,"properties":{"b":{"type":"string"}})", "integer"));
  EXPECT_EQ(found.backward.answer, Answer::no);
  EXPECT_EQ(found.change_class, ChangeClass::breaking);
  const Comparison added =
      compared(text("", "number"), text(R"(,"properties":{"b":{"type":"string"}})", "number"));
  EXPECT_EQ(added.change_class, ChangeClass::safe);
}

TEST(CompareSound, APropertyThatADynamicReferenceRequiresIsNotOptional) {
  // Of the resource itself, and of another one that the dynamic scope may have.
  const std::string own = R"("$defs":{"T":{"$dynamicAnchor":"T","required":["b"]}})";
  const std::string outer = R"("$defs":{"T":{"$dynamicAnchor":"T"},
      "o":{"$id":"other","$defs":{"T":{"$dynamicAnchor":"T","required":["b"]}}}})";
  for (const std::string& definitions : {own, outer}) {
    const auto text = [&](const std::string& more) {
      return R"({"$id":"http://e/x","type":"object","$dynamicRef":"#T",)" + more + definitions +
             "}";
    };
    const Comparison found = compared(text(""), text(R"("properties":{"b":{"type":"integer"}},)"));
    EXPECT_EQ(found.backward.answer, Answer::no);
    EXPECT_EQ(found.change_class, ChangeClass::breaking) << definitions;
  }
}

TEST(CompareSound, ALimitOfMembersIsHeldAgainstThoseThatAreRequiredInAnyOrder) {
  for (const std::string parts :
       {R"({"maxProperties":2},{"required":["a","b","c"]})",
        R"({"required":["a","b","c"]},{"maxProperties":2})",
        R"({"required":["a","b"]},{"required":["c"]},{"maxProperties":2})"})
    EXPECT_EQ(compared(R"({"type":"object","allOf":[)" + parts + "]}", "false").backward.answer,
              Answer::yes)
        << parts;
}

TEST(CompareSound, AnArrayOrObjectThatIsListedIsNotTheOneThatIsMade) {
  EXPECT_EQ(
      compared(R"({"type":"array","minItems":2,"uniqueItems":true,"items":{"type":"object"}})",
               "false")
          .backward.answer,
      Answer::no);
  EXPECT_EQ(compared(R"({"type":"object","not":{"enum":[{},{"x":1},{"x":true}]}})", "false")
                .backward.answer,
            Answer::no);
  EXPECT_EQ(compared(R"({"type":"array","maxItems":1,"items":{"enum":[1,[]]},
                         "not":{"enum":[[],[1],[[]]]}})",
                     "false")
                .backward.answer,
            Answer::yes);
  EXPECT_EQ(compared(R"({"type":"object","maxProperties":1,"propertyNames":{"const":"a"},
                         "additionalProperties":{"type":"boolean"},
                         "not":{"enum":[{},{"a":true},{"a":false}]}})",
                     "false")
                .backward.answer,
            Answer::yes);
}

// Each pair has two schemas whose shapes had one hash, and then nothing was known of anything in them.
TEST(CompareSound, SchemasThatAreNotTheSameAreToldApart) {
  const std::pair<std::string, std::string> pairs[] = {
      {R"({"type":"array","maxItems":2})", R"({"type":"array","uniqueItems":true})"},
      {R"({"type":"object","dependentRequired":{"a":["b"],"c":["d"]}})",
       R"({"type":"object","dependentRequired":{"a":["b","c","d"]}})"}};
  for (const auto& [one, other] : pairs) {
    const Comparison found = compared(one, other);
    EXPECT_EQ(found.backward.answer, Answer::no) << one << found.backward.reason;
    EXPECT_EQ(found.forward.answer, Answer::no) << other << found.forward.reason;
  }
}

TEST(CompareSound, ADirectionThatTakesTooLongLeavesTheOtherOneItsSteps) {
  const Comparison found =
      compared(R"({"type":"string","minLength":1000000000})", R"({"type":"string","maxLength":5})");
  EXPECT_EQ(found.backward.answer, Answer::unknown) << "a witness of a gigabyte";
  EXPECT_EQ(found.forward.answer, Answer::no);
  EXPECT_EQ(found.change_class, ChangeClass::breaking);
}

std::string listed(int from, int to, const std::string& before, const std::string& after) {
  std::string text;
  for (int i = from; i < to; ++i)
    text += (i == from ? "" : ",") + before + std::to_string(i) + after;
  return text;
}

// Each of these took minutes where a list was looked through for each name of another one.
TEST(CompareLong, ListsOfRequiredNamesWithNothingInCommon) {
  const auto required = [](int from, int to) {
    return R"({"type":"object","required":[)" + listed(from, to, "\"p", "\"") + "]}";
  };
  const Comparison found = compared(required(0, 200'000), required(200'000, 400'000));
  EXPECT_EQ(found.backward.answer, Answer::no);
  EXPECT_EQ(found.forward.answer, Answer::no);
  EXPECT_EQ(found.change_class, ChangeClass::breaking);
  EXPECT_EQ(found.changes.size(), 1'000U);
  EXPECT_TRUE(found.has_more_changes);
  for (const Change& change : found.changes) {
    ASSERT_EQ(change.backward, Answer::yes);
    ASSERT_EQ(change.forward, Answer::no);
    ASSERT_EQ(change.backward_witness.size() + change.forward_witness.size(), 0U)
        << "a thousand copies of megabytes";
  }
  const Comparison fewer = compared(required(0, 200'000), required(0, 199'999));
  EXPECT_EQ(fewer.backward.answer, Answer::yes);
  ASSERT_EQ(fewer.changes.size(), 1U);
  EXPECT_EQ(fewer.changes[0].rule, "schema.required_removed");
}

TEST(CompareLong, PropertiesBesideManyParts) {
  const auto text = [](int from, int to, const std::string& part) {
    return R"({"type":"object","properties":{)" + listed(from, to, "\"p", "\":{}") +
           R"(},"allOf":[)" + listed(0, 5'000, R"({"properties":{")" + part, "\":{}}}") + "]}";
  };
  const Comparison found = compared(text(0, 100'000, "a"), text(100'000, 200'000, "b"));
  EXPECT_EQ(found.backward.answer, Answer::yes);
  EXPECT_EQ(found.forward.answer, Answer::yes);
  EXPECT_TRUE(found.has_more_changes);
  EXPECT_EQ(found.change_class, ChangeClass::unknown);
  // Nothing is told: each is declared elsewhere.
  const std::string elsewhere = R"({"type":"object","allOf":[)" +
                                listed(0, 5'000, R"({"properties":{"a)", "\":{}}}") +
                                R"(,{"properties":{)" + listed(0, 100'000, "\"p", "\":{}") + "}}]}";
  const Comparison moved = compared(text(0, 100'000, "a"), elsewhere);
  EXPECT_FALSE(moved.has_more_changes);
  EXPECT_LE(moved.change_class, ChangeClass::equivalent);
}

TEST(CompareLong, DependenciesOfManyNames) {
  const auto text = [](const std::string& last) {
    return R"({"type":"object","dependentRequired":{)" + listed(0, 100'000, "\"p", R"(":["q"])") +
           R"(,"z":[")" + last + R"("]}})";
  };
  const Comparison found = compared(text("y"), text("x"));
  EXPECT_NE(found.backward.answer, Answer::yes);
  ASSERT_EQ(found.changes.size(), 1U);
  EXPECT_EQ(found.changes[0].rule, "schema.dependency_changed");
  EXPECT_EQ(found.changes[0].old_path, "/dependentRequired/z");
}

TEST(CompareLong, AlternativesOfObjectsThatRequireManyNames) {
  const auto text = [](const std::string& last) {
    return R"({"type":"object","required":[)" + listed(0, 50'000, "\"p", "\"") + R"(],"anyOf":[)" +
           listed(0, 20'000, R"({"required":["q)", R"("]})") + last + "]}";
  };
  const Comparison found =
      compared(text(R"(,{"required":["last"]})"), text(R"(,{"required":["lost"]})"));
  EXPECT_NE(found.backward.answer, Answer::yes);
}

}  // namespace
}  // namespace holdfast::json_schema

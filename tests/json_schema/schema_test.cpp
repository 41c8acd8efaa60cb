// SPDX-License-Identifier: Apache-2.0
// Schemas: which kind of error, the place it names, dialects, references, and what the graph holds.
#include "json_schema/schema.h"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::json_schema {
namespace {

using ::testing::HasSubstr;

Schema loaded(std::string text, const SchemaOptions& options = {}) {
  auto schema = Schema::parse(std::move(text), options);
  EXPECT_TRUE(schema.ok()) << (schema.ok() ? "" : schema.error().message());
  return schema.ok() ? *schema : *Schema::parse("true");
}

struct Refusal {
  std::string kind;
  std::string message;
};
Refusal refusal(std::string text, const SchemaOptions& options = {}) {
  const auto schema = Schema::parse(std::move(text), options);
  if (schema.ok()) return {"taken", ""};
  return {std::string(schema_error_kind_name(schema_error_kind(schema.error()))),
          schema.error().message()};
}

TEST(Schema, RefusesAKeywordWhoseValueCannotBeAndNamesPlaceKeywordAndValue) {
  const Refusal wrong = refusal(R"({"properties":{"a/b":{"minLength":"x"}}})");
  EXPECT_EQ(wrong.kind, "local_not_schema");
  EXPECT_EQ(wrong.message,
            "#/properties/a~1b: minLength is \"x\", where a whole number that is not negative is "
            "expected");
  for (const char* text : {"1",
                           "[]",
                           "\"x\"",
                           R"({"type":"strin"})",
                           R"({"type":[]})",
                           R"({"type":["any"]})",
                           R"({"enum":1})",
                           R"({"minimum":"1"})",
                           R"({"multipleOf":0})",
                           R"({"multipleOf":-1})",
                           R"({"maxLength":1.5})",
                           R"({"maxLength":-1})",
                           R"({"pattern":"("})",
                           R"({"pattern":1})",
                           R"({"format":1})",
                           R"({"items":1})",
                           R"({"items":[{}]})",
                           R"({"prefixItems":{}})",
                           R"({"uniqueItems":1})",
                           R"({"required":true})",
                           R"({"required":[1]})",
                           R"({"properties":[]})",
                           R"({"properties":{"a":1}})",
                           R"({"patternProperties":{"(":{}}})",
                           R"({"additionalProperties":"no"})",
                           R"({"dependentRequired":{"a":{}}})",
                           R"({"allOf":{}})",
                           R"({"anyOf":[1]})",
                           R"({"not":1})",
                           R"({"$ref":1})",
                           R"({"$id":1})",
                           R"({"$anchor":1})",
                           R"({"$defs":{"a":2}})",
                           R"({"then":3})"}) {
    SchemaOptions options;
    options.default_dialect = Dialect::draft2020;
    EXPECT_EQ(refusal(text, options).kind, "local_not_schema") << text;
  }
  EXPECT_EQ(refusal("{").kind, "local_not_schema");
}

TEST(Schema, KnowsFiveDialectsAndNoOther) {
  const auto dialect = [](const std::string& uri) {
    return loaded(R"({"$schema":")" + uri + "\"}").dialect();
  };
  EXPECT_EQ(dialect("http://json-schema.org/draft-04/schema#"), Dialect::draft4);
  EXPECT_EQ(dialect("http://json-schema.org/draft-06/schema"), Dialect::draft6);
  EXPECT_EQ(dialect("https://json-schema.org/draft-07/schema#"), Dialect::draft7);
  EXPECT_EQ(dialect("https://json-schema.org/draft/2019-09/schema"), Dialect::draft2019);
  EXPECT_EQ(dialect("https://json-schema.org/draft/2020-12/schema#"), Dialect::draft2020);
  const Refusal unknown = refusal(R"({"$schema":"http://json-schema.org/draft-03/schema#"})");
  EXPECT_EQ(unknown.kind, "unsupported_dialect");
  EXPECT_THAT(unknown.message, HasSubstr("draft-03"));
  EXPECT_EQ(refusal(R"({"$schema":5})").kind, "local_not_schema");
}

TEST(Schema, InfersADialectThatIsNotDeclaredAndSaysSo) {
  const auto inferred = [](const char* text) {
    const Schema schema = loaded(text);
    EXPECT_TRUE(schema.is_dialect_inferred()) << text;
    return schema.dialect();
  };
  EXPECT_EQ(inferred(R"({"$defs":{}})"), Dialect::draft2020);
  EXPECT_EQ(inferred(R"({"exclusiveMinimum":0})"), Dialect::draft2020);
  EXPECT_EQ(inferred(R"({"minimum":0,"exclusiveMinimum":true})"), Dialect::draft4);
  EXPECT_EQ(inferred(R"({"items":[{}]})"), Dialect::draft7);
  EXPECT_EQ(inferred(R"({"definitions":{}})"), Dialect::draft7);
  EXPECT_EQ(inferred(R"({"$defs":{},"items":[{}]})"), Dialect::draft2019);
  EXPECT_EQ(inferred(R"({"properties":{"definitions":{}},"enum":[{"items":[1]}]})"),
            Dialect::draft2020);
  EXPECT_EQ(inferred("true"), Dialect::draft2020);
  EXPECT_FALSE(
      loaded(R"({"$schema":"http://json-schema.org/draft-07/schema"})").is_dialect_inferred());
  SchemaOptions options;
  options.default_dialect = Dialect::draft6;
  EXPECT_EQ(loaded("{}", options).dialect(), Dialect::draft6);
  EXPECT_FALSE(loaded("{}", options).is_dialect_inferred());
}

TEST(Schema, NamesAReferenceThatLeadsNowhere) {
  const Refusal nowhere = refusal(R"({"properties":{"a":{"$ref":"#/$defs/b"}},"$defs":{}})");
  EXPECT_EQ(nowhere.kind, "unresolved_ref");
  EXPECT_EQ(nowhere.message, "#/properties/a: $ref is \"#/$defs/b\", where nothing is");
  EXPECT_EQ(refusal(R"({"$ref":"#nothing"})").kind, "unresolved_ref");
  EXPECT_THAT(refusal(R"({"$ref":"http://example.com/a.json"})").message,
              HasSubstr("no document \"http://example.com/a.json\" was given"));
}

TEST(Schema, FollowsReferencesIntoFurtherDocumentsAndWhatIsEmbeddedInThem) {
  SchemaOptions options;
  options.uri = "http://example.com/main.json";
  options.further.push_back({"http://example.com/other.json",
                             *Document::parse(R"({"$defs":{"x":{"$id":"inner","type":"null"}}})")});
  for (const char* reference : {"other.json#/$defs/x", "http://example.com/inner", "inner#"}) {
    const Schema schema =
        loaded(R"({"$defs":{},"$ref":")" + std::string(reference) + "\"}", options);
    const NodeId target = schema.node(schema.root()).reference->ref;
    EXPECT_EQ(schema.node(target).types, kTypeNull) << reference;
    EXPECT_EQ(schema.pointer(target), "http://example.com/other.json#/$defs/x");
  }
}

TEST(Schema, TellsWhereANodeIsAndFindsItAgain) {
  const char* text = R"({"properties":{"a~/b":{"items":{"anyOf":[{},{"const":1}]}}},
                         "unknown":{"x":{"type":"null"}},"not":{"$ref":"#/unknown/x"}})";
  const Schema schema = loaded(text);
  for (const char* pointer :
       {"", "/properties/a~0~1b", "/properties/a~0~1b/items/anyOf/1", "/unknown/x", "/not"}) {
    const NodeId id = schema.find_node(pointer);
    ASSERT_NE(id, kNoNode) << pointer;
    EXPECT_EQ(schema.pointer(id), pointer);
  }
  EXPECT_EQ(schema.find_node("/unknown"), kNoNode);
  EXPECT_EQ(schema.find_node("/nothing"), kNoNode);
}

TEST(Schema, HasTypedKeywords) {
  const Schema schema = loaded(
      R"({"$schema":"http://json-schema.org/draft-04/schema#","type":["number","null"],
          "minimum":1.5,"exclusiveMinimum":true,"maximum":1e400,"maxLength":1e400,
          "items":[{"type":"string"}],"additionalItems":false,
          "dependencies":{"a":["b"],"c":{"type":"object"}}})");
  const SchemaNode& node = schema.node(schema.root());
  EXPECT_EQ(node.types, kTypeNumber | kTypeNull);
  EXPECT_EQ(node.number->minimum, std::nullopt);
  EXPECT_EQ(node.number->exclusive_minimum, Number::parse("1.5").value());
  EXPECT_EQ(node.number->maximum, Number::parse("1e400").value());
  EXPECT_EQ(node.string->max_length, kNoMost - 1);
  ASSERT_EQ(node.array->prefix_items.size(), 1U);
  EXPECT_EQ(schema.node(node.array->items).kind, SchemaNode::Kind::never);
  ASSERT_EQ(node.object->dependent_required.size(), 1U);
  EXPECT_EQ(node.object->dependent_required[0].names[0], "b");
  ASSERT_EQ(node.object->dependent_schemas.size(), 1U);
  EXPECT_EQ(node.object->dependent_schemas[0].name, "c");
}

TEST(Schema, LeavesOutWhatHasNoEffect) {
  SchemaOptions options;
  options.default_dialect = Dialect::draft7;
  const Schema schema = loaded(
      R"({"then":{},"items":{},"additionalItems":false,"minContains":3,
          "properties":{"a":{"$ref":"#","type":"null"}}})",
      options);
  const SchemaNode& node = schema.node(schema.root());
  EXPECT_EQ(node.logic->then_schema, kNoNode);
  EXPECT_EQ(schema.node(node.array->items).kind, SchemaNode::Kind::object);
  EXPECT_EQ(node.array->min_contains, 1U);
  const SchemaNode& beside = schema.node(node.object->find_property("a"));
  EXPECT_EQ(beside.types, kEveryType);
  EXPECT_EQ(beside.reference->ref, schema.root());
}

TEST(Schema, KeepsAPatternOfAnotherEngineWithItsProblem) {
  const Schema schema = loaded(R"({"pattern":"(?i)a"})");
  const PatternKeyword& pattern = *schema.node(schema.root()).string->pattern;
  EXPECT_FALSE(pattern.pattern.has_value());
  EXPECT_FALSE(pattern.problem.empty());
}

TEST(Schema, IsBounded) {
  SchemaOptions options;
  options.most_nodes = 10;
  EXPECT_EQ(refusal(R"({"allOf":[{},{},{},{},{},{},{},{},{},{},{}]})", options).kind,
            "budget_exceeded");
}

TEST(Schema, PatternsThatTakeTooMuchMemoryAreTooMany) {
  std::string text = R"({"patternProperties":{)";
  for (int i = 0; i < 200; ++i)
    text += std::string(i == 0 ? "" : ",") + R"("[\\p{L})" + std::to_string(i) + R"(]":true)";
  text += "}}";
  EXPECT_TRUE(Schema::parse(text).ok());
  SchemaOptions options;
  options.most_pattern_bytes = 500'000;
  const auto refused = Schema::parse(text, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::cancelled);
}

}  // namespace
}  // namespace holdfast::json_schema

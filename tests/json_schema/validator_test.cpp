// SPDX-License-Identifier: Apache-2.0
// The validator: what is told of a violation, and that it ends whatever it is given. What is valid, suite and second program say.
#include "json_schema/validator.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast::json_schema {
namespace {

Schema loaded(std::string text) {
  auto schema = Schema::parse(std::move(text));
  EXPECT_TRUE(schema.ok()) << (schema.ok() ? "" : schema.error().message());
  return schema.ok() ? *schema : *Schema::parse("true");
}

Document parsed(std::string text) {
  return *Document::parse(std::move(text));
}

Result<bool> tried(const std::string& schema, const std::string& value,
                   std::uint64_t steps = kUsualValidationSteps) {
  const Document document = parsed(value);
  Budget budget(steps);
  return is_valid(loaded(schema), document.root(), budget);
}

TEST(Validator, TellsEveryViolationWithBothPlaces) {
  const Schema schema = loaded(
      R"({"type":"object","required":["id","name"],
          "properties":{"name":{"type":"string","maxLength":3},
                        "tags":{"items":{"enum":["x","y"]}}}})");
  const Document value = parsed(R"({"name":"long","tags":["x","z"]})");
  Budget budget(10'000);
  const auto violations = validate(schema, value.root(), budget);
  ASSERT_TRUE(violations.ok());
  ASSERT_EQ(violations->size(), 3U);
  EXPECT_EQ(violations->at(0).keyword, "required");
  EXPECT_EQ(violations->at(0).instance, "");
  EXPECT_EQ(violations->at(0).message, "has no member \"id\"");
  EXPECT_EQ(violations->at(1).instance, "/name");
  EXPECT_EQ(violations->at(1).schema, "/properties/name");
  EXPECT_EQ(violations->at(1).message, "has 4 characters, not at most 3");
  EXPECT_EQ(violations->at(2).instance, "/tags/1");
  EXPECT_EQ(violations->at(2).schema, "/properties/tags/items");
  EXPECT_EQ(violations->at(2).keyword, "enum");
}

TEST(Validator, TellsNoMoreViolationsThanAskedFor) {
  const Schema schema = loaded(R"({"items":false})");
  const Document value = parsed("[1,2,3,4,5]");
  Budget budget(10'000);
  const auto violations = validate(schema, value.root(), budget, {FormatMode::annotation, 2});
  ASSERT_TRUE(violations.ok());
  EXPECT_EQ(violations->size(), 2U);
}

TEST(Validator, IsExact) {
  EXPECT_TRUE(*tried(R"({"multipleOf":0.01})", "4.35"));
  EXPECT_FALSE(*tried(R"({"maximum":9007199254740992})", "9007199254740993"));
  EXPECT_FALSE(*tried(R"({"const":12345678901234567890})", "12345678901234567891"));
  EXPECT_TRUE(*tried(R"({"type":"integer"})", "1e400"));
  EXPECT_FALSE(*tried(R"({"uniqueItems":true})", "[1, 2, 10e-1]"));
}

TEST(Validator, SaysSoWhereReferencesLeadInACircle) {
  for (const char* schema :
       {R"({"$ref":"#"})", R"({"allOf":[{"$ref":"#"}]})", R"({"not":{"$ref":"#"}})",
        R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})"}) {
    const auto valid = tried(schema, "1");
    ASSERT_FALSE(valid.ok()) << schema;
    EXPECT_EQ(valid.error().code(), Code::invalid) << valid.error().message();
  }
  EXPECT_TRUE(*tried(R"({"properties":{"a":{"$ref":"#"}}})", R"({"a":{"a":{"a":{}}}})"));
}

TEST(Validator, EndsWithItsBudget) {
  std::string schema = R"({"$ref":"#/$defs/s0","$defs":{)";
  for (int i = 0; i < 40; ++i)
    schema += "\"s" + std::to_string(i) + R"(":{"allOf":[{"$ref":"#/$defs/s)" +
              std::to_string(i + 1) + R"("},{"$ref":"#/$defs/s)" + std::to_string(i + 1) +
              R"("}]},)";
  schema += R"("s40":{"type":"integer"}}})";
  const auto valid = tried(schema, "1", 100'000);  // two to the fortieth visits
  ASSERT_FALSE(valid.ok());
  EXPECT_EQ(valid.error().code(), Code::cancelled);
  EXPECT_EQ(schema_error_kind(valid.error()), SchemaErrorKind::budget_exceeded);
}

TEST(Validator, RemembersWhatItFoundOutOfAPair) {
  constexpr int kTypes = 48;
  std::string definitions;
  std::string any;
  for (int i = 0; i < kTypes; ++i)
    any += (i > 0 ? "," : "") + (R"({"$ref":"#/$defs/t)" + std::to_string(i) + "\"}");
  for (int i = 0; i < kTypes; ++i)
    definitions += (i > 0 ? ",\"t" : "\"t") + std::to_string(i) +
                   R"(":{"type":"object","properties":{"a":{"oneOf":[)" + any +
                   R"(]},"kind":{"const":)" + std::to_string(i) + R"(}},"required":["kind"]})";
  std::string value = R"({"kind":0})";
  for (int i = 1; i < 20; ++i)
    value = R"({"a":)" + value + R"(,"kind":)" + std::to_string(i) + "}";
  const std::string schema = R"({"$ref":"#/$defs/t19","$defs":{)" + definitions + "}}";
  const auto valid = tried(schema, value, 1'000'000);
  ASSERT_TRUE(valid.ok()) << valid.error().message();
  EXPECT_TRUE(*valid);
}

TEST(Validator, IsBoundedInDepth) {
  std::string schema = R"({"$ref":"#/$defs/s0","$defs":{)";
  for (int i = 0; i < 5'000; ++i)
    schema +=
        "\"s" + std::to_string(i) + R"(":{"$ref":"#/$defs/s)" + std::to_string(i + 1) + "\"},";
  const auto valid = tried(schema + R"("s5000":{}}})", "1");
  ASSERT_FALSE(valid.ok());
  EXPECT_EQ(valid.error().code(), Code::cancelled);
  const std::string deep = std::string(512, '[') + std::string(512, ']');
  EXPECT_TRUE(*tried(R"({"items":{"$ref":"#"}})", deep));
}

TEST(Validator, SaysSoWhereAnotherEnginesPatternWouldHaveToBeMatched) {
  const auto valid = tried(R"({"pattern":"(?i)a"})", "\"A\"");
  ASSERT_FALSE(valid.ok());
  EXPECT_EQ(valid.error().code(), Code::unsupported);
  EXPECT_TRUE(*tried(R"({"pattern":"(?i)a"})", "1"));
}

TEST(Validator, HoldsFormatsOnlyWhereAsked) {
  const Schema schema = loaded(R"({"format":"date-time"})");
  const Document wrong = parsed("\"2024-02-30T00:00:00Z\"");
  const Document right = parsed("\"2024-02-29T23:59:60Z\"");
  Budget budget(10'000);
  EXPECT_TRUE(*is_valid(schema, wrong.root(), budget));
  const ValidateOptions asserts{FormatMode::assertion, 100};
  EXPECT_FALSE(*is_valid(schema, wrong.root(), budget, asserts));
  EXPECT_TRUE(*is_valid(schema, right.root(), budget, asserts));
  EXPECT_TRUE(*is_valid(loaded(R"({"format":"unheard-of"})"), wrong.root(), budget, asserts));
}

}  // namespace
}  // namespace holdfast::json_schema

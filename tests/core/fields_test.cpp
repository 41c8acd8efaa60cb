// SPDX-License-Identifier: Apache-2.0
// Flat JSON objects: written, read back, refused.
#include "core/fields.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

using testing::HasSubstr;

constexpr std::int64_t k2To53 = std::int64_t{1} << 53;

std::string refusal(const Fields& fields) {
  auto text = canonical_json(fields);
  return text.ok() ? "written as " + *text
                   : std::string(code_name(text.error().code())) + ": " + text.error().message();
}

TEST(Fields, AreWrittenInTheOrderOfTheirKeys) {
  const Fields fields{{"size_bytes", std::int64_t{42}},
                      {"path", std::string("a\"b")},
                      {"age", 0.5},
                      {"dry_run", false},
                      {"old", {}}};
  auto text = canonical_json(fields);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, R"({"age":0.5,"dry_run":false,"old":null,"path":"a\"b","size_bytes":42})");
  EXPECT_EQ(*canonical_json({}), "{}");
}

TEST(Fields, ComeBackAsTheyWereWritten) {
  const Fields fields{{"\uFB33", std::string()}, {"a", 1e20},   {"b", 0.1},
                      {"c", std::int64_t{-7}},   {"d", true},   {"e", {}},
                      {"f", 9007199254740994.0}, {"g", k2To53}, {"h", -k2To53}};
  auto text = canonical_json(fields);
  ASSERT_TRUE(text.ok());
  auto back = parse_fields(*text);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(*canonical_json(*back), *text);
  EXPECT_EQ(std::get<std::int64_t>(*find_field(*back, "c")), -7);
  EXPECT_EQ(std::get<std::int64_t>(*find_field(*back, "g")), k2To53);
  EXPECT_EQ(std::get<double>(*find_field(*back, "a")), 1e20);
  EXPECT_EQ(std::get<double>(*find_field(*back, "f")), 9007199254740994.0);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(*find_field(*back, "e")));
}

TEST(Fields, KeepTheOrderOfTheText) {
  auto fields = parse_fields(R"( {"b" : 1, "a" : "x", "c": -0.0} )");
  ASSERT_TRUE(fields.ok());
  EXPECT_EQ(*fields, (Fields{{"b", std::int64_t{1}}, {"a", std::string("x")}, {"c", -0.0}}));
}

TEST(Fields, RefuseWhatJsonCannotKeep) {
  EXPECT_THAT(refusal({{"n", k2To53 + 1}}), HasSubstr("invalid: field \"n\""));
  EXPECT_THAT(refusal({{"n", -k2To53 - 1}}), HasSubstr("2^53"));
  EXPECT_THAT(refusal({{"n", std::numeric_limits<std::int64_t>::min()}}), HasSubstr("2^53"));
  EXPECT_THAT(refusal({{"n", std::nan("")}}), HasSubstr("NaN"));
  EXPECT_THAT(refusal({{"n", -INFINITY}}), HasSubstr("invalid"));
  EXPECT_THAT(refusal({{"n", true}, {"m", true}, {"n", true}}), HasSubstr("\"n\" stands twice"));
  EXPECT_THAT(refusal({{"n", std::string("\xFF")}}), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal({{"\xED\xA0\x80", true}}), HasSubstr("not UTF-8"));
}

TEST(Fields, RefuseWhatIsNoFlatObject) {
  for (const char* json :
       {"[]", "1", "null", "{\"a\":[]}", "{\"a\":{}}", "{\"a\":1,\"a\":2}",
        "{\"a\":9007199254740993}", "", "{\"a\"", "{\"a\":1e999}", "{\"a\":\"\\ud800\"}"}) {
    const auto fields = parse_fields(json);
    ASSERT_FALSE(fields.ok()) << json;
    EXPECT_EQ(fields.error().code(), Code::invalid) << json;
  }
}

TEST(Fields, AreFoundByKeyAndShownToPeople) {
  const Fields fields{
      {"a", std::string("x y")}, {"b", {}}, {"c", true}, {"d", std::int64_t{-3}}, {"e", 2.5}};
  EXPECT_EQ(find_field(fields, "z"), nullptr);
  EXPECT_EQ(display(*find_field(fields, "a")), "x y");
  EXPECT_EQ(display(*find_field(fields, "b")), "null");
  EXPECT_EQ(display(*find_field(fields, "c")), "true");
  EXPECT_EQ(display(*find_field(fields, "d")), "-3");
  EXPECT_EQ(display(*find_field(fields, "e")), "2.5");
  EXPECT_EQ(display(FieldValue{INFINITY}), "Infinity");
}

}  // namespace
}  // namespace holdfast::core

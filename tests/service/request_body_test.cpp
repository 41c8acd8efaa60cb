// SPDX-License-Identifier: Apache-2.0
#include "service/request_body.h"

#include <array>

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

constexpr std::array kFields = {Field{"name", FieldType::text, Need::required, ""},
                                Field{"flag", FieldType::flag, Need::optional, ""},
                                Field{"schema", FieldType::schema, Need::optional, ""},
                                Field{"any", FieldType::any, Need::optional, ""}};

std::string refused(const std::string& body) {
  const auto parsed = RequestBody::parse(body, kFields);
  if (parsed.ok()) return "taken";
  EXPECT_EQ(parsed.error().code(), Code::invalid);
  return parsed.error().message();
}

TEST(RequestBodies, KeepTheBytesOfTheirValues) {
  const auto body = RequestBody::parse(
      " {\"name\": \"a\\n\\u00e9\", \"flag\":true, \"schema\": { \"x\" : 1.0 }, \"any\": "
      "[1e400]}\n",
      kFields);
  ASSERT_TRUE(body.ok()) << body.error().message();
  EXPECT_EQ(body->text("name"), "a\n\xC3\xA9");
  EXPECT_EQ(body->flag("flag"), true);
  EXPECT_EQ(body->schema("schema"), "{ \"x\" : 1.0 }");
  EXPECT_EQ(body->json("any"), "[1e400]");
}

TEST(RequestBodies, TakeASchemaOutOfItsText) {
  const auto body =
      RequestBody::parse(R"({"name":"a","schema":"{\"x\": 1}","flag":null})", kFields);
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(body->schema("schema"), R"({"x": 1})");
  EXPECT_FALSE(body->has("flag")) << "null is nothing";
  EXPECT_EQ(body->flag("flag"), std::nullopt);
}

TEST(RequestBodies, NameWhatIsWrong) {
  EXPECT_NE(refused(R"({"name":"a","nmae":1})").find("did you mean \"name\""), std::string::npos);
  EXPECT_NE(refused(R"({"name":"a","name":"b"})").find("twice"), std::string::npos);
  EXPECT_NE(refused(R"({"name":1})").find("not a text"), std::string::npos);
  EXPECT_NE(refused(R"({"name":"a","flag":"true"})").find("true or false"), std::string::npos);
  EXPECT_NE(refused(R"({"name":"a","schema":[]})").find("a schema"), std::string::npos);
  EXPECT_NE(refused(R"({"name":"\ud800"})").find("not a text"), std::string::npos);
  EXPECT_NE(refused("{}").find("no field \"name\""), std::string::npos);
  EXPECT_NE(refused("\xEF\xBB\xBF{}").find("byte-order mark"), std::string::npos);
  EXPECT_NE(refused(std::string(1000, '[')).find("deeper"), std::string::npos);
  for (const char* body :
       {"", "[]", "{", "{\"name\":\"a\"} x", "{\"name\":\"a\",}", "null", "\xFF"})
    EXPECT_NE(refused(body), "taken") << body;
}

TEST(RequestBodies, MayHaveMoreWhereThatIsAllowed) {
  EXPECT_TRUE(RequestBody::parse(R"({"name":"a","more":{}})", kFields, Unknown::ignored).ok());
}

}  // namespace
}  // namespace holdfast::service

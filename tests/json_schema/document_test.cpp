// SPDX-License-Identifier: Apache-2.0
// Documents: what is refused and where, what is equal, and that text comes back.
#include "json_schema/document.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::json_schema {
namespace {

using ::testing::HasSubstr;

Document parsed(const std::string& text) {
  auto document = Document::parse(text);
  EXPECT_TRUE(document.ok()) << text << (document.ok() ? "" : document.error().message());
  return document.ok() ? *document : *Document::parse("null");
}

std::string refusal(std::string text) {
  const auto document = Document::parse(std::move(text));
  if (document.ok()) return "taken";
  EXPECT_EQ(document.error().code(), Code::invalid);
  return document.error().message();
}

TEST(Document, RefusesWhatIsNotStrictlyJson) {
  for (const char* text :
       {"",        " ",         "{",        "[",      "[1,]",   "{\"a\":1,}", "{a:1}", "'a'",
        "NaN",     "-Infinity", "tru",      "01",     "[1 2]",  "{\"a\" 1}",  "1 2",   "\"a",
        "\"\\x\"", "\"\\u12\"", "\"\x01\"", "\"\n\"", "//x\n1", "+1"})
    EXPECT_NE(refusal(text), "taken") << text;
}

TEST(Document, SaysWhereAndWhat) {
  EXPECT_EQ(refusal("{\n  \"a\": 1,\n  \"a\": 2}"),
            "line 1, column 1 (byte 0): the object that begins here has the key \"a\" twice");
  EXPECT_EQ(refusal("[1,\n tru]"), "line 2, column 2 (byte 5): expected a value of JSON");
  EXPECT_THAT(refusal("\xEF\xBB\xBF{}"), HasSubstr("byte order mark"));
  EXPECT_EQ(refusal("[\"\xC3\"]"), "byte 2: not UTF-8");
  EXPECT_THAT(refusal("[\"\\ud800\"]"), HasSubstr("byte 2): a lone surrogate"));
  EXPECT_THAT(refusal("[\"\\ud800\\u0041\"]"), HasSubstr("lone surrogate"));
  EXPECT_THAT(refusal("1 1"), HasSubstr("expected the end of the text"));
  EXPECT_THAT(refusal("[1e9999999999999999]"), HasSubstr("column 2 (byte 1): the exponent"));
}

TEST(Document, RefusesAKeyTwiceHoweverItIsWrittenAndHoweverManyThereAre) {
  EXPECT_NE(refusal(R"({"a":1,"\u0061":2})"), "taken");
  std::string many = "{";
  for (int i = 0; i < 1000; ++i)
    many += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_EQ(refusal(many + "\"last\":0}"), "taken");
  EXPECT_THAT(refusal(many + "\"k500\":0}"), HasSubstr("\"k500\" twice"));
}

TEST(Document, IsBoundedInDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(refusal(nested(512)), "taken");
  EXPECT_THAT(refusal(nested(513)), HasSubstr("nested deeper than 512"));
  EXPECT_THAT(refusal(std::string(1'000'000, '[')), HasSubstr("nested deeper"));
  EXPECT_EQ(depth_of(parsed("[[], {\"a\": {}}]").root()), 3U);
}

TEST(Document, FindsMembersOfSmallAndLargeObjects) {
  for (const int count : {1, 8, 9, 100}) {
    std::string text = "{";
    for (int i = 0; i < count; ++i)
      text += (i > 0 ? "," : "") + ("\"key " + std::to_string(i) + "\":" + std::to_string(i));
    const Document document = parsed(text + "}");
    for (int i = 0; i < count; ++i) {
      const std::string key = "key " + std::to_string(i);
      ASSERT_TRUE(document.root().find(key)) << key;
      EXPECT_EQ(document.root().find(key).number(), Number(i));
      EXPECT_EQ(document.root().index_of(key), static_cast<std::size_t>(i));
      EXPECT_EQ(document.root().member(static_cast<std::size_t>(i)).key, key);
    }
    EXPECT_FALSE(document.root().find("key"));
    EXPECT_FALSE(document.root().find(""));
  }
}

TEST(Document, IsEqualByMeaning) {
  const auto same = [](const std::string& a, const std::string& b) {
    const Document left = parsed(a);
    const Document right = parsed(b);
    const bool equal = left.root() == right.root();
    EXPECT_TRUE(!equal || left.root().hash() == right.root().hash());
    return equal;
  };
  EXPECT_TRUE(same("[1, 1.0, 10e-1]", "[1.0, 1, 1]"));
  EXPECT_TRUE(same(R"({"a":1,"b":[true,null]})", R"({"b":[true,null],"a":1.0})"));
  EXPECT_TRUE(same(R"("\u00e9")", "\"é\""));
  EXPECT_FALSE(same("0", "false"));
  EXPECT_FALSE(same("1", "true"));
  EXPECT_FALSE(same("[1,2]", "[2,1]"));
  EXPECT_FALSE(same("[]", "{}"));
  EXPECT_FALSE(same("[]", "[[]]"));
  EXPECT_FALSE(same(R"({"a":1})", R"({"a":1,"b":1})"));
  EXPECT_FALSE(same(R"({"a":"b"})", R"({"b":"a"})"));
  EXPECT_FALSE(same("1e400", "1e401"));
  EXPECT_FALSE(same("\"\"", "null"));
}

TEST(Document, BecomesTextAndComesBack) {
  const char* text = R"({ "z": [1.0, 1e400, "a\"\u0001\ud83d\ude00"], "a": {}, "é": null })";
  const Document document = parsed(text);
  EXPECT_EQ(json_text(document.root()),
            "{\"a\":{},\"z\":[1,1e+400,\"a\\\"\\u0001😀\"],\"é\":null}");
  EXPECT_EQ(parsed(json_text(document.root())).root(), document.root());
  EXPECT_EQ(short_json_text(parsed(R"({"d":0,"c":0,"":0,"b":0,"a":0,"e":0})").root(), 13),
            R"({"":0,"a":0,"…)")
      << "the first ones, however few are shown";
  EXPECT_EQ(short_json_text(parsed("\"ééééé\"").root(), 4), "\"é…");
  EXPECT_EQ(parsed("\"aé😀\"").root().code_point_count(), 3U);
}

TEST(Document, IsMadeWithoutText) {
  const Document given = parsed(R"({"shared":[1,2,{"x":null}]})");
  DocumentMaker maker;
  const std::vector<Value> elements = {maker.number(*Number::parse("1.50")), maker.string("a"),
                                       maker.boolean(true), maker.null(),
                                       given.root().find("shared")};
  const std::vector<Member> members = {{"b", maker.array(elements)},
                                       {"a", maker.copy(given.root())}};
  const Value root = maker.object(members);
  const Document made = std::move(maker).finish(root);
  const char* expected =
      R"({"a":{"shared":[1,2,{"x":null}]},"b":[1.5,"a",true,null,[1,2,{"x":null}]]})";
  EXPECT_EQ(json_text(made.root()), expected);
  EXPECT_EQ(made.root(), parsed(expected).root());
}

TEST(Document, FollowsJsonPointers) {
  const Document document = parsed(R"({"a/b":{"~":[10,20]},"":1})");
  EXPECT_EQ(value_at(document.root(), "/a~1b/~0/1").number(), Number(20));
  EXPECT_EQ(value_at(document.root(), "/").number(), Number(1));
  EXPECT_EQ(value_at(document.root(), ""), document.root());
  for (const char* nothing : {"/a~1b/~0/2", "/a~1b/~0/01", "/a~1b/~0/-", "/x", "a", "/a~2b"})
    EXPECT_FALSE(value_at(document.root(), nothing)) << nothing;
}

}  // namespace
}  // namespace holdfast::json_schema

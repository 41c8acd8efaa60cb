// SPDX-License-Identifier: Apache-2.0
// Request targets and routes: one reading of each, and none of what two programs might read differently.
#include "http/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/routes.h"

namespace holdfast::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Target, IsReadIntoSegmentsAndValues) {
  const auto target = parse_target("/a%20b/%C3%A9/?x=1+2&y&x=%2B&=z");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/a%20b/%C3%A9/");
  EXPECT_THAT(target->segments, ElementsAre("a b", "é", ""));
  EXPECT_THAT(target->query,
              ElementsAre(Pair("x", "1 2"), Pair("y", ""), Pair("x", "+"), Pair("", "z")));
  EXPECT_THAT(parse_target("/")->segments, IsEmpty());
  EXPECT_EQ(parse_target("*")->path, "*");
}

TEST(Target, RefusesWhatMayBeReadInTwoWays) {
  for (const char* text :
       {"",          "a",       "http://h/a", "//a",    "/a//b", "/./a",    "/a/..",
        "/%2e%2e/a", "/.%2e",   "/a%2fb",     "/a%5cb", "/a\\b", "/a%00",   "/%0d%0a",
        "/a b",      "/a#b",    "/%",         "/%g0",   "/%ff",  "/%c0%af", "/%ed%a0%80",
        "/é",        "/?a=%00", "/?a=%ff",    "/?%"})
    EXPECT_FALSE(parse_target(text).ok()) << text;
  std::string deep;
  for (int i = 0; i < 65; ++i)
    deep += "/a";
  EXPECT_FALSE(parse_target(deep).ok());
  std::string many = "/?";
  for (int i = 0; i < 257; ++i)
    many += "a&";
  EXPECT_FALSE(parse_target(many).ok());
  EXPECT_FALSE(parse_target("/" + std::string(8192, 'a')).ok());
}

TEST(PathPattern, TakesOneSegmentForEachParameter) {
  const auto pattern = PathPattern::parse("/schemas/{track}/{name}");
  ASSERT_TRUE(pattern.ok());
  EXPECT_THAT(*pattern->match({"schemas", "a", "b"}),
              ElementsAre(Pair("track", "a"), Pair("name", "b")));
  EXPECT_FALSE(pattern->match({"schemas", "a"}));
  EXPECT_FALSE(pattern->match({"schemas", "a", "b", ""}));
  EXPECT_FALSE(pattern->match({"schemas", "a", ""}));
  EXPECT_FALSE(pattern->match({"Schemas", "a", "b"}));
}

TEST(PathPattern, RefusesWhatIsNone) {
  for (const char* text : {"", "a", "/a/{}", "/{a}/{a}", "/{a}b", "/a{b}", "/a//b", "/}"})
    EXPECT_FALSE(PathPattern::parse(text).ok()) << text;
}

Route route(Method method, std::string pattern) {
  return {method, std::move(pattern), [](const Call&) -> Result<Reply> { return Reply{}; }};
}

std::string found(const RouteTable& table, Method method, std::string_view path) {
  const auto at = table.find(method, *parse_target(path));
  return at.route == nullptr ? "allow " + at.allow : at.route->pattern;
}

TEST(RouteTable, PrefersTheMoreLiteralWhateverTheOrder) {
  const auto table = RouteTable::make({route(Method::get, "/{a}/b"), route(Method::get, "/x/{b}"),
                                       route(Method::get, "/x/b"), route(Method::get, "/")});
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(found(*table, Method::get, "/x/b"), "/x/b");
  EXPECT_EQ(found(*table, Method::get, "/x/c"), "/x/{b}");
  EXPECT_EQ(found(*table, Method::get, "/y/b"), "/{a}/b");
  EXPECT_EQ(found(*table, Method::get, "/"), "/");
  EXPECT_EQ(found(*table, Method::get, "/y/c"), "allow ");
}

TEST(RouteTable, NamesTheMethodsOfAPath) {
  const auto table = RouteTable::make(
      {route(Method::get, "/a"), route(Method::post, "/a"), route(Method::put, "/b")});
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(found(*table, Method::head, "/a"), "/a");
  EXPECT_EQ(found(*table, Method::del, "/a"), "allow GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(found(*table, Method::head, "/b"), "allow PUT, OPTIONS");
  EXPECT_EQ(table->allow_all(), "GET, HEAD, POST, PUT, OPTIONS");
}

TEST(RouteTable, RefusesWhatDependsOnTheOrder) {
  const auto refused = [](std::vector<Route> routes) {
    return RouteTable::make(std::move(routes)).error().message();
  };
  EXPECT_THAT(refused({route(Method::get, "/{a}"), route(Method::get, "/{b}")}), HasSubstr("/{a}"));
  EXPECT_THAT(refused({route(Method::get, "/a"), route(Method::get, "/a")}), HasSubstr("twice"));
  EXPECT_THAT(refused({route(Method::head, "/a")}), HasSubstr("itself"));
  EXPECT_THAT(refused({{Method::get, "/a", nullptr}}), HasSubstr("handler"));
}

}  // namespace
}  // namespace holdfast::http

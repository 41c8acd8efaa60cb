// SPDX-License-Identifier: Apache-2.0
// Header fields, entity tags, dates, problems and events: the small parts of messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/http_date.h"
#include "http/problem.h"

namespace holdfast::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Message, KnowsItsMethods) {
  EXPECT_EQ(method_of("DELETE"), Method::del);
  EXPECT_FALSE(method_of("delete"));
  EXPECT_FALSE(method_of("TRACE"));
  EXPECT_TRUE(is_idempotent(Method::put));
  EXPECT_FALSE(is_idempotent(Method::post));
  EXPECT_FALSE(is_idempotent(Method::patch));
}

TEST(Message, RefusesFieldsThatWouldBeTwo) {
  EXPECT_TRUE(is_field("X-A", "b\tc é"));
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"", "a"},
                                                        {"a b", "c"},
                                                        {"a:", "b"},
                                                        {"a", "b\r\nc: d"},
                                                        {"a", "b\n"},
                                                        {"a", std::string(1, '\0')}})
    EXPECT_FALSE(is_field(name, value)) << name;
}

TEST(Message, FindsFieldsWhateverTheirCase) {
  const Headers headers = {
      {"Content-Type", " Application/JSON ; charset=utf-8"}, {"x", "1"}, {"X", "2"}};
  EXPECT_EQ(*find_header(headers, "X"), "1");
  EXPECT_EQ(find_header(headers, "y"), nullptr);
  EXPECT_EQ(media_type(headers), "application/json");
  EXPECT_EQ(media_type({}), "");
}

// RFC 9110, 8.8.3.2 and 13.1.2.
TEST(Etag, IsComparedWeakly) {
  const std::string tag = strong_etag("a");
  EXPECT_EQ(tag.size(), 34U);
  EXPECT_EQ(tag, strong_etag("a"));
  EXPECT_NE(tag, strong_etag("b"));
  EXPECT_TRUE(etag_matches(tag, tag));
  EXPECT_TRUE(etag_matches("W/" + tag, tag));
  EXPECT_TRUE(etag_matches("\"x\", W/\"a,b\" ,\"c\"", "\"a,b\""));
  EXPECT_TRUE(etag_matches(" * ", tag));
  EXPECT_FALSE(etag_matches("\"x\"", tag));
  EXPECT_FALSE(etag_matches("", tag));
  EXPECT_FALSE(etag_matches("*", ""));
}

TEST(HttpDate, IsTheOneOfTheStandard) {
  const Timestamp at{784'111'777'000'000'000};
  EXPECT_EQ(format_http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT")->ns, at.ns);
  for (const char* text : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                           "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08-49-37 GMT",
                           "Sun, 06 Nov 9994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(RetryAfter, IsSecondsOrADate) {
  const Timestamp now{784'111'777'000'000'000};
  EXPECT_EQ(parse_retry_after(" 7 ", now), milliseconds(7'000));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:40 GMT", now), milliseconds(3'000));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", now), milliseconds(0));
  EXPECT_GT(parse_retry_after("99999999999999999999999", now), milliseconds(1'000'000'000));
  for (const char* text : {"", "-1", "1.5", "soon"})
    EXPECT_FALSE(parse_retry_after(text, now)) << text;
}

TEST(Problem, HasOneStatusForEachCode) {
  const std::vector<std::pair<Code, int>> statuses = {
      {Code::invalid, 422},     {Code::not_found, 404}, {Code::conflict, 409},
      {Code::corrupt, 409},     {Code::io, 500},        {Code::unavailable, 503},
      {Code::unsupported, 501}, {Code::cancelled, 503}, {Code::internal, 500}};
  for (const auto& [code, status] : statuses)
    EXPECT_EQ(status_of(code), status) << code_name(code);
}

TEST(Problem, TellsTheMessageAndKeepsWhatIsOurOwn) {
  const Reply told =
      problem(Error(Code::not_found, "schema \"a\xff\" is not there", "look at /index"));
  const auto document = nlohmann::json::parse(told.body);
  EXPECT_EQ(told.content_type, "application/problem+json");
  EXPECT_EQ(document["status"], 404);
  EXPECT_EQ(document["title"], "Not Found");
  EXPECT_EQ(document["code"], "not_found");
  EXPECT_EQ(document["hint"], "look at /index");
  EXPECT_THAT(document["detail"].get<std::string>(), HasSubstr("is not there"));
  for (const Code code : {Code::io, Code::internal})
    EXPECT_THAT(problem(Error(code, "open /srv/secret.db", "hint")).body, Not(HasSubstr("secret")));
  EXPECT_EQ(nlohmann::json::parse(problem(405, "no").body)["code"], "method_not_allowed");
}

TEST(Events, AreWrittenAsTheStandardSays) {
  EXPECT_EQ(event_text("7", "job", "a\nb\r\nc\rd"),
            "id: 7\nevent: job\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(event_text("", "", ""), "data: \n\n");
  EXPECT_EQ(event_text("1\n2", "a\rdata: b", "x"), "data: x\n\n");
}

TEST(EventQueue, IsBoundedAndTellsWhatWasLost) {
  EventQueue queue(2, 100);
  EXPECT_TRUE(queue.push("a"));
  EXPECT_TRUE(queue.push("b"));
  EXPECT_FALSE(queue.push("c"));
  EXPECT_EQ(queue.take(), "abevent: lost\ndata: {\"events\":1}\n\n");
  EXPECT_EQ(queue.take(), "");
  EXPECT_FALSE(queue.push(std::string(101, 'x')));
  queue.close();
  EXPECT_FALSE(queue.push("d"));
}

TEST(EventHub, ForgetsThoseWhoLeft) {
  EventHub hub;
  const auto stays = hub.subscribe();
  hub.subscribe().reset();
  EXPECT_EQ(hub.publish("a"), 1U);
  EXPECT_EQ(stays->take(), "a");
  hub.close();
  EXPECT_TRUE(stays->closed());
  EXPECT_TRUE(hub.subscribe()->closed());
}

}  // namespace
}  // namespace holdfast::http

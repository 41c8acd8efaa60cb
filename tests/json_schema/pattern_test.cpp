// SPDX-License-Identifier: Apache-2.0
// Patterns by hand: what ECMA-262 says about each construct, what is refused and how, and what would take another matcher for ever.
#include "json_schema/pattern.h"

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json_schema/pattern_syntax.h"

namespace holdfast::json_schema {
namespace {

using ::testing::HasSubstr;

Pattern parsed(const std::string& text) {
  const auto pattern = Pattern::parse(text);
  EXPECT_TRUE(pattern.ok()) << text << ": " << pattern.error().message();
  return *pattern;
}

bool matches(const std::string& pattern, const std::string& text) {
  const auto matched = parsed(pattern).matches(text);
  EXPECT_TRUE(matched.ok()) << pattern << ": " << matched.error().message();
  return *matched;
}

struct Case {
  std::string pattern;
  std::vector<std::string> matching;
  std::vector<std::string> others;
};

void expect_case(const Case& one) {
  for (const std::string& text : one.matching)
    EXPECT_TRUE(matches(one.pattern, text)) << one.pattern << " on '" << text << "'";
  for (const std::string& text : one.others)
    EXPECT_FALSE(matches(one.pattern, text)) << one.pattern << " on '" << text << "'";
}

TEST(Pattern, IsSearchedForAnywhere) {
  expect_case({"b+", {"b", "abbc"}, {"", "ac"}});
  expect_case({"", {"", "x"}, {}});
  expect_case({"^a|b$", {"ac", "cb"}, {"ca", "bc"}});
}

TEST(Pattern, EndsOnlyAtTheEndOfTheText) {
  expect_case({"^abc$", {"abc"}, {"abc\n", "\nabc", "a\nabc"}});
  expect_case({"a^b|a$b", {}, {"ab", "a\nb"}});
}

TEST(Pattern, TakesClassesInEcmasMeaning) {
  expect_case({"^\\d$", {"0", "9"}, {"\u07C0", "a"}});
  expect_case({"^\\w$", {"a", "Z", "0", "_"}, {"\u00E9", "-"}});
  expect_case({"^\\s$",
               {" ", "\t", "\v", "\u00A0", "\uFEFF", "\u2028", "\u3000"},
               {"\u180E", "x", "\u200B"}});
  expect_case({"^\\S$", {"x", "\u180E"}, {"\uFEFF", "\n"}});
  expect_case({"^.$", {"a", "\u0085", "\U0001F432"}, {"\n", "\r", "\u2028", "\u2029", ""}});
  expect_case({"[]", {}, {"", "a", "]"}});
  expect_case({"^[^]$", {"a", "\n", "\U0001F432"}, {"", "ab"}});
  expect_case({"^[]a]", {}, {"]", "a", "a]"}});
  expect_case({"^[a\\-z]$", {"a", "-", "z"}, {"b"}});
  expect_case({"^[\\b]$", {"\b"}, {"b"}});
  expect_case({"^[^a-c\\d]$", {"d", "\U0001F432"}, {"b", "5"}});
}

TEST(Pattern, CountsCodePoints) {
  expect_case(
      {"^\U0001F432*$", {"", "\U0001F432", "\U0001F432\U0001F432"}, {"\U0001F409", "\U0001F432x"}});
  expect_case({"^.{2}$", {"\U0001F432\u00E9"}, {"\U0001F432", "\U0001F432\U0001F432\U0001F432"}});
  expect_case({"^\\ud83d\\udc32$", {"\U0001F432"}, {}});
  expect_case({"^\\u{1F432}$", {"\U0001F432"}, {}});
  expect_case({"^[\\ud83d\\udc32-\\ud83d\\udc40]$", {"\U0001F433"}, {"\U0001F431"}});
  expect_case({"\\ud83d", {}, {"\U0001F432"}});
}

TEST(Pattern, TakesEscapes) {
  expect_case({"^\\t\\n\\v\\f\\r\\0$", {std::string("\t\n\v\f\r\0", 6)}, {"tnvfr0"}});
  expect_case({"^\\cC\\cj\\x41\\u0042$", {"\x03\nAB"}, {"cCcjAB"}});
  expect_case({"^\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/$", {"^$\\.*+?()[]{}|/"}, {}});
  expect_case({"\\bfoo\\b", {"foo", "a foo.", "foo\u00E9"}, {"food", "_foo", "foo1"}});
  expect_case({"\\Boo\\B", {"fooo"}, {"foo", "oo"}});
}

TEST(Pattern, TakesPropertiesOfUnicode) {
  expect_case({"^\\p{Letter}+$", {"caf\u00E9", "\u03B1"}, {"a1", ""}});
  expect_case({"^\\p{digit}+$", {"42", "\u07C0\u07C1"}, {"a"}});
  expect_case({"^\\p{Script=Greek}\\P{Lu}$", {"\u03B1a"}, {"\u03B1A", "aa"}});
  expect_case({"^[\\p{Lu}\\d]+$", {"A1\u00C9"}, {"a"}});
  expect_case({"^[^\\p{L}]$", {"1"}, {"a"}});
  expect_case({"^\\p{Any}$", {"\U0010FFFF", "a"}, {""}});
}

// What other engines' users write into schemas, and Annex B of ECMA-262 understands.
TEST(Pattern, TakesWhatAnnexBTakes) {
  expect_case({"^[\\w-.]+$", {"a-b.c"}, {"a b"}});
  expect_case({"^]$", {"]"}, {}});
  expect_case({"^{a}$", {"{a}"}, {"a"}});
  expect_case({"^a{,3}$", {"a{,3}"}, {"aa"}});
  expect_case({"^\\-\\@\\_\\#$", {"-@_#"}, {}});
  expect_case({"^(?=a)*b$", {"b"}, {"ab"}});
  expect_case({"^\\${[A-Z]+}$", {"${HOME}"}, {"$HOME"}});
}

TEST(Pattern, LooksAround) {
  expect_case({"^(?=.*\\d)(?=.*[a-z]).{3,}$", {"a1x", "xx1"}, {"abc", "123", "a1"}});
  expect_case({"^((?!foo).)*$", {"", "fobar", "fofo"}, {"foo", "a foo b"}});
  expect_case({"^(?!-)[a-z-]+(?<!-)$", {"a-b"}, {"-a", "a-"}});
  expect_case({"(?<=\\$)\\d+(?!\\.)", {"$42", "$42.5"}, {"42", "$5.1"}});
  expect_case({"(?<!a(?=b))b", {"cb", "b"}, {"ab"}});
  expect_case({"^(?!(?!a))", {"a"}, {"b", ""}});
}

TEST(Pattern, RemembersWhatAGroupTook) {
  expect_case({"^(a+)b\\1$", {"aba", "aabaa"}, {"aaba", "ab"}});
  expect_case({"^(?<q>['\"]).*\\k<q>$", {"'a'", "\"b\""}, {"'a\""}});
  expect_case({"^\\1(a)$", {"a"}, {"aa"}});
  expect_case({"^(?:(a)|b)*\\1$", {"ab", "b"}, {"ba b"}});
  expect_case({"(?<=\\1(a))b", {"aab"}, {"ab"}});
  EXPECT_FALSE(parsed("(a)\\1").is_linear());
  EXPECT_TRUE(parsed("(a)(?=b)").is_linear());
}

struct Refusal {
  std::string pattern;
  std::size_t byte;
  std::string expected;
  Code code = Code::invalid;
};

TEST(Pattern, RefusesWithThePlaceAndWhatWasExpected) {
  const std::vector<Refusal> refusals = {
      {"a(b", 1, "expected )"},
      {"a)", 1, "closes no group"},
      {"[a", 0, "expected ]"},
      {"[z-a]", 1, "ends before it begins"},
      {"*a", 0, "nothing to repeat"},
      {"a**", 2, "nothing to repeat"},
      {"^*", 1, "can't be repeated"},
      {"(?<=a)*", 6, "can't be repeated"},
      {"x{2,1}", 1, "out of order"},
      {"{1}", 0, "nothing to repeat"},
      {"\\a", 0, "no escape"},
      {"\\Z", 0, "no escape"},
      {"\u00E9\\", 2, "after \\"},
      {"\\u12", 0, "four hexadecimal"},
      {"\\u{110000}", 0, "10FFFF"},
      {"\\x4", 0, "two hexadecimal"},
      {"\\c1", 0, "letter after \\c"},
      {"\\p{Nope}", 0, "no Unicode property"},
      {"\\p{script=Greek}", 0, "no Unicode property"},
      {"\\pL", 0, "{…}"},
      {"\\2(a)", 0, "no group of this number"},
      {"\\k<n>", 0, "no group has this name"},
      {"(?<n>a)(?<n>b)", 7, "two groups"},
      {"(?<1>a)", 3, "letter of the group's name"},
      {"(?P<n>a)", 0, "Python", Code::unsupported},
      {"(?i)a", 0, "flags", Code::unsupported},
      {"(?>a)", 0, "no part of ECMA-262", Code::unsupported},
      {"a++", 0, "possessive", Code::unsupported},
      {"\\01", 0, "no escape"},
      {"[\\B]", 1, "inside of a class"},
  };
  for (const Refusal& one : refusals) {
    const auto pattern = Pattern::parse(one.pattern);
    ASSERT_FALSE(pattern.ok()) << one.pattern;
    EXPECT_EQ(pattern.error().code(), one.code) << one.pattern;
    EXPECT_THAT(pattern.error().message(), HasSubstr("byte " + std::to_string(one.byte) + ": "));
    EXPECT_THAT(pattern.error().message(), HasSubstr(one.expected));
    EXPECT_FALSE(pattern.error().hint().empty());
  }
}

TEST(Pattern, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(Pattern::parse("a\xFF").error().code(), Code::invalid);
  for (const std::string text :
       {"\x80", "a\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    const auto matched = parsed("a").matches(text);
    ASSERT_FALSE(matched.ok());
    EXPECT_EQ(matched.error().code(), Code::invalid);
  }
}

// Each of them takes a backtracking matcher longer than anybody waits.
TEST(Pattern, IsNeverCatastrophic) {
  const std::string many(10'000, 'a');
  const std::string x(10'000, 'x');
  EXPECT_TRUE(matches("(a+)+$", many));
  EXPECT_FALSE(matches("^(a+)+$", many + "!"));
  EXPECT_FALSE(matches("(x+x+)+y", x));
  EXPECT_FALSE(matches("^(a|aa)+$", many + "b"));
  EXPECT_FALSE(matches("(.*)*(.*)*(.*)*b$", many));
  EXPECT_FALSE(matches("^(?=(a+)+b)", many));
  EXPECT_FALSE(matches("(?<=b(a+)+)c", many));
  EXPECT_FALSE(matches("(a?){50}a{50}b", many));
}

TEST(Pattern, CountsWithoutWritingOut) {
  const std::string many(10'000, 'a');
  EXPECT_TRUE(matches("^a{10000}$", many));
  EXPECT_FALSE(matches("^a{10001}$", many));
  EXPECT_FALSE(matches("^a{0,9999}$", many));
  EXPECT_TRUE(matches("^a{1,4294967295}$", many));
  EXPECT_TRUE(matches("b.{3,5}c", "bbbb" + std::string(4, 'a') + "c"));
  EXPECT_FALSE(matches("^b.{3,5}c", "b" + std::string(6, 'a') + "c"));
  EXPECT_TRUE(parsed("^(?:[a-f]{0,1000}x){0,100}$").is_linear());
}

TEST(Pattern, AnswersForHugeRepetitionsWithinABudget) {
  const Pattern nested = parsed("^((a{0,1000}b?){0,1000}c?){0,1000}$");
  EXPECT_FALSE(nested.is_linear());
  EXPECT_TRUE(*nested.matches("aaabac"));
  const auto exhausted = parsed("^(a|a)*\\1c$").matches(std::string(60, 'a'));
  ASSERT_FALSE(exhausted.ok());
  EXPECT_EQ(exhausted.error().code(), Code::unsupported);
  EXPECT_THAT(exhausted.error().message(), HasSubstr("steps"));
}

// What is small as an automaton can be large as a text, and the other way round: both are counted.
TEST(Pattern, BoundsWhatItsSizeCosts) {
  std::string classes;
  for (int i = 0; i < 20'000; ++i)
    classes += "[ab]";
  EXPECT_TRUE(matches("^(?:(?:a(?:" + classes + "){0}){90}){90}$", std::string(8'100, 'a')));
  EXPECT_FALSE(parsed("^" + classes + "$").is_linear());
  std::string groups;
  for (int i = 0; i < 100'000; ++i)
    groups += "()";
  EXPECT_FALSE(parsed(groups + "\\1b").matches(std::string(100'000, 'a')).ok());
  std::string looks;
  for (int i = 0; i < 5'000; ++i)
    looks += "(?=a)";
  EXPECT_TRUE(matches(looks, "ba"));
  std::string wide = "(?:";
  for (int i = 0; i < 2'000; ++i)
    wide += "a.*b" + std::to_string(i) + "|";
  const auto matched = parsed(wide + "c)x").matches(std::string(1'000'000, 'a'));
  ASSERT_FALSE(matched.ok());
  EXPECT_EQ(matched.error().code(), Code::unsupported);
}

TEST(Pattern, BoundsItsNesting) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "a" + std::string(depth, ')');
  };
  EXPECT_TRUE(matches(nested(500), "a"));
  EXPECT_EQ(Pattern::parse(nested(1'000)).error().code(), Code::unsupported);
  EXPECT_EQ(Pattern::parse(nested(400'000)).error().code(), Code::unsupported);
  EXPECT_FALSE(Pattern::parse(std::string(500'000, '(')).ok());
  EXPECT_EQ(Pattern::parse(std::string(2U << 20U, 'a')).error().code(), Code::unsupported);
  std::string looks = "a";
  for (int i = 0; i < 400; ++i)
    looks = "(?=" + looks + ")";
  EXPECT_TRUE(matches(looks, "a"));
  std::string starred = "a";
  for (int i = 0; i < 400; ++i)
    starred = "(?:" + starred + "b?)+";
  EXPECT_TRUE(matches("^" + starred + "$", "aabab"));
}

TEST(Pattern, KeepsItsText) {
  std::optional<Pattern> original = parsed("^caf\u00E9$");
  const Pattern copy = *original;
  original.reset();
  EXPECT_EQ(copy.text(), "^caf\u00E9$");
  EXPECT_TRUE(*copy.matches("caf\u00E9"));
}

TEST(Pattern, MatchesInManyThreads) {
  const Pattern pattern = parsed("^(?=.*\\d)[a-z0-9]{3,30}(?<!x)$");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const std::string text = "abc" + std::to_string(t);
      for (int i = 0; i < 2'000; ++i) {
        EXPECT_TRUE(*pattern.matches(text));
        EXPECT_FALSE(*pattern.matches(text + "x"));
      }
    });
  for (std::thread& thread : threads)
    thread.join();
}

// A pattern of a megabyte that names \p{L} in every fifth byte took more than a gigabyte when each had a set of its own.
TEST(PatternMemory, ThePropertyThatIsNamedAgainIsTheSameSet) {
  const auto syntax = parse_pattern(R"(\p{L}\P{L}\p{Letter}\p{gc=L}\p{L}\P{L}\p{Assigned}\P{Cn})");
  ASSERT_TRUE(syntax.ok());
  const auto& sets = syntax->sets;
  ASSERT_EQ(sets.size(), 8U);
  for (const std::size_t i : {2U, 3U, 4U})
    EXPECT_EQ(sets[i], sets[0]) << i;
  EXPECT_EQ(sets[5], sets[1]);
  EXPECT_EQ(sets[6], sets[7]);
  EXPECT_NE(*sets[0], *sets[1]);
  EXPECT_EQ(syntax->class_range_count, 0U);
  const auto other = parse_pattern(R"(\p{L})");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->sets[0], sets[0]) << "of another pattern";
}

TEST(PatternMemory, ClassesThatAreWrittenTheSameAreOneSetAndOthersAreCounted) {
  const auto same = parse_pattern(R"([\p{L}a][\p{L}a][^\p{L}a])");
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same->sets[0], same->sets[1]);
  EXPECT_EQ(same->class_range_count,
            same->sets[0]->ranges().size() + same->sets[2]->ranges().size());
  std::string many;
  for (int i = 0; i < 10'000; ++i)
    many += "[\\p{L}" + std::to_string(i) + "]";
  const auto too_many = parse_pattern(many);
  ASSERT_FALSE(too_many.ok());
  EXPECT_EQ(too_many.error().code(), Code::unsupported);
  std::string in_one = "[";
  for (int i = 0; i < 10'000; ++i)
    in_one += "\\p{L}\\w";
  const auto one = parse_pattern(in_one + "]");
  ASSERT_TRUE(one.ok());
  EXPECT_LT(one->class_range_count, 1'000U);
}

}  // namespace
}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Languages by hand: the inclusions that schemas ask for, lengths without counting, lists, and what ends as unknown.
#include "json_schema/automaton.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::json_schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

Language of(const std::string& pattern) {
  const auto parsed = Pattern::parse(pattern);
  EXPECT_TRUE(parsed.ok()) << parsed.error().message();
  return Language::of(*parsed);
}

Language list(const std::vector<std::string>& strings) {
  return *Language::of_strings(strings);
}

Inclusion ask(const Language& sub, const Language& super) {
  Budget budget(kUsualSteps);
  return includes(sub, super, budget);
}

void expect_yes(const Language& sub, const Language& super) {
  const Inclusion answer = ask(sub, super);
  EXPECT_EQ(answer.answer, Answer::yes) << "'" << answer.witness << "' " << answer.reason;
}

void expect_no(const Language& sub, const Language& super, const std::string& witness) {
  const Inclusion answer = ask(sub, super);
  EXPECT_EQ(answer.answer, Answer::no) << answer.reason;
  EXPECT_EQ(answer.witness, witness);
}

TEST(Inclusion, OfPatternsThatSchemasUse) {
  expect_yes(of("^[a-z]+$"), of("^[a-z0-9]*$"));
  expect_no(of("^[a-z0-9]*$"), of("^[a-z]+$"), "");
  expect_no(of("^[a-z0-9]+$"), of("^[a-z]+$"), "0");
  expect_yes(of("^\\d{4}-\\d{2}-\\d{2}$"), of("^[0-9-]{10}$"));
  expect_yes(of("^\\d{4}-(0[1-9]|1[0-2])-\\d{2}$"), of("^\\d{4}-\\d{2}-\\d{2}$"));
  expect_no(of("^\\d{4}-\\d{2}-\\d{2}$"), of("^\\d{4}-(0[1-9]|1[0-2])-\\d{2}$"), "0000-00-00");
  const std::string uuid = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
  expect_yes(of(uuid), of("^[0-9a-fA-F-]{36}$"));
  expect_no(of("^[0-9a-fA-F-]{36}$"), of(uuid), std::string(36, 'a'));
  const std::string number = "(0|[1-9]\\d*)";
  expect_yes(of("^" + number + "\\." + number + "\\." + number + "$"), of("^\\d+\\.\\d+\\.\\d+$"));
  expect_no(of("^\\d+\\.\\d+\\.\\d+$"), of("^" + number + "\\." + number + "\\." + number + "$"),
            "00.0.0");
  expect_yes(of("^[\\w.]+@[\\w-]+\\.com$"), of("^[^@]+@[^@]+\\.[^@]+$"));
  expect_yes(of("^x-"), of("^x"));
  expect_no(of("^x"), of("^x-"), "x");
  expect_yes(of("foo$"), of("o"));
}

TEST(Inclusion, PutsPlainCharactersIntoWitnesses) {
  expect_no(of("^[^a]$"), of("^[b-z]$"), "0");
  expect_no(of("^.$"), of("^[ -~]$"), "\u00C0");
  expect_no(of("^[^]$"), of("^.$"), "\n");
  expect_no(of("^\\p{L}$"), of("^[a-z]$"), "A");
}

TEST(Inclusion, KnowsThatStringsHaveNoSurrogates) {
  expect_yes(of("^[\\ud800-\\udfff]$"), Language::nothing());
  expect_yes(Language::everything(), of("^[\\u{0}-\\ud7ff\\ue000-\\u{10ffff}]*$"));
  expect_yes(of("^\\p{Lu}$"), of("^\\p{L}$"));
  expect_no(of("^\\p{L}$"), of("^\\P{Ll}$"), "a");
}

TEST(Inclusion, FollowsLooksAndBoundaries) {
  expect_yes(of("^((?!foo).)*$"), ~of("foo"));
  expect_yes(~(of("foo") | of("[\\n\\r\\u2028\\u2029]")), of("^((?!foo).)*$"));
  expect_no(of("^(?=.*\\d).{2,}$"), of("^(?=.*[a-z]).*$"), "00");
  expect_yes(of("^(?=.*\\d)(?=.*[a-z]).{8,}$"), of("^.*\\d.*$"));
  expect_yes(of("^(?!-)[a-z-]+$"), of("^[a-z]"));
  expect_yes(of("\\bfoo\\b"), of("foo"));
  expect_no(of("foo"), of("\\bfoo\\b"), "afoo");
  expect_yes(of("(?<=a)b"), of("ab"));
  expect_no(of("^a?b$"), of("(?<!a)b"), "ab");
}

TEST(Inclusion, TakesLengthsAsNumbers) {
  const auto length = [](std::uint64_t least, std::uint64_t most) {
    return Language::of_length({least, most});
  };
  expect_yes(of("^[a-z]{1,64}$"), of("^[a-z0-9]{1,255}$"));
  expect_no(of("^[a-z]{1,65}$"), of("^[a-z0-9]{1,64}$"), std::string(65, 'a'));
  expect_yes(of("^.{1,1000000}$"), length(0, 1'000'000));
  expect_yes(of("^[a-z][a-z0-9]{0,4294967290}$"), length(1, 4'294'967'291));
  expect_yes(of("^(ab){3}c$"), length(7, 7));
  expect_no(of("^(ab)*$"), length(0, 9), "ababababab");
  expect_yes(of("^(aaa)*$") & length(100'000'000, 100'000'001), Language::nothing());
  expect_yes(of("^[a-z]+$") & length(2'000'000'000, 3'000'000'000),
             of("^[a-z]*$") & length(1'000'000'000, LengthRange::kNoBound));
  expect_no(of("^(aaa)*$") & length(1'000, 5'000), of("^(aa)*$"), std::string(1'005, 'a'));
  expect_no(length(5, 5), of("^[a-z]*$"), "aaaa0");
  expect_yes(of("^\u00E9{2}$"), length(2, 2));
}

TEST(Inclusion, OfLists) {
  expect_yes(list({"red", "green"}), of("^[a-z]+$"));
  expect_no(list({"green", "Red", "x1"}), of("^[a-z]+$"), "x1");
  expect_yes(list({"a", "b"}), list({"b", "c", "a"}));
  expect_no(list({"a", "d"}), list({"b", "c", "a"}), "d");
  expect_no(of("^[a-c]$"), list({"a", "c"}), "b");
  expect_yes(of("^(red|gr(ee|\u00E4)n)$"), list({"red", "green", "gr\u00E4n"}));
  expect_yes(Language::nothing(), list({}));
  expect_yes(list({""}), of("^$"));
}

TEST(Inclusion, CoversWithSeveralPartsTogether) {
  expect_yes(of("^[a-z]+$"), of("^[a-m]") | of("^[n-z]"));
  expect_no(of("^[a-z]+$"), of("^[a-m]") | of("^[o-z]"), "n");
  expect_yes(of("^a") & of("b$"), of("^a.*b$") | of("[\\n\\r\\u2028\\u2029]"));
  expect_yes(of("a") - of("b"), ~of("b"));
}

TEST(Inclusion, OfWhatHasNoAutomaton) {
  const Language twice = of("^(a|b)\\1$");
  EXPECT_EQ(ask(twice, twice).answer, Answer::yes);
  EXPECT_EQ(ask(twice & of("^x"), of("^x")).answer, Answer::yes);
  EXPECT_EQ(ask(twice, twice | of("c")).answer, Answer::yes);
  const Inclusion open = ask(twice, of("^[ab]{2}$"));
  EXPECT_EQ(open.answer, Answer::unknown);
  EXPECT_THAT(open.reason, HasSubstr("not regular"));
  const Inclusion found =
      ask(of("^[ab]{1,2}$"), twice);  // a string that the matcher refuses is a proof all the same
  EXPECT_EQ(found.answer, Answer::no);
  EXPECT_EQ(found.witness, "a");
  EXPECT_EQ(ask(of("^((a{0,900}b){0,900}c){0,900}$"), of("^[abc]*$")).answer, Answer::unknown);
  EXPECT_EQ(ask(of("(?<=a(?=b))b"), of("ab")).answer, Answer::unknown);
}

TEST(Inclusion, EndsAsUnknownWhereTheStatesAreTooMany) {
  Budget budget(kUsualSteps);
  const Inclusion answer = includes(of("(a|b)*a(a|b){40}$"), of("(a|b)*a(a|b){41}$|^$"), budget);
  EXPECT_NE(answer.answer, Answer::yes);
  EXPECT_THAT(answer.witness + answer.reason,
              ::testing::AnyOf(HasSubstr("a"), HasSubstr("budget")));
  Language nested = of("a");
  for (int i = 0; i < 2'000; ++i)
    nested = ~(nested & of("b" + std::to_string(i)));
  EXPECT_EQ(ask(nested, Language::nothing()).answer, Answer::unknown);
  EXPECT_FALSE(nested.contains("a").ok());
}

TEST(Inclusion, BoundsWhatExpressionsAndAlphabetsCost) {
  Language first = of("a");
  Language second = of("a");
  for (int i = 0; i < 100; ++i) {  // as trees they would have 2^100 parts
    first = (first & of("b")) | (first & of("c"));
    second = (second & of("b")) | (second & of("c"));
  }
  EXPECT_TRUE(first.contains("abc").ok());
  expect_yes(first, of("a"));
  EXPECT_NE(ask(first, second).answer, Answer::no);
  std::string classes;
  for (int i = 0; i < 4'500; ++i)
    classes += "[\\u{" + std::to_string(1'000 + i) + "}-\\u{ffff}]?";
  EXPECT_NE(ask(of("^" + classes + "$"), of("^" + classes + "a$")).answer, Answer::yes);
}

TEST(Inclusion, IsTheSameEveryTime) {
  for (int i = 0; i < 3; ++i) {
    Budget budget(kUsualSteps);
    EXPECT_EQ(includes(of("^(?=.*[0-9])[a-z0-9]+$"), of("^[a-f0-9]+$"), budget).witness, "g0");
    static const std::uint64_t kLeft = budget.left();
    EXPECT_EQ(budget.left(), kLeft);
  }
}

TEST(Disjoint, TellsAStringOfBoth) {
  Budget budget(kUsualSteps);
  EXPECT_EQ(disjoint(of("^a"), of("^b"), budget).answer, Answer::yes);
  const Inclusion shared = disjoint(of("^a"), of("b$"), budget);
  EXPECT_EQ(shared.answer, Answer::no);
  EXPECT_EQ(shared.witness, "ab");
  EXPECT_EQ(disjoint(of("^a{3}$"), Language::of_length({4, 9}), budget).answer, Answer::yes);
}

TEST(Languages, AreEmptyOrUniversal) {
  Budget budget(kUsualSteps);
  EXPECT_EQ(is_empty(of("a^"), budget).answer, Answer::yes);
  EXPECT_EQ(is_empty(of("[]"), budget).answer, Answer::yes);
  EXPECT_EQ(is_empty(of("\\ba"), budget).witness, "a");
  EXPECT_EQ(is_universal(of("a*"), budget).answer, Answer::yes);
  EXPECT_EQ(is_universal(of("^[^]*$"), budget).answer, Answer::yes);
  EXPECT_EQ(is_universal(of("^.*$"), budget).witness, "\n");
  EXPECT_EQ(is_universal(Language::of_length({0, 3}), budget).witness, "aaaa");
}

TEST(Languages, AreFiniteOrNot) {
  Budget budget(kUsualSteps);
  EXPECT_EQ(is_finite(of("^[ab]{2,3}$"), budget), Answer::yes);
  EXPECT_EQ(is_finite(of("^a*$"), budget), Answer::no);
  EXPECT_EQ(is_finite(of("a"), budget), Answer::no);
  EXPECT_EQ(is_finite(of("^a*$") & Language::of_length({0, 1'000'000}), budget), Answer::yes);
  EXPECT_EQ(is_finite(list({"a"}), budget), Answer::yes);
  EXPECT_EQ(is_finite(~list({"a"}), budget), Answer::no);
  EXPECT_EQ(is_finite(of("^(a)\\1*$"), budget), Answer::unknown);
}

TEST(Sample, GivesMembers) {
  Budget budget(kUsualSteps);
  const Members some = sample(of("^[a-c]$") | list({"zz"}), 10, budget);
  EXPECT_THAT(some.strings, UnorderedElementsAre("a", "b", "c", "zz"));
  EXPECT_TRUE(some.is_all);
  const Members letters = sample(of("^[a-z]$"), 26, budget);
  EXPECT_EQ(letters.strings.size(), 26U);
  EXPECT_TRUE(letters.is_all);
  EXPECT_THAT(sample(of("^(ab)*$") & Language::of_length({5, 9}), 9, budget).strings,
              ElementsAre("ababab", "abababab"));
  const Members many =
      sample(of("^[a-z]+$") & Language::of_length({20, LengthRange::kNoBound}), 100, budget);
  EXPECT_EQ(many.strings.size(), 100U);
  EXPECT_FALSE(many.is_all);
  EXPECT_THAT(sample(of("^(a|b)\\1$"), 5, budget).strings, ::testing::IsSubsetOf({"aa", "bb"}));
}

TEST(Languages, RefuseListsThatAreNotUtf8) {
  EXPECT_EQ(Language::of_strings({"a", "\xFF"}).error().code(), Code::invalid);
}

}  // namespace
}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Questions about made languages, held against every string up to a length over a small alphabet: no wrong yes, no wrong no, no witness
// that the matchers do not confirm or that a shorter string could replace.
#include <cstdio>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "json_schema/automaton.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint64_t kSeed = 20261122;
constexpr std::size_t kMostLength = 5;
const std::string kLetters = "ab-";

/// Every string of up to kMostLength letters, the shorter ones first.
const std::vector<std::string>& all_strings() {
  static const std::vector<std::string> kAll = [] {
    std::vector<std::string> all{""};
    for (std::size_t at = 0; all[at].size() < kMostLength; ++at)
      for (const char letter : kLetters)
        all.push_back(all[at] + letter);
    return all;
  }();
  return kAll;
}

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}
  std::string made;  // the languages since it was last emptied, for whoever reads a failure
  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string pattern() {
    std::string body = choice(2);
    switch (below(4)) {
      case 0:
        return body;
      case 1:
        return "^" + body;
      default:
        return "^(?:" + body + ")$";
    }
  }

  /// A pattern, a length, a list, or some of them together.
  std::optional<Language> language(int depth) {
    switch (depth > 0 ? below(8) : below(5)) {
      case 0: {
        const LengthRange range{below(4), below(3) == 0 ? LengthRange::kNoBound : below(7)};
        made += " length " + std::to_string(range.least) + ".." + std::to_string(range.most);
        return Language::of_length(range);
      }
      case 1: {
        std::vector<std::string> strings(below(4));
        made += " list of";
        for (std::string& string : strings)
          made += " '" + (string = all_strings()[below(120)]) + "'";
        return *Language::of_strings(strings);
      }
      case 5:
        return pair(depth, " &", [](const Language& a, const Language& b) { return a & b; });
      case 6:
        return pair(depth, " |", [](const Language& a, const Language& b) { return a | b; });
      case 7:
        return pair(depth, " -", [](const Language& a, const Language& b) { return a - b; });
      default: {
        const std::string text = pattern();
        made += " /" + text + "/";
        const auto parsed = Pattern::parse(text);
        if (!parsed) return std::nullopt;
        return Language::of(*parsed);
      }
    }
  }

 private:
  template <class Join>
  std::optional<Language> pair(int depth, const char* name, Join join) {
    made += " (";
    const auto a = language(depth - 1);
    made += name;
    const auto b = language(depth - 1);
    made += " )";
    if (!a || !b) return std::nullopt;
    return join(*a, *b);
  }

  std::string choice(int depth) {
    std::string text = sequence(depth);
    while (below(4) == 0)
      text += "|" + sequence(depth);
    return text;
  }

  std::string sequence(int depth) {
    std::string text;
    for (std::size_t left = below(4); left > 0; --left)
      text += term(depth);
    return text;
  }

  std::string term(int depth) {
    static const std::vector<std::string> kAtoms = {"a", "b",   "-",     "[ab]", "[^a]",
                                                    ".", "\\w", "[a-b]", "\\W",  "[^]"};
    static const std::vector<std::string> kQuantifiers = {"*",     "+",     "?",    "{2}",
                                                          "{0,2}", "{1,3}", "{2,}", "{3}"};
    static const std::vector<std::string> kLooks = {"(?=", "(?!", "(?<=", "(?<!"};
    static const std::vector<std::string> kAssertions = {"^", "$", "\\b", "\\B"};
    if (below(12) == 0) return kAssertions[below(kAssertions.size())];
    if (depth > 0 && below(8) == 0) return kLooks[below(kLooks.size())] + choice(depth - 1) + ")";
    std::string text =
        depth > 0 && below(4) == 0 ? "(?:" + choice(depth - 1) + ")" : kAtoms[below(kAtoms.size())];
    if (below(5) < 2) text += kQuantifiers[below(kQuantifiers.size())];
    return text;
  }

  std::mt19937_64 random_;
};

bool in(const Language& language, const std::string& text) {
  const auto inside = language.contains(text);
  EXPECT_TRUE(inside.ok()) << inside.error().message();
  return inside.ok() && *inside;
}

struct Tally {
  int yes = 0;
  int no = 0;
  int unknown = 0;
};

// The shortest string over the small alphabet that is in the language.
std::optional<std::string> shortest_of(const Language& language) {
  for (const std::string& text : all_strings())
    if (in(language, text)) return text;
  return std::nullopt;
}

std::size_t code_point_count(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text)
    count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
  return count;
}

// `answer` says whether the language is empty.
void hold(const Inclusion& answer, const Language& language, Tally& tally) {
  if (answer.answer == Answer::unknown) {
    ++tally.unknown;
    EXPECT_FALSE(answer.reason.empty());
    return;
  }
  const auto shortest = shortest_of(language);
  if (answer.answer == Answer::yes) {
    ++tally.yes;
    EXPECT_FALSE(shortest) << "a wrong yes: '" << *shortest << "'";
    return;
  }
  ++tally.no;
  EXPECT_TRUE(in(language, answer.witness)) << "a witness that is none: '" << answer.witness << "'";
  EXPECT_LE(code_point_count(answer.witness), shortest ? shortest->size() : answer.witness.size());
}

void print(const char* what, const Tally& tally) {
  std::printf("%s: %d yes, %d no, %d unknown, seed %llu\n", what, tally.yes, tally.no,
              tally.unknown, static_cast<unsigned long long>(kSeed));
}

TEST(AutomatonTruth, InclusionOfMadePatternsIsWhatEveryStringSays) {
  Maker maker(kSeed);
  Tally tally;
  for (int i = 0; i < 4'000; ++i) {
    const std::string first = maker.pattern();
    const std::string second = maker.pattern();
    const auto a = Pattern::parse(first);
    const auto b = Pattern::parse(second);
    if (!a || !b) continue;
    SCOPED_TRACE(first + "  in  " + second);
    const Language sub = Language::of(*a);
    const Language super = Language::of(*b);
    Budget budget(kUsualSteps);
    hold(includes(sub, super, budget), sub - super, tally);
    Budget widened(kUsualSteps);
    const Language both = sub | super;  // of which sub always is a part
    const Inclusion part = includes(sub, both, widened);
    EXPECT_NE(part.answer, Answer::no) << part.witness;
    if (::testing::Test::HasFailure()) return;
  }
  print("patterns", tally);
  EXPECT_GT(tally.yes, 300);
  EXPECT_GT(tally.no, 1'000);
  EXPECT_LT(tally.unknown, (tally.yes + tally.no) / 20);  // a look-ahead inside of a look-behind
}

TEST(AutomatonTruth, AlgebraOfMadeLanguagesIsWhatEveryStringSays) {
  Maker maker(kSeed + 1);
  Tally tally;
  for (int i = 0; i < 3'000; ++i) {
    maker.made.clear();
    const auto a = maker.language(2);
    maker.made += "   in  ";
    const auto b = maker.language(2);
    if (!a || !b) continue;
    SCOPED_TRACE(std::to_string(i) + maker.made);
    Budget budget(kUsualSteps);
    hold(includes(*a, *b, budget), *a - *b, tally);
    Budget second(kUsualSteps);
    hold(disjoint(*a, *b, second), *a & *b, tally);
    Budget third(kUsualSteps);
    hold(is_universal(*a | *b, third), ~(*a | *b), tally);
    if (::testing::Test::HasFailure()) return;
  }
  print("languages", tally);
  EXPECT_GT(tally.yes, 500);
  EXPECT_GT(tally.no, 1'000);
  EXPECT_LT(tally.unknown, (tally.yes + tally.no) / 20);
}

TEST(AutomatonTruth, SamplesAreMembersAllDifferentAndAllThereAreIfTheySaySo) {
  Maker maker(kSeed + 2);
  int complete_count = 0;
  for (int i = 0; i < 1'500; ++i) {
    maker.made.clear();
    const auto language = maker.language(1);
    if (!language) continue;
    SCOPED_TRACE(std::to_string(i) + maker.made);
    Budget budget(kUsualSteps);
    const Members members = sample(*language, 40, budget);
    std::set<std::string> found;
    for (const std::string& text : members.strings) {
      EXPECT_TRUE(in(*language, text)) << text;
      EXPECT_TRUE(found.insert(text).second) << text << " twice";
    }
    Budget second(kUsualSteps);
    const Answer finite = is_finite(*language, second);
    if (members.is_all) {
      ++complete_count;
      EXPECT_NE(finite, Answer::no);
      for (const std::string& text : all_strings())
        EXPECT_EQ(found.contains(text), in(*language, text)) << text;
    } else if (finite == Answer::no) {
      EXPECT_EQ(members.strings.size(), 40U);
    }
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(complete_count, 100);
}

TEST(AutomatonTruth, ABudgetThatRunsOutIsUnknownAndNeverAnAnswerOfAnotherKind) {
  Maker maker(kSeed + 3);
  int unknown_count = 0;
  for (int i = 0; i < 400; ++i) {
    maker.made.clear();
    const auto a = maker.language(2);
    maker.made += "   in  ";
    const auto b = maker.language(2);
    if (!a || !b) continue;
    Budget enough(kUsualSteps);
    const Inclusion truth = includes(*a, *b, enough);
    if (truth.answer == Answer::unknown) continue;
    for (const std::uint64_t steps : {0U, 1U, 7U, 50U, 300U, 2'000U}) {
      Budget budget(steps);
      const Inclusion answer = includes(*a, *b, budget);
      if (answer.answer == Answer::unknown) {
        ++unknown_count;
        continue;
      }
      EXPECT_EQ(answer.answer, truth.answer) << i << " with " << steps;
      EXPECT_EQ(answer.witness, truth.witness) << i << " with " << steps;
    }
  }
  EXPECT_GT(unknown_count, 300);
}

}  // namespace
}  // namespace holdfast::json_schema

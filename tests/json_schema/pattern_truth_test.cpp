// SPDX-License-Identifier: Apache-2.0
// Patterns held against V8 (pattern_truth.py): made ones over made texts, characters in any order, and Unicode's properties.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "json_schema/pattern.h"
#include "json_schema/pattern_unicode.h"
#include "tests/support/second_program.h"

namespace holdfast::json_schema {
namespace {

using ::holdfast::testing::run_program;
using ::holdfast::testing::shell_quoted;
using Json = nlohmann::json;

std::vector<Json> truth_says(const std::string& words) {
  const std::string source = HOLDFAST_SOURCE_DIR;
  const auto ended =
      run_program(shell_quoted(source + "/.venv/bin/python") + " " +
                  shell_quoted(source + "/tests/json_schema/pattern_truth.py") + " " + words);
  EXPECT_EQ(ended.exit_code, 0) << words;
  std::vector<Json> lines;
  for (std::size_t at = 0; at < ended.output.size();) {
    const std::size_t end = ended.output.find('\n', at);
    lines.push_back(Json::parse(ended.output.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

std::string our_verdicts(const Pattern& pattern, const Json& texts) {
  std::string verdicts;
  for (const Json& text : texts) {
    const auto matched = pattern.matches(text.get<std::string>());
    verdicts += !matched ? '?' : *matched ? '1' : '0';
  }
  return verdicts;
}

TEST(PatternTruth, MadePatternsMatchWhatV8Matches) {
  int pattern_count = 0;
  int by_trying_count = 0;
  int open_count = 0;
  for (const Json& line : truth_says("generate 20261122 6000")) {
    if (line[2].is_null()) continue;  // Annex B only
    const auto pattern = Pattern::parse(line[0].get<std::string>());
    ASSERT_TRUE(pattern.ok()) << line << pattern.error().message();
    const std::string ours = our_verdicts(*pattern, line[1]);
    const auto theirs = line[2].get<std::string>();
    for (std::size_t i = 0; i < theirs.size(); ++i)
      EXPECT_TRUE(ours[i] == theirs[i] || ours[i] == '?') << line << " text " << i;
    pattern_count += 1;
    by_trying_count += pattern->is_linear() ? 0 : 1;
    open_count += static_cast<int>(std::count(ours.begin(), ours.end(), '?'));
    EXPECT_TRUE(!pattern->is_linear() || ours.find('?') == std::string::npos) << line;
  }
  EXPECT_LT(open_count, 20) << "back-references that took too many steps";
  EXPECT_GT(pattern_count, 4000);
  EXPECT_GT(by_trying_count, 100) << "the matcher of back-references was hardly tried";
}

// Three ways it can go: V8's unicode mode takes it and so do we, V8 takes it in no mode and neither do we, or only Annex B takes it.
TEST(PatternTruth, ScribblesAreTakenWhereV8TakesThem) {
  int taken_count = 0;
  int refused_count = 0;
  int lenient_count = 0;
  for (const Json& line : truth_says("scribble 20261122 30000")) {
    const auto pattern = Pattern::parse(line[0].get<std::string>());
    if (!line[2].is_null()) {
      if (!pattern.ok() && pattern.error().code() == Code::unsupported)
        continue;  // flags inside of a pattern
      ASSERT_TRUE(pattern.ok()) << line << pattern.error().message();
      EXPECT_EQ(our_verdicts(*pattern, line[1]), line[2].get<std::string>()) << line;
      ++taken_count;
    } else if (line[3].is_null()) {
      EXPECT_FALSE(pattern.ok()) << line;
      ++refused_count;
    } else if (pattern.ok()) {
      ++lenient_count;
    }
  }
  EXPECT_GT(taken_count, 5000);
  EXPECT_GT(refused_count, 5000);
  EXPECT_GT(lenient_count, 500);
}

// How many code points the property has otherwise than the second program says.
std::size_t difference_count(const std::string& expression, const Json& members,
                             const CharSet& counted) {
  const auto set = unicode_property(expression);
  EXPECT_NE(set, nullptr) << expression;
  std::vector<bool> is_member(kLastCodePoint + 1);
  for (const Json& member : members)
    is_member[member.get<std::uint32_t>()] = true;
  std::size_t count = 0;
  for (std::uint32_t c = 0; set && c <= kLastCodePoint; ++c)
    if (counted.contains(c) && set->contains(c) != is_member[c]) ++count;
  return count;
}

CharSet set_of(const Json& members) {
  std::vector<CharRange> ranges;
  for (const Json& member : members)
    ranges.push_back({member.get<std::uint32_t>(), member.get<std::uint32_t>()});
  return CharSet(std::move(ranges));
}

// Our table is of Unicode 15.0, Debian's Python has 14.0: code points count that both know.
TEST(PatternTruth, GeneralCategoriesArePythons) {
  const auto lines = truth_says("categories");
  ASSERT_EQ(lines.size(), 30U);
  CharSet unassigned;
  for (const Json& line : lines)
    if (line[0] == "Cn") unassigned = set_of(line[1]);
  const CharSet assigned = unassigned.complement();
  for (const Json& line : lines) {
    const std::string name = line[0].get<std::string>();
    if (name == "Cn") continue;
    EXPECT_EQ(difference_count(name, line[1], assigned), 0U) << name;
    EXPECT_EQ(difference_count("General_Category=" + name, line[1], assigned), 0U) << name;
  }
}

// V8 knows a later Unicode than 15.0, which gave some properties to a few code points that were there before (U+0363 became Alphabetic).
TEST(PatternTruth, PropertiesAreV8s) {
  const std::vector<std::string> names = {"L",
                                          "LC",
                                          "Letter",
                                          "digit",
                                          "punct",
                                          "Alphabetic",
                                          "Alpha",
                                          "ASCII",
                                          "Any",
                                          "ASCII_Hex_Digit",
                                          "Uppercase",
                                          "Lowercase",
                                          "White_Space",
                                          "ID_Start",
                                          "XID_Start",
                                          "Emoji",
                                          "Emoji_Presentation",
                                          "Math",
                                          "Hex_Digit",
                                          "Regional_Indicator",
                                          "Script=Greek",
                                          "Script=Latin",
                                          "sc=Cyrl",
                                          "Script=Han",
                                          "scx=Grek",
                                          "Script_Extensions=Deva",
                                          "scx=Kana",
                                          "Script=Common",
                                          "Script=Qaai",
                                          "Dash",
                                          "Quotation_Mark",
                                          "Bidi_Mirrored",
                                          "Changes_When_Uppercased",
                                          "Noncharacter_Code_Point"};
  std::string words = "properties";
  for (const std::string& name : names)
    words += " " + name;
  const auto lines = truth_says(words);
  ASSERT_EQ(lines.size(), names.size());
  std::vector<CharRange> ranges = unicode_property("Cn")->ranges();
  ranges.push_back({0xD800, 0xDFFF});
  const CharSet assigned = CharSet(ranges).complement();
  for (const Json& line : lines)
    EXPECT_LE(difference_count(line[0].get<std::string>(), line[1], assigned),
              8 + line[1].size() / 50)
        << line[0];
}

}  // namespace
}  // namespace holdfast::json_schema

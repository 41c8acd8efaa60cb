// SPDX-License-Identifier: Apache-2.0
// The class of a change where a mode says which directions decide it.
#include <gtest/gtest.h>

#include "schemas/comparison.h"

namespace holdfast::schemas {
namespace {

using Level = CompatibilityLevel;

constexpr const char* kOne =
    R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})";
constexpr const char* kMoreRequired =
    R"({"type":"object","properties":{"a":{"type":"integer"},"b":{}},"required":["a","b"]})";
constexpr const char* kOptional =
    R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a"]})";
constexpr const char* kReplaced =
    R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})";

Comparison compared(const std::string& old, const std::string& now, std::optional<Level> mode,
                    Profile profile = Profile::contract) {
  ComparisonOptions options;
  options.profile = profile;
  options.mode = mode;
  const auto out =
      compare_schemas(pin_of("a", "", old, "old"), pin_of("a", "", now, "new"), options);
  EXPECT_TRUE(out.ok()) << out.problem().detail;
  return *out;
}

ChangeClass class_of(const std::string& old, const std::string& now, std::optional<Level> mode,
                     Profile profile = Profile::contract) {
  const Comparison out = compared(old, now, mode, profile);
  // A schema that keeps its promise has no change that is graver, and one that breaks it has one that says so.
  ChangeClass gravest = ChangeClass::identical;
  for (const Change& each : out.changes)
    gravest = std::max(gravest, each.change);
  if (mode && !out.changes.empty()) {
    EXPECT_EQ(gravest >= ChangeClass::breaking, out.change >= ChangeClass::breaking);
  }
  return out.change;
}

TEST(ComparisonMode, TheDirectionsThatAreAskedForDecide) {
  EXPECT_EQ(class_of(kOne, kMoreRequired, {}), ChangeClass::breaking);
  EXPECT_EQ(class_of(kOne, kMoreRequired, Level::forward), ChangeClass::safe);
  EXPECT_EQ(class_of(kOne, kMoreRequired, Level::forward_transitive), ChangeClass::safe);
  EXPECT_EQ(class_of(kOne, kMoreRequired, Level::backward), ChangeClass::breaking);
  EXPECT_EQ(class_of(kOne, kMoreRequired, Level::full), ChangeClass::breaking);
  EXPECT_EQ(class_of(kMoreRequired, kOne, Level::backward), ChangeClass::safe);
  EXPECT_EQ(class_of(kMoreRequired, kOne, Level::forward), ChangeClass::breaking);
  EXPECT_EQ(class_of(kMoreRequired, kOne, {}), ChangeClass::breaking);
}

TEST(ComparisonMode, NoneIsNeverGraverThanSafe) {
  EXPECT_EQ(class_of(kOne, kReplaced, Level::none), ChangeClass::safe);
  EXPECT_EQ(class_of(kOne, "false", Level::none), ChangeClass::safe);
  EXPECT_EQ(class_of(kOne, kReplaced, Level::none, Profile::confluent_strict), ChangeClass::safe);
}

TEST(ComparisonMode, AnExactNoIsBreakingWhereTheProfileAloneCallsItSafe) {
  EXPECT_EQ(class_of(kOne, kOptional, {}), ChangeClass::safe);
  EXPECT_EQ(class_of(kOne, kOptional, Level::backward), ChangeClass::breaking);
  EXPECT_EQ(class_of(kOne, kOptional, Level::forward), ChangeClass::safe);
}

TEST(ComparisonMode, ConfluentsProfilesAnswerADirectionByTheirClassOfIt) {
  EXPECT_EQ(class_of(kOne, kOptional, Level::backward, Profile::confluent_lenient),
            ChangeClass::safe);
  EXPECT_EQ(class_of(kOne, kOptional, Level::backward, Profile::confluent_strict),
            ChangeClass::breaking);
  // Forward is the class of the way back: there a property is added to an open object, which only the strict one refuses.
  EXPECT_EQ(class_of(kOptional, kOne, Level::forward, Profile::confluent_lenient),
            ChangeClass::safe);
  EXPECT_EQ(class_of(kOptional, kOne, Level::forward, Profile::confluent_strict),
            ChangeClass::breaking);
  EXPECT_EQ(class_of(kOne, kMoreRequired, Level::forward, Profile::confluent_strict),
            ChangeClass::safe);
  EXPECT_EQ(class_of(kOne, kMoreRequired, Level::full, Profile::confluent_lenient),
            ChangeClass::breaking);
}

TEST(ComparisonMode, WhatNoDocumentCanSeeStays) {
  const std::string described = R"({"type":"integer","description":"a number"})";
  for (const Level level : {Level::none, Level::backward, Level::forward, Level::full}) {
    EXPECT_EQ(class_of(R"({"type":"integer"})", described, level), ChangeClass::annotation);
    EXPECT_EQ(class_of(described, described, level), ChangeClass::identical);
    EXPECT_EQ(class_of(R"({"minimum":1,"type":"integer"})",
                       R"({"exclusiveMinimum":0,"type":"integer"})", level),
              ChangeClass::equivalent);
  }
}

TEST(ComparisonMode, WhatCanNotBeDecidedIsUnknownOnlyWhereItIsAsked) {
  // Whether what fits the one pattern fits the other, nobody can say of a look-behind; more of it is valid either way round.
  const std::string old = R"({"type":"string","pattern":"(?<=a)b"})";
  const std::string now = R"({"type":"string","pattern":"(?<=c)b","maxLength":3})";
  const Comparison told = compared(old, now, {});
  ASSERT_NE(told.backward, Answer::yes);
  EXPECT_EQ(class_of(old, now, Level::none), ChangeClass::safe);
  EXPECT_EQ(class_of(old, now, Level::backward),
            told.backward == Answer::no ? ChangeClass::breaking : ChangeClass::unknown);
}

TEST(ComparisonMode, AChangeSaysWhatTheWholeSaysAlsoBelowANotAndWhereAlternativesOverlap) {
  const std::pair<const char*, const char*> pairs[] = {
      {R"({"not":{"type":"number"}})", R"({"not":{"type":"integer"}})"},
      {R"({"oneOf":[{"minimum":5},{"type":"string"}]})",
       R"({"oneOf":[{"minimum":3},{"type":"string"}]})"},
      {R"({"oneOf":[{"type":"integer"}]})", R"({"oneOf":[{"type":"integer"},{"type":"number"}]})"},
      {R"({"if":{"type":"integer"},"then":{"minimum":1}})",
       R"({"if":{"type":"number"},"then":{"minimum":1}})"},
      {R"({"type":"integer","maximum":3,"enum":[1,2]})",
       R"({"type":"integer","maximum":1,"enum":[1,2]})"},
      {R"({"type":"integer","maximum":3,"enum":[1]})",
       R"({"type":"number","maximum":2,"enum":[1]})"},
      {R"({"properties":{"a":true}})", R"({})"},
      {R"({"type":"array","contains":{"type":"integer"}})",
       R"({"type":"array","contains":{"type":"number"}})"},
  };
  for (const auto& [one, other] : pairs)
    for (const Level level : {Level::none, Level::backward, Level::forward, Level::full})
      for (const Profile profile : {Profile::contract, Profile::inclusion,
                                    Profile::confluent_strict, Profile::confluent_lenient}) {
        SCOPED_TRACE(std::string(one) + " " + other + " " + std::string(level_name(level)));
        const ChangeClass there = class_of(one, other, level, profile);
        const ChangeClass back = class_of(other, one, level, profile);
        const bool is_safe = std::max(there, back) <= ChangeClass::safe;
        EXPECT_TRUE(is_safe || level != Level::none);
      }
}

TEST(ComparisonMode, IsReadAsPeopleTypeIt) {
  EXPECT_EQ(parse_mode("backward"), Level::backward);
  EXPECT_EQ(parse_mode("Full_Transitive"), Level::full_transitive);
  EXPECT_FALSE(parse_mode("").has_value());
  EXPECT_FALSE(parse_mode("sideways").has_value());
}

TEST(ComparisonMode, DefaultsThatReadersFillInAreNoChangeOfTheirs) {
  const std::string offered =
      R"({"type":"object","properties":{"b":{"type":"integer","default":1}}})";
  const std::string demanded =
      R"({"type":"object","properties":{"b":{"type":"integer","default":1}},"required":["b"]})";
  ComparisonOptions options;
  const auto class_by = [&](const std::string& old, const std::string& now) {
    const auto told =
        compare_schemas(pin_of("a", "", old, "old"), pin_of("a", "", now, "new"), options);
    EXPECT_TRUE(told.ok()) << told.problem().detail;
    for (const Change& each : told->changes)
      EXPECT_LE(each.change, told->change);
    return told->change;
  };
  EXPECT_EQ(class_by(offered, demanded), ChangeClass::breaking);
  options.defaults = Defaults::fill;
  EXPECT_EQ(class_by(offered, demanded), ChangeClass::equivalent);
  EXPECT_EQ(class_by(demanded, offered), ChangeClass::equivalent);
  options.mode = Level::backward;
  EXPECT_EQ(class_by(offered, demanded), ChangeClass::equivalent);
}

}  // namespace
}  // namespace holdfast::schemas

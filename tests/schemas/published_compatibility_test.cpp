// SPDX-License-Identifier: Apache-2.0
// What compatibility levels ask of a new version.
#include "schemas/published_compatibility.h"

#include <gtest/gtest.h>

namespace holdfast::schemas {
namespace {

constexpr const char* kInteger = R"({"type":"integer"})";
constexpr const char* kNumber = R"({"type":"number"})";
constexpr const char* kText = R"({"type":"string"})";

VersionsBefore those(const std::vector<std::string>& texts) {
  return {texts.size(), [texts](std::size_t at) { return Result<std::string>(texts[at]); }};
}

Answer answer(CompatibilityLevel level, const std::vector<std::string>& before,
              const std::string& now) {
  const auto judged = judge_compatibility(level, Profile::confluent_strict, those(before), now);
  EXPECT_TRUE(judged.ok()) << judged.error().message();
  EXPECT_EQ(judged->answer == Answer::yes, judged->reasons.empty());
  return judged->answer;
}

TEST(PublishedCompatibility, AsksBackwardForwardOrBoth) {
  using Level = CompatibilityLevel;
  EXPECT_EQ(answer(Level::backward, {kInteger}, kNumber), Answer::yes);
  EXPECT_EQ(answer(Level::backward, {kNumber}, kInteger), Answer::no);
  EXPECT_EQ(answer(Level::forward, {kInteger}, kNumber), Answer::no);
  EXPECT_EQ(answer(Level::forward, {kNumber}, kInteger), Answer::yes);
  EXPECT_EQ(answer(Level::full, {kNumber}, kInteger), Answer::no);
  EXPECT_EQ(answer(Level::full, {kNumber}, R"({"type":"number","title":"same"})"), Answer::yes);
  EXPECT_EQ(answer(Level::none, {kNumber}, kText), Answer::yes);
  EXPECT_EQ(answer(Level::full_transitive, {}, kText), Answer::yes);
}

TEST(PublishedCompatibility, OnlyTransitiveLevelsAskAllVersions) {
  EXPECT_EQ(answer(CompatibilityLevel::backward, {kText, kInteger}, kNumber), Answer::yes);
  EXPECT_EQ(answer(CompatibilityLevel::backward_transitive, {kText, kInteger}, kNumber),
            Answer::no);
}

TEST(PublishedCompatibility, VersionsAreAskedForWhenTheirTurnComes) {
  int asked = 0;
  const VersionsBefore before{3, [&](std::size_t) -> Result<std::string> {
                                if (++asked == 2) return Error(Code::unavailable, "too late");
                                return std::string(kText);
                              }};
  const auto judged = judge_compatibility(CompatibilityLevel::full_transitive,
                                          Profile::confluent_strict, before, kText);
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().code(), Code::unavailable);
  EXPECT_EQ(asked, 2);
}

TEST(PublishedCompatibility, TextsThatAreNoSchemaAreInvalid) {
  const auto judged =
      judge_compatibility(CompatibilityLevel::full, Profile::contract, those({kText}), "[]");
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().code(), Code::invalid);
}

TEST(PublishedCompatibility, LevelsHaveConfluentsNames) {
  for (const char* name : {"NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD",
                           "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"}) {
    const auto level = parse_compatibility(name);
    ASSERT_TRUE(level.has_value()) << name;
    EXPECT_EQ(level_name(*level), name);
  }
  EXPECT_FALSE(parse_compatibility("backward").has_value());
}

}  // namespace
}  // namespace holdfast::schemas

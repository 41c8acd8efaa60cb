// SPDX-License-Identifier: Apache-2.0
// Folders of pins, their lock file, the order of versions, and the guard.
#include "schemas/pins.h"

#include <set>

#include <gtest/gtest.h>

#include "json_schema/compare_rules.h"
#include "schemas/comparison.h"
#include "schemas/file_tree.h"
#include "schemas/guard.h"
#include "schemas/judge.h"
#include "schemas/registry.h"
#include "schemas/rules.h"
#include "tests/support/temp_folder.h"

namespace holdfast::schemas {
namespace {

using testing::TempFolder;

TEST(Versions, AreOrderedAsPeopleOrderThem) {
  const std::vector<std::string> ordered = {"",          "0.9",    "1",           "1.0.0-alpha",
                                            "1.0.0-rc1", "1.0.0",  "1.0.1a1",     "1.0.1b2",
                                            "1.0.1rc1",  "1.0.1",  "1.0.1.post1", "1.2.9",
                                            "1.10",      "1.10.1", "2",           "10"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    EXPECT_FALSE(version_less(ordered[i], ordered[i])) << ordered[i];
    for (std::size_t k = i + 1; k < ordered.size(); ++k) {
      if (ordered[i] == "1")
        continue;  // "1" and "1.0.0-alpha" are told apart by their length alone
      EXPECT_TRUE(version_less(ordered[i], ordered[k])) << ordered[i] << " before " << ordered[k];
      EXPECT_FALSE(version_less(ordered[k], ordered[i])) << ordered[k] << " before " << ordered[i];
    }
  }
}

TEST(Pins, AreTheJsonFilesButForThoseOfOurOwn) {
  const TempFolder folder;
  folder.write("b.json", "{}");
  folder.write("a.schema.json", R"({"$core_version":"1.1.2"})");
  folder.write("_metadata.json", "{}");
  folder.write("README.md", "");
  folder.write("schemas.lock.json", "{");
  const auto pins = read_pins(folder.path());
  ASSERT_TRUE(pins) << pins.problem().detail;
  ASSERT_EQ(pins->pins.size(), 2U);
  EXPECT_EQ(pins->pins[0].name, "a");
  EXPECT_EQ(pins->version_of(pins->pins[0]), "1.1.2");
  EXPECT_EQ(pins->pins[1].name, "b");
  ASSERT_TRUE(pins->lock_problem.has_value());
  EXPECT_FALSE(pins->was_edited(pins->pins[0]));
}

TEST(Pins, AreEditedWhereTheirBytesAreNotThoseOfTheLock) {
  const TempFolder folder;
  folder.write("a.json", "{}");
  folder.write("b.json", "{}");
  PinLock lock;
  lock.fetch_id = "X1";
  lock.pins["a"].raw_sha256 = pin_of("a", "", "{}", "").hashes.raw_sha256;
  lock.pins["a"].version = "7";
  lock.pins["b"].raw_sha256 = pin_of("b", "", "{} ", "").hashes.raw_sha256;
  folder.write("schemas.lock.json", pin_lock_text(lock));
  const auto pins = read_pins(folder.path());
  ASSERT_TRUE(pins && pins->lock);
  EXPECT_FALSE(pins->was_edited(*pins->find("a")));
  EXPECT_TRUE(pins->was_edited(*pins->find("b")));
  EXPECT_EQ(pins->version_of(*pins->find("a")), "7");
}

TEST(PinLock, ReadsWhatItWritesAndRefusesWhatItDoesNotKnow) {
  PinLock lock;
  lock.registry_url = "http://127.0.0.1:1";
  lock.track = "v1";
  lock.pins["\"quoted\""].version = "1";
  const auto read = parse_pin_lock(pin_lock_text(lock));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(pin_lock_text(*read), pin_lock_text(lock));
  for (const char* text : {"", "[]", "{}", R"({"format":"holdfast.schemas-lock/2","schemas":{}})",
                           R"({"format":"holdfast.schemas-lock/1"})",
                           R"({"format":"holdfast.schemas-lock/1","schemas":{"a":1}})",
                           R"({"format":"holdfast.schemas-lock/1","track":1,"schemas":{}})"})
    EXPECT_FALSE(parse_pin_lock(text).ok()) << text;
}

TEST(GitPlace, TakesNoOptionForARevision) {
  for (const char* text :
       {"git:--output=x:p", "git:-n:p", "git::p", "git:HEAD", "git:a\nb:p", "git:HEAD:-p"})
    EXPECT_FALSE(parse_git_place(text, ".").ok()) << text;
  const auto place = parse_git_place("git:v1.0^{commit}:schemas/v1/", ".");
  ASSERT_TRUE(place.ok() && place->has_value());
  EXPECT_EQ((*place)->path, "schemas/v1");
}

PinFolder one_pin(const std::string& text) {
  PinFolder pins;
  pins.pins.push_back(pin_of("a", "a.json", text, "a"));
  return pins;
}

TEST(Guard, PassesTheRealComparerOnEveryKindOfPin) {
  const Judge real = [](const Pin& old, const Pin& now) { return compare_schemas(old, now, {}); };
  for (const char* text :
       {"{}", "true", "false", R"({"type":"object"})", R"({"required":[]})",
        R"({"required":["a"]})", R"({"not":{}})", R"({"$ref":"#/$defs/a","$defs":{"a":{}}})", "[",
        R"({"$schema":"https://nowhere.example/"})"}) {
    const Status proved = prove_that_drift_is_seen(one_pin(text), real);
    EXPECT_TRUE(proved.ok()) << text << ": " << proved.error().message();
  }
}

TEST(Guard, FailsAComparerThatSeesNoDifference) {
  const Judge blind = [](const Pin&, const Pin&) -> Looked<Comparison> {
    Comparison same;
    same.change = ChangeClass::identical;
    return same;
  };
  const Status proved = prove_that_drift_is_seen(one_pin("{}"), blind);
  ASSERT_FALSE(proved.ok());
  EXPECT_EQ(proved.error().code(), Code::internal);
  const Judge failing = [](const Pin&, const Pin&) -> Looked<Comparison> { return Problem{}; };
  EXPECT_FALSE(prove_that_drift_is_seen(one_pin("{}"), failing).ok());
}

TEST(Guard, FailsAComparerThatIsBlindOnPinsAlone) {
  const Judge half = [](const Pin& old, const Pin& now) -> Looked<Comparison> {
    Comparison told;
    told.change =
        old.name == "guard" && now.name == "guard" ? ChangeClass::breaking : ChangeClass::identical;
    return told;
  };
  EXPECT_FALSE(prove_that_drift_is_seen(one_pin("{}"), half).ok());
}

TEST(Guard, IsNotPassedByAPinThatCanNotBeJudged) {
  const Judge half = [](const Pin& old, const Pin& now) -> Looked<Comparison> {
    if (old.name == "a") return Problem{};
    Comparison told;
    told.change = now.text.canonical == guard_change().text.canonical ? ChangeClass::breaking
                                                                      : ChangeClass::identical;
    return told;
  };
  PinFolder pins;
  pins.pins = {pin_of("a", "a.json", "{}", "a")};
  EXPECT_TRUE(prove_that_drift_is_seen(pins, half).ok());
  pins.pins.push_back(pin_of("b", "b.json", "{}", "b"));
  EXPECT_FALSE(prove_that_drift_is_seen(pins, half).ok());
}

TEST(Rules, HaveEveryRuleOfTheComparerAndNoneTwice) {
  std::set<std::string_view> ids;
  for (const core::Rule& rule : rules())
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
  for (const json_schema::Rule& rule : json_schema::usual_rules())
    EXPECT_TRUE(ids.contains(rule.id)) << rule.id;
}

std::string problem_of(const std::string& old, const std::string& now) {
  const auto told = compare_schemas(pin_of("a", "", old, "a"), pin_of("a", "", now, "a"), {});
  return told ? std::string(class_name(told->change))
              : std::string(problem_name(told.problem().kind));
}

TEST(Comparison, NamesWhyASchemaIsNone) {
  EXPECT_EQ(problem_of("{}", R"({"$ref":"#/nothing"})"), "unresolved_ref");
  EXPECT_EQ(problem_of("{}", R"({"$ref":"https://schemas.example/x"})"), "remote_ref");
  EXPECT_EQ(problem_of("{}", R"({"$ref":"#"})"), "cyclic_ref");
  EXPECT_EQ(problem_of("{}", R"({"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})"),
            "cyclic_ref");
  EXPECT_EQ(problem_of("{}", R"({"$schema":"https://schemas.example/mine"})"),
            "unsupported_dialect");
  EXPECT_EQ(problem_of("{}", R"({"type":"objekt"})"), "invalid_schema");
}

TEST(Comparison, CallsTheRunbooksExamplesAsTheRunbookDoes) {
  const std::string old =
      R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})";
  EXPECT_EQ(problem_of(old, old), "identical");
  EXPECT_EQ(
      problem_of(
          old,
          R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"$track":"v1"})"),
      "identical");
  EXPECT_EQ(
      problem_of(
          old,
          R"({"type":"object","properties":{"a":{"type":"string","title":"A"}},"required":["a"]})"),
      "annotation");
  EXPECT_EQ(
      problem_of(
          old,
          R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]})"),
      "safe");
  EXPECT_EQ(
      problem_of(
          old,
          R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a","b"]})"),
      "breaking");
  EXPECT_EQ(problem_of(old, R"({"type":"object","properties":{},"required":["a"]})"), "breaking");
  EXPECT_EQ(problem_of(
                old, R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})"),
            "breaking");
}

}  // namespace
}  // namespace holdfast::schemas

// SPDX-License-Identifier: Apache-2.0
// Small schemas dense with keywords that depend on each other, held against every document of a small universe by the validator, which shares
// no code with the search: a yes that one of them disproves is wrong. HOLDFAST_UNIVERSE_PAIRS and HOLDFAST_UNIVERSE_SEED look further.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/json_schema/compare_pairs.h"

namespace holdfast::json_schema {
namespace {

using Json = nlohmann::json;

/// Every array of up to three of some items, every object of some names with some values, what is nested in a few of them, and scalars.
std::vector<Document> universe() {
  const std::vector<Json> few = {0, 1, "a"};
  std::vector<Json> made = {nullptr, true, false, 0,   1,    2,    -1,   0.5,
                            1.5,     "",   "a",   "b", "ab", "ba", "abc"};
  std::vector<Json> longest = {Json::array()};
  made.push_back(longest.front());
  for (int length = 1; length <= 3; ++length) {
    std::vector<Json> next;
    for (const Json& before : longest)
      for (const Json& item : few) {
        next.push_back(before);
        next.back().push_back(item);
      }
    made.insert(made.end(), next.begin(), next.end());
    longest = std::move(next);
  }
  std::vector<Json> objects = {Json::object()};
  for (const char* name : {"a", "b", "ab"}) {
    const std::vector<Json> before = objects;
    for (const Json& object : before)
      for (const Json& value : few) {
        objects.push_back(object);
        objects.back()[name] = value;
      }
  }
  made.insert(made.end(), objects.begin(), objects.end());
  for (const Json& inner : {Json::array(), Json::array({1}), Json::array({"a"}), Json::object(),
                            Json({{"a", 1}}), Json({{"b", "a"}})}) {
    made.push_back({inner});
    made.push_back({inner, inner});
    made.push_back({inner, 1});
    made.push_back({{"a", inner}});
    made.push_back({{"a", inner}, {"b", 1}});
    made.push_back({{"b", inner}});
    made.push_back({{"zz", inner}});
  }
  made.push_back({{"zz", 1}});
  made.push_back({{"a", 1}, {"zz", "a"}});
  std::vector<Document> documents;
  for (const Json& one : made)
    documents.push_back(Document::parse(one.dump()).value());
  return documents;
}

struct Words {
  const char* uri;
  const char* definitions;
  int year;  // 4, 6, 7, 2019, 2020
};
constexpr Words kDialects[] = {{"https://json-schema.org/draft/2020-12/schema", "$defs", 2020},
                               {"https://json-schema.org/draft/2019-09/schema", "$defs", 2019},
                               {"http://json-schema.org/draft-07/schema#", "definitions", 7},
                               {"http://json-schema.org/draft-04/schema#", "definitions", 4}};

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_() % count; }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <class T>
  T pick(std::initializer_list<T> all) {
    return *(all.begin() + below(all.size()));
  }
  void speak(const Words& words) { words_ = &words; }

  // Few names, values and levels: what differs in one keyword only is near.
  void be_narrow() { is_narrow_ = true; }

  Json document() {
    has_definitions_ = chance(30);
    has_scopes_ = chance(15);
    Json made = schema(is_narrow_ ? 2 : 3);
    if (!made.is_object()) made = {{"allOf", {made.is_boolean() ? Json::object() : made}}};
    return made;
  }

  Json with_head(Json made) {
    made["$schema"] = words_->uri;
    if (has_scopes()) add_scopes(made);
    if (has_definitions_) {
      const bool keep = std::exchange(is_inside_, true);
      made[words_->definitions].update({{"N", schema(2)}, {"M", schema(1)}});
      is_inside_ = keep;
    }
    return made;
  }

  Json schema(int depth) {
    if (has_scopes() && depth < 3 && !is_inside_ && chance(25))
      return {{"$ref", pick({"generic", "one", "other"})}};
    if (is_narrow_) return narrow(depth);
    if (words_->year > 4 && chance(depth == 3 ? 0 : 8)) return pick({true, true, false});
    if (has_definitions_ && depth < 3 && !is_inside_ && chance(15)) return reference();
    Json made = Json::object();
    if (chance(20)) return values(made);
    const int kind = static_cast<int>(below(10));
    if (chance(60)) made["type"] = type();
    if (kind < 4 && depth > 0)
      object(made, depth - 1);
    else if (kind < 7 && depth > 0)
      array(made, depth - 1);
    else if (kind == 7)
      text(made);
    else if (kind == 8)
      number(made);
    if (depth > 0 && chance(45)) combine(made, depth - 1);
    if (chance(8)) values(made);
    return made;
  }

  Json narrow(int depth) {
    if (depth < 2 && (depth == 0 || chance(80))) {
      const Json leaf = pick<Json>({true,
                                    {{"type", "integer"}},
                                    {{"type", "string"}},
                                    {{"enum", {1}}},
                                    {{"enum", {0, 1}}},
                                    {{"enum", {1, "a"}}},
                                    {{"not", {{"enum", {1}}}}},
                                    false,
                                    {{"minimum", 1}}});
      return words_->year == 4 && leaf.is_boolean() ? Json::object() : leaf;
    }
    Json made = Json::object();
    const std::size_t kind = below(8);
    if (kind < 4) {
      if (chance(50)) made["type"] = "object";
      object(made, depth - 1);
    } else if (kind < 6) {
      if (chance(50)) made["type"] = "array";
      array(made, depth - 1);
    }
    if (kind >= 5 || chance(10)) combine(made, depth - 1);
    return made;
  }

  /// The same after a change or two of what some of its subschemas say.
  Json changed(Json made) {
    std::vector<Json*> places;
    list(made, places);
    for (std::size_t i = 0; i <= below(2) && !places.empty(); ++i) {
      Json& place = *places[std::min(below(places.size()), below(places.size()))];
      std::vector<std::string> keys;
      for (const auto& [key, value] : place.items())
        keys.push_back(key);
      const int kind = static_cast<int>(below(10));
      if (kind < 4 && !keys.empty()) {
        place.erase(keys[below(keys.size())]);
      } else {
        const Json more = schema(1);
        if (more.is_object()) place.update(more);
      }
      places.clear();
      list(made, places);
    }
    return made;
  }

 private:
  void list(Json& made, std::vector<Json*>& places) {
    if (made.is_array())
      for (Json& one : made)
        list(one, places);
    if (!made.is_object()) return;
    places.push_back(&made);
    for (auto& [key, value] : made.items()) {
      static const std::set<std::string> kMaps = {"properties", "patternProperties",
                                                  "dependentSchemas"};
      if (kMaps.count(key) != 0) {
        for (auto& [name, part] : value.items())
          list(part, places);
      } else if (key != "enum" && key != "const" && key != "required" &&
                 key != "dependentRequired" && key != "dependencies" && key != "$defs" &&
                 key != "definitions") {
        list(value, places);
      }
    }
  }

  Json reference() {
    Json made = {{"$ref", std::string("#/") + words_->definitions + "/" + pick({"N", "M"})}};
    if (chance(25)) number(made);
    return made;
  }

  Json type() {
    const auto one = [&] {
      return pick(
          {"null", "boolean", "integer", "number", "string", "array", "array", "object", "object"});
    };
    if (chance(75)) return one();
    return std::set<std::string>{one(), one()};
  }

  Json value(int depth) {
    switch (below(depth > 0 ? 9 : 7)) {
      case 0:
        return nullptr;
      case 1:
        return true;
      case 2:
        return pick({0.5, 1.5, 2.0});
      case 3:
        return pick({"", "a", "b", "ab"});
      case 4:
        return 0;
      case 5:
        return 1;
      case 6:
        return "a";
      case 7: {
        Json made = Json::array();
        for (std::size_t i = below(3); i > 0; --i)
          made.push_back(value(depth - 1));
        return made;
      }
      default: {
        Json made = Json::object();
        for (std::size_t i = below(3); i > 0; --i)
          made[name()] = value(depth - 1);
        return made;
      }
    }
  }

  Json& values(Json& made) {
    if (words_->year > 4 && chance(40)) {
      made["const"] = value(2);
      return made;
    }
    Json list = Json::array();
    for (std::size_t i = 1 + below(4); i > 0; --i)
      list.push_back(value(2));
    made["enum"] = list;
    return made;
  }

  std::string name() { return is_narrow_ ? pick({"a", "b"}) : pick({"a", "b", "ab", "a", "zz"}); }
  std::string pattern() {
    return pick({"^a", "b$", "^a?b?$", "a|b", "^.$", "^(?!a)", "\\d", "^[^a]*$", "z", "^.{2}$"});
  }
  int small() { return static_cast<int>(below(4)); }

  void number(Json& made) {
    for (const char* key : {"minimum", "maximum"})
      if (chance(35)) made[key] = pick({0.0, 1.0, 2.0, 0.5, -1.0});
    if (words_->year == 4) {
      if (made.contains("minimum") && chance(30)) made["exclusiveMinimum"] = chance(60);
    } else {
      for (const char* key : {"exclusiveMinimum", "exclusiveMaximum"})
        if (chance(20)) made[key] = pick({0.0, 1.0, 2.0, 0.5});
    }
    if (chance(30)) made["multipleOf"] = pick({1.0, 0.5, 2.0, 1.5});
  }

  void text(Json& made) {
    if (chance(40)) made["minLength"] = small();
    if (chance(40)) made["maxLength"] = small();
    if (chance(50)) made["pattern"] = pattern();
  }

  void array(Json& made, int depth) {
    if (chance(45)) made["items"] = schema(depth);
    if (chance(35)) {
      Json tuple = Json::array();
      for (std::size_t i = 1 + below(2); i > 0; --i)
        tuple.push_back(schema(depth));
      if (words_->year == 2020) {
        made["prefixItems"] = tuple;
      } else {
        const bool has_rest = made.contains("items");
        if (has_rest) made["additionalItems"] = made["items"];
        made["items"] = tuple;
      }
    }
    if (words_->year >= 6 && chance(40)) {
      made["contains"] = schema(depth);
      if (words_->year >= 2019 && chance(50)) made["minContains"] = small();
      if (words_->year >= 2019 && chance(40)) made["maxContains"] = small();
    }
    if (chance(30)) made["minItems"] = small();
    if (chance(30)) made["maxItems"] = small();
    if (chance(25)) made["uniqueItems"] = true;
    if (words_->year >= 2019 && chance(15)) made["unevaluatedItems"] = schema(depth);
  }

  void object(Json& made, int depth) {
    if (chance(60))
      for (std::size_t i = 1 + below(2); i > 0; --i)
        made["properties"][name()] = schema(depth);
    if (chance(40))
      for (std::size_t i = 1 + below(2); i > 0; --i)
        made["patternProperties"][pattern()] = schema(depth);
    if (chance(35)) made["additionalProperties"] = schema(depth);
    if (words_->year >= 6 && chance(25))
      made["propertyNames"] = chance(50) ? Json({{"pattern", pattern()}}) : schema(depth);
    if (chance(30)) made["required"] = Json(std::set<std::string>{name(), name()});
    if (chance(20)) made["minProperties"] = small();
    if (chance(25)) made["maxProperties"] = small();
    if (chance(20))
      made[words_->year >= 2019 ? "dependentRequired" : "dependencies"] = {{name(), {name()}}};
    if (chance(20))
      made[words_->year >= 2019 ? "dependentSchemas" : "dependencies"] = {{name(), schema(depth)}};
    if (words_->year >= 2019 && chance(20)) made["unevaluatedProperties"] = schema(depth);
  }

  void combine(Json& made, int depth) {
    const std::string kind = pick({"allOf", "anyOf", "oneOf", "oneOf", "not", "if", "allOf"});
    if (kind == "not") {
      made["not"] = schema(depth);
    } else if (kind == "if") {
      if (words_->year < 7) return;
      made["if"] = schema(depth);
      if (chance(70)) made["then"] = schema(depth);
      if (chance(70)) made["else"] = schema(depth);
    } else {
      made[kind] = Json::array();
      for (std::size_t i = 1 + below(3); i > 0; --i)
        made[kind].push_back(schema(depth));
    }
  }

  std::mt19937_64 random_;
  const Words* words_ = &kDialects[0];
  bool has_scopes() const { return has_scopes_ && words_->year >= 2019; }

  // A schema that a dynamic reference finishes, and two resources that finish it each in its way.
  void add_scopes(Json& made) {
    const bool keep = std::exchange(is_inside_, true);
    const bool is_tree = words_->year == 2019;
    const auto with_anchor = [&](Json anchored) {
      if (!anchored.is_object()) anchored = Json::object();
      anchored["$dynamicAnchor"] = "T";
      return anchored;
    };
    const Json way = is_tree ? Json({{"$recursiveRef", "#"}}) : Json({{"$dynamicRef", "#T"}});
    Json generic = chance(50) ? Json({{"items", way}}) : Json({{"properties", {{"a", way}}}});
    generic["$id"] = "generic";
    if (chance(50)) generic["type"] = type();
    Json one = {{"$id", "one"}, {"$ref", "generic"}};
    Json other = {{"$id", "other"}, {"$ref", chance(70) ? "generic" : "one"}};
    for (Json* each : {&generic, &one, &other}) {
      if (is_tree)
        (*each)["$recursiveAnchor"] = chance(70);
      else if (each == &generic || chance(80))
        (*each)["$defs"]["t"] = with_anchor(schema(1));
    }
    if (chance(40)) one["allOf"] = Json::array({schema(1)});
    if (is_tree) other["maxProperties"] = small();
    made["$id"] = "http://example.org/root";
    made[words_->definitions]["g"] = generic;
    made[words_->definitions]["one"] = one;
    made[words_->definitions]["other"] = other;
    is_inside_ = keep;
  }

  bool has_scopes_ = false;
  bool is_narrow_ = false;
  bool has_definitions_ = false;
  bool is_inside_ = false;
};

struct SchemaTexts {
  std::string old_text;
  std::string new_text;
};

SchemaTexts made_pair(std::uint64_t seed) {
  Maker maker(seed);
  const Words& words = kDialects[maker.chance(60) ? 0 : maker.below(4)];
  maker.speak(words);
  if (maker.chance(60)) maker.be_narrow();
  Json old_one = maker.document();
  Json new_one = maker.changed(old_one);
  const Json other = maker.schema(1);
  switch (maker.below(8)) {
    case 0:
      old_one = {{"allOf", {old_one, other}}};
      break;
    case 1:
      new_one = {{"anyOf", {new_one, other}}};
      break;
    case 2:
      old_one = {{"not", old_one}};
      new_one = {{"not", new_one}};
      break;
    case 3:
      old_one = maker.schema(1);
      if (!old_one.is_object()) old_one = Json::object();
      break;
    case 4:
      new_one = {{"oneOf", {new_one, other}}};
      break;
    default:
      break;
  }
  const std::string old_text = maker.with_head(old_one).dump();
  if (maker.chance(10)) maker.speak(kDialects[maker.below(4)]);
  return {old_text, maker.with_head(new_one).dump()};
}

struct Tally {
  int yes = 0;
  int no = 0;
  int unknown = 0;
  int over_strict = 0;  // unknown, and no document tells the two apart
  int denied = 0;       // unknown, and the search had a member that the validator refused
};

/// A document of the one schema that is none of the other; empty where the universe has none.
struct Disproofs {
  std::string backward;
  std::string forward;
};

Disproofs disproofs_of(const Schema& old_schema, const Schema& new_schema,
                       const std::vector<Document>& documents) {
  Disproofs found;
  for (const Document& document : documents) {
    Budget budget(kUsualValidationSteps);
    const auto in_old = is_valid(old_schema, document.root(), budget);
    const auto in_new = is_valid(new_schema, document.root(), budget);
    if (!in_old || !in_new || *in_old == *in_new) continue;
    (*in_old ? found.backward : found.forward) = json_text(document.root());
    if (!found.backward.empty() && !found.forward.empty()) break;
  }
  return found;
}

void hold(const std::string& told, const Verdict& verdict, const std::string& disproof,
          Tally& tally) {
  switch (verdict.answer) {
    case Answer::yes:
      ++tally.yes;
      EXPECT_EQ(disproof, "") << told;
      break;
    case Answer::no:
      ++tally.no;
      break;
    case Answer::unknown:
      ++tally.unknown;
      tally.over_strict += disproof.empty() ? 1 : 0;
      EXPECT_NE(verdict.reason, "references too entangled to be settled") << told;
      if (verdict.reason.starts_with("the validator does not confirm")) {
        ++tally.denied;
        ADD_FAILURE() << verdict.reason << ": " << told;
      }
      if (std::getenv("HOLDFAST_UNIVERSE_TELL") != nullptr)
        std::printf("unknown, %s: %s %s\n", verdict.reason.c_str(), told.c_str(), disproof.c_str());
      break;
  }
}

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(CompareUniverse, NoDocumentOfASmallUniverseDisprovesAYes) {
  const std::vector<Document> documents = universe();
  const std::uint64_t seed = number_of("HOLDFAST_UNIVERSE_SEED", 20261130);
  const std::uint64_t count = number_of("HOLDFAST_UNIVERSE_PAIRS", 3'000);
  Tally tally;
  for (std::uint64_t i = 0; i < count; ++i) {
    const SchemaTexts texts = made_pair(seed * 1'000'003 + i);
    const auto old_schema = Schema::parse(texts.old_text);
    const auto new_schema = Schema::parse(texts.new_text);
    if (!old_schema || !new_schema) continue;
    const auto found = compare(*old_schema, *new_schema);
    ASSERT_TRUE(found.ok());
    const Disproofs disproofs = disproofs_of(*old_schema, *new_schema, documents);
    const std::string told = texts.old_text + "\n-> " + texts.new_text;
    hold("backward " + told, found->backward, disproofs.backward, tally);
    hold("forward " + told, found->forward, disproofs.forward, tally);
  }
  const int all = tally.yes + tally.no + tally.unknown;
  std::printf(
      "seed %llu: %d yes, %d no, %d unknown (%.2f %%); over-strict, so that no document tells the "
      "two apart: %d (%.2f %%); members that the validator denies: %d\n",
      static_cast<unsigned long long>(seed), tally.yes, tally.no, tally.unknown,
      100.0 * tally.unknown / all, tally.over_strict, 100.0 * tally.over_strict / all,
      tally.denied);
  EXPECT_GT(all, static_cast<int>(count)) << "most of the made schemas are none";
  EXPECT_GT(tally.yes * 3, all) << "there is too little to disprove";
  EXPECT_LE(tally.unknown * 100, all);
}

}  // namespace
}  // namespace holdfast::json_schema

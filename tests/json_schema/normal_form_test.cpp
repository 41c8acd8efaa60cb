// SPDX-License-Identifier: Apache-2.0
// What the contract hash does not see, and what it must see.
#include "json_schema/normal_form.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/json_schema/compare_pairs.h"

namespace holdfast::json_schema {
namespace {

std::string hash_of(const std::string& text, const NormalFormOptions& options = {}) {
  const auto hash = contract_hash(schema_of(text), options);
  EXPECT_TRUE(hash.ok()) << text;
  return hash ? *hash : std::string();
}

TEST(NormalForm, StampsAnnotationsOrderAndNumbersAreNoPartOfIt) {
  const std::string plain =
      R"({"type":["object","null"],"required":["a","b"],"properties":{"a":{"maximum":1}}})";
  for (
      const std::string other :
      {R"({"properties":{"a":{"maximum":1.0,"title":"A","default":3}},"required":["b","a"],"type":["null","object"]})",
       R"({"$core_version":"1.1.2","$track":"v1","$schema_id":"x","description":"d","x-owner":"me",
            "type":["object","null"],"required":["a","b"],"properties":{"a":{"maximum":10e-1,"examples":[1]}}})",
       R"({"type":["object","null"],"required":["a","b"],"properties":{"a":{"maximum":1}},"$defs":{"unused":{"type":"string"}}})"})
    EXPECT_EQ(hash_of(other), hash_of(plain)) << other;
  EXPECT_EQ(hash_of(plain).size(), 64U);
}

TEST(NormalForm, NamesOfDefinitionsAreNoPartOfIt) {
  const auto list = [](const std::string& name, const std::string& keyword) {
    return "{\"$ref\":\"#/" + keyword + "/" + name + "\",\"" + keyword + "\":{\"" + name +
           R"(":{"type":"object","properties":{"next":{"$ref":"#/)" + keyword + "/" + name +
           "\"}}}}}";
  };
  EXPECT_EQ(hash_of(list("A", "$defs")), hash_of(list("B", "$defs")));
  EXPECT_EQ(hash_of(list("A", "$defs")), hash_of(list("B", "definitions")));
}

// The keyword of the definitions tells the dialect where no $schema does, and up to draft-07 what stands beside a $ref is not looked at.
TEST(NormalForm, TheDialectIsAPartOfItWhereItMatters) {
  const auto with = [](const std::string& keyword, const std::string& schema) {
    return R"({"properties":{"x":)" + schema + "},\"" + keyword + R"(":{"A":{}}})";
  };
  for (const std::string schema :
       {R"({"$ref":"#/KEYWORD/A","type":"string"})", R"({"contains":{"type":"string"}})",
        R"({"if":{"type":"string"},"then":false})", R"({"minContains":2,"contains":{}})",
        R"({"dependentRequired":{"a":["b"]}})", R"({"prefixItems":[false]})"}) {
    const auto text = [&](const std::string& keyword) {
      std::string made = schema;
      if (const std::size_t at = made.find("KEYWORD"); at != std::string::npos)
        made.replace(at, 7, keyword);
      return with(keyword, made);
    };
    const Schema modern = schema_of(text("$defs"));
    const Schema old = schema_of(text("definitions"));
    if (modern.dialect() == old.dialect()) continue;
    EXPECT_NE(hash_of(text("$defs")), hash_of(text("definitions"))) << schema;
  }
  const std::string beside = with("$defs", R"({"$ref":"#/$defs/A","type":"string"})");
  const std::string ignored = with("definitions", R"({"$ref":"#/definitions/A","type":"string"})");
  EXPECT_EQ(compared(ignored, beside).backward.answer, Answer::no);
  EXPECT_NE(hash_of(beside), hash_of(ignored));
  // An annotation that tells the dialect, and a reference with nothing beside it that matters.
  EXPECT_EQ(hash_of(R"({"type":"object","x-note":{"$anchor":"a"}})"),
            hash_of(R"({"type":"object","x-note":{"dependencies":{}}})"));
  EXPECT_EQ(hash_of(with("$defs", R"({"$ref":"#/$defs/A","title":"a"})")),
            hash_of(with("definitions", R"({"$ref":"#/definitions/A"})")));
}

TEST(NormalForm, WhatDocumentsCanSeeIsAPartOfIt) {
  const std::string plain = R"({"properties":{"title":{"type":"string"}},"enum":[{"default":1}]})";
  EXPECT_NE(hash_of(plain),
            hash_of(R"({"properties":{"title":{"type":"integer"}},"enum":[{"default":1}]})"));
  EXPECT_NE(hash_of(plain),
            hash_of(R"({"properties":{"title":{"type":"string"}},"enum":[{"default":2}]})"));
  EXPECT_NE(hash_of(plain), hash_of(R"({"properties":{},"enum":[{"default":1}]})"));
  EXPECT_NE(hash_of(R"({"const":9007199254740993})"), hash_of(R"({"const":9007199254740992})"));
  EXPECT_NE(hash_of(R"({"const":{"title":1}})"), hash_of(R"({"const":{"title":2}})"));
  EXPECT_NE(hash_of(R"({"prefixItems":[{"type":"string"},{"type":"null"}]})"),
            hash_of(R"({"prefixItems":[{"type":"null"},{"type":"string"}]})"));
}

TEST(NormalForm, TheListOfStampsCanBeAnother) {
  NormalFormOptions options;
  options.removed = {"$release*"};
  EXPECT_EQ(hash_of(R"({"$release_date":1})", options), hash_of(R"({"$release_of":2})", options));
  EXPECT_NE(hash_of(R"({"title":"a"})", options), hash_of(R"({"title":"b"})", options));
}

TEST(NormalForm, EqualHashesMeanEqualLanguages) {
  std::size_t equal_count = 0;
  for (const SchemaPair& pair : golden_pairs()) {
    if (hash_of(pair.old_text) != hash_of(pair.new_text)) continue;
    ++equal_count;
    EXPECT_NE(pair.backward, "no") << pair.old_text << pair.new_text;
    EXPECT_NE(pair.forward, "no") << pair.old_text << pair.new_text;
  }
  EXPECT_GT(equal_count, 20U);
}

}  // namespace
}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// The pairs of golden/pairs.json: two schemas, the verdicts and class that they must get. Those of golden/pairs_hard.json have a document
// that is valid in the old schema only, by Python's jsonschema, too: nothing may ever say yes to them.
#pragma once
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "json_schema/compare.h"
#include "json_schema/document.h"
#include "json_schema/schema.h"

namespace holdfast::json_schema {

struct SchemaPair {
  std::string row;
  std::string old_text;
  std::string new_text;
  std::string backward;
  std::string forward;
  std::string change_class;
  std::string note;
  std::string document;
};

inline std::string name_of(Answer answer) {
  return answer == Answer::yes ? "yes" : answer == Answer::no ? "no" : "unknown";
}

/// All of a file, numbers digit by digit.
inline std::vector<SchemaPair> pairs_of(const std::string& name) {
  const std::ifstream file(std::string(HOLDFAST_SOURCE_DIR) + "/tests/json_schema/golden/" + name);
  std::stringstream text;
  text << file.rdbuf();
  const auto document = Document::parse(text.str());
  EXPECT_TRUE(document.ok()) << document.error().message();
  std::vector<SchemaPair> pairs;
  const auto word = [](Value pair, std::string_view key) {
    const Value value = pair.find(key);
    return value.is_string() ? std::string(value.string()) : std::string();
  };
  for (std::size_t i = 0; document && i < document->root().size(); ++i) {
    const Value pair = document->root().at(i);
    pairs.push_back({word(pair, "row"), json_text(pair.find("old")), json_text(pair.find("new")),
                     word(pair, "backward"), word(pair, "forward"), word(pair, "class"),
                     word(pair, "note"),
                     pair.find("document") ? json_text(pair.find("document")) : std::string()});
  }
  return pairs;
}

inline std::vector<SchemaPair> golden_pairs() {
  return pairs_of("pairs.json");
}

inline std::vector<SchemaPair> hard_pairs() {
  return pairs_of("pairs_hard.json");
}

inline Schema schema_of(const std::string& text) {
  const auto schema = Schema::parse(text);
  EXPECT_TRUE(schema.ok()) << text << schema.error().message();
  return *std::move(schema);
}

inline Comparison compared(const std::string& old_text, const std::string& new_text,
                           const CompareOptions& options = {}) {
  const auto comparison = compare(schema_of(old_text), schema_of(new_text), options);
  EXPECT_TRUE(comparison.ok());
  return *std::move(comparison);
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// The table of keywords, found by the hash that a document has of every key.
#include "json_schema/schema_keyword.h"

#include <array>

#include "json_schema/document_store.h"

namespace holdfast::json_schema {
namespace {

struct KeywordRow {
  std::string_view name;
  Dialect first;
  Dialect last;
  Vocabularies vocabulary;
};

constexpr auto k4 = Dialect::draft4;
constexpr auto k6 = Dialect::draft6;
constexpr auto k7 = Dialect::draft7;
constexpr auto k19 = Dialect::draft2019;
constexpr auto k20 = Dialect::draft2020;

constexpr std::array<KeywordRow, kKeywordCount> kRows = {{
    {"id", k4, k4, kVocabularyCore},
    {"$id", k6, k20, kVocabularyCore},
    {"$schema", k4, k20, kVocabularyCore},
    {"$anchor", k19, k20, kVocabularyCore},
    {"$dynamicAnchor", k20, k20, kVocabularyCore},
    {"$recursiveAnchor", k19, k19, kVocabularyCore},
    {"$ref", k4, k20, kVocabularyCore},
    {"$dynamicRef", k20, k20, kVocabularyCore},
    {"$recursiveRef", k19, k19, kVocabularyCore},
    {"$defs", k19, k20, kVocabularyCore},
    {"definitions", k4, k20, kVocabularyCore},
    {"allOf", k4, k20, kVocabularyApplicator},
    {"anyOf", k4, k20, kVocabularyApplicator},
    {"oneOf", k4, k20, kVocabularyApplicator},
    {"not", k4, k20, kVocabularyApplicator},
    {"if", k7, k20, kVocabularyApplicator},
    {"then", k7, k20, kVocabularyApplicator},
    {"else", k7, k20, kVocabularyApplicator},
    {"properties", k4, k20, kVocabularyApplicator},
    {"patternProperties", k4, k20, kVocabularyApplicator},
    {"additionalProperties", k4, k20, kVocabularyApplicator},
    {"propertyNames", k6, k20, kVocabularyApplicator},
    {"dependencies", k4, k7, kVocabularyApplicator},
    {"dependentSchemas", k19, k20, kVocabularyApplicator},
    {"items", k4, k20, kVocabularyApplicator},
    {"prefixItems", k20, k20, kVocabularyApplicator},
    {"additionalItems", k4, k19, kVocabularyApplicator},
    {"contains", k6, k20, kVocabularyApplicator},
    {"unevaluatedItems", k19, k20, kVocabularyUnevaluated},
    {"unevaluatedProperties", k19, k20, kVocabularyUnevaluated},
    {"type", k4, k20, kVocabularyValidation},
    {"enum", k4, k20, kVocabularyValidation},
    {"const", k6, k20, kVocabularyValidation},
    {"multipleOf", k4, k20, kVocabularyValidation},
    {"maximum", k4, k20, kVocabularyValidation},
    {"minimum", k4, k20, kVocabularyValidation},
    {"exclusiveMaximum", k4, k20, kVocabularyValidation},
    {"exclusiveMinimum", k4, k20, kVocabularyValidation},
    {"maxLength", k4, k20, kVocabularyValidation},
    {"minLength", k4, k20, kVocabularyValidation},
    {"pattern", k4, k20, kVocabularyValidation},
    {"maxItems", k4, k20, kVocabularyValidation},
    {"minItems", k4, k20, kVocabularyValidation},
    {"uniqueItems", k4, k20, kVocabularyValidation},
    {"maxContains", k19, k20, kVocabularyValidation},
    {"minContains", k19, k20, kVocabularyValidation},
    {"maxProperties", k4, k20, kVocabularyValidation},
    {"minProperties", k4, k20, kVocabularyValidation},
    {"required", k4, k20, kVocabularyValidation},
    {"dependentRequired", k19, k20, kVocabularyValidation},
    {"format", k4, k20, kVocabularyFormat},
    {"contentEncoding", k7, k20, kVocabularyContent},
    {"contentMediaType", k7, k20, kVocabularyContent},
    {"contentSchema", k19, k20, kVocabularyContent},
}};

constexpr std::size_t kSlotCount = 256;  // some four times the keywords

std::array<Keyword, kSlotCount> made_slots() {
  std::array<Keyword, kSlotCount> slots{};
  slots.fill(Keyword::none);
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    std::size_t slot = hash_of_text(kRows[i].name) % kSlotCount;
    while (slots[slot] != Keyword::none)
      slot = (slot + 1) % kSlotCount;
    slots[slot] = static_cast<Keyword>(i);
  }
  return slots;
}

const KeywordRow& row_of(Keyword keyword) {
  return kRows[static_cast<std::size_t>(keyword)];
}

}  // namespace

std::string_view keyword_name(Keyword keyword) {
  return keyword == Keyword::none ? std::string_view() : row_of(keyword).name;
}

Keyword find_keyword(std::string_view name, std::uint64_t hash, Dialect dialect,
                     Vocabularies vocabularies) {
  static const auto kSlots = made_slots();
  for (std::size_t slot = hash % kSlotCount; kSlots[slot] != Keyword::none;
       slot = (slot + 1) % kSlotCount) {
    const KeywordRow& row = row_of(kSlots[slot]);
    if (row.name != name) continue;
    const bool is_known =
        dialect >= row.first && dialect <= row.last && (row.vocabulary & vocabularies) != 0;
    return is_known ? kSlots[slot] : Keyword::none;
  }
  return Keyword::none;
}

std::optional<Vocabularies> vocabulary_of_uri(std::string_view uri, Dialect dialect) {
  struct Row {
    std::string_view name;
    Vocabularies bits;
  };
  constexpr std::array<Row, 9> kNames = {{{"core", kVocabularyCore},
                                          {"applicator", kVocabularyApplicator},
                                          {"unevaluated", kVocabularyUnevaluated},
                                          {"validation", kVocabularyValidation},
                                          {"format", kVocabularyFormat},
                                          {"format-annotation", kVocabularyFormat},
                                          {"format-assertion", kVocabularyFormat},
                                          {"content", kVocabularyContent},
                                          {"meta-data", 0}}};
  const std::string_view prefix = dialect == Dialect::draft2019
                                      ? "https://json-schema.org/draft/2019-09/vocab/"
                                      : "https://json-schema.org/draft/2020-12/vocab/";
  if (!uri.starts_with(prefix)) return std::nullopt;
  uri.remove_prefix(prefix.size());
  for (const Row& row : kNames) {
    if (row.name != uri) continue;
    const bool has_unevaluated = dialect == Dialect::draft2019 && uri == "applicator";
    return has_unevaluated ? static_cast<Vocabularies>(row.bits | kVocabularyUnevaluated)
                           : row.bits;
  }
  return std::nullopt;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// The keywords of all dialects: which dialect knows them, and which vocabulary they are of.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "json_schema/schema.h"

namespace holdfast::json_schema {

/// In the order of kRows in schema_keyword.cpp.
enum class Keyword : unsigned char {
  id,
  dollar_id,
  schema,
  anchor,
  dynamic_anchor,
  recursive_anchor,
  ref,
  dynamic_ref,
  recursive_ref,
  defs,
  definitions,
  all_of,
  any_of,
  one_of,
  not_keyword,
  if_keyword,
  then_keyword,
  else_keyword,
  properties,
  pattern_properties,
  additional_properties,
  property_names,
  dependencies,
  dependent_schemas,
  items,
  prefix_items,
  additional_items,
  contains,
  unevaluated_items,
  unevaluated_properties,
  type,
  enumeration,
  constant,
  multiple_of,
  maximum,
  minimum,
  exclusive_maximum,
  exclusive_minimum,
  max_length,
  min_length,
  pattern,
  max_items,
  min_items,
  unique_items,
  max_contains,
  min_contains,
  max_properties,
  min_properties,
  required,
  dependent_required,
  format,
  content_encoding,
  content_media_type,
  content_schema,
  none,  // no keyword; the number of them
};
constexpr std::size_t kKeywordCount = static_cast<std::size_t>(Keyword::none);

/// Vocabularies as bits; up to draft-07 a schema has all of them.
using Vocabularies = std::uint8_t;
constexpr Vocabularies kVocabularyCore = 1U;
constexpr Vocabularies kVocabularyApplicator = 2U;
constexpr Vocabularies kVocabularyUnevaluated = 4U;
constexpr Vocabularies kVocabularyValidation = 8U;
constexpr Vocabularies kVocabularyFormat = 16U;
constexpr Vocabularies kVocabularyContent = 32U;
constexpr Vocabularies kEveryVocabulary = 63U;

std::string_view keyword_name(Keyword keyword);
/// What a key is in a dialect with these vocabularies; `none` for what is no keyword there. `hash` is that of document_store.h.
Keyword find_keyword(std::string_view name, std::uint64_t hash, Dialect dialect,
                     Vocabularies vocabularies);

/// What `$vocabulary` says of one URI: its bits, 0 for one with annotations only, nothing for one that is not known.
std::optional<Vocabularies> vocabulary_of_uri(std::string_view uri, Dialect dialect);

}  // namespace holdfast::json_schema

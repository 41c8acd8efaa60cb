// SPDX-License-Identifier: Apache-2.0
// Which dialect a schema is most likely of that does not say so.
#include <algorithm>
#include <array>
#include <string_view>

#include "core/canonical_json.h"
#include "json_schema/schema_reader.h"

namespace holdfast::json_schema {
namespace {

/// What was seen of keywords that only some dialects have.
struct Hints {
  bool is_modern = false;          // 2019-09 or later
  bool has_recursive_ref = false;  // 2019-09
  bool has_tuple = false;          // `items` as a list: up to 2019-09
  bool has_old_keyword = false;    // up to draft-07
  bool has_boolean_bound = false;  // draft-04
};

constexpr std::array<std::string_view, 11> kModern = {
    "$defs",       "$anchor",           "$dynamicRef",      "$dynamicAnchor",
    "prefixItems", "dependentRequired", "dependentSchemas", "unevaluatedProperties",
    "minContains", "maxContains",       "unevaluatedItems"};
constexpr std::array<std::string_view, 6> kMaps = {
    "properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies"};
constexpr std::array<std::string_view, 4> kNoSchemas = {"enum", "const", "default", "examples"};

bool is_one_of(std::string_view key, const auto& keys) {
  return std::ranges::find(keys, key) != keys.end();
}

void note(const Member& member, Hints& hints) {
  const std::string_view key = member.key;
  if (is_one_of(key, kModern)) hints.is_modern = true;
  if (key == "$recursiveRef" || key == "$recursiveAnchor") hints.has_recursive_ref = true;
  if (key == "items" && member.value.is_array()) hints.has_tuple = true;
  if (key == "dependencies" || key == "additionalItems" || key == "definitions")
    hints.has_old_keyword = true;
  if (key == "exclusiveMinimum" || key == "exclusiveMaximum") {
    hints.has_boolean_bound |= member.value.is_boolean();
  }
}

// Recursion ends with the document's depth, which the reader bounds.
void look(Value schema, Hints& hints) {
  for (std::size_t i = 0; schema.is_array() && i < schema.size(); ++i)
    look(schema.at(i), hints);
  for (std::size_t i = 0; schema.is_object() && i < schema.size(); ++i) {
    const Member member = schema.member(i);
    note(member, hints);
    if (is_one_of(member.key, kNoSchemas)) continue;
    if (!is_one_of(member.key, kMaps) || !member.value.is_object()) {
      look(member.value, hints);
      continue;
    }
    for (std::size_t k = 0; k < member.value.size(); ++k)
      look(member.value.member(k).value, hints);
  }
}

}  // namespace

Dialect inferred_dialect(Value root) {
  Hints hints;
  if (depth_of(root) <= core::kJsonDepthLimit) look(root, hints);
  if (hints.has_recursive_ref || (hints.is_modern && hints.has_tuple)) return Dialect::draft2019;
  if (hints.is_modern) return Dialect::draft2020;
  if (hints.has_boolean_bound) return Dialect::draft4;
  if (hints.has_tuple || hints.has_old_keyword) return Dialect::draft7;
  return Dialect::draft2020;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Copies the document without what defaults fill. Documents are never nested deeper than core::kJsonDepthLimit, and so is the recursion.
#include "json_schema/compare_filled.h"

#include <utility>
#include <vector>

#include "json_schema/compare_compile.h"
#include "json_schema/document.h"
#include "json_schema/schema_parts.h"

namespace holdfast::json_schema {
namespace {

bool has_default(Value properties, Value name) {
  if (!name.is_string()) return false;
  const Value property = properties.find(name.string());
  return property.is_object() && property.find("default");
}

class Filler {
 public:
  Value of(Value value) {
    if (value.is_array()) {
      std::vector<Value> elements;
      for (std::size_t i = 0; i < value.size(); ++i)
        elements.push_back(of(value.at(i)));
      return maker_.array(elements);
    }
    if (!value.is_object()) return value;
    std::vector<Member> members;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Member member = value.member(i);
      if (member.key == "enum" || member.key == "const")
        members.push_back(member);
      else if (member.key == "required" && member.value.is_array())
        members.push_back({member.key, required(member.value, value.find("properties"))});
      else
        members.push_back({member.key, of(member.value)});
    }
    return maker_.object(members);
  }

  Document finish(Value root) { return std::move(maker_).finish(maker_.copy(root)); }

 private:
  Value required(Value names, Value properties) {
    std::vector<Value> left;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!has_default(properties, names.at(i))) left.push_back(names.at(i));
    return maker_.array(left);
  }

  DocumentMaker maker_;
};

constexpr std::uint64_t kDefaultSteps = 100'000;

bool has_composed_value(const SchemaNode& node) {
  const auto is_composed = [](Value value) { return value.is_array() || value.is_object(); };
  for (std::size_t i = 0; node.enum_values && i < node.enum_values.size(); ++i)
    if (is_composed(node.enum_values.at(i))) return true;
  return node.const_value && is_composed(node.const_value);
}

bool sees_members(const ObjectKeywords& words) {
  return words.min_properties != 0 || words.max_properties != kNoMost ||
         !words.pattern_properties.empty() || words.property_names != kNoNode ||
         !words.dependent_required.empty() || !words.dependent_schemas.empty() ||
         words.unevaluated_properties != kNoNode;
}

bool sees_members(const ArrayKeywords& words) {
  return words.contains != kNoNode || words.unique_items || words.unevaluated_items != kNoNode;
}

// Whether a member that was filled in could matter to more than the keyword `required`.
bool sees_members(const SchemaNode& node) {
  return node.logic != nullptr || has_composed_value(node) ||
         (node.reference != nullptr && !is_pure_reference(node)) ||
         (node.object != nullptr && sees_members(*node.object)) ||
         (node.array != nullptr && sees_members(*node.array));
}

// Names of properties that the copy would take for keywords.
bool is_keyword_like(std::string_view name) {
  return name == "enum" || name == "const" || name == "required" || name == "properties";
}

Value default_of(const Schema& schema, NodeId id) {
  return schema.node(id).value.find("default");
}

bool are_defaults_valid(const Schema& schema, const ObjectKeywords& words, FormatMode format) {
  ValidateOptions options;
  options.format = format;
  for (const NamedSchema& one : words.properties) {
    if (is_keyword_like(one.name)) return false;
    const Value filled_in = default_of(schema, one.schema);
    if (!filled_in) continue;
    Budget budget(kDefaultSteps);
    const auto valid = is_valid_at(schema, one.schema, filled_in, budget, options);
    if (!valid || !*valid) return false;
  }
  return true;
}

}  // namespace

bool has_defaults(const Schema& schema) {
  for (NodeId id = 0; id < schema.node_count(); ++id) {
    const SchemaNode& node = schema.node(id);
    if (node.object == nullptr) continue;
    for (const NamedSchema& one : node.object->properties)
      if (default_of(schema, one.schema)) return true;
  }
  return false;
}

bool is_filled_exactly(const Schema& schema, FormatMode format) {
  if (schema.resource_count() != 1 || has_own_metaschema(schema)) return false;
  for (NodeId id = 0; id < schema.node_count(); ++id) {
    const SchemaNode& node = schema.node(id);
    if (sees_members(node)) return false;
    if (node.object != nullptr && !are_defaults_valid(schema, *node.object, format)) return false;
  }
  return true;
}

Result<Schema> filled(const Schema& schema) {
  Filler filler;
  const Value root = filler.of(schema.document_root());
  SchemaOptions options;
  options.default_dialect = schema.dialect();
  return Schema::load(filler.finish(root), options);
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Changes of what is said of the items of arrays and the members of objects.
#include <algorithm>
#include <set>
#include <utility>

#include "json_schema/compare_change_walk.h"
#include "json_schema/schema_parts.h"

namespace holdfast::json_schema {

void ChangeWalker::arrays(const Here& here) {
  const ArrayKeywords none;
  const ArrayKeywords& a = here.a.array != nullptr ? *here.a.array : none;
  const ArrayKeywords& b = here.b.array != nullptr ? *here.b.array : none;
  if (&a == &b) return;
  least(here, "minItems", a.min_items, b.min_items);
  most(here, "maxItems", a.max_items, b.max_items);
  if (a.unique_items != b.unique_items)
    emit(here, "uniqueItems", b.unique_items ? RuleId::unique_added : RuleId::unique_removed);
  contains(here, a, b);
  const std::size_t shared = std::min(a.prefix_items.size(), b.prefix_items.size());
  for (std::size_t i = 0; i < shared; ++i)
    enter(a.prefix_items[i], b.prefix_items[i]);
  const std::string_view tuple =
      here.a.value.find("prefixItems") || here.b.value.find("prefixItems") ? "prefixItems"
                                                                           : "items";
  if (a.prefix_items.size() != b.prefix_items.size()) emit(here, tuple, RuleId::tuple_changed);
  const std::string_view rest =
      here.a.value.find("additionalItems") || here.b.value.find("additionalItems")
          ? "additionalItems"
          : "items";
  pair_of(here, rest, a.items, b.items, RuleId::items_added, RuleId::items_removed);
  pair_of(here, "unevaluatedItems", a.unevaluated_items, b.unevaluated_items, RuleId::items_added,
          RuleId::items_removed);
}

void ChangeWalker::contains(const Here& here, const ArrayKeywords& a, const ArrayKeywords& b) {
  const auto word = [&](std::string_view keyword, int order) {
    if (order != 0)
      emit(here, keyword, order > 0 ? RuleId::contains_loosened : RuleId::contains_tightened);
  };
  if (a.contains == kNoNode && b.contains == kNoNode) return;
  if (a.contains == kNoNode || b.contains == kNoNode) {
    emit(here, "contains",
         a.contains == kNoNode ? RuleId::contains_added : RuleId::contains_removed);
    return;
  }
  const bool outer = std::exchange(is_conditional_, true);
  enter(a.contains, b.contains);
  is_conditional_ = outer;
  word("minContains", -order_of(here, "minContains", a.min_contains, b.min_contains));
  word("maxContains", order_of(here, "maxContains", a.max_contains, b.max_contains));
}

void ChangeWalker::objects(const Here& here) {
  const ObjectKeywords none;
  const ObjectKeywords& a = here.a.object != nullptr ? *here.a.object : none;
  const ObjectKeywords& b = here.b.object != nullptr ? *here.b.object : none;
  if (&a == &b) return;
  least(here, "minProperties", a.min_properties, b.min_properties);
  most(here, "maxProperties", a.max_properties, b.max_properties);
  for (const std::string_view name : a.required)
    if (!is_listed(b.required, name)) emit(here, "required", RuleId::required_removed, name);
  for (const std::string_view name : b.required)
    if (!is_listed(a.required, name)) emit(here, "required", RuleId::required_added, name);
  properties(here, a, b);
  patterns(here, a, b);
  pair_of(here, "additionalProperties", a.additional_properties, b.additional_properties,
          RuleId::rest_closed, RuleId::rest_opened);
  pair_of(here, "unevaluatedProperties", a.unevaluated_properties, b.unevaluated_properties,
          RuleId::rest_closed, RuleId::rest_opened);
  pair_of(here, "propertyNames", a.property_names, b.property_names, RuleId::names_narrowed,
          RuleId::names_widened);
  dependencies(here, a, b);
}

void ChangeWalker::properties(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b) {
  std::size_t next = 0;
  for (const NamedSchema& one : a.properties) {
    const NodeId other = b.find_property(one.name, next);
    if (other != kNoNode)
      enter(one.schema, other);
    else if (!declares(pair_.new_schema, here.new_id, tops_.new_id, one.name))
      emit(here, "properties", RuleId::property_removed, one.name);
  }
  next = 0;
  for (const NamedSchema& one : b.properties)
    if (a.find_property(one.name, next) == kNoNode)
      if (const auto rule = added_property(here, a, b, one.name))
        emit(here, "properties", *rule, one.name);
}

std::optional<RuleId> ChangeWalker::added_property(const Here& here, const ObjectKeywords& a,
                                                   const ObjectKeywords& b,
                                                   std::string_view name) const {
  if (declares(pair_.old_schema, here.old_id, tops_.old_id, name)) return RuleId::schema_replaced;
  const bool is_optional = !may_require(pair_.old_schema, tops_.old_id, name) &&
                           !may_require(pair_.new_schema, tops_.new_id, name);
  const ShapeId room = room_for(a, name);
  if (room == kNothing) return RuleId::property_added_to_closed;
  if (room != kEverything) return RuleId::schema_replaced;
  if (is_optional) return RuleId::property_added;
  if (is_listed(a.required, name)) return RuleId::names_narrowed;
  if (is_listed(b.required, name)) return std::nullopt;  // schema.required_added tells of it
  return RuleId::schema_replaced;
}

// What an object without such a property lets the value of that name be; kNoShape: something in between.
ShapeId ChangeWalker::room_for(const ObjectKeywords& object, std::string_view name) const {
  for (const PatternSchema& one : object.pattern_properties) {
    if (!one.pattern->pattern) return kNoShape;
    const auto matched = one.pattern->pattern->matches(name);
    if (!matched || *matched) return kNoShape;
  }
  const ShapeId rest = old_shape(object.additional_properties);
  const ShapeId unevaluated = old_shape(object.unevaluated_properties);
  if (rest == kNothing || unevaluated == kNothing) return kNothing;
  return rest == kEverything && unevaluated == kEverything ? kEverything : kNoShape;
}

void ChangeWalker::patterns(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b) {
  const auto find = [](const ObjectKeywords& object, std::string_view text) {
    for (const PatternSchema& one : object.pattern_properties)
      if (one.pattern->text == text) return one.schema;
    return kNoNode;
  };
  // Names that a pattern keeps away from the rest are for the rest to judge without it.
  const auto rule = [](ShapeId part, ShapeId rest, RuleId by_itself, RuleId beside_closed) {
    return rest == kEverything                       ? by_itself
           : rest == kNothing && part == kEverything ? beside_closed
                                                     : RuleId::schema_replaced;
  };
  for (const PatternSchema& one : a.pattern_properties) {
    const NodeId other = find(b, one.pattern->text);
    if (other != kNoNode)
      enter(one.schema, other);
    else
      emit(here, "patternProperties",
           rule(old_shape(one.schema), new_shape(b.additional_properties), RuleId::names_widened,
                RuleId::names_narrowed),
           one.pattern->text);
  }
  for (const PatternSchema& one : b.pattern_properties)
    if (find(a, one.pattern->text) == kNoNode)
      emit(here, "patternProperties",
           rule(new_shape(one.schema), old_shape(a.additional_properties), RuleId::names_narrowed,
                RuleId::names_widened),
           one.pattern->text);
}

void ChangeWalker::dependencies(const Here& here, const ObjectKeywords& a,
                                const ObjectKeywords& b) {
  const std::string_view required_word =
      here.a.value.find("dependencies") || here.b.value.find("dependencies") ? "dependencies"
                                                                             : "dependentRequired";
  const auto names_of = [](const ObjectKeywords& object, std::string_view name) {
    std::set<std::string_view> names;
    for (const NamedNames& one : object.dependent_required)
      if (one.name == name) names.insert(one.names.begin(), one.names.end());
    return names;
  };
  std::set<std::string_view> keys;
  for (const auto* object : {&a, &b})
    for (const NamedNames& one : object->dependent_required)
      keys.insert(one.name);
  for (const std::string_view key : keys) {
    const auto old_names = names_of(a, key);
    const auto new_names = names_of(b, key);
    if (old_names == new_names) continue;
    emit(here, required_word,
         std::includes(new_names.begin(), new_names.end(), old_names.begin(), old_names.end())
             ? RuleId::dependency_added
         : std::includes(old_names.begin(), old_names.end(), new_names.begin(), new_names.end())
             ? RuleId::dependency_removed
             : RuleId::dependency_changed,
         key);
  }
  schema_dependencies(here, a, b);
}

void ChangeWalker::schema_dependencies(const Here& here, const ObjectKeywords& a,
                                       const ObjectKeywords& b) {
  const auto find = [](const ObjectKeywords& object, std::string_view name) {
    for (const NamedSchema& one : object.dependent_schemas)
      if (one.name == name) return one.schema;
    return kNoNode;
  };
  const std::string_view word =
      here.a.value.find("dependencies") || here.b.value.find("dependencies") ? "dependencies"
                                                                             : "dependentSchemas";
  for (const NamedSchema& one : a.dependent_schemas) {
    const NodeId other = find(b, one.name);
    if (other != kNoNode)
      walk(one.schema, other);
    else
      emit(here, word, RuleId::dependency_removed, one.name);
  }
  for (const NamedSchema& one : b.dependent_schemas)
    if (find(a, one.name) == kNoNode) emit(here, word, RuleId::dependency_added, one.name);
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Changes of what is said of the items of arrays and the members of objects.
#include <algorithm>
#include <map>
#include <utility>

#include "json_schema/compare_change_walk.h"
#include "json_schema/schema_parts.h"

namespace holdfast::json_schema {
namespace {

using Names = std::vector<std::string_view>;

Names sorted(std::span<const std::string_view> names) {
  Names made(names.begin(), names.end());
  std::sort(made.begin(), made.end());
  made.erase(std::unique(made.begin(), made.end()), made.end());
  return made;
}

bool has_name(const Names& names, std::string_view name) {
  return std::binary_search(names.begin(), names.end(), name);
}

bool has_all(const Names& names, const Names& others) {
  return std::includes(names.begin(), names.end(), others.begin(), others.end());
}

// A map and no table of hashes: n log n whatever names somebody thinks of.
using Schemas = std::map<std::string_view, NodeId>;

Schemas by_text(std::span<const PatternSchema> patterns) {
  Schemas made;
  for (const PatternSchema& one : patterns)
    made.emplace(one.pattern->text, one.schema);
  return made;
}

Schemas by_name(std::span<const NamedSchema> named) {
  Schemas made;
  for (const NamedSchema& one : named)
    made.emplace(one.name, one.schema);
  return made;
}

NodeId find(const Schemas& schemas, std::string_view name) {
  const auto at = schemas.find(name);
  return at != schemas.end() ? at->second : kNoNode;
}

}  // namespace

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
  pair_of(here, rest, a.items, b.items, {RuleId::items_added, RuleId::items_removed});
  pair_of(here, "unevaluatedItems", a.unevaluated_items, b.unevaluated_items,
          {RuleId::items_added, RuleId::items_removed});
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
  if (!spend((a.required.size() + b.required.size()) / kListedPerStep)) return;
  const Required listed{a.required, b.required, sorted(a.required), sorted(b.required)};
  required(here, listed);
  properties(here, a, b, listed);
  patterns(here, a, b);
  pair_of(here, "additionalProperties", a.additional_properties, b.additional_properties,
          {RuleId::rest_closed, RuleId::rest_opened});
  pair_of(here, "unevaluatedProperties", a.unevaluated_properties, b.unevaluated_properties,
          {RuleId::rest_closed, RuleId::rest_opened});
  pair_of(here, "propertyNames", a.property_names, b.property_names,
          {RuleId::names_narrowed, RuleId::names_widened});
  dependencies(here, a, b);
}

void ChangeWalker::required(const Here& here, const Required& listed) {
  const auto one_way = [&](std::span<const std::string_view> names, const Names& others,
                           RuleId rule) {
    for (const std::string_view name : names) {
      if (has_name(others, name)) continue;
      if (teller_.is_full()) return;
      emit(here, "required", rule, name);
    }
  };
  one_way(listed.old_names, listed.new_sorted, RuleId::required_removed);
  one_way(listed.new_names, listed.old_sorted, RuleId::required_added);
}

void ChangeWalker::removed_properties(const Here& here, const ObjectKeywords& a,
                                      const ObjectKeywords& b) {
  std::optional<PartNames> of_new;
  std::size_t next = 0;
  for (const NamedSchema& one : a.properties) {
    if (teller_.is_full() || !spend()) return;
    const NodeId other = b.find_property(one.name, next);
    if (other != kNoNode) {
      enter(one.schema, other);
      continue;
    }
    if (!of_new) of_new.emplace(pair_.new_schema, here.new_id, tops_.new_id, budget_);
    if (spend(0) && !of_new->declares(one.name))
      emit(here, "properties", RuleId::property_removed, one.name);
  }
}

void ChangeWalker::properties(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b,
                              const Required& listed) {
  removed_properties(here, a, b);
  std::optional<PartNames> of_old;
  std::optional<PartNames> of_new;
  // Nothing where another change of the same object tells of it.
  const auto rule_of = [&](std::string_view name) -> std::optional<RuleId> {
    if (of_old->declares(name)) return RuleId::schema_replaced;
    const ShapeId room = room_for(a, name);
    if (room == kNothing) return RuleId::property_added_to_closed;
    if (room != kEverything) return RuleId::schema_replaced;
    if (!of_old->may_require(name) && !of_new->may_require(name)) return RuleId::property_added;
    if (has_name(listed.old_sorted, name)) return RuleId::names_narrowed;
    if (has_name(listed.new_sorted, name))
      return std::nullopt;  // schema.required_added tells of it
    return RuleId::schema_replaced;
  };
  std::size_t next = 0;
  for (const NamedSchema& one : b.properties) {
    if (teller_.is_full() || !spend()) return;
    if (a.find_property(one.name, next) != kNoNode) continue;
    if (!of_old) {
      of_old.emplace(pair_.old_schema, here.old_id, tops_.old_id, budget_);
      of_new.emplace(pair_.new_schema, here.new_id, tops_.new_id, budget_);
    }
    if (const auto rule = rule_of(one.name); rule && spend(0))
      emit(here, "properties", *rule, one.name);
  }
}

// What an object without such a property lets the value of that name be; kNoShape: something in between.
ShapeId ChangeWalker::room_for(const ObjectKeywords& object, std::string_view name) {
  for (const PatternSchema& one : object.pattern_properties) {
    if (!one.pattern->pattern || !spend()) return kNoShape;
    const auto matched = one.pattern->pattern->matches(name);
    if (!matched || *matched) return kNoShape;
  }
  const ShapeId rest = old_shape(object.additional_properties);
  const ShapeId unevaluated = old_shape(object.unevaluated_properties);
  if (rest == kNothing || unevaluated == kNothing) return kNothing;
  return rest == kEverything && unevaluated == kEverything ? kEverything : kNoShape;
}

void ChangeWalker::patterns(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b) {
  if (!spend((a.pattern_properties.size() + b.pattern_properties.size()) / kListedPerStep)) return;
  const Schemas old_patterns = by_text(a.pattern_properties);
  const Schemas new_patterns = by_text(b.pattern_properties);
  // Names that a pattern keeps away from the rest are for the rest to judge without it.
  const auto rule = [](ShapeId part, ShapeId rest, RuleId by_itself, RuleId beside_closed) {
    return rest == kEverything                       ? by_itself
           : rest == kNothing && part == kEverything ? beside_closed
                                                     : RuleId::schema_replaced;
  };
  for (const PatternSchema& one : a.pattern_properties) {
    if (teller_.is_full()) return;
    const NodeId other = find(new_patterns, one.pattern->text);
    if (other != kNoNode)
      enter(one.schema, other);
    else
      emit(here, "patternProperties",
           rule(old_shape(one.schema), new_shape(b.additional_properties), RuleId::names_widened,
                RuleId::names_narrowed),
           one.pattern->text);
  }
  for (const PatternSchema& one : b.pattern_properties)
    if (find(old_patterns, one.pattern->text) == kNoNode)
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
  // The names of both sides by key.
  std::map<std::string_view, std::pair<Names, Names>> all;
  for (const NamedNames& one : a.dependent_required)
    if (spend(1 + one.names.size() / kListedPerStep)) all[one.name].first = sorted(one.names);
  for (const NamedNames& one : b.dependent_required)
    if (spend(1 + one.names.size() / kListedPerStep)) all[one.name].second = sorted(one.names);
  for (const auto& [key, names] : all) {
    const auto& [old_names, new_names] = names;
    if (old_names == new_names) continue;
    if (teller_.is_full() || !spend(0)) return;
    emit(here, required_word,
         has_all(new_names, old_names)   ? RuleId::dependency_added
         : has_all(old_names, new_names) ? RuleId::dependency_removed
                                         : RuleId::dependency_changed,
         key);
  }
  schema_dependencies(here, a, b);
}

void ChangeWalker::schema_dependencies(const Here& here, const ObjectKeywords& a,
                                       const ObjectKeywords& b) {
  if (!spend((a.dependent_schemas.size() + b.dependent_schemas.size()) / kListedPerStep)) return;
  const Schemas old_schemas = by_name(a.dependent_schemas);
  const Schemas new_schemas = by_name(b.dependent_schemas);
  const std::string_view word =
      here.a.value.find("dependencies") || here.b.value.find("dependencies") ? "dependencies"
                                                                             : "dependentSchemas";
  for (const NamedSchema& one : a.dependent_schemas) {
    if (teller_.is_full()) return;
    const NodeId other = find(new_schemas, one.name);
    if (other != kNoNode)
      walk(one.schema, other);
    else
      emit(here, word, RuleId::dependency_removed, one.name);
  }
  for (const NamedSchema& one : b.dependent_schemas)
    if (find(old_schemas, one.name) == kNoNode)
      emit(here, word, RuleId::dependency_added, one.name);
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// The walk: what is the same is passed by, references are followed, annotations are told, each group of keywords is looked at.
#include "json_schema/compare_changes.h"

#include <array>
#include <utility>

#include "json_schema/compare_change_walk.h"
#include "json_schema/schema_parts.h"

namespace holdfast::json_schema {
namespace {

constexpr int kMostDepth = 200;
constexpr std::array kStructural = std::to_array<std::string_view>({"$schema",
                                                                    "$id",
                                                                    "id",
                                                                    "$anchor",
                                                                    "$dynamicAnchor",
                                                                    "$recursiveAnchor",
                                                                    "$ref",
                                                                    "$dynamicRef",
                                                                    "$recursiveRef",
                                                                    "$defs",
                                                                    "definitions",
                                                                    "$vocabulary",
                                                                    "type",
                                                                    "enum",
                                                                    "const",
                                                                    "multipleOf",
                                                                    "maximum",
                                                                    "exclusiveMaximum",
                                                                    "minimum",
                                                                    "exclusiveMinimum",
                                                                    "maxLength",
                                                                    "minLength",
                                                                    "pattern",
                                                                    "items",
                                                                    "additionalItems",
                                                                    "prefixItems",
                                                                    "unevaluatedItems",
                                                                    "maxItems",
                                                                    "minItems",
                                                                    "uniqueItems",
                                                                    "contains",
                                                                    "maxContains",
                                                                    "minContains",
                                                                    "maxProperties",
                                                                    "minProperties",
                                                                    "required",
                                                                    "properties",
                                                                    "patternProperties",
                                                                    "additionalProperties",
                                                                    "unevaluatedProperties",
                                                                    "propertyNames",
                                                                    "dependencies",
                                                                    "dependentRequired",
                                                                    "dependentSchemas",
                                                                    "allOf",
                                                                    "anyOf",
                                                                    "oneOf",
                                                                    "not",
                                                                    "if",
                                                                    "then",
                                                                    "else"});
constexpr std::array kInPlace =
    std::to_array<std::string_view>({"$ref", "$dynamicRef", "not", "if", "then", "else"});
constexpr std::array kFormats = std::to_array<std::string_view>(
    {"format", "contentEncoding", "contentMediaType", "contentSchema"});

}  // namespace

FoundChanges ChangeWalker::run() && {
  enter(pair_.old_schema.root(), pair_.new_schema.root());
  return std::move(teller_).finish();
}

// What was not walked may have anything in it.
bool ChangeWalker::spend(std::uint64_t count) {
  if (!budget_.spend(count)) teller_.cut();
  return !budget_.exhausted();
}

// Into what is held against another value: a member, an item.
void ChangeWalker::enter(NodeId old_id, NodeId new_id) {
  const Tops outer = std::exchange(tops_, {old_id, new_id});
  walk(old_id, new_id);
  tops_ = outer;
}

void ChangeWalker::walk(NodeId old_id, NodeId new_id) {
  if (teller_.is_full() || !spend()) return;
  if (!seen_.insert({{old_id, new_id}, is_conditional_}).second) return;
  if (depth_ >= kMostDepth) {
    teller_.cut();
    return;
  }
  const SchemaNode& a = pair_.old_schema.node(old_id);
  const SchemaNode& b = pair_.new_schema.node(new_id);
  const ShapeId shape = old_shape(old_id);
  if (shape != kNoShape && shape == new_shape(new_id) && a.value == b.value) return;
  ++depth_;
  walk_node({old_id, new_id, a, b, is_conditional_, is_in_condition_});
  --depth_;
}

void ChangeWalker::walk_node(const Here& here) {
  const bool is_old_reference = is_pure_reference(here.a);
  const bool is_new_reference = is_pure_reference(here.b);
  annotations(here);
  if (is_old_reference || is_new_reference) {
    walk(is_old_reference ? here.a.reference->ref : here.old_id,
         is_new_reference ? here.b.reference->ref : here.new_id);
    return;
  }
  using Kind = SchemaNode::Kind;
  if ((here.a.kind == Kind::never) != (here.b.kind == Kind::never)) {
    emit(here, "", RuleId::schema_replaced);
    return;
  }
  references(here);
  type(here);
  values(here);
  numbers(here);
  strings(here);
  arrays(here);
  objects(here);
  logic(here);
}

// Keywords.
void ChangeWalker::annotations(const Here& here) {
  if (here.a.value == here.b.value) return;
  const bool asserts_format = pair_.options.format == FormatMode::assertion ||
                              pair_.old_schema.resource(here.a.resource).asserts_format ||
                              pair_.new_schema.resource(here.b.resource).asserts_format;
  const auto one_way = [&](Value from, Value to, bool is_first) {
    for (std::size_t i = 0; from.is_object() && i < from.size() && spend(); ++i) {
      const Member member = from.member(i);
      if (is_listed(kStructural, member.key)) continue;
      const Value other = to.is_object() ? to.find(member.key) : Value();
      if (other ? !is_first || member.value == other : false) continue;
      const bool is_format = asserts_format && is_listed(kFormats, member.key);
      emit(here, member.key, is_format ? RuleId::format_changed : RuleId::annotation_changed);
    }
  };
  one_way(here.a.value, here.b.value, true);
  one_way(here.b.value, here.a.value, false);
}

void ChangeWalker::references(const Here& here) {
  const ReferenceKeywords none;
  const ReferenceKeywords& a = here.a.reference != nullptr ? *here.a.reference : none;
  const ReferenceKeywords& b = here.b.reference != nullptr ? *here.b.reference : none;
  pair_of(here, "$ref", a.ref, b.ref, {RuleId::reference_changed, RuleId::reference_changed});
  pair_of(here, "$dynamicRef", a.dynamic_ref, b.dynamic_ref,
          {RuleId::reference_changed, RuleId::reference_changed});
}

// additionalProperties from true to false is what it would be from nothing to false.
bool ChangeWalker::is_opened_or_closed(std::string_view keyword, NodeId a, NodeId b) const {
  const auto is_end = [](ShapeId shape) { return shape == kEverything || shape == kNothing; };
  return (keyword == "additionalProperties" || keyword == "unevaluatedProperties") &&
         is_end(old_shape(a)) && is_end(new_shape(b)) && old_shape(a) != new_shape(b);
}

// A schema on both sides is walked into; one that came or went is a change.
void ChangeWalker::pair_of(const Here& here, std::string_view keyword, NodeId a, NodeId b,
                           PartRules rules) {
  if (a != kNoNode && b != kNoNode && is_opened_or_closed(keyword, a, b)) {
    emit(here, keyword, old_shape(a) == kEverything ? rules.added : rules.removed);
  } else if (a != kNoNode && b != kNoNode) {
    const bool outer = is_conditional_;
    is_conditional_ = outer || keyword == "not" || keyword == "if";
    if (is_listed(kInPlace, keyword))
      walk(a, b);
    else
      enter(a, b);
    is_conditional_ = outer;
  } else if (a != kNoNode || b != kNoNode) {
    const ShapeId shape = a != kNoNode ? old_shape(a) : new_shape(b);
    if (shape != kEverything)
      emit(here, keyword, a == kNoNode ? rules.added : rules.removed);
    else if (pair_.old_schema.has_unevaluated() || pair_.new_schema.has_unevaluated())
      emit(here, keyword, RuleId::schema_replaced);  // what allows everything still evaluates it
  }
}

FoundChanges find_changes(const ComparedPair& pair) {
  return ChangeWalker(pair).run();
}

}  // namespace holdfast::json_schema

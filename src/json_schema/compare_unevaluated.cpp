// SPDX-License-Identifier: Apache-2.0
// Cases multiply: two branches of anyOf are four of them. They exclude each other and together are everything, so that the keyword is
// "any of (conditions of the case, and closed as the case says)".
#include "json_schema/compare_unevaluated.h"

#include <algorithm>

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kMostCases = 32;
constexpr int kMostDepth = 30;
constexpr std::uint64_t kMostLooks = 20'000;

// What is evaluated, and when.
struct Case {
  std::vector<ShapeId> conditions;
  std::vector<NameId> names;
  std::vector<PatternId> patterns;
  std::size_t prefix = 0;
  bool all_members = false;
  bool all_items = false;
};
using Cases = std::vector<Case>;

bool is_bare(const Case& one) {
  return one.names.empty() && one.patterns.empty() && one.prefix == 0 && !one.all_members &&
         !one.all_items;
}

Case both(const Case& a, const Case& b) {
  Case made = a;
  made.conditions.insert(made.conditions.end(), b.conditions.begin(), b.conditions.end());
  made.names.insert(made.names.end(), b.names.begin(), b.names.end());
  made.patterns.insert(made.patterns.end(), b.patterns.begin(), b.patterns.end());
  made.prefix = std::max(a.prefix, b.prefix);
  made.all_members = a.all_members || b.all_members;
  made.all_items = a.all_items || b.all_items;
  return made;
}

class Finder {
 public:
  explicit Finder(const UnevaluatedParts& parts) : parts_(parts) {}

  std::optional<Cases> of_node(NodeId id, bool with_own_unevaluated) {
    const SchemaNode& node = parts_.schema.node(id);
    if (node.kind != SchemaNode::Kind::object) return Cases{Case{}};
    const std::size_t names = node.object != nullptr ? node.object->properties.size() : 0;
    if (depth_ >= kMostDepth || !look(1 + names / 16)) return std::nullopt;
    ++depth_;
    auto cases = of_keywords(node, with_own_unevaluated);
    --depth_;
    return cases;
  }

 private:
  // A schema that many ways lead to is looked at on each of them.
  bool look(std::uint64_t count) {
    looks_ += count;
    if (looks_ > kMostLooks || parts_.looks_left < count) return false;
    parts_.looks_left -= count;
    return true;
  }

  std::optional<Cases> of_keywords(const SchemaNode& node, bool with_own_unevaluated) {
    Cases cases{own(node, with_own_unevaluated)};
    if (is_contains_needed(node, cases.front()) || is_name_unknown(node, cases.front()))
      return std::nullopt;
    if (node.reference != nullptr) {
      const ReferenceKeywords& words = *node.reference;
      if (words.dynamic_ref != kNoNode && parts_.schema.resource_count() != 1) return std::nullopt;
      if (words.ref != kNoNode && !join(cases, of_node(words.ref, true))) return std::nullopt;
      if (words.dynamic_ref != kNoNode && !join(cases, of_node(words.dynamic_ref, true)))
        return std::nullopt;
    }
    if (node.object != nullptr)
      for (const NamedSchema& one : node.object->dependent_schemas)
        if (!join(cases, if_holds(has_name(one.name), one.schema))) return std::nullopt;
    if (node.logic != nullptr && !join_logic(cases, *node.logic)) return std::nullopt;
    return cases;
  }

  Case own(const SchemaNode& node, bool with_own_unevaluated) {
    Case made;
    if (node.object != nullptr) {
      for (const NamedSchema& one : node.object->properties)
        made.names.push_back(parts_.book.name(one.name));
      for (const PatternSchema& one : node.object->pattern_properties) {
        const auto pattern = parts_.book.pattern(one.pattern->text);
        if (pattern) made.patterns.push_back(*pattern);
      }
      made.all_members = node.object->additional_properties != kNoNode ||
                         (with_own_unevaluated && node.object->unevaluated_properties != kNoNode);
    }
    if (node.array != nullptr) {
      made.prefix = node.array->prefix_items.size();
      made.all_items = node.array->items != kNoNode ||
                       (with_own_unevaluated && node.array->unevaluated_items != kNoNode);
    }
    return made;
  }

  static bool is_contains_needed(const SchemaNode& node, const Case& own) {
    return node.array != nullptr && node.array->contains_evaluates &&
           node.array->contains != kNoNode && !own.all_items;
  }

  // A pattern of another engine: which names it evaluates is not known.
  bool is_name_unknown(const SchemaNode& node, const Case& own) const {
    if (node.object == nullptr || own.all_members) return false;
    return std::any_of(node.object->pattern_properties.begin(),
                       node.object->pattern_properties.end(), [&](const PatternSchema& one) {
                         return !one.pattern->pattern || !parts_.book.pattern(one.pattern->text);
                       });
  }

  bool join_logic(Cases& cases, const LogicKeywords& words) {
    for (const NodeId id : words.all_of)
      if (!join(cases, of_node(id, true))) return false;
    for (const NodeId id : words.any_of)
      if (!join(cases, if_holds(parts_.shape_of(id), id))) return false;
    for (const NodeId id : words.one_of)
      if (!join(cases, if_holds(parts_.shape_of(id), id))) return false;
    if (words.if_schema == kNoNode) return true;
    return join(cases, of_choice(words));
  }

  std::optional<Cases> of_choice(const LogicKeywords& words) {
    auto yes = of_node(words.if_schema, true);
    if (!yes) return std::nullopt;
    if (words.then_schema != kNoNode && !join(*yes, of_node(words.then_schema, true)))
      return std::nullopt;
    auto no = words.else_schema != kNoNode ? of_node(words.else_schema, true)
                                           : std::optional<Cases>(Cases{Case{}});
    if (!no) return std::nullopt;
    const ShapeId condition = parts_.shape_of(words.if_schema);
    for (Case& one : *yes)
      one.conditions.push_back(condition);
    for (Case& one : *no)
      one.conditions.push_back(not_of(condition));
    yes->insert(yes->end(), no->begin(), no->end());
    return yes;
  }

  // What a schema evaluates that counts only where the condition holds.
  std::optional<Cases> if_holds(ShapeId condition, NodeId id) {
    auto cases = of_node(id, true);
    if (!cases) return std::nullopt;
    if (std::all_of(cases->begin(), cases->end(), is_bare)) return Cases{Case{}};
    for (Case& one : *cases)
      one.conditions.push_back(condition);
    Case other;
    other.conditions = {not_of(condition)};
    cases->push_back(other);
    return cases;
  }

  bool join(Cases& cases, const std::optional<Cases>& more) {
    if (!more || cases.size() * more->size() > kMostCases) return false;
    if (more->size() == 1 && is_bare(more->front()) && more->front().conditions.empty())
      return true;
    std::uint64_t names = 0;
    for (const Case& one : cases)
      names += one.names.size() + one.conditions.size() + 1;
    if (!look(names * more->size() / 16)) return false;
    Cases made;
    for (const Case& one : cases)
      for (const Case& other : *more)
        made.push_back(both(one, other));
    cases = std::move(made);
    return true;
  }

  ShapeId has_name(std::string_view name) {
    Shape shape;
    shape.kinds = bit_of(ValueKind::object);
    shape.object = std::make_unique<ObjectFacet>();
    shape.object->required = {parts_.book.name(name)};
    return parts_.book.add(std::move(shape));
  }

  ShapeId not_of(ShapeId part) {
    if (part <= kNothing) return part == kNothing ? kEverything : kNothing;
    Shape shape;
    shape.joint = Joint::not_of;
    shape.parts = {part};
    return parts_.book.add(std::move(shape));
  }

  const UnevaluatedParts& parts_;
  std::uint64_t looks_ = 0;
  int depth_ = 0;
};

void close_members(Shape& shape, const Case& one, ShapeId rest) {
  auto object = std::make_unique<ObjectFacet>();
  for (const NameId name : one.names)
    object->properties.emplace_back(name, kEverything);
  for (const PatternId pattern : one.patterns)
    object->patterns.emplace_back(pattern, kEverything);
  std::sort(object->properties.begin(), object->properties.end());
  object->properties.erase(std::unique(object->properties.begin(), object->properties.end()),
                           object->properties.end());
  std::sort(object->patterns.begin(), object->patterns.end());
  object->patterns.erase(std::unique(object->patterns.begin(), object->patterns.end()),
                         object->patterns.end());
  object->rest = rest;
  shape.object = std::move(object);
}

ShapeId closed_case(const UnevaluatedParts& parts, const Case& one, ShapeId members,
                    ShapeId items) {
  Shape shape;
  shape.parts = one.conditions;
  std::erase(shape.parts, kEverything);
  if (!one.all_members && members != kEverything) close_members(shape, one, members);
  if (!one.all_items && items != kEverything) {
    shape.array = std::make_unique<ArrayFacet>();
    shape.array->prefix.assign(one.prefix, kEverything);
    shape.array->rest = items;
  }
  return parts.book.add(std::move(shape));
}

}  // namespace

std::optional<ShapeId> unevaluated_shape(const UnevaluatedParts& parts, NodeId id) {
  const SchemaNode& node = parts.schema.node(id);
  const auto cases = Finder(parts).of_node(id, false);
  if (!cases) return std::nullopt;
  const ShapeId members =
      node.object != nullptr ? parts.shape_of(node.object->unevaluated_properties) : kEverything;
  const ShapeId items =
      node.array != nullptr ? parts.shape_of(node.array->unevaluated_items) : kEverything;
  Shape shape;
  shape.joint = Joint::any_of;
  for (const Case& one : *cases)
    shape.parts.push_back(closed_case(parts, one, members, items));
  std::sort(shape.parts.begin(), shape.parts.end());
  if (shape.parts.size() == 1) return shape.parts.front();
  if (shape.parts.front() == kEverything) return kEverything;
  return parts.book.add(std::move(shape));
}

}  // namespace holdfast::json_schema

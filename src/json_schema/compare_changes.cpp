// SPDX-License-Identifier: Apache-2.0
// The walk. What a change means is asked of the search for the two subschemas it is in; where the two exclude nothing, the change does not
// either, and where they do, the rule's row tells which of several changes at one place it was.
#include "json_schema/compare_changes.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory_resource>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace holdfast::json_schema {
namespace {

constexpr int kMostDepth = 200;
constexpr std::size_t kMostValueBytes = 200;
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
constexpr std::array kFormats = std::to_array<std::string_view>(
    {"format", "contentEncoding", "contentMediaType", "contentSchema"});

template <class Array>
bool is_listed(const Array& all, std::string_view key) {
  return std::find(all.begin(), all.end(), key) != all.end();
}

std::string_view text_of(Value value) {
  return value.is_string() ? value.string() : std::string_view();
}

struct Values {
  std::vector<Value> all;
  bool is_listed = false;
};

Values values_of(const SchemaNode& node) {
  Values made;
  made.is_listed = node.enum_values || node.const_value;
  for (std::size_t i = 0; node.enum_values && i < node.enum_values.size(); ++i)
    made.all.push_back(node.enum_values.at(i));
  if (node.const_value && node.enum_values)  // only what both allow is
    std::erase_if(made.all, [&](Value value) { return !(value == node.const_value); });
  else if (node.const_value)
    made.all.push_back(node.const_value);
  return made;
}

bool has_other(const std::vector<Value>& all, std::vector<Value> than) {
  sort_by_hash(than);
  return std::any_of(all.begin(), all.end(), [&](Value value) { return !has_value(than, value); });
}

bool is_pure_reference(const SchemaNode& node) {
  return node.kind == SchemaNode::Kind::object && node.reference != nullptr &&
         node.reference->ref != kNoNode && node.types == kEveryType && !node.enum_values &&
         !node.const_value && node.number == nullptr && node.string == nullptr &&
         node.array == nullptr && node.object == nullptr && node.logic == nullptr;
}

// A bound as one number that only grows as it lets in more; nothing: no bound.
struct Edge {
  std::optional<Number> at;
  bool is_open = false;
};

Edge lower_edge(const NumberKeywords* words) {
  Edge edge;
  if (words == nullptr) return edge;
  edge.at = words->minimum;
  if (words->exclusive_minimum && (!edge.at || *words->exclusive_minimum >= *edge.at))
    edge = {words->exclusive_minimum, true};
  return edge;
}

Edge upper_edge(const NumberKeywords* words) {
  Edge edge;
  if (words == nullptr) return edge;
  edge.at = words->maximum;
  if (words->exclusive_maximum && (!edge.at || *words->exclusive_maximum <= *edge.at))
    edge = {words->exclusive_maximum, true};
  return edge;
}

// -1: b lets in less than a; 0: the same; 1: more.
int compare_edges(const Edge& a, const Edge& b, bool is_lower) {
  if (!a.at || !b.at) return static_cast<int>(!b.at) - static_cast<int>(!a.at);
  if (*a.at != *b.at) return (*b.at < *a.at) == is_lower ? 1 : -1;
  return static_cast<int>(a.is_open) - static_cast<int>(b.is_open);
}

class Walker {
 public:
  explicit Walker(const ComparedPair& pair)
      : pair_(pair), rules_(pair.options.rules != nullptr ? *pair.options.rules : usual_rules()) {}

  FoundChanges run() {
    walk(pair_.old_schema.root(), pair_.new_schema.root());
    return std::move(found_);
  }

 private:
  struct Here {
    NodeId old_id;
    NodeId new_id;
    const SchemaNode& a;
    const SchemaNode& b;
  };
  struct Local {
    Answer backward = Answer::unknown;
    Answer forward = Answer::unknown;
    std::string backward_witness;
    std::string forward_witness;
  };

  ShapeId old_shape(NodeId id) const { return settled(pair_.old_shapes, id); }
  ShapeId new_shape(NodeId id) const { return settled(pair_.new_shapes, id); }
  ShapeId settled(const CompiledSchema& schema, NodeId id) const {
    if (id == kNoNode) return kEverything;
    const ShapeId shape = schema.shapes[id];
    return shape == kNoShape ? kNoShape : pair_.book.settled(shape);
  }

  bool is_full() {
    if (found_.changes.size() < pair_.options.most_changes) return false;
    found_.has_more = true;
    return true;
  }

  void walk(NodeId old_id, NodeId new_id) {
    if (is_full() || !seen_.insert({{old_id, new_id}, is_conditional_}).second) return;
    if (depth_ >= kMostDepth) {
      found_.has_more = true;
      return;
    }
    const SchemaNode& a = pair_.old_schema.node(old_id);
    const SchemaNode& b = pair_.new_schema.node(new_id);
    const ShapeId shape = old_shape(old_id);
    if (shape != kNoShape && shape == new_shape(new_id) && a.value == b.value) return;
    ++depth_;
    walk_node({old_id, new_id, a, b});
    --depth_;
  }

  void walk_node(const Here& here) {
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

  // Changes.
  const Local& local(const Here& here) {
    const auto [at, is_new] = locals_.try_emplace({here.old_id, here.new_id});
    Local& made = at->second;
    if (!is_new) return made;
    const ShapeId a = old_shape(here.old_id);
    const ShapeId b = new_shape(here.new_id);
    if (a == kNoShape || b == kNoShape) return made;
    if (is_of_roots(a, b)) {
      made = {pair_.backward.answer, pair_.forward.answer, pair_.backward.witness,
              pair_.forward.witness};
      return made;
    }
    ask(a, b, here, true, made.backward, made.backward_witness);
    ask(b, a, here, false, made.forward, made.forward_witness);
    return made;
  }

  // What the roots lead to is compared, and its witnesses are confirmed, already. A dynamic scope could make it mean something else there.
  bool is_of_roots(ShapeId a, ShapeId b) const {
    return a == pair_.book.settled(pair_.old_shapes.root) &&
           b == pair_.book.settled(pair_.new_shapes.root) &&
           !pair_.old_schema.has_dynamic_scope() && !pair_.new_schema.has_dynamic_scope();
  }

  void ask(ShapeId in, ShapeId out, const Here& here, bool is_backward, Answer& answer,
           std::string& witness) {
    Goal goal{satisfy(in), break_it(out)};
    std::sort(goal.begin(), goal.end());
    const Outcome outcome = pair_.search.solve(goal);
    if (outcome.emptiness == Emptiness::empty && !pair_.search.is_exhausted()) answer = Answer::yes;
    if (outcome.emptiness != Emptiness::member) return;
    ValidateOptions options;
    options.format = pair_.options.format;
    const auto old_valid =
        is_valid_at(pair_.old_schema, here.old_id, outcome.value, pair_.budget, options);
    const auto new_valid =
        is_valid_at(pair_.new_schema, here.new_id, outcome.value, pair_.budget, options);
    if (!old_valid || !new_valid || *old_valid != is_backward || *new_valid == is_backward) return;
    answer = Answer::no;
    witness = json_text(outcome.value);
  }

  void emit(const Here& here, std::string_view keyword, RuleId id, std::string_view name = {}) {
    if (is_full()) return;
    const Rule& rule = rules_[static_cast<std::size_t>(id)];
    Change change;
    const std::string tail = (keyword.empty() ? "" : "/" + pointer_token(keyword)) +
                             (name.empty() ? "" : "/" + pointer_token(name));
    change.old_path = pair_.old_schema.pointer(here.old_id) + tail;
    change.new_path = pair_.new_schema.pointer(here.new_id) + tail;
    change.keyword = keyword;
    change.rule = rule.id;
    change.old_value = value_text(here.a, keyword, name);
    change.new_value = value_text(here.b, keyword, name);
    change.message = message_of(rule, name.empty() ? keyword : name);
    judge(here, rule, change);
    change.is_conditional = is_conditional_;
    change.change_class = class_of(rule, change);
    found_.changes.push_back(std::move(change));
  }

  void judge(const Here& here, const Rule& rule, Change& change) {
    if (rule.kind == RuleKind::annotation) {
      change.backward = rule.backward;
      change.forward = rule.forward;
      return;
    }
    const Local& here_local = local(here);
    const auto of = [](Answer found, Answer row) {
      return found == Answer::no && row != Answer::unknown ? row
             : found == Answer::unknown                    ? row
                                                           : found;
    };
    change.backward = of(here_local.backward, rule.backward);
    change.forward = of(here_local.forward, rule.forward);
    const bool is_denied = change.backward == Answer::yes && change.forward == Answer::yes &&
                           (here_local.backward == Answer::no || here_local.forward == Answer::no);
    if (is_denied) {  // what is around it makes it mean something else than the row says
      change.backward = here_local.backward;
      change.forward = here_local.forward;
    }
    if (change.backward == Answer::no) change.backward_witness = here_local.backward_witness;
    if (change.forward == Answer::no) change.forward_witness = here_local.forward_witness;
  }

  ChangeClass class_of(const Rule& rule, const Change& change) const {
    const bool is_same = change.backward == Answer::yes && change.forward == Answer::yes;
    switch (rule.kind) {
      case RuleKind::annotation:
        return ChangeClass::annotation;
      case RuleKind::removal:
        return ChangeClass::breaking;
      case RuleKind::alternative:
        if (is_same) return ChangeClass::safe;
        break;
      case RuleKind::addition:
        if (change.forward == Answer::yes && (is_same || !is_in_condition_))
          return ChangeClass::safe;
        break;
      case RuleKind::constraint:
        break;
    }
    if (is_same) return ChangeClass::equivalent;
    if (change.backward == Answer::no || change.forward == Answer::no) return ChangeClass::breaking;
    return ChangeClass::unknown;
  }

  static std::string value_text(const SchemaNode& node, std::string_view keyword,
                                std::string_view name) {
    Value value = keyword.empty() ? node.value : node.value.find(keyword);
    if (!name.empty() && value.is_object()) value = value.find(name);
    return value ? short_json_text(value, kMostValueBytes) : std::string();
  }

  static std::string message_of(const Rule& rule, std::string_view what) {
    std::string text(rule.text);
    const std::size_t at = text.find("{}");
    if (at != std::string::npos) text.replace(at, 2, what);
    return text;
  }

  // Keywords.
  void annotations(const Here& here) {
    if (here.a.value == here.b.value) return;
    const bool asserts_format = pair_.options.format == FormatMode::assertion ||
                                pair_.old_schema.resource(here.a.resource).asserts_format ||
                                pair_.new_schema.resource(here.b.resource).asserts_format;
    const auto one_way = [&](Value from, Value to, bool is_first) {
      for (std::size_t i = 0; from.is_object() && i < from.size(); ++i) {
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

  void references(const Here& here) {
    const ReferenceKeywords none;
    const ReferenceKeywords& a = here.a.reference != nullptr ? *here.a.reference : none;
    const ReferenceKeywords& b = here.b.reference != nullptr ? *here.b.reference : none;
    pair_of(here, "$ref", a.ref, b.ref, RuleId::reference_changed, RuleId::reference_changed);
    pair_of(here, "$dynamicRef", a.dynamic_ref, b.dynamic_ref, RuleId::reference_changed,
            RuleId::reference_changed);
  }

  // additionalProperties from true to false is what it would be from nothing to false.
  bool is_opened_or_closed(std::string_view keyword, NodeId a, NodeId b) const {
    const auto is_end = [](ShapeId shape) { return shape == kEverything || shape == kNothing; };
    return (keyword == "additionalProperties" || keyword == "unevaluatedProperties") &&
           is_end(old_shape(a)) && is_end(new_shape(b)) && old_shape(a) != new_shape(b);
  }

  // A schema on both sides is walked into; one that came or went is a change.
  void pair_of(const Here& here, std::string_view keyword, NodeId a, NodeId b, RuleId added,
               RuleId removed) {
    if (a != kNoNode && b != kNoNode && is_opened_or_closed(keyword, a, b)) {
      emit(here, keyword, old_shape(a) == kEverything ? added : removed);
    } else if (a != kNoNode && b != kNoNode) {
      const bool outer = is_conditional_;
      is_conditional_ = outer || keyword == "not" || keyword == "if";
      walk(a, b);
      is_conditional_ = outer;
    } else if (a != kNoNode || b != kNoNode) {
      const ShapeId shape = a != kNoNode ? old_shape(a) : new_shape(b);
      if (shape != kEverything)
        emit(here, keyword, a == kNoNode ? added : removed);
      else if (pair_.old_schema.has_unevaluated() || pair_.new_schema.has_unevaluated())
        emit(here, keyword, RuleId::schema_replaced);  // what allows everything still evaluates it
    }
  }

  void type(const Here& here) {
    const TypeSet a = here.a.types;
    const TypeSet b = here.b.types;
    if (a == b) return;
    const TypeSet common = a & b;
    emit(here, "type",
         common == a   ? RuleId::type_widened
         : common == b ? RuleId::type_narrowed
                       : RuleId::type_replaced);
  }

  void values(const Here& here) {
    const Values a = values_of(here.a);
    const Values b = values_of(here.b);
    const std::string_view keyword =
        here.b.enum_values || (!here.b.const_value && here.a.enum_values) ? "enum" : "const";
    if (!a.is_listed && !b.is_listed) return;
    if (a.is_listed != b.is_listed) {
      emit(here, keyword, b.is_listed ? RuleId::enum_added : RuleId::enum_removed);
      return;
    }
    const bool is_less = has_other(a.all, b.all);
    const bool is_more = has_other(b.all, a.all);
    if (!is_less && !is_more) return;
    emit(here, keyword,
         is_less && is_more ? RuleId::enum_swapped
         : is_more          ? RuleId::enum_value_added
                            : RuleId::enum_value_removed);
  }

  void bound(const Here& here, std::string_view keyword, int order) {
    if (order != 0)
      emit(here, keyword, order > 0 ? RuleId::bound_loosened : RuleId::bound_tightened);
  }

  void least(const Here& here, std::string_view keyword, std::uint64_t a, std::uint64_t b) {
    bound(here, keyword, a == b ? 0 : b < a ? 1 : -1);
  }
  void most(const Here& here, std::string_view keyword, std::uint64_t a, std::uint64_t b) {
    bound(here, keyword, a == b ? 0 : b > a ? 1 : -1);
  }

  void numbers(const Here& here) {
    if (here.a.number == nullptr && here.b.number == nullptr) return;
    const auto word = [&](std::string_view plain, std::string_view exclusive, const Edge& a,
                          const Edge& b) {
      return (b.at ? b.is_open : a.is_open) ? exclusive : plain;
    };
    const Edge low_a = lower_edge(here.a.number);
    const Edge low_b = lower_edge(here.b.number);
    bound(here, word("minimum", "exclusiveMinimum", low_a, low_b),
          compare_edges(low_a, low_b, true));
    const Edge high_a = upper_edge(here.a.number);
    const Edge high_b = upper_edge(here.b.number);
    bound(here, word("maximum", "exclusiveMaximum", high_a, high_b),
          compare_edges(high_a, high_b, false));
    const auto a = here.a.number != nullptr ? here.a.number->multiple_of : std::nullopt;
    const auto b = here.b.number != nullptr ? here.b.number->multiple_of : std::nullopt;
    if (a == b) return;
    emit(here, "multipleOf",
         !b || (a && a->is_multiple_of(*b))   ? RuleId::multiple_loosened
         : !a || (b && b->is_multiple_of(*a)) ? RuleId::multiple_tightened
                                              : RuleId::multiple_changed);
  }

  void strings(const Here& here) {
    const StringKeywords none;
    const StringKeywords& a = here.a.string != nullptr ? *here.a.string : none;
    const StringKeywords& b = here.b.string != nullptr ? *here.b.string : none;
    least(here, "minLength", a.min_length, b.min_length);
    most(here, "maxLength", a.max_length, b.max_length);
    const std::string_view pattern_a = a.pattern != nullptr ? a.pattern->text : "";
    const std::string_view pattern_b = b.pattern != nullptr ? b.pattern->text : "";
    if (pattern_a == pattern_b) return;
    emit(here, "pattern",
         b.pattern == nullptr   ? RuleId::pattern_removed
         : a.pattern == nullptr ? RuleId::pattern_added
                                : RuleId::pattern_changed);
  }

  void arrays(const Here& here) {
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
      walk(a.prefix_items[i], b.prefix_items[i]);
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

  void contains(const Here& here, const ArrayKeywords& a, const ArrayKeywords& b) {
    const auto word = [&](std::string_view keyword, bool is_looser) {
      emit(here, keyword, is_looser ? RuleId::contains_loosened : RuleId::contains_tightened);
    };
    if (a.contains == kNoNode && b.contains == kNoNode) return;
    if (a.contains == kNoNode || b.contains == kNoNode) {
      emit(here, "contains",
           a.contains == kNoNode ? RuleId::contains_added : RuleId::contains_removed);
      return;
    }
    const bool outer = std::exchange(is_conditional_, true);
    walk(a.contains, b.contains);
    is_conditional_ = outer;
    if (a.min_contains != b.min_contains) word("minContains", b.min_contains < a.min_contains);
    if (a.max_contains != b.max_contains) word("maxContains", b.max_contains > a.max_contains);
  }

  void objects(const Here& here) {
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

  void properties(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b) {
    std::size_t next = 0;
    for (const NamedSchema& one : a.properties) {
      const NodeId other = b.find_property(one.name, next);
      if (other != kNoNode)
        walk(one.schema, other);
      else if (!declares(pair_.new_schema, here.new_id, one.name, 0))
        emit(here, "properties", RuleId::property_removed, one.name);
    }
    next = 0;
    for (const NamedSchema& one : b.properties) {
      if (a.find_property(one.name, next) != kNoNode) continue;
      if (declares(pair_.old_schema, here.old_id, one.name, 0)) {
        emit(here, "properties", RuleId::schema_replaced, one.name);
        continue;
      }
      if (!is_open_for(a, one.name))
        emit(here, "properties", RuleId::property_added_to_closed, one.name);
      else if (is_listed(a.required, one.name))
        emit(here, "properties", RuleId::names_narrowed, one.name);
      else if (!is_listed(b.required, one.name))  // else schema.required_added tells of it
        emit(here, "properties", RuleId::property_added, one.name);
    }
  }

  // Whether an object without such a property may have any value under that name.
  bool is_open_for(const ObjectKeywords& object, std::string_view name) const {
    const auto is_free = [&](NodeId id) { return id == kNoNode || old_shape(id) == kEverything; };
    if (!is_free(object.additional_properties) || !is_free(object.unevaluated_properties))
      return false;
    return std::none_of(object.pattern_properties.begin(), object.pattern_properties.end(),
                        [&](const PatternSchema& one) {
                          if (!one.pattern->pattern) return true;
                          const auto matched = one.pattern->pattern->matches(name);
                          return !matched || *matched;
                        });
  }

  // Whether a property is declared by a schema or by one that holds for the same value.
  static bool declares(const Schema& schema, NodeId id, std::string_view name, int depth) {
    if (id == kNoNode || depth > 8) return false;
    const SchemaNode& node = schema.node(id);
    if (node.object != nullptr && node.object->find_property(name) != kNoNode) return true;
    const auto any = [&](std::span<const NodeId> ids) {
      return std::any_of(ids.begin(), ids.end(),
                         [&](NodeId part) { return declares(schema, part, name, depth + 1); });
    };
    if (node.reference != nullptr && declares(schema, node.reference->ref, name, depth + 1))
      return true;
    if (node.logic == nullptr) return false;
    return any(node.logic->all_of) || any(node.logic->any_of) || any(node.logic->one_of) ||
           declares(schema, node.logic->then_schema, name, depth + 1) ||
           declares(schema, node.logic->else_schema, name, depth + 1);
  }

  void patterns(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b) {
    const auto find = [](const ObjectKeywords& object, std::string_view text) {
      for (const PatternSchema& one : object.pattern_properties)
        if (one.pattern->text == text) return one.schema;
      return kNoNode;
    };
    for (const PatternSchema& one : a.pattern_properties) {
      const NodeId other = find(b, one.pattern->text);
      if (other != kNoNode)
        walk(one.schema, other);
      else
        emit(here, "patternProperties", RuleId::names_widened, one.pattern->text);
    }
    for (const PatternSchema& one : b.pattern_properties)
      if (find(a, one.pattern->text) == kNoNode)
        emit(here, "patternProperties", RuleId::names_narrowed, one.pattern->text);
  }

  void dependencies(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b) {
    const std::string_view required_word =
        here.a.value.find("dependencies") || here.b.value.find("dependencies")
            ? "dependencies"
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

  void schema_dependencies(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b) {
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

  void logic(const Here& here) {
    const LogicKeywords none;
    const LogicKeywords& a = here.a.logic != nullptr ? *here.a.logic : none;
    const LogicKeywords& b = here.b.logic != nullptr ? *here.b.logic : none;
    if (&a == &b) return;
    parts(here, "allOf", a.all_of, b.all_of, {RuleId::all_of_added, RuleId::all_of_removed});
    parts(here, "anyOf", a.any_of, b.any_of, {RuleId::any_of_added, RuleId::any_of_removed});
    parts(here, "oneOf", a.one_of, b.one_of, {RuleId::one_of_added, RuleId::one_of_removed});
    const bool outer = std::exchange(is_in_condition_, true);
    pair_of(here, "not", a.not_schema, b.not_schema, RuleId::not_changed, RuleId::not_changed);
    pair_of(here, "if", a.if_schema, b.if_schema, RuleId::condition_changed,
            RuleId::condition_changed);
    is_in_condition_ = outer;
    pair_of(here, "then", a.then_schema, b.then_schema, RuleId::condition_changed,
            RuleId::condition_changed);
    pair_of(here, "else", a.else_schema, b.else_schema, RuleId::condition_changed,
            RuleId::condition_changed);
  }

  struct PartRules {
    RuleId added;
    RuleId removed;
  };

  void parts(const Here& here, std::string_view keyword, std::span<const NodeId> a,
             std::span<const NodeId> b, PartRules rules) {
    if (a.empty() != b.empty() && keyword != "allOf") {
      emit(here, keyword,
           a.empty() ? RuleId::alternatives_introduced : RuleId::alternatives_dropped);
      return;
    }
    std::vector<NodeId> left_a(a.begin(), a.end());
    std::vector<NodeId> left_b(b.begin(), b.end());
    const bool outer = std::exchange(is_conditional_, is_conditional_ || keyword == "oneOf");
    match(left_a, left_b, [&](NodeId id, bool is_old) {
      const ShapeId shape = is_old ? old_shape(id) : new_shape(id);
      return shape == kNoShape ? std::string() : std::to_string(shape);
    });
    for (const std::string_view key : {"$ref", "title"})
      match(left_a, left_b, [&](NodeId id, bool is_old) {
        const Schema& schema = is_old ? pair_.old_schema : pair_.new_schema;
        return std::string(text_of(schema.node(id).value.find(key)));
      });
    if (left_a.size() == left_b.size()) {
      for (std::size_t i = 0; i < left_a.size(); ++i)
        walk(left_a[i], left_b[i]);
      left_a.clear();
      left_b.clear();
    }
    is_conditional_ = outer;
    for (std::size_t i = 0; i < left_b.size(); ++i)
      emit(here, keyword, rules.added);
    for (std::size_t i = 0; i < left_a.size(); ++i)
      emit(here, keyword, rules.removed);
  }

  // Takes out what has the same key on both sides, first come, first served; no key: nothing is like it.
  template <class KeyOf>
  void match(std::vector<NodeId>& a, std::vector<NodeId>& b, KeyOf key_of) {
    std::unordered_map<std::string, std::deque<std::size_t>> waiting;
    for (std::size_t i = 0; i < b.size(); ++i)
      if (const std::string key = key_of(b[i], false); !key.empty()) waiting[key].push_back(i);
    std::vector<NodeId> left;
    for (const NodeId one : a) {
      const auto found = waiting.find(key_of(one, true));
      if (found == waiting.end() || found->second.empty()) {
        left.push_back(one);
        continue;
      }
      NodeId& other = b[found->second.front()];
      found->second.pop_front();
      walk(one, other);
      other = kNoNode;
    }
    std::erase(b, kNoNode);
    a = std::move(left);
  }

  const ComparedPair& pair_;
  const RuleTable& rules_;
  FoundChanges found_;
  std::pmr::monotonic_buffer_resource arena_;
  std::pmr::map<std::pair<NodeId, NodeId>, Local> locals_{&arena_};
  std::pmr::set<std::pair<std::pair<NodeId, NodeId>, bool>> seen_{&arena_};
  bool is_in_condition_ = false;
  bool is_conditional_ = false;  // below not, if, oneOf or contains
  int depth_ = 0;
};

}  // namespace

FoundChanges find_changes(const ComparedPair& pair) {
  return Walker(pair).run();
}

}  // namespace holdfast::json_schema

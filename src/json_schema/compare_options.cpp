// SPDX-License-Identifier: Apache-2.0
// Which options an alternative has left: each is held against what the state says already, by looks that are cheap and never wrong when they
// say no. Big objects that differ in one property have one option left, and of a oneOf told apart by a constant one branch is.
#include "json_schema/compare_state.h"

namespace holdfast::json_schema {
namespace {

constexpr int kMostLookDepth = 3;
constexpr std::size_t kMostLookedBranches = 4;
constexpr std::size_t kPairsPerStep = 16;

bool share_a_value(const Shape& a, const Shape& b) {
  const Shape& few = a.values.size() < b.values.size() ? a : b;
  const Shape& many = &few == &a ? b : a;
  return std::any_of(few.values.begin(), few.values.end(),
                     [&](Value value) { return has_value(many.values, value); });
}

bool is_apart(const std::optional<Bound>& least, const std::optional<Bound>& most) {
  return least && most && is_gap(*least, *most);
}

bool are_numbers_apart(const Shape& a, const Shape& b) {
  const KindSet number = bit_of(ValueKind::number);
  return (a.kinds & b.kinds) == number && (is_apart(a.least, b.most) || is_apart(b.least, a.most));
}

}  // namespace

bool is_visibly_disjoint(const ShapeBook& book, ShapeId a, ShapeId b, int depth) {
  if (a == kNothing || b == kNothing) return true;
  if (a == b || a == kEverything || b == kEverything || depth > kMostLookDepth) return false;
  const Shape& left = book.at(a);
  const Shape& right = book.at(b);
  if (left.joint == Joint::facets && right.joint == Joint::facets) {
    if ((left.kinds & right.kinds) == 0 || are_numbers_apart(left, right)) return true;
    if (left.has_values && right.has_values && !share_a_value(left, right)) return true;
  }
  const auto parts_apart = [&](const Shape& shape, ShapeId other) {
    const auto is_apart_from_other = [&](ShapeId part) {
      return is_visibly_disjoint(book, part, other, depth + 1);
    };
    if (shape.joint == Joint::facets)
      return shape.parts.size() <= kMostLookedBranches &&
             std::any_of(shape.parts.begin(), shape.parts.end(), is_apart_from_other);
    return (shape.joint == Joint::any_of || shape.joint == Joint::one_of) &&
           shape.parts.size() <= kMostLookedBranches &&
           std::all_of(shape.parts.begin(), shape.parts.end(), is_apart_from_other);
  };
  return parts_apart(left, b) || parts_apart(right, a);
}

bool StateReader::is_object_dead(const State& state, const ObjectFacet& object) {
  const std::uint64_t names = object.required.size() + state.has.size();
  if (!search_.spend(names * (1 + state.objects.size()) / kNamesPerStep)) return false;
  for (const NameId name : object.required)
    if (state.lacks.has(name)) return true;
  if (object.required.size() > state.count.most || object.count.most < state.has.size() ||
      object.count.most < state.count.least || object.count.least > state.count.most)
    return true;
  const auto conflicts = [&](NameId name) {
    const ShapeId* mine = object.property(name);
    if (mine == nullptr) return false;
    for (const ObjectFacet* other : state.objects) {
      const ShapeId* theirs = other->property(name);
      if (theirs != nullptr && is_visibly_disjoint(book_, *mine, *theirs)) return true;
    }
    return false;
  };
  return std::any_of(object.required.begin(), object.required.end(), conflicts) ||
         std::any_of(state.has.begin(), state.has.end(), conflicts);
}

bool StateReader::is_literal_dead(const State& state, Literal literal, int depth) {
  if (literal == break_it(kEverything) || literal == satisfy(kNothing)) return true;
  if (has_element(state.asserted, flip(literal))) return true;
  if (is_break(literal)) return false;
  const Shape& shape = book_.at(shape_of(literal));
  const auto is_part_dead = [&](ShapeId part) {
    return is_literal_dead(state, satisfy(part), depth + 1);
  };
  if (shape.joint == Joint::not_of) return has_element(state.asserted, satisfy(shape.parts[0]));
  if (shape.joint != Joint::facets)
    return depth < 1 && shape.joint == Joint::any_of && shape.parts.size() <= kMostLookedBranches &&
           std::all_of(shape.parts.begin(), shape.parts.end(), is_part_dead);
  if ((shape.kinds & bit_of(state.kind)) == 0) return true;
  if (state.kind == ValueKind::number &&
      (is_apart(shape.least, state.most) || is_apart(state.least, shape.most)))
    return true;
  if (state.kind == ValueKind::string &&
      (shape.length.least > state.length.most || shape.length.most < state.length.least))
    return true;
  if (state.kind == ValueKind::object && shape.object && is_object_dead(state, *shape.object))
    return true;
  if (state.kind == ValueKind::array && shape.array &&
      (shape.array->count.least > state.count.most || shape.array->count.most < state.count.least))
    return true;
  return depth < kMostLookDepth && shape.parts.size() <= kMostLookedBranches &&
         std::any_of(shape.parts.begin(), shape.parts.end(), is_part_dead);
}

bool StateReader::is_member_dead(const State& state, NameId name, Literal literal) {
  if (state.count.most == 0 || state.lacks.has(name)) return true;
  if (!search_.spend((state.member_literals.size() + state.objects.size()) / kNamesPerStep))
    return false;
  if (literal == break_it(kEverything) || literal == satisfy(kNothing)) return true;
  for (const auto& [other, demanded] : state.member_literals)
    if (other == name && demanded == flip(literal)) return true;
  for (const ObjectFacet* object : state.objects) {
    const ShapeId* shape = object->property(name);
    if (shape == nullptr && object->patterns.empty()) shape = &object->rest;
    if (shape == nullptr) continue;
    if (*shape == kNothing || satisfy(*shape) == flip(literal)) return true;
  }
  return false;
}

bool StateReader::is_item_dead(const State& state, const Atom& atom) {
  if (state.count.most <= atom.from) return true;
  if (!search_.spend(state.arrays.size() / kNamesPerStep)) return false;
  if (atom.literal == break_it(kEverything)) return true;
  return std::any_of(state.arrays.begin(), state.arrays.end(), [&](const ArrayFacet* array) {
    const bool is_one_shape = atom.to == atom.from + 1 || array->prefix.size() <= atom.from;
    if (!is_one_shape) return false;
    const ShapeId shape = array->at(atom.from);
    return shape == kNothing || satisfy(shape) == flip(atom.literal);
  });
}

bool StateReader::is_matching_dead(const State& state, const Atom& atom) {
  if (state.count.most == 0 || atom.literal == break_it(kEverything)) return true;
  return std::any_of(state.objects.begin(), state.objects.end(), [&](const ObjectFacet* object) {
    if (!search_.spend(object->patterns.size() / kNamesPerStep)) return false;
    return std::any_of(object->patterns.begin(), object->patterns.end(), [&](const auto& one) {
      return one.first == atom.a &&
             (one.second == kNothing || satisfy(one.second) == flip(atom.literal));
    });
  });
}

// Every other name of the broken facet is an other name, or a property with the same schema, of one that is satisfied.
bool StateReader::is_other_dead(const State& state, const Atom& atom) {
  if (state.count.most == 0 || atom.literal == break_it(kEverything)) return true;
  const ObjectFacet& broken = *book_.at(atom.shape).object;
  return std::any_of(state.objects.begin(), state.objects.end(), [&](const ObjectFacet* object) {
    if (object->rest != kNothing && satisfy(object->rest) != flip(atom.literal)) return false;
    if (!search_.spend(
            (object->properties.size() + object->patterns.size() * broken.patterns.size()) /
            kNamesPerStep))
      return false;
    return std::all_of(object->properties.begin(), object->properties.end(),
                       [&](const auto& one) {
                         return broken.property(one.first) != nullptr ||
                                satisfy(one.second) == flip(atom.literal);
                       }) &&
           std::all_of(object->patterns.begin(), object->patterns.end(), [&](const auto& one) {
             return std::any_of(broken.patterns.begin(), broken.patterns.end(),
                                [&](const auto& other) { return other.first == one.first; });
           });
  });
}

bool StateReader::is_dead(const State& state, const Atom& atom) {
  const Shape& shape = book_.at(atom.shape);
  switch (atom.kind) {
    case AtomKind::literal:
      return is_literal_dead(state, atom.literal, 0);
    case AtomKind::exactly:
      return is_literal_dead(state, satisfy(shape.parts[atom.a]), 0);
    case AtomKind::below:
      return state.least && is_gap(*state.least, {shape.least->at, !shape.least->is_open});
    case AtomKind::above:
      return state.most && is_gap({shape.most->at, !shape.most->is_open}, *state.most);
    case AtomKind::not_multiple:
      return has_element(state.steps, *shape.step);
    case AtomKind::length_most:
      return state.length.least > atom.to;
    case AtomKind::length_least:
      return state.length.most < atom.from;
    case AtomKind::not_pattern:
      return has_element(state.patterns, atom.a);
    case AtomKind::items_most:
    case AtomKind::members_most:
      return state.count.least > atom.to || state.has.size() > atom.to;
    case AtomKind::items_least:
    case AtomKind::members_least:
      return state.count.most < atom.from;
    case AtomKind::repeats:
      return state.is_unique || state.count.most < 2;
    case AtomKind::contains_least:
      return state.count.most < atom.from;
    case AtomKind::some_item:
      return is_item_dead(state, atom);
    case AtomKind::lacks:
      return state.has.has(atom.a);
    case AtomKind::some_member:
      return is_member_dead(state, atom.a, atom.literal);
    case AtomKind::some_matching:
      return is_matching_dead(state, atom);
    case AtomKind::some_other:
      return is_other_dead(state, atom);
    case AtomKind::some_name:
      return state.count.most == 0;
    case AtomKind::none_of:
    case AtomKind::values_not:
    case AtomKind::contains_most:
    case AtomKind::has_all:
    case AtomKind::has_but:
    case AtomKind::has_broken:
    case AtomKind::open:
      return false;
  }
  return false;
}

void StateReader::break_string(const Shape& shape, ShapeId id, std::vector<Option>& out) {
  if (shape.length.least > 0)
    out.push_back({{.kind = AtomKind::length_most, .to = shape.length.least - 1, .shape = id}});
  if (shape.length.most != kNoLimit)
    out.push_back({{.kind = AtomKind::length_least, .from = shape.length.most + 1, .shape = id}});
  for (const PatternId pattern : shape.patterns)
    out.push_back({{.kind = AtomKind::not_pattern, .a = pattern, .shape = id}});
}

void StateReader::break_array(const Shape& shape, ShapeId id, std::vector<Option>& out) {
  const ArrayFacet& array = *shape.array;
  if (array.count.least > 0)
    out.push_back({{.kind = AtomKind::items_most, .to = array.count.least - 1, .shape = id}});
  if (array.count.most != kNoLimit)
    out.push_back({{.kind = AtomKind::items_least, .from = array.count.most + 1, .shape = id}});
  for (std::size_t i = 0; i < array.prefix.size(); ++i)
    out.push_back({{.kind = AtomKind::some_item,
                    .literal = break_it(array.prefix[i]),
                    .from = i,
                    .to = i + 1,
                    .shape = id}});
  if (array.rest != kEverything)
    out.push_back({{.kind = AtomKind::some_item,
                    .literal = break_it(array.rest),
                    .from = array.prefix.size(),
                    .to = kNoLimit,
                    .shape = id}});
  if (array.is_unique) out.push_back({{.kind = AtomKind::repeats, .shape = id}});
  if (!array.has_contains) return;
  if (array.contains_count.least > 0)
    out.push_back(
        {{.kind = AtomKind::contains_most, .to = array.contains_count.least - 1, .shape = id}});
  if (array.contains_count.most != kNoLimit)
    out.push_back(
        {{.kind = AtomKind::contains_least, .from = array.contains_count.most + 1, .shape = id}});
}

void StateReader::break_object(const Shape& shape, ShapeId id, std::vector<Option>& out) {
  const ObjectFacet& object = *shape.object;
  for (const NameId name : object.required)
    out.push_back({{.kind = AtomKind::lacks, .a = name, .shape = id}});
  if (object.count.least > 0)
    out.push_back({{.kind = AtomKind::members_most, .to = object.count.least - 1, .shape = id}});
  if (object.count.most != kNoLimit)
    out.push_back({{.kind = AtomKind::members_least, .from = object.count.most + 1, .shape = id}});
  for (const auto& [name, part] : object.properties)
    out.push_back(
        {{.kind = AtomKind::some_member, .a = name, .literal = break_it(part), .shape = id}});
  for (const auto& [pattern, part] : object.patterns)
    out.push_back(
        {{.kind = AtomKind::some_matching, .a = pattern, .literal = break_it(part), .shape = id}});
  if (object.rest != kEverything)
    out.push_back({{.kind = AtomKind::some_other, .literal = break_it(object.rest), .shape = id}});
  if (object.names != kEverything)
    out.push_back({{.kind = AtomKind::some_name, .literal = break_it(object.names), .shape = id}});
  for (std::uint32_t i = 0; i < object.needs.size(); ++i)
    for (std::uint32_t other = 0; other < object.needs[i].second.size(); ++other)
      out.push_back({{.kind = AtomKind::has_but, .a = i, .b = other, .shape = id}});
  for (std::uint32_t i = 0; i < object.implies.size(); ++i)
    out.push_back({{.kind = AtomKind::has_broken,
                    .a = i,
                    .literal = break_it(object.implies[i].second),
                    .shape = id}});
}

void StateReader::break_options(const State& state, ShapeId id, std::vector<Option>& out) {
  const Shape& shape = book_.at(id);
  if (shape.has_values) out.push_back({{.kind = AtomKind::values_not, .shape = id}});
  if (state.kind == ValueKind::number) {
    if (shape.least) out.push_back({{.kind = AtomKind::below, .shape = id}});
    if (shape.most) out.push_back({{.kind = AtomKind::above, .shape = id}});
    if (shape.step) out.push_back({{.kind = AtomKind::not_multiple, .shape = id}});
  }
  if (state.kind == ValueKind::string) break_string(shape, id, out);
  if (state.kind == ValueKind::array && shape.array) break_array(shape, id, out);
  if (state.kind == ValueKind::object && shape.object) break_object(shape, id, out);
  for (const ShapeId part : shape.parts)
    out.push_back({{.kind = AtomKind::literal, .literal = break_it(part), .shape = id}});
  if (shape.open != kNotOpen) out.push_back({{.kind = AtomKind::open, .shape = id}});
}

// None of the branches, or two of those that are not visibly impossible.
bool StateReader::pair_options(const State& state, ShapeId id, std::size_t most,
                               std::vector<Option>& out) {
  out.push_back({{.kind = AtomKind::none_of, .shape = id}});
  const Shape& shape = book_.at(id);
  std::vector<ShapeId> alive;
  for (const ShapeId part : shape.parts)
    if (!is_literal_dead(state, satisfy(part), 0)) alive.push_back(part);
  const auto literal_atom = [&](ShapeId part) {
    return Atom{.kind = AtomKind::literal, .literal = satisfy(part), .shape = id};
  };
  for (std::size_t i = 0; i < alive.size() && out.size() < most; ++i)
    for (std::size_t j = i + 1; j < alive.size() && out.size() < most; ++j)
      if (j % kPairsPerStep == 0 && !search_.spend())
        return false;
      else if (!is_visibly_disjoint(book_, alive[i], alive[j]))
        out.push_back({literal_atom(alive[i]), literal_atom(alive[j])});
  return out.size() < most;
}

bool StateReader::options_of(const State& state, const Alternative& alternative, std::size_t most,
                             std::vector<Option>& out) {
  out.clear();
  bool is_all = true;
  const ShapeId id = alternative.shape;
  const Shape& shape = book_.at(id);
  const auto literal = [&](Literal one) {
    return Atom{.kind = AtomKind::literal, .literal = one, .shape = id};
  };
  switch (alternative.kind) {
    case AlternativeKind::any_of:
      for (const ShapeId part : shape.parts)
        out.push_back({literal(satisfy(part))});
      break;
    case AlternativeKind::one_of:
      for (std::uint32_t i = 0; i < shape.parts.size(); ++i)
        out.push_back({{.kind = AtomKind::exactly, .a = i, .shape = id}});
      break;
    case AlternativeKind::not_one_of:
      is_all = pair_options(state, id, most, out);
      break;
    case AlternativeKind::not_facets:
      break_options(state, id, out);
      break;
    case AlternativeKind::choice:
      out.push_back({literal(satisfy(shape.parts[0])), literal(satisfy(shape.parts[1]))});
      out.push_back({literal(break_it(shape.parts[0])), literal(satisfy(shape.parts[2]))});
      break;
    case AlternativeKind::not_choice:
      out.push_back({literal(satisfy(shape.parts[0])), literal(break_it(shape.parts[1]))});
      out.push_back({literal(break_it(shape.parts[0])), literal(break_it(shape.parts[2]))});
      break;
    case AlternativeKind::needs: {
      const NameId name = shape.object->needs[alternative.index].first;
      out.push_back({{.kind = AtomKind::lacks, .a = name, .shape = id}});
      out.push_back({{.kind = AtomKind::has_all, .a = alternative.index, .shape = id}});
      break;
    }
    case AlternativeKind::implies: {
      const auto& [name, part] = shape.object->implies[alternative.index];
      out.push_back({{.kind = AtomKind::lacks, .a = name, .shape = id}});
      out.push_back({literal(satisfy(part))});
      break;
    }
  }
  search_.spend(out.size());
  std::erase_if(out, [&](const Option& option) {
    return is_dead(state, option.first) || (option.second && is_dead(state, *option.second));
  });
  return is_all;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// What literals say about one kind of value: demands at once, alternatives put off. Identical parts show here: a shape that is to be
// satisfied and broken is a contradiction, whatever it is.
#include "json_schema/compare_state.h"

#include <iterator>

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kLiteralsPerStep = 256;
constexpr std::size_t kMostExcludedStructures = 64;
constexpr std::size_t kMostExcludedParts = 64;

}  // namespace

void NameSet::add(NameId name) {
  const auto at = std::lower_bound(names_.begin(), names_.end(), name);
  if (at == names_.end() || *at != name) names_.insert(at, name);
}

void NameSet::add_all(const std::vector<NameId>& names) {
  std::vector<NameId> both;
  both.reserve(names_.size() + names.size());
  std::set_union(names_.begin(), names_.end(), names.begin(), names.end(),
                 std::back_inserter(both));
  names_ = std::move(both);
}

bool add_to_goal(Goal& goal, Literal literal) {
  if (literal == satisfy(kEverything) || literal == break_it(kNothing)) return true;
  if (literal == break_it(kEverything) || literal == satisfy(kNothing)) return false;
  const auto at = std::lower_bound(goal.begin(), goal.end(), literal);
  if (at != goal.end() && *at == literal) return true;
  const Literal other = flip(literal);
  const auto there = std::lower_bound(goal.begin(), goal.end(), other);
  if (there != goal.end() && *there == other) return false;
  goal.insert(at, literal);
  return true;
}

bool StateReader::add(State& state, Literal literal) {
  if (literal == satisfy(kEverything) || literal == break_it(kNothing)) return true;
  if (literal == break_it(kEverything) || literal == satisfy(kNothing)) return false;
  search_.spend(state.asserted.size() / kLiteralsPerStep);
  if (has_element(state.asserted, literal)) return true;
  if (has_element(state.asserted, flip(literal))) return false;
  state.asserted.push_back(literal);
  state.pending.push_back(literal);
  return true;
}

bool StateReader::drain(State& state) {
  while (!state.pending.empty()) {
    const Literal literal = state.pending.back();
    state.pending.pop_back();
    if (!search_.spend()) return true;  // search() sees the budget
    if (!expand(state, literal)) return false;
  }
  return true;
}

bool StateReader::expand(State& state, Literal literal) {
  const ShapeId id = shape_of(literal);
  const Shape& shape = book_.at(id);
  if (is_break(literal)) return break_shape(state, id, shape);
  switch (shape.joint) {
    case Joint::facets:
      return satisfy_facets(state, id, shape);
    case Joint::any_of:
      state.alternatives.push_back({AlternativeKind::any_of, id});
      return true;
    case Joint::one_of:
      state.alternatives.push_back({AlternativeKind::one_of, id});
      return true;
    case Joint::not_of:
      return add(state, break_it(shape.parts[0]));
    case Joint::choice:
      state.alternatives.push_back({AlternativeKind::choice, id});
      return true;
  }
  return true;
}

bool StateReader::break_shape(State& state, ShapeId id, const Shape& shape) {
  switch (shape.joint) {
    case Joint::facets:
      if ((shape.kinds & bit_of(state.kind)) == 0) return true;
      state.alternatives.push_back({AlternativeKind::not_facets, id});
      return true;
    case Joint::any_of:
      for (const ShapeId part : shape.parts)
        if (!is_literal_dead(state, satisfy(part), 0) && !add(state, break_it(part))) return false;
      return true;
    case Joint::one_of:
      state.alternatives.push_back({AlternativeKind::not_one_of, id});
      return true;
    case Joint::not_of:
      return add(state, satisfy(shape.parts[0]));
    case Joint::choice:
      state.alternatives.push_back({AlternativeKind::not_choice, id});
      return true;
  }
  return true;
}

bool StateReader::narrow_values(State& state, const std::vector<Value>& values) {
  if (!state.has_values) {
    state.has_values = true;
    state.values = values;
  } else {
    std::erase_if(state.values, [&](Value value) { return !has_value(values, value); });
  }
  search_.spend(values.size() / kValuesPerStep);
  std::erase_if(state.values, [&](Value value) { return value.kind() != state.kind; });
  return !state.values.empty();
}

bool StateReader::narrow_least(State& state, const Bound& bound) {
  if (!state.least || bound.at > state.least->at || (bound.at == state.least->at && bound.is_open))
    state.least = bound;
  return !state.most || !is_gap(*state.least, *state.most);
}

bool StateReader::narrow_most(State& state, const Bound& bound) {
  if (!state.most || bound.at < state.most->at || (bound.at == state.most->at && bound.is_open))
    state.most = bound;
  return !state.least || !is_gap(*state.least, *state.most);
}

bool StateReader::narrow_count(Count& count, std::uint64_t least, std::uint64_t most) {
  count.least = std::max(count.least, least);
  count.most = std::min(count.most, most);
  return count.least <= count.most;
}

bool StateReader::add_contains(State& state, ShapeId shape, Count count) {
  for (ContainsRule& rule : state.contains)
    if (rule.shape == shape) return narrow_count(rule.count, count.least, count.most);
  state.contains.push_back({shape, count});
  return true;
}

bool StateReader::satisfy_facets(State& state, ShapeId id, const Shape& shape) {
  if ((shape.kinds & bit_of(state.kind)) == 0) return false;
  if (shape.has_values && !narrow_values(state, shape.values)) return false;
  if (shape.open != kNotOpen) state.open = shape.open;
  for (const ShapeId part : shape.parts)
    if (!add(state, satisfy(part))) return false;
  switch (state.kind) {
    case ValueKind::null:
    case ValueKind::boolean:
      return true;
    case ValueKind::number:
      if (shape.step && !has_element(state.not_steps, *shape.step)) {
        if (!has_element(state.steps, *shape.step)) state.steps.push_back(*shape.step);
      } else if (shape.step) {
        return false;
      }
      return (!shape.least || narrow_least(state, *shape.least)) &&
             (!shape.most || narrow_most(state, *shape.most));
    case ValueKind::string:
      for (const PatternId pattern : shape.patterns) {
        if (has_element(state.not_patterns, pattern)) return false;
        if (!has_element(state.patterns, pattern)) state.patterns.push_back(pattern);
      }
      return narrow_count(state.length, shape.length.least, shape.length.most);
    case ValueKind::array:
      return !shape.array || satisfy_array(state, *shape.array);
    case ValueKind::object:
      return !shape.object || satisfy_object(state, id, *shape.object);
  }
  return true;
}

bool StateReader::satisfy_array(State& state, const ArrayFacet& array) {
  state.arrays.push_back(&array);
  state.is_unique = state.is_unique || array.is_unique;
  if (state.is_unique && state.has_repeat) return false;
  if (array.has_contains && !add_contains(state, array.contains, array.contains_count))
    return false;
  return narrow_count(state.count, array.count.least, array.count.most);
}

bool StateReader::satisfy_object(State& state, ShapeId id, const ObjectFacet& object) {
  state.objects.push_back(&object);
  if (!add_all_has(state, object.required)) return false;
  for (std::uint32_t i = 0; i < object.needs.size(); ++i)
    state.alternatives.push_back({AlternativeKind::needs, id, i});
  for (std::uint32_t i = 0; i < object.implies.size(); ++i)
    state.alternatives.push_back({AlternativeKind::implies, id, i});
  return narrow_count(state.count, object.count.least, object.count.most) &&
         state.has.size() <= state.count.most;
}

bool StateReader::add_has(State& state, NameId name) {
  search_.spend(state.has.size() / kNamesPerStep);
  if (state.lacks.has(name)) return false;
  state.has.add(name);
  return state.has.size() <= state.count.most;
}

bool StateReader::add_all_has(State& state, const std::vector<NameId>& names) {
  if (names.empty()) return true;
  search_.spend((state.has.size() + names.size()) / kNamesPerStep);
  for (const NameId name : names)
    if (state.lacks.has(name)) return false;
  state.has.add_all(names);
  return state.has.size() <= state.count.most;
}

bool StateReader::add_lacks(State& state, NameId name) {
  search_.spend(state.lacks.size() / kNamesPerStep);
  if (state.has.has(name)) return false;
  state.lacks.add(name);
  return true;
}

bool StateReader::apply(State& state, const Option& option) {
  return apply_atom(state, option.first) && (!option.second || apply_atom(state, *option.second)) &&
         drain(state);
}

bool StateReader::apply_atom(State& state, const Atom& atom) {
  const Shape& shape = book_.at(atom.shape);
  switch (atom.kind) {
    case AtomKind::literal:
      return add(state, atom.literal);
    case AtomKind::exactly:
      if (!add(state, satisfy(shape.parts[atom.a])) || !drain(state)) return false;
      for (std::uint32_t i = 0; i < shape.parts.size(); ++i)
        if (i != atom.a && !is_literal_dead(state, satisfy(shape.parts[i]), 0) &&
            !add(state, break_it(shape.parts[i])))
          return false;
      return true;
    case AtomKind::none_of:
      for (const ShapeId part : shape.parts)
        if (!is_literal_dead(state, satisfy(part), 0) && !add(state, break_it(part))) return false;
      return true;
    case AtomKind::values_not:
      exclude(state, shape.values);
      return true;
    case AtomKind::open:
      state.open = shape.open;
      return true;
    case AtomKind::below:
    case AtomKind::above:
    case AtomKind::not_multiple:
      return apply_number(state, atom);
    case AtomKind::length_most:
      return narrow_count(state.length, 0, atom.to);
    case AtomKind::length_least:
      return narrow_count(state.length, atom.from, kNoLimit);
    case AtomKind::not_pattern:
      state.not_patterns.push_back(atom.a);
      return !has_element(state.patterns, atom.a);
    case AtomKind::items_most:
    case AtomKind::members_most:
      return narrow_count(state.count, 0, atom.to) && state.has.size() <= state.count.most;
    case AtomKind::items_least:
    case AtomKind::members_least:
      return narrow_count(state.count, atom.from, kNoLimit);
    case AtomKind::repeats:
      state.has_repeat = true;
      return !state.is_unique && narrow_count(state.count, 2, kNoLimit);
    case AtomKind::contains_most:
      return add_contains(state, shape.array->contains, {0, atom.to});
    case AtomKind::contains_least:
      return add_contains(state, shape.array->contains, {atom.from, kNoLimit}) &&
             narrow_count(state.count, atom.from, kNoLimit);
    case AtomKind::some_item:
      state.item_duties.push_back({atom.from, atom.to, atom.literal});
      return narrow_count(state.count, atom.from + 1, kNoLimit);
    case AtomKind::has_all:
    case AtomKind::has_but:
    case AtomKind::lacks:
    case AtomKind::some_member:
    case AtomKind::some_matching:
    case AtomKind::some_other:
    case AtomKind::some_name:
    case AtomKind::has_broken:
      return apply_object(state, atom);
  }
  return true;
}

// An array or object differs from a listed one in an item or member, which is an alternative; of very many, what was made is looked at.
void StateReader::exclude(State& state, const std::vector<Value>& values) {
  const bool has_structure = state.kind == ValueKind::array || state.kind == ValueKind::object;
  std::size_t structure_count = 0;
  for (const Value value : values) {
    if (value.kind() != state.kind) continue;
    const bool is_small = value.size() <= kMostExcludedParts;
    if (has_structure && is_small && structure_count++ < kMostExcludedStructures)
      state.alternatives.push_back({AlternativeKind::not_facets, book_.structure_of(value)});
    else
      state.excluded.push_back(value);
  }
  sort_by_hash(state.excluded);
  state.excluded.erase(std::unique(state.excluded.begin(), state.excluded.end()),
                       state.excluded.end());
  search_.spend((values.size() + state.excluded.size()) / kValuesPerStep);
}

bool StateReader::apply_number(State& state, const Atom& atom) {
  const Shape& shape = book_.at(atom.shape);
  if (atom.kind == AtomKind::below)
    return narrow_most(state, {shape.least->at, !shape.least->is_open});
  if (atom.kind == AtomKind::above)
    return narrow_least(state, {shape.most->at, !shape.most->is_open});
  if (has_element(state.steps, *shape.step)) return false;
  state.not_steps.push_back(*shape.step);
  return true;
}

bool StateReader::apply_object(State& state, const Atom& atom) {
  const ObjectFacet& object = *book_.at(atom.shape).object;
  using Who = MemberDuty::Who;
  switch (atom.kind) {
    case AtomKind::lacks:
      return add_lacks(state, atom.a);
    case AtomKind::has_all:
      return add_all_has(state, object.needs[atom.a].second);
    case AtomKind::has_but:
      return add_has(state, object.needs[atom.a].first) &&
             add_lacks(state, object.needs[atom.a].second[atom.b]);
    case AtomKind::has_broken:
      return add_has(state, object.implies[atom.a].first) && add(state, atom.literal);
    case AtomKind::some_member:
      state.member_literals.emplace_back(atom.a, atom.literal);
      return add_has(state, atom.a);
    case AtomKind::some_matching:
      state.member_duties.push_back({Who::matching, &object, atom.a, atom.literal});
      return state.count.most > 0;
    case AtomKind::some_other:
      state.member_duties.push_back({Who::other, &object, 0, atom.literal});
      return state.count.most > 0;
    case AtomKind::some_name:
      state.member_duties.push_back({Who::named_so, &object, 0, atom.literal});
      return state.count.most > 0;
    case AtomKind::literal:
    case AtomKind::exactly:
    case AtomKind::none_of:
    case AtomKind::values_not:
    case AtomKind::below:
    case AtomKind::above:
    case AtomKind::not_multiple:
    case AtomKind::length_most:
    case AtomKind::length_least:
    case AtomKind::not_pattern:
    case AtomKind::items_most:
    case AtomKind::items_least:
    case AtomKind::repeats:
    case AtomKind::contains_most:
    case AtomKind::contains_least:
    case AtomKind::some_item:
    case AtomKind::members_most:
    case AtomKind::members_least:
    case AtomKind::open:
      return true;
  }
  return true;
}

}  // namespace holdfast::json_schema

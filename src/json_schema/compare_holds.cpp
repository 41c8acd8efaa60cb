// SPDX-License-Identifier: Apache-2.0
// Whether a value satisfies a shape: for listed values, names of members, and whatever the search wants to try. Unknown where the shape
// leaves something open or a pattern can't be matched.
#include "json_schema/compare_search.h"
#include "json_schema/compare_state.h"

namespace holdfast::json_schema {
namespace {

constexpr int kMostHoldsDepth = 300;

Answer negate(Answer answer) {
  return answer == Answer::yes ? Answer::no : answer == Answer::no ? Answer::yes : Answer::unknown;
}

// All of them, told one by one.
class All {
 public:
  /// False where the answer is no.
  bool take(Answer answer) {
    if (answer == Answer::no) answer_ = Answer::no;
    if (answer == Answer::unknown && answer_ == Answer::yes) answer_ = Answer::unknown;
    return answer_ != Answer::no;
  }
  bool take(bool is_true) { return take(is_true ? Answer::yes : Answer::no); }
  Answer answer() const { return answer_; }

 private:
  Answer answer_ = Answer::yes;
};

Answer matches(const Pattern& pattern, std::string_view text) {
  const auto found = pattern.matches(text);
  return !found ? Answer::unknown : *found ? Answer::yes : Answer::no;
}

struct Tally {
  std::uint64_t yes = 0;
  std::uint64_t unknown = 0;
  void take(Answer answer) {
    yes += answer == Answer::yes ? 1 : 0;
    unknown += answer == Answer::unknown ? 1 : 0;
  }
  Answer is_between(std::uint64_t least, std::uint64_t most) const {
    if (yes > most || yes + unknown < least) return Answer::no;
    return yes >= least && yes + unknown <= most ? Answer::yes : Answer::unknown;
  }
};

}  // namespace

Answer Search::holds(ShapeId id, Value value) {
  if (id <= kNothing) return id == kEverything ? Answer::yes : Answer::no;
  if (!spend() || holds_depth_ >= kMostHoldsDepth) return Answer::unknown;
  ++holds_depth_;
  const Shape& shape = book_.at(id);
  Answer answer = Answer::unknown;
  Tally tally;
  switch (shape.joint) {
    case Joint::facets:
      answer = holds_facets(shape, value);
      break;
    case Joint::any_of:
    case Joint::one_of:
      for (const ShapeId part : shape.parts)
        tally.take(holds(part, value));
      answer = tally.is_between(1, shape.joint == Joint::any_of ? kNoLimit : 1);
      break;
    case Joint::not_of:
      answer = negate(holds(shape.parts[0], value));
      break;
    case Joint::choice: {
      const Answer condition = holds(shape.parts[0], value);
      if (condition != Answer::unknown)
        answer = holds(shape.parts[condition == Answer::yes ? 1 : 2], value);
      break;
    }
  }
  --holds_depth_;
  return answer;
}

Answer Search::holds_facets(const Shape& shape, Value value) {
  All all;
  if (!all.take((shape.kinds & bit_of(value.kind())) != 0)) return Answer::no;
  if (!all.take(!shape.has_values || has_value(shape.values, value))) return Answer::no;
  if (value.is_number() && !all.take(is_number_inside(shape, value.number()))) return Answer::no;
  if (value.is_string() && !all.take(holds_string(shape, value))) return Answer::no;
  if (value.is_array() && shape.array && !all.take(holds_array(*shape.array, value)))
    return Answer::no;
  if (value.is_object() && shape.object && !all.take(holds_object(*shape.object, value)))
    return Answer::no;
  for (const ShapeId part : shape.parts)
    if (!all.take(holds(part, value))) return Answer::no;
  if (shape.open != kNotOpen) all.take(Answer::unknown);
  return all.answer();
}

Answer Search::holds_string(const Shape& shape, Value value) {
  All all;
  if (!shape.is_length_free) {
    const std::uint64_t length = value.code_point_count();
    if (!all.take(length >= shape.length.least && length <= shape.length.most)) return Answer::no;
  }
  for (const PatternId pattern : shape.patterns)
    if (!all.take(matches(book_.pattern_at(pattern), value.string()))) return Answer::no;
  return all.answer();
}

// Equal items have equal hashes.
Answer Search::are_items_different(Value array) {
  std::vector<Value> items;
  for (std::size_t i = 0; i < array.size(); ++i)
    items.push_back(array.at(i));
  sort_by_hash(items);
  if (!spend(items.size())) return Answer::unknown;
  for (std::size_t i = 0; i < items.size(); ++i)
    for (std::size_t j = i + 1; j < items.size() && items[i].hash() == items[j].hash(); ++j) {
      if (items[i] == items[j]) return Answer::no;
      if (!spend()) return Answer::unknown;
    }
  return Answer::yes;
}

Answer Search::holds_array(const ArrayFacet& array, Value value) {
  All all;
  if (!all.take(value.size() >= array.count.least && value.size() <= array.count.most))
    return Answer::no;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (!all.take(holds(array.at(i), value.at(i)))) return Answer::no;
  if (array.is_unique && !all.take(are_items_different(value))) return Answer::no;
  if (!array.has_contains) return all.answer();
  Tally tally;
  for (std::size_t i = 0; i < value.size(); ++i)
    tally.take(holds(array.contains, value.at(i)));
  all.take(tally.is_between(array.contains_count.least, array.contains_count.most));
  return all.answer();
}

Answer Search::holds_member(const ObjectFacet& object, const Member& member) {
  All all;
  bool is_other = true;
  const NameId name = book_.name(member.key);
  if (const ShapeId* shape = object.property(name)) {
    is_other = false;
    if (!all.take(holds(*shape, member.value))) return Answer::no;
  }
  for (const auto& [pattern, part] : object.patterns) {
    if (!spend()) return Answer::unknown;
    const Answer matched = matches(book_.pattern_at(pattern), member.key);
    if (matched == Answer::unknown) return Answer::unknown;
    if (matched == Answer::no) continue;
    is_other = false;
    if (!all.take(holds(part, member.value))) return Answer::no;
  }
  if (is_other) all.take(holds(object.rest, member.value));
  return all.answer();
}

Answer Search::holds_object(const ObjectFacet& object, Value value) {
  All all;
  if (!all.take(value.size() >= object.count.least && value.size() <= object.count.most))
    return Answer::no;
  const auto has = [&](NameId name) {
    return static_cast<bool>(value.find(book_.name_text(name)));
  };
  if (!spend((object.required.size() + object.needs.size() + object.implies.size()) /
             kNamesPerStep))
    return Answer::unknown;
  for (const NameId name : object.required)
    if (!all.take(has(name))) return Answer::no;
  for (const auto& [name, others] : object.needs)
    for (const NameId other : others)
      if (!all.take(!has(name) || has(other))) return Answer::no;
  for (const auto& [name, part] : object.implies)
    if (has(name) && !all.take(holds(part, value))) return Answer::no;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Member member = value.member(i);
    if (!all.take(holds_member(object, member))) return Answer::no;
    if (object.names == kEverything) continue;
    if (!all.take(holds(object.names, maker_.string(member.key)))) return Answer::no;
  }
  return all.answer();
}

}  // namespace holdfast::json_schema

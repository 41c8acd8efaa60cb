// SPDX-License-Identifier: Apache-2.0
// A goal for one kind of value, taken apart. For the files of compare_*.cpp that search.
#pragma once
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "json_schema/compare_search.h"

namespace holdfast::json_schema {

/// Work on lists of values is counted as one step for so many.
constexpr std::size_t kValuesPerStep = 16;
/// Work on lists of names, too.
constexpr std::size_t kNamesPerStep = 16;

/// The members of a made object that something still has to be said of: "one whose name is like this has a value like that".
struct MemberDuty {
  enum class Who : unsigned char { matching, other, named_so } who = Who::other;
  const ObjectFacet* object = nullptr;  // other: none of its properties and patterns
  PatternId pattern = 0;                // matching
  Literal literal = 0;                  // of the value; named_so: of the name
};

/// An item at one of the positions from `from` up to `to` - 1.
struct ItemDuty {
  std::uint64_t from = 0;
  std::uint64_t to = kNoLimit;
  Literal literal = 0;
};

struct ContainsRule {
  ShapeId shape = kEverything;
  Count count;
};

enum class AlternativeKind : unsigned char {
  any_of,      // of the shape's parts
  one_of,      // exactly
  not_one_of,  // none, or two
  not_facets,  // one of the things that the shape demands is missing
  choice,
  not_choice,
  needs,    // the object's needs[index]
  implies,  // the object's implies[index]
};

struct Alternative {
  AlternativeKind kind = AlternativeKind::any_of;
  ShapeId shape = kEverything;
  std::uint32_t index = 0;
};

enum class AtomKind : unsigned char {
  literal,
  exactly,  // part `a` of one_of `shape`, and no other
  none_of,  // of the parts of one_of `shape`
  values_not,
  below,  // what the bound lets in from below is out
  above,
  not_multiple,
  length_most,
  length_least,
  not_pattern,
  items_most,
  items_least,
  repeats,
  contains_most,
  contains_least,
  some_item,
  members_most,
  members_least,
  has_all,  // the object's needs[a]
  has_but,  // needs[a]: has the name, but not the one at b
  lacks,
  some_member,
  some_matching,
  some_other,
  some_name,
  has_broken,  // implies[a]: has the name and breaks what it implies
  open,        // what is not modelled may be broken
};

struct Atom {
  AtomKind kind = AtomKind::open;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  Literal literal = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  ShapeId shape = kEverything;
};

struct Option {
  Atom first;
  std::optional<Atom> second{};
};

/// Names of members, sorted: a schema may require as many as it has bytes for.
class NameSet {
 public:
  bool has(NameId name) const { return std::binary_search(names_.begin(), names_.end(), name); }
  void add(NameId name);
  /// Of a sorted list.
  void add_all(const std::vector<NameId>& names);
  std::size_t size() const { return names_.size(); }
  auto begin() const { return names_.begin(); }
  auto end() const { return names_.end(); }

 private:
  std::vector<NameId> names_;
};

struct State {
  ValueKind kind = ValueKind::null;
  std::vector<Literal> asserted{};
  std::vector<Literal> pending{};
  std::vector<Alternative> alternatives{};
  bool has_values = false;
  std::vector<Value> values{};
  std::vector<Value> excluded{};  // both in the order of their hashes
  // numbers
  std::optional<Bound> least{};
  std::optional<Bound> most{};
  std::vector<Number> steps{};
  std::vector<Number> not_steps{};
  // strings
  Count length{};
  std::vector<PatternId> patterns{};
  std::vector<PatternId> not_patterns{};
  // arrays and objects
  Count count{};
  std::vector<const ArrayFacet*> arrays{};
  bool is_unique = false;
  bool has_repeat = false;
  std::vector<ContainsRule> contains{};
  std::vector<ItemDuty> item_duties{};
  std::vector<const ObjectFacet*> objects{};
  NameSet has{};
  NameSet lacks{};
  std::vector<std::pair<NameId, Literal>> member_literals{};
  std::vector<MemberDuty> member_duties{};
  /// Something that is not modelled was left out: a member is only a guess.
  OpenId open = kNotOpen;
};

template <class T, class U>
bool has_element(const std::vector<T>& all, const U& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// Adds a literal to a goal. False where the goal can have no member then.
bool add_to_goal(Goal& goal, Literal literal);
/// Whether two shapes visibly share no value. Looks a few parts deep only.
bool is_visibly_disjoint(const ShapeBook& book, ShapeId a, ShapeId b, int depth = 0);

/// Takes literals apart and says which options of an alternative are left. Every function that returns false has found a contradiction.
class StateReader {
 public:
  explicit StateReader(Search& search) : search_(search), book_(search.book_) {}

  bool add(State& state, Literal literal);
  bool drain(State& state);
  bool apply(State& state, const Option& option);
  /// The options that nothing visibly contradicts. False where not all are listed because there are `most` or more.
  bool options_of(const State& state, const Alternative& alternative, std::size_t most,
                  std::vector<Option>& out);

 private:
  bool expand(State& state, Literal literal);
  bool satisfy_facets(State& state, ShapeId id, const Shape& shape);
  bool satisfy_array(State& state, const ArrayFacet& array);
  bool satisfy_object(State& state, ShapeId id, const ObjectFacet& object);
  bool break_shape(State& state, ShapeId id, const Shape& shape);
  bool narrow_values(State& state, const std::vector<Value>& values);
  bool apply_atom(State& state, const Atom& atom);
  void exclude(State& state, const std::vector<Value>& values);
  bool apply_number(State& state, const Atom& atom);
  bool apply_object(State& state, const Atom& atom);
  bool narrow_least(State& state, const Bound& bound);
  bool narrow_most(State& state, const Bound& bound);
  bool add_contains(State& state, ShapeId shape, Count count);
  bool narrow_count(Count& count, std::uint64_t least, std::uint64_t most);
  bool add_has(State& state, NameId name);
  bool add_all_has(State& state, const std::vector<NameId>& names);
  bool add_lacks(State& state, NameId name);
  bool is_dead(const State& state, const Atom& atom);
  bool is_literal_dead(const State& state, Literal literal, int depth);
  bool is_object_dead(const State& state, const ObjectFacet& object);
  bool is_member_dead(const State& state, NameId name, Literal literal);
  bool is_item_dead(const State& state, const Atom& atom);
  bool is_matching_dead(const State& state, const Atom& atom);
  bool is_other_dead(const State& state, const Atom& atom);
  void break_options(const State& state, ShapeId id, std::vector<Option>& out);
  void break_string(const Shape& shape, ShapeId id, std::vector<Option>& out);
  void break_array(const Shape& shape, ShapeId id, std::vector<Option>& out);
  void break_object(const Shape& shape, ShapeId id, std::vector<Option>& out);
  bool pair_options(const State& state, ShapeId id, std::size_t most, std::vector<Option>& out);

  Search& search_;
  ShapeBook& book_;
};

}  // namespace holdfast::json_schema

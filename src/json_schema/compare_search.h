// SPDX-License-Identifier: Apache-2.0
// The question every comparison comes down to: is there a JSON value that satisfies these shapes and breaks those? A member is built and
// told, or it is proved that there is none, or nothing is known. How: docs/decisions/0113-comparing-schemas.md.
//
//   goal     literals over shapes: satisfy this one, break that one. No value exists: the goal is empty.
//   state    a goal for one of the six kinds, taken apart: bounds, languages, members that must be there, and alternatives not yet chosen
//   leaf     a state without alternatives: numbers by intervals and multiples, strings by automata, arrays and objects by goals for their
//            items and members
//
// A goal that is met again inside of itself counts as empty there: a smallest member never contains a member of its own goal. What was found
// empty by that assumption is forgotten should the goal turn out to have a member.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "json_schema/budget.h"
#include "json_schema/compare_shape.h"
#include "json_schema/document.h"

namespace holdfast::json_schema {

/// A shape to satisfy (even) or to break (odd).
using Literal = std::uint32_t;
constexpr Literal satisfy(ShapeId shape) {
  return shape * 2;
}
constexpr Literal break_it(ShapeId shape) {
  return shape * 2 + 1;
}
constexpr Literal flip(Literal literal) {
  return literal ^ 1U;
}
constexpr ShapeId shape_of(Literal literal) {
  return literal / 2;
}
constexpr bool is_break(Literal literal) {
  return (literal & 1U) != 0;
}

using Goal = std::vector<Literal>;  // sorted, none twice

enum class Emptiness : unsigned char { empty, member, unknown };

struct Outcome {
  Emptiness emptiness = Emptiness::unknown;
  /// The member; where it is unknown perhaps a value that could be one.
  Value value{};
};

/// One goal that was proved empty, and why.
struct ProofStep {
  Goal goal;
  const char* rule = "";
};

struct State;
struct Atom;
struct Option;
struct Alternative;

class Search {
 public:
  /// All of them outlive it. Members live as long as the maker.
  Search(ShapeBook& book, DocumentMaker& maker, Budget& budget)
      : book_(book), maker_(maker), budget_(budget) {}

  Outcome solve(const Goal& goal);
  /// The steps are used up: what was found empty since may be so for that reason only, and nothing may be concluded from it.
  bool is_exhausted() const { return budget_.exhausted(); }
  /// Whether a value satisfies a shape.
  Answer holds(ShapeId shape, Value value);
  /// Why the last solve() ended as unknown, and at which shape.
  const std::string& reason() const { return reason_; }
  ShapeId stopped_at() const { return stopped_at_; }
  const std::vector<ProofStep>& proof() const { return proof_; }
  void forget_proof() { proof_.clear(); }

 private:
  friend class StateReader;
  friend class ObjectLeaf;
  friend class ArrayLeaf;
  enum class Status : unsigned char { in_progress, settled, assumed };
  struct Entry {
    Status status = Status::in_progress;
    std::uint32_t depth = 0;  // in progress: of its own; assumed: the lowest it relies on
    Outcome outcome;
  };
  // One of the calls inside of each other that choose among alternatives: the stack bounds them.
  class Level {
   public:
    explicit Level(Search& search) : search_(search) { ++search_.levels_; }
    ~Level() { --search_.levels_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Search& search_;
  };
  bool has_level_left() const;
  struct GoalHash {
    std::size_t operator()(const Goal& goal) const;
  };

  Outcome solve_new(const Goal& goal);
  void conclude(const Goal& goal, Entry& entry, const Outcome& outcome, std::uint32_t outer_lowest,
                std::size_t mark);
  Outcome solve_kind(const Goal& goal, ValueKind kind);
  Outcome by_values(const Goal& goal, std::span<const Value> values);
  Outcome search(State state, const Goal& goal);
  Outcome search_first(State& state, const Goal& goal);
  Outcome branch(const State& state, const Goal& goal, const std::vector<Option>& options);
  Outcome leaf(State& state);
  Outcome leaf_number(State& state);
  Outcome leaf_string(State& state);
  Outcome unknown(std::string_view why, ShapeId at = kEverything);
  Outcome empty_by(const char* rule);
  Answer holds_facets(const Shape& shape, Value value);
  Answer holds_string(const Shape& shape, Value value);
  Answer are_items_different(Value array);
  Answer holds_array(const ArrayFacet& array, Value value);
  Answer holds_object(const ObjectFacet& object, Value value);
  Answer holds_member(const ObjectFacet& object, const Member& member);
  bool spend(std::uint64_t steps = 1);

  ShapeBook& book_;
  DocumentMaker& maker_;
  Budget& budget_;
  std::unordered_map<Goal, Entry, GoalHash> goals_;
  std::vector<Goal> assumed_;
  std::uint32_t depth_ = 0;
  std::uint32_t lowest_ = kNoDepth;
  static constexpr std::uint32_t kNoDepth = ~std::uint32_t{0};
  std::string reason_;
  ShapeId stopped_at_ = kEverything;
  const char* last_rule_ = "";
  std::vector<ProofStep> proof_;
  int holds_depth_ = 0;
  std::uint32_t levels_ = 0;
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Goals: remembered, taken apart kind by kind, and searched alternative by alternative, the one with the fewest options first.
#include "json_schema/compare_search.h"

#include <array>

#include "json_schema/compare_leaves.h"
#include "json_schema/compare_state.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint32_t kMostGoalDepth = 120;
constexpr std::uint32_t kMostLevels = 400;
constexpr std::size_t kMostOptions = 50'000;
constexpr std::size_t kMostFirstOptions = 16;
constexpr std::size_t kMostProofSteps = 200;
constexpr int kKindCount = 6;
constexpr std::size_t kUsualLiterals = 8;
constexpr std::size_t kUsualOptions = 8;
// What is only copied or moved is counted as one step for so many.
constexpr std::size_t kCopiedPerStep = 64;
constexpr std::size_t kMovedPerStep = 1'024;

ShapeId first_shape(const Goal& goal) {
  return goal.empty() ? kEverything : shape_of(goal[0]);
}

Goal without(Goal goal, Literal literal) {
  std::erase(goal, literal);
  return goal;
}

std::uint64_t cost_of_copy(const State& state) {
  return (state.values.size() + state.excluded.size()) / kValuesPerStep +
         (state.asserted.size() + state.alternatives.size() + state.has.size() +
          state.lacks.size() + state.objects.size() + state.arrays.size()) /
             kCopiedPerStep;
}

// A listed value that the state excludes for a reason of its own.
bool is_out(const State& state, Value value, const ShapeBook& book) {
  if (has_value(state.excluded, value)) return true;
  if (!value.is_string()) return false;
  const auto matches = [&](PatternId pattern, bool wanted) {
    const auto found = book.pattern_at(pattern).matches(value.string());
    return !found || *found == wanted;
  };
  return !std::all_of(state.patterns.begin(), state.patterns.end(),
                      [&](PatternId pattern) { return matches(pattern, true); }) ||
         !std::all_of(state.not_patterns.begin(), state.not_patterns.end(),
                      [&](PatternId pattern) { return matches(pattern, false); });
}

}  // namespace

std::size_t Search::GoalHash::operator()(const Goal& goal) const {
  std::size_t hash = goal.size();
  for (const Literal literal : goal)
    hash = (hash ^ literal) * 0x9E3779B97F4A7C15U;
  return hash ^ (hash >> 31U);
}

bool Search::spend(std::uint64_t steps) {
  return budget_.spend(steps);
}

bool Search::has_level_left() const {
  return levels_ < kMostLevels;
}

Outcome Search::unknown(std::string_view why, ShapeId at) {
  if (reason_.empty()) {
    reason_ = why;
    stopped_at_ = at;
  }
  return {Emptiness::unknown};
}

Outcome Search::empty_by(const char* rule) {
  last_rule_ = rule;
  return {Emptiness::empty};
}

Outcome Search::solve(const Goal& goal) {
  for (const Literal literal : goal) {
    if (literal == satisfy(kEverything) || literal == break_it(kNothing))
      return solve(without(goal, literal));
    if (literal == break_it(kEverything) || literal == satisfy(kNothing))
      return empty_by("nothing satisfies false");
    if (std::binary_search(goal.begin(), goal.end(), flip(literal)))
      return empty_by("the two say the same");
  }
  const auto known = goals_.find(goal);
  if (known != goals_.end()) {
    const Entry& entry = known->second;
    if (entry.status == Status::settled) return entry.outcome;
    lowest_ = std::min(lowest_, entry.depth);
    return empty_by("met again inside of itself");
  }
  if (!spend()) return unknown("the steps did not suffice", first_shape(goal));
  if (depth_ >= kMostGoalDepth) return unknown("values nested too deep", first_shape(goal));
  return solve_new(goal);
}

Outcome Search::solve_new(const Goal& goal) {
  const std::uint32_t outer_lowest = lowest_;
  const std::size_t mark = assumed_.size();
  Entry& entry = goals_[goal];  // stays where it is while others come and go
  entry = {Status::in_progress, depth_, {}};
  lowest_ = kNoDepth;
  ++depth_;
  Outcome outcome{Emptiness::empty};
  for (int kind = 0; kind < kKindCount && outcome.emptiness != Emptiness::member; ++kind) {
    const Outcome found = solve_kind(goal, static_cast<ValueKind>(kind));
    if (found.emptiness != Emptiness::empty) outcome = found;
  }
  --depth_;
  conclude(goal, entry, outcome, outer_lowest, mark);
  return outcome;
}

// What was found empty relies on the goals in progress down to lowest_. It is final where that is this goal itself, or none.
void Search::conclude(const Goal& goal, Entry& entry, const Outcome& outcome,
                      std::uint32_t outer_lowest, std::size_t mark) {
  const bool is_empty = outcome.emptiness == Emptiness::empty;
  const bool is_final = lowest_ >= depth_;
  const auto settle = [&](bool keep) {
    for (std::size_t i = mark; i < assumed_.size(); ++i) {
      if (keep)
        goals_[assumed_[i]] = {Status::settled, 0, {Emptiness::empty}};
      else
        goals_.erase(assumed_[i]);
    }
    assumed_.resize(mark);
  };
  if (!is_empty) {
    settle(false);
    // A member is one whatever was assumed. That nothing is known is kept, too: it claims nothing.
    entry = {Status::settled, 0, outcome};
  } else if (is_final) {
    settle(true);
    entry = {Status::settled, 0, outcome};
  } else {
    // What relied on this goal relies now on what this goal relies on.
    for (std::size_t i = mark; i < assumed_.size(); ++i) {
      std::uint32_t& depth = goals_[assumed_[i]].depth;
      depth = std::min(depth, lowest_);
    }
    entry = {Status::assumed, lowest_, outcome};
    assumed_.push_back(goal);
  }
  if (is_empty && proof_.size() < kMostProofSteps) proof_.push_back({goal, last_rule_});
  lowest_ = std::min(outer_lowest, is_empty && !is_final ? lowest_ : kNoDepth);
}

Outcome Search::by_values(const Goal& goal, std::span<const Value> values) {
  Outcome outcome{Emptiness::empty};
  for (const Value value : values) {
    if (!spend()) return unknown("the steps did not suffice", first_shape(goal));
    Answer answer = Answer::yes;
    for (const Literal literal : goal) {
      const Answer one = holds(shape_of(literal), value);
      if (one == Answer::unknown && answer == Answer::yes) answer = Answer::unknown;
      if (one != Answer::unknown && (one == Answer::yes) == is_break(literal)) {
        answer = Answer::no;
        break;
      }
    }
    if (answer == Answer::yes) return {Emptiness::member, value};
    if (answer == Answer::unknown) {
      outcome = unknown("a value that only the validator can judge", first_shape(goal));
      outcome.value = value;
    }
  }
  if (outcome.emptiness == Emptiness::empty) last_rule_ = "each listed value was tried";
  return outcome;
}

Outcome Search::solve_kind(const Goal& goal, ValueKind kind) {
  for (const Literal literal : goal) {
    const Shape& shape = book_.at(shape_of(literal));
    if (shape.joint != Joint::facets) continue;
    const bool has_kind = (shape.kinds & bit_of(kind)) != 0;
    if (!is_break(literal) && !has_kind) return empty_by("the types have nothing in common");
  }
  if (kind == ValueKind::null) return by_values(goal, std::array{maker_.null()});
  if (kind == ValueKind::boolean)
    return by_values(goal, std::array{maker_.boolean(false), maker_.boolean(true)});
  State state;
  state.kind = kind;
  state.asserted.reserve(goal.size() + kUsualLiterals);
  state.pending.reserve(goal.size() + kUsualLiterals);
  StateReader reader(*this);
  for (const Literal literal : goal)
    if (!is_break(literal) && !reader.add(state, literal)) return empty_by("the two say the same");
  if (!reader.drain(state)) return empty_by("the demands contradict each other");
  for (const Literal literal : goal)
    if (is_break(literal) && !reader.add(state, literal)) return empty_by("the two say the same");
  return search(std::move(state), goal);
}

Outcome Search::search(State state, const Goal& goal) {
  StateReader reader(*this);
  std::vector<Option> options;
  std::vector<Option> fewest;
  if (!state.alternatives.empty()) options.reserve(kUsualOptions);
  if (state.alternatives.size() > 1) fewest.reserve(kUsualOptions);
  for (;;) {
    if (!reader.drain(state)) return empty_by("the demands contradict each other");
    if (!spend(1 + state.alternatives.size() / kMovedPerStep))
      return unknown("the steps did not suffice", first_shape(goal));
    if (state.has_values) {
      std::erase_if(state.values, [&](Value value) { return is_out(state, value, book_); });
      return by_values(goal, state.values);
    }
    if (state.alternatives.empty()) return leaf(state);
    fewest.clear();
    std::size_t chosen = state.alternatives.size();
    for (std::size_t i = 0; i < state.alternatives.size(); ++i) {
      const std::size_t most = chosen < i ? fewest.size() : kMostOptions;
      const bool is_all = reader.options_of(state, state.alternatives[i], most, options);
      if (!is_all || options.size() >= most) continue;
      fewest.swap(options);
      chosen = i;
      if (fewest.size() <= 1) break;
    }
    if (chosen == state.alternatives.size()) return search_first(state, goal);
    if (fewest.empty()) return empty_by("every alternative contradicts the rest");
    state.alternatives.erase(state.alternatives.begin() + static_cast<std::ptrdiff_t>(chosen));
    if (fewest.size() > 1) return branch(state, goal, fewest);
    if (!reader.apply(state, fewest.front()))
      return empty_by("every alternative contradicts the rest");
  }
}

// Where every alternative has too many options, the first ones of one of them may have a member all the same.
Outcome Search::search_first(State& state, const Goal& goal) {
  std::vector<Option> options;
  const Alternative alternative = state.alternatives.back();
  StateReader(*this).options_of(state, alternative, kMostOptions, options);
  options.resize(std::min(options.size(), kMostFirstOptions));
  state.alternatives.pop_back();
  const Outcome found = branch(state, goal, options);
  if (found.emptiness != Emptiness::empty) return found;
  return unknown("too many alternatives", first_shape(goal));
}

Outcome Search::branch(const State& state, const Goal& goal, const std::vector<Option>& options) {
  StateReader reader(*this);
  if (!has_level_left()) return unknown("alternatives nested too deep", first_shape(goal));
  const Level level(*this);
  const std::uint64_t size = cost_of_copy(state);
  Outcome outcome{Emptiness::empty};
  for (const Option& option : options) {
    if (!spend(1 + size)) return unknown("the steps did not suffice", first_shape(goal));
    State next = state;
    if (!reader.apply(next, option)) continue;
    Outcome found = search(std::move(next), goal);
    if (found.emptiness == Emptiness::member) return found;
    if (found.emptiness == Emptiness::unknown) outcome = found;
  }
  if (outcome.emptiness == Emptiness::empty) last_rule_ = "no alternative is left";
  return outcome;
}

Outcome Search::leaf(State& state) {
  Outcome outcome;
  switch (state.kind) {
    case ValueKind::null:
    case ValueKind::boolean:
      return unknown("a kind that has values only");
    case ValueKind::number:
      outcome = leaf_number(state);
      break;
    case ValueKind::string:
      outcome = leaf_string(state);
      break;
    case ValueKind::array:
      outcome = ArrayLeaf(*this, state).solve();
      break;
    case ValueKind::object:
      outcome = ObjectLeaf(*this, state).solve();
      break;
  }
  if (outcome.emptiness == Emptiness::member && has_value(state.excluded, outcome.value))
    return unknown("a value that differs from many listed ones");
  if (state.open == kNotOpen || outcome.emptiness != Emptiness::member) return outcome;
  const Value guess = outcome.value;
  outcome = unknown(book_.open_text(state.open));
  outcome.value = guess;
  return outcome;
}

}  // namespace holdfast::json_schema

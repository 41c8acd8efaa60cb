// SPDX-License-Identifier: Apache-2.0
// Arrays. A task is an item that has to be somewhere: for a duty, or for a contains that demands so many. Beyond the longest prefix all
// positions are alike, so that an array of "prefix plus one place for each task" is long enough if any is.
#include "json_schema/compare_leaves.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint64_t kMostItems = 128;

}  // namespace

void ArrayLeaf::list_tasks() {
  for (const ItemDuty& duty : state_.item_duties)
    tasks_.push_back({duty, std::nullopt});
  for (std::size_t i = 0; i < state_.contains.size(); ++i) {
    has_limit_ = has_limit_ || state_.contains[i].count.most != kNoLimit;
    for (std::uint64_t k = 0; k < state_.contains[i].count.least && k <= kMostItems; ++k)
      tasks_.push_back({{0, kNoLimit, satisfy(state_.contains[i].shape)}, i});
  }
}

std::uint64_t ArrayLeaf::longest_useful() const {
  std::uint64_t prefix = 0;
  for (const ArrayFacet* array : state_.arrays)
    prefix = std::max<std::uint64_t>(prefix, array->prefix.size());
  for (const ItemDuty& duty : state_.item_duties)
    prefix = std::max(prefix, duty.to == kNoLimit ? duty.from : duty.to);
  const std::uint64_t more = tasks_.size() + (state_.has_repeat ? 2 : 0);
  const std::uint64_t least = std::max(state_.count.least, prefix);
  return least > kNoLimit - more ? kNoLimit : least + more;
}

Outcome ArrayLeaf::solve() {
  list_tasks();
  const std::uint64_t longest = std::min(longest_useful(), state_.count.most);
  const bool needs_room = !tasks_.empty() || state_.has_repeat;
  Outcome outcome{Emptiness::empty};
  for (std::uint64_t count = state_.count.least; count <= longest; ++count) {
    if (count > kMostItems) return search_.unknown("too many items");
    auto slots = slots_of(count);
    if (!slots)  // what was not known of fewer items remains so
      return outcome.emptiness == Emptiness::unknown ? outcome
                                                     : search_.empty_by("an item that can't be");
    Outcome found = place(*slots, 0);
    if (found.emptiness == Emptiness::member) return found;
    if (found.emptiness == Emptiness::unknown) outcome = found;
    // More items only add demands, but for those that still look for a place.
    if (!needs_room && state_.contains.empty()) break;
  }
  return outcome;
}

// The goals of the positions; nothing where one of them can't be, and then none longer can.
std::optional<ArrayLeaf::Slots> ArrayLeaf::slots_of(std::uint64_t count) {
  Slots slots(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    for (const ArrayFacet* array : state_.arrays)
      if (!add_to_goal(slots[i].goal, satisfy(array->at(i)))) return std::nullopt;
    if (search_.solve(slots[i].goal).emptiness == Emptiness::empty) return std::nullopt;
  }
  return slots;
}

// Whether a task that still has to be placed may be at the one position only.
bool ArrayLeaf::are_told_apart(std::size_t next, std::uint64_t a, std::uint64_t b) const {
  for (std::size_t i = next; i < state_.item_duties.size(); ++i) {  // those of contains come behind
    const ItemDuty& duty = state_.item_duties[i];
    if ((a >= duty.from && a < duty.to) != (b >= duty.from && b < duty.to)) return true;
  }
  return false;
}

Outcome ArrayLeaf::place(Slots& slots, std::size_t next) {
  const bool has_level = search_.has_level_left();
  const Search::Level level(search_);
  if (!has_level) return search_.unknown("alternatives nested too deep");
  if (!search_.spend()) return search_.unknown("the steps did not suffice");
  if (next == tasks_.size()) return finish(slots);
  const Task& task = tasks_[next];
  Outcome outcome{Emptiness::empty};
  std::vector<std::pair<std::uint64_t, Slot>> tried;
  for (std::uint64_t i = task.duty.from; i < std::min<std::uint64_t>(task.duty.to, slots.size());
       ++i) {
    if (task.rule && has_element(slots[i].for_rules, *task.rule)) continue;
    if (!search_.spend(1 + tried.size())) return search_.unknown("the steps did not suffice");
    if (std::any_of(tried.begin(), tried.end(), [&](const auto& one) {
          return one.second == slots[i] && !are_told_apart(next + 1, one.first, i);
        }))
      continue;
    tried.emplace_back(i, slots[i]);
    const Slot before = slots[i];
    if (task.rule) slots[i].for_rules.push_back(*task.rule);
    if (add_to_goal(slots[i].goal, task.duty.literal) &&
        search_.solve(slots[i].goal).emptiness != Emptiness::empty) {
      const Outcome found = place(slots, next + 1);
      if (found.emptiness == Emptiness::member) return found;
      if (found.emptiness == Emptiness::unknown) outcome = found;
    }
    slots[i] = before;
  }
  return outcome;
}

Outcome ArrayLeaf::finish(Slots slots) {
  Outcome limited = limit_contains(slots);
  if (limited.emptiness != Emptiness::member) return limited;
  if (!state_.has_repeat && !state_.is_unique) return members_of(slots);
  const Outcome found = state_.has_repeat ? repeat(slots) : distinct(slots);
  if (found.emptiness == Emptiness::empty && has_limit_)
    return search_.unknown("a limit on what an array contains, beside equal items");
  return found;
}

// Where at most so many items may be of a shape, every other one is made to break it if it can.
Outcome ArrayLeaf::limit_contains(Slots& slots) {
  std::size_t limit_count = 0;
  for (const ContainsRule& rule : state_.contains)
    limit_count += rule.count.most != kNoLimit ? 1 : 0;
  for (std::size_t rule = 0; rule < state_.contains.size(); ++rule) {
    const ContainsRule& contains = state_.contains[rule];
    if (contains.count.most == kNoLimit) continue;
    std::uint64_t count = 0;
    for (Slot& slot : slots) {
      Goal other = slot.goal;
      if (!has_element(slot.for_rules, rule) && add_to_goal(other, break_it(contains.shape)) &&
          search_.solve(other).emptiness != Emptiness::empty) {
        slot.goal = other;
        continue;
      }
      if (++count <= contains.count.most) continue;
      if (limit_count > 1 || state_.is_unique || state_.has_repeat)
        return search_.unknown("several limits on what an array contains");
      return search_.empty_by("more items than contains allows");
    }
  }
  return {Emptiness::member};
}

Outcome ArrayLeaf::repeat(const Slots& slots) {
  Outcome outcome{Emptiness::empty};
  for (std::size_t i = 0; i < slots.size(); ++i)
    for (std::size_t j = i + 1; j < slots.size(); ++j) {
      Slots both = slots;
      bool can_be = true;
      for (const Literal literal : slots[j].goal)
        can_be = can_be && add_to_goal(both[i].goal, literal);
      if (!can_be || search_.solve(both[i].goal).emptiness == Emptiness::empty) continue;
      both[j].goal = both[i].goal;
      const Outcome found = members_of(both);
      if (found.emptiness == Emptiness::member) return found;
      outcome = found;
    }
  if (outcome.emptiness == Emptiness::empty) return search_.empty_by("no two items can be equal");
  return outcome;
}

Outcome ArrayLeaf::members_of(const Slots& slots) {
  std::vector<Value> items;
  for (const Slot& slot : slots) {
    const Outcome found = search_.solve(slot.goal);
    if (found.emptiness == Emptiness::empty) return found;
    if (found.emptiness == Emptiness::unknown) {
      if (!found.value) return search_.unknown("an item");
      state_.open = state_.open == kNotOpen ? search_.book_.open("an item") : state_.open;
    }
    items.push_back(found.value);
  }
  return {Emptiness::member, search_.maker_.array(items)};
}

Outcome ArrayLeaf::distinct(const Slots& slots) {
  std::vector<Goal> goals;
  for (const Slot& slot : slots)
    goals.push_back(slot.goal);
  // Items of one goal: there are enough different ones, or there is no array.
  std::vector<Goal> kinds = goals;
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  std::vector<Value> values;
  for (const Goal& goal : kinds) {
    values.clear();
    const auto count = static_cast<std::size_t>(std::count(goals.begin(), goals.end(), goal));
    const Outcome found = distinct_members(std::vector<Goal>(count, goal), values);
    if (found.emptiness != Emptiness::member) return found;
  }
  values.clear();
  const Outcome found = distinct_members(goals, values);
  if (found.emptiness == Emptiness::member)
    return {Emptiness::member, search_.maker_.array(values)};
  return kinds.size() > 1 ? search_.unknown("items that must differ") : found;
}

Outcome ArrayLeaf::distinct_members(const std::vector<Goal>& goals, std::vector<Value>& values) {
  for (const Goal& goal : goals) {
    Goal other = goal;
    for (const Value value : values)
      if (!add_to_goal(other, break_it(search_.book_.shape_of_value(value))))
        return search_.empty_by("too few different items");
    const Outcome found = search_.solve(other);
    if (found.emptiness != Emptiness::member) return found;
    values.push_back(found.value);
  }
  return {Emptiness::member};
}

}  // namespace holdfast::json_schema

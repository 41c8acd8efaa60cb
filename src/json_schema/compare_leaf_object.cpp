// SPDX-License-Identifier: Apache-2.0
// Objects. A duty ("some member whose name is no property has a value like that") may be served by a member that is there, by a name that a
// facet mentions, or by a fresh name: one that no facet mentions, of any of the regions into which the patterns cut the names.
#include "json_schema/compare_leaves.h"

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kMostPatterns = 8;
constexpr std::uint64_t kMostMembers = 128;
constexpr std::size_t kMostShared = 6;

}  // namespace

// A name could not be held against a pattern: nothing is proved, and a member is a guess.
void ObjectLeaf::doubt() {
  has_doubt_ = true;
  state_.open = search_.book_.open("the name of a member");
}

bool ObjectLeaf::may_have_name(std::string_view name) {
  if (!has_name_rules_) return true;
  const Value text = search_.maker_.string(name);
  for (const ObjectFacet* object : state_.objects) {
    if (object->names == kEverything) continue;
    const Answer answer = search_.holds(object->names, text);
    if (answer == Answer::no) return false;
    if (answer == Answer::unknown) doubt();
  }
  return true;
}

std::optional<Goal> ObjectLeaf::goal_for(std::string_view name, const NameId* id) {
  search_.spend((state_.objects.size() + state_.member_literals.size()) / kNamesPerStep);
  if (!may_have_name(name)) return std::nullopt;
  Goal goal;
  goal.reserve(state_.objects.size() + 1);
  for (const ObjectFacet* object : state_.objects) {
    bool is_other = true;
    const ShapeId* shape = id != nullptr ? object->property(*id) : nullptr;
    if (shape != nullptr) {
      is_other = false;
      if (!add_to_goal(goal, satisfy(*shape))) return std::nullopt;
    }
    for (const auto& [pattern, part] : object->patterns) {
      if (!search_.spend()) return std::nullopt;  // solve() sees the budget
      const auto matched = search_.book_.pattern_at(pattern).matches(name);
      if (!matched) {
        doubt();
        is_other = false;
        continue;
      }
      if (!*matched) continue;
      is_other = false;
      if (!add_to_goal(goal, satisfy(part))) return std::nullopt;
    }
    if (is_other && !add_to_goal(goal, satisfy(object->rest))) return std::nullopt;
  }
  if (id != nullptr)
    for (const auto& [other, literal] : state_.member_literals)
      if (other == *id && !add_to_goal(goal, literal)) return std::nullopt;
  return goal;
}

void ObjectLeaf::list_known_names() {
  const auto add = [&](const ObjectFacet& object) {
    for (const auto& [name, part] : object.properties)
      known_names_.push_back(name);
  };
  for (const ObjectFacet* object : state_.objects)
    add(*object);
  for (const MemberDuty& duty : state_.member_duties)
    add(*duty.object);
  known_names_.insert(known_names_.end(), state_.has.begin(), state_.has.end());
  known_names_.insert(known_names_.end(), state_.lacks.begin(), state_.lacks.end());
  std::sort(known_names_.begin(), known_names_.end());
  known_names_.erase(std::unique(known_names_.begin(), known_names_.end()), known_names_.end());
}

void ObjectLeaf::list_patterns() {
  const auto add = [&](const ObjectFacet& object) {
    for (const auto& [pattern, part] : object.patterns)
      if (!has_element(patterns_, pattern)) patterns_.push_back(pattern);
  };
  for (const ObjectFacet* object : state_.objects)
    add(*object);
  for (const MemberDuty& duty : state_.member_duties)
    add(*duty.object);
}

Outcome ObjectLeaf::solve() {
  const Outcome found = solve_members();
  if (found.emptiness == Emptiness::empty && has_doubt_)
    return search_.unknown("the name of a member");
  return found;
}

Outcome ObjectLeaf::solve_members() {
  for (const ObjectFacet* object : state_.objects)
    has_name_rules_ = has_name_rules_ || object->names != kEverything;
  if (!search_.spend(state_.has.size() / kNamesPerStep))
    return search_.unknown("the steps did not suffice");
  Slots slots;
  slots.reserve(state_.has.size() + state_.member_duties.size());
  for (const NameId name : state_.has) {
    const std::string_view text = search_.book_.name_text(name);
    auto goal = goal_for(text, &name);
    if (!goal || search_.solve(*goal).emptiness == Emptiness::empty)
      return search_.empty_by("a member that must be there and can't");
    slots.push_back({text, *std::move(goal)});
    if (search_.is_exhausted()) return search_.unknown("the steps did not suffice");
  }
  if (state_.member_duties.empty() && slots.size() >= state_.count.least) return made_of(slots);
  list_known_names();
  if (!search_.spend(known_names_.size() / kNamesPerStep))
    return search_.unknown("the steps did not suffice");
  list_patterns();
  if (patterns_.size() > kMostPatterns) return search_.unknown("too many patterns of names");
  return place(slots, 0);
}

bool ObjectLeaf::fits(const MemberDuty& duty, std::string_view name) {
  const auto matches = [&](PatternId pattern) {
    search_.spend();
    const auto matched = search_.book_.pattern_at(pattern).matches(name);
    if (!matched) doubt();
    return matched && *matched;
  };
  switch (duty.who) {
    case MemberDuty::Who::matching:
      return matches(duty.pattern);
    case MemberDuty::Who::other:
      return duty.object->property(search_.book_.name(name)) == nullptr &&
             std::none_of(duty.object->patterns.begin(), duty.object->patterns.end(),
                          [&](const auto& one) { return matches(one.first); });
    case MemberDuty::Who::named_so: {
      const Answer answer = search_.holds(shape_of(duty.literal), search_.maker_.string(name));
      if (answer == Answer::unknown) doubt();
      return answer == (is_break(duty.literal) ? Answer::no : Answer::yes);
    }
  }
  return false;
}

Outcome ObjectLeaf::place(Slots& slots, std::size_t next) {
  const bool has_level = search_.has_level_left();
  const Search::Level level(search_);
  if (!has_level) return search_.unknown("alternatives nested too deep");
  if (!search_.spend(1 + (known_names_.size() + slots.size()) / kNamesPerStep))
    return search_.unknown("the steps did not suffice");
  if (next == state_.member_duties.size()) return finish(slots);
  const MemberDuty& duty = state_.member_duties[next];
  Outcome outcome{Emptiness::empty};
  const auto take = [&](const Outcome& found) {
    if (found.emptiness != Emptiness::empty) outcome = found;
    return found.emptiness == Emptiness::member;
  };
  for (std::size_t i = 0; i < slots.size() && !search_.is_exhausted(); ++i)
    if (fits(duty, slots[i].name) && take(place_in_slot(slots, next, i))) return outcome;
  if (slots.size() >= state_.count.most) return outcome;
  for (const NameId name : known_names_) {
    if (search_.is_exhausted()) return search_.unknown("the steps did not suffice");
    const std::string_view text = search_.book_.name_text(name);
    if (state_.lacks.has(name) || is_taken(slots, name) || !fits(duty, text)) continue;
    auto goal = goal_for(text, &name);
    if (goal && take(place_new(slots, next, {text, *std::move(goal)}))) return outcome;
  }
  take(place_fresh(slots, next));
  return outcome;
}

// The first slots are those of what the state has.
bool ObjectLeaf::is_taken(const Slots& slots, NameId name) const {
  const std::string_view text = search_.book_.name_text(name);
  return state_.has.has(name) ||
         std::any_of(slots.begin() + static_cast<std::ptrdiff_t>(state_.has.size()), slots.end(),
                     [&](const Slot& slot) { return slot.name == text; });
}

Outcome ObjectLeaf::place_in_slot(Slots& slots, std::size_t next, std::size_t at) {
  const MemberDuty& duty = state_.member_duties[next];
  const Goal before = slots[at].goal;
  if (duty.who != MemberDuty::Who::named_so && !add_to_goal(slots[at].goal, duty.literal)) {
    slots[at].goal = before;
    return {Emptiness::empty};
  }
  Outcome found = search_.solve(slots[at].goal);
  if (found.emptiness != Emptiness::empty) found = place(slots, next + 1);
  slots[at].goal = before;
  return found;
}

Outcome ObjectLeaf::place_new(Slots& slots, std::size_t next, Slot slot) {
  const MemberDuty& duty = state_.member_duties[next];
  if (duty.who != MemberDuty::Who::named_so && !add_to_goal(slot.goal, duty.literal))
    return {Emptiness::empty};
  if (search_.solve(slot.goal).emptiness == Emptiness::empty) return {Emptiness::empty};
  slots.push_back(std::move(slot));
  const Outcome found = place(slots, next + 1);
  slots.pop_back();
  return found;
}

bool ObjectLeaf::is_region_open(std::size_t region, const MemberDuty& duty) const {
  if (duty.who == MemberDuty::Who::named_so) return true;
  const auto is_inside = [&](PatternId pattern) {
    const auto at = std::find(patterns_.begin(), patterns_.end(), pattern) - patterns_.begin();
    return ((region >> static_cast<std::size_t>(at)) & 1U) != 0;
  };
  if (duty.who == MemberDuty::Who::matching) return is_inside(duty.pattern);
  return std::none_of(duty.object->patterns.begin(), duty.object->patterns.end(),
                      [&](const auto& one) { return is_inside(one.first); });
}

// What is asked of names by duties after this one. Where there is no room for a member for each of them, one name has to serve several.
std::vector<Literal> ObjectLeaf::shared_names(const Slots& slots, std::size_t next) const {
  std::vector<Literal> names;
  const std::uint64_t left = state_.member_duties.size() - next;
  if (slots.size() + left <= state_.count.most) return names;
  for (std::size_t i = next + 1; i < state_.member_duties.size(); ++i) {
    const MemberDuty& duty = state_.member_duties[i];
    if (duty.who == MemberDuty::Who::named_so && !has_element(names, duty.literal))
      names.push_back(duty.literal);
  }
  return names;
}

Outcome ObjectLeaf::place_fresh(Slots& slots, std::size_t next) {
  const MemberDuty& duty = state_.member_duties[next];
  const std::vector<Literal> shared = shared_names(slots, next);
  if (shared.size() > kMostShared) return search_.unknown("a name that many members would share");
  Outcome outcome{Emptiness::empty};
  for (std::size_t set = 0; set < (std::size_t{1} << shared.size()); ++set) {
    std::vector<Literal> names;
    if (duty.who == MemberDuty::Who::named_so) names.push_back(duty.literal);
    for (std::size_t i = 0; i < shared.size(); ++i)
      if (((set >> i) & 1U) != 0) names.push_back(shared[i]);
    const Outcome found = place_fresh_named(slots, next, names);
    if (found.emptiness == Emptiness::member) return found;
    if (found.emptiness == Emptiness::unknown) outcome = found;
  }
  return outcome;
}

Outcome ObjectLeaf::place_fresh_named(Slots& slots, std::size_t next,
                                      const std::vector<Literal>& names) {
  const MemberDuty& duty = state_.member_duties[next];
  Outcome outcome{Emptiness::empty};
  for (std::size_t region = 0; region < region_count(); ++region) {
    if (!is_region_open(region, duty)) continue;
    const Outcome name = fresh_name(slots, region, names);
    if (name.emptiness == Emptiness::empty) continue;
    if (name.emptiness == Emptiness::unknown) {
      outcome = name;
      continue;
    }
    const std::string_view text = name.value.string();
    auto goal = goal_for(text, nullptr);
    if (!goal) continue;
    const Outcome found = place_new(slots, next, {text, *std::move(goal), true});
    if (found.emptiness == Emptiness::member) return found;
    if (found.emptiness == Emptiness::unknown) outcome = found;
  }
  return outcome;
}

std::optional<std::string> ObjectLeaf::plain_fresh_name(const Slots& slots) {
  const auto is_known = [&](std::string_view name) {
    const auto id = search_.book_.find_name(name);
    if (id && std::binary_search(known_names_.begin(), known_names_.end(), *id)) return true;
    return std::any_of(slots.begin() + static_cast<std::ptrdiff_t>(state_.has.size()), slots.end(),
                       [&](const Slot& slot) { return slot.name == name; });
  };
  for (std::size_t i = 0; i <= known_names_.size() + slots.size(); ++i) {
    std::string name = i == 0 ? "x" : "x" + std::to_string(i);
    if (!search_.spend()) return std::nullopt;
    if (!is_known(name)) return name;
  }
  return std::nullopt;
}

Outcome ObjectLeaf::fresh_name(const Slots& slots, std::size_t region,
                               const std::vector<Literal>& names) {
  if (patterns_.empty() && !has_name_rules_ && names.empty()) {
    const auto name = plain_fresh_name(slots);
    if (!name) return search_.unknown("the name of a member");
    return {Emptiness::member, search_.maker_.string(*name)};
  }
  State state;
  state.kind = ValueKind::string;
  Goal goal;
  for (const ObjectFacet* object : state_.objects)
    if (!add_to_goal(goal, satisfy(object->names))) return {Emptiness::empty};
  for (const Literal literal : names)
    if (!add_to_goal(goal, literal)) return {Emptiness::empty};
  for (std::size_t i = 0; i < patterns_.size(); ++i)
    (((region >> i) & 1U) != 0 ? state.patterns : state.not_patterns).push_back(patterns_[i]);
  for (const NameId name : known_names_)
    state.excluded.push_back(search_.maker_.string(search_.book_.name_text(name)));
  for (const Slot& slot : slots)
    if (slot.is_fresh) state.excluded.push_back(search_.maker_.string(slot.name));
  sort_by_hash(state.excluded);
  if (!search_.spend(state.excluded.size() / kValuesPerStep))
    return search_.unknown("the steps did not suffice");
  StateReader reader(search_);
  for (const Literal literal : goal)
    if (!reader.add(state, literal)) return {Emptiness::empty};
  if (!reader.drain(state)) return {Emptiness::empty};
  return search_.search(std::move(state), goal);
}

Outcome ObjectLeaf::finish(const Slots& slots) {
  if (slots.size() >= state_.count.least) return made_of(slots);
  if (!search_.spend(slots.size() / kNamesPerStep))
    return search_.unknown("the steps did not suffice");
  Slots more = slots;
  const Outcome filled = fill(more);
  return filled.emptiness == Emptiness::member ? made_of(more) : filled;
}

Outcome ObjectLeaf::fill(Slots& slots) {
  if (state_.count.least > kMostMembers) return search_.unknown("too many members");
  bool is_unknown = false;
  for (const NameId name : known_names_) {
    if (slots.size() >= state_.count.least) return {Emptiness::member};
    if (!search_.spend()) return search_.unknown("the steps did not suffice");
    const std::string_view text = search_.book_.name_text(name);
    if (state_.lacks.has(name) || is_taken(slots, name)) continue;
    auto goal = goal_for(text, &name);
    if (!goal) continue;
    const Emptiness found = search_.solve(*goal).emptiness;
    is_unknown = is_unknown || found == Emptiness::unknown;
    if (found == Emptiness::member) slots.push_back({text, *std::move(goal)});
  }
  for (std::size_t region = 0; region < region_count(); ++region)
    while (slots.size() < state_.count.least) {
      const Outcome name = fresh_name(slots, region, {});
      is_unknown = is_unknown || name.emptiness == Emptiness::unknown;
      if (name.emptiness != Emptiness::member) break;
      const std::string_view text = name.value.string();
      auto goal = goal_for(text, nullptr);
      const Emptiness found = goal ? search_.solve(*goal).emptiness : Emptiness::empty;
      is_unknown = is_unknown || found == Emptiness::unknown;
      if (found != Emptiness::member) break;
      slots.push_back({text, *std::move(goal), true});
    }
  if (slots.size() >= state_.count.least) return {Emptiness::member};
  if (is_unknown) return search_.unknown("members to fill an object");
  return search_.empty_by("too few names for that many members");
}

Outcome ObjectLeaf::made_of(const Slots& slots) {
  if (!search_.spend(slots.size() / kNamesPerStep))
    return search_.unknown("the steps did not suffice");
  std::vector<Member> members;
  members.reserve(slots.size());
  for (const Slot& slot : slots) {
    const Outcome found = search_.solve(slot.goal);
    if (found.emptiness == Emptiness::empty) return found;
    if (found.emptiness == Emptiness::unknown) {
      if (!found.value) return search_.unknown("a member");
      state_.open = state_.open == kNotOpen ? search_.book_.open("a member") : state_.open;
    }
    members.push_back({slot.name, found.value});
  }
  return {Emptiness::member, search_.maker_.object(members)};
}

}  // namespace holdfast::json_schema

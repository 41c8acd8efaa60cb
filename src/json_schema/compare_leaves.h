// SPDX-License-Identifier: Apache-2.0
// States of arrays and objects without alternatives: which items or members are needed, and whether each of them can be.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_schema/compare_state.h"

namespace holdfast::json_schema {

/// Members: those that must be there, one for each duty (which may be one that is there already), and as many more as the count demands.
class ObjectLeaf {
 public:
  ObjectLeaf(Search& search, State& state) : search_(search), state_(state) {}
  Outcome solve();

 private:
  struct Slot {
    std::string_view name;  // of the book or the maker
    Goal goal;
    bool is_fresh = false;
  };
  using Slots = std::vector<Slot>;

  Outcome solve_members();
  void doubt();
  /// What the value of a member must satisfy; nothing where the name or value can't be.
  std::optional<Goal> goal_for(std::string_view name, const NameId* id);
  bool may_have_name(std::string_view name);
  bool fits(const MemberDuty& duty, std::string_view name);
  Outcome place(Slots& slots, std::size_t next);
  Outcome place_in_slot(Slots& slots, std::size_t next, std::size_t at);
  Outcome place_new(Slots& slots, std::size_t next, Slot slot);
  Outcome place_fresh(Slots& slots, std::size_t next);
  Outcome place_fresh_named(Slots& slots, std::size_t next, const std::vector<Literal>& names);
  std::vector<Literal> shared_names(const Slots& slots, std::size_t next) const;
  Outcome finish(const Slots& slots);
  Outcome fill(Slots& slots);
  Outcome made_of(const Slots& slots);
  void list_known_names();
  void list_patterns();
  /// A name that no facet mentions, of the region (a bit for each pattern: matches it), and of which that is so. Empty: there is none.
  Outcome fresh_name(const Slots& slots, std::size_t region, const std::vector<Literal>& names);
  std::optional<std::string> plain_fresh_name(const Slots& slots);
  bool is_taken(const Slots& slots, NameId name) const;
  bool is_region_open(std::size_t region, const MemberDuty& duty) const;
  std::size_t region_count() const { return std::size_t{1} << patterns_.size(); }

  Search& search_;
  State& state_;
  std::vector<NameId> known_names_;
  std::vector<PatternId> patterns_;
  bool has_name_rules_ = false;
  bool has_doubt_ = false;
};

/// Items: as few as the count allows, longer ones while a duty may need more room.
class ArrayLeaf {
 public:
  ArrayLeaf(Search& search, State& state) : search_(search), state_(state) {}
  Outcome solve();

 private:
  struct Slot {
    Goal goal;
    std::vector<std::size_t> for_rules;  // the contains rules that it was made to serve
    bool operator==(const Slot&) const = default;
  };
  struct Task {
    ItemDuty duty;
    std::optional<std::size_t> rule;
  };
  using Slots = std::vector<Slot>;

  std::optional<Slots> slots_of(std::uint64_t count);
  Outcome place(Slots& slots, std::size_t next);
  Outcome finish(Slots slots);
  Outcome limit_contains(Slots& slots);
  Outcome repeat(const Slots& slots);
  Outcome distinct(const Slots& slots);
  Outcome members_of(const Slots& slots);
  Outcome distinct_members(const std::vector<Goal>& goals, std::vector<Value>& values);
  bool are_told_apart(std::size_t next, std::uint64_t a, std::uint64_t b) const;
  std::uint64_t longest_useful() const;
  void list_tasks();

  Search& search_;
  State& state_;
  std::vector<Task> tasks_;
  bool has_limit_ = false;  // of a contains
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Walks two graphs side by side and tells every keyword that differs. Which keywords are where: compare_changes.cpp has the walk itself and
// what leads to other subschemas, compare_change_values.cpp what is said of values (types, lists, numbers, strings),
// compare_change_containers.cpp what is said of items and members, compare_change_logic.cpp what combines schemas.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "json_schema/compare_change_teller.h"

namespace holdfast::json_schema {

/// What the walk costs at most, beside the search that it asks: lists count as one step for so many.
constexpr std::uint64_t kMostWalkSteps = 2'000'000;
constexpr std::size_t kListedPerStep = 16;

/// Whether a short list has a key.
template <class Array>
bool is_listed(const Array& all, std::string_view key) {
  return std::find(all.begin(), all.end(), key) != all.end();
}

class ChangeWalker {
 public:
  explicit ChangeWalker(const ComparedPair& pair) : pair_(pair), teller_(pair) {}
  FoundChanges run() &&;

 private:
  using Here = ChangePlace;
  // The outermost subschemas that are held against the same value.
  struct Tops {
    NodeId old_id = kNoNode;
    NodeId new_id = kNoNode;
  };
  // The names that both sides require, as they are written and sorted.
  struct Required {
    std::span<const std::string_view> old_names;
    std::span<const std::string_view> new_names;
    std::vector<std::string_view> old_sorted;
    std::vector<std::string_view> new_sorted;
  };
  struct PartRules {
    RuleId added;
    RuleId removed;
  };

  // compare_changes.cpp
  bool spend(std::uint64_t count = 1);
  void enter(NodeId old_id, NodeId new_id);
  void walk(NodeId old_id, NodeId new_id);
  void walk_node(const Here& here);
  void annotations(const Here& here);
  void references(const Here& here);
  bool is_opened_or_closed(std::string_view keyword, NodeId a, NodeId b) const;
  void pair_of(const Here& here, std::string_view keyword, NodeId a, NodeId b, PartRules rules);
  void emit(const Here& here, std::string_view keyword, RuleId id, std::string_view name = {}) {
    teller_.emit(here, keyword, id, name);
  }
  ShapeId old_shape(NodeId id) const { return teller_.old_shape(id); }
  ShapeId new_shape(NodeId id) const { return teller_.new_shape(id); }

  // compare_change_values.cpp
  void type(const Here& here);
  void values(const Here& here);
  void bound(const Here& here, std::string_view keyword, int order);
  static int order_of(const Here& here, std::string_view keyword, std::uint64_t a, std::uint64_t b);
  void least(const Here& here, std::string_view keyword, std::uint64_t a, std::uint64_t b);
  void most(const Here& here, std::string_view keyword, std::uint64_t a, std::uint64_t b);
  void numbers(const Here& here);
  void strings(const Here& here);

  // compare_change_containers.cpp
  void arrays(const Here& here);
  void contains(const Here& here, const ArrayKeywords& a, const ArrayKeywords& b);
  void objects(const Here& here);
  void required(const Here& here, const Required& listed);
  void properties(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b,
                  const Required& listed);
  void removed_properties(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b);
  ShapeId room_for(const ObjectKeywords& object, std::string_view name);
  void patterns(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b);
  void dependencies(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b);
  void schema_dependencies(const Here& here, const ObjectKeywords& a, const ObjectKeywords& b);

  // compare_change_logic.cpp
  void logic(const Here& here);
  void parts(const Here& here, std::string_view keyword, std::span<const NodeId> a,
             std::span<const NodeId> b, PartRules rules);
  template <class KeyOf>
  void match(std::vector<NodeId>& a, std::vector<NodeId>& b, KeyOf key_of);

  const ComparedPair& pair_;
  ChangeTeller teller_;
  // Not the pair's: a search that was cut says nothing of the texts.
  Budget budget_{kMostWalkSteps};
  std::pmr::monotonic_buffer_resource arena_;
  std::pmr::set<std::pair<std::pair<NodeId, NodeId>, bool>> seen_{&arena_};
  Tops tops_;
  bool is_in_condition_ = false;
  bool is_conditional_ = false;
  int depth_ = 0;
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// One validation under way; for the files of validator*.cpp. Recursion is bounded by kMostNested; every visit of a node, element, member
// and pattern costs a step of the budget.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "json_schema/budget.h"
#include "json_schema/validator.h"

namespace holdfast::json_schema {

/// How many nodes may be under evaluation inside each other: a few megabytes of stack under a sanitizer.
constexpr std::size_t kMostNested = 1'500;
/// A node that is met on one value again this often, with nothing taken in between, goes in a circle.
constexpr int kMostVisits = 3;
constexpr std::size_t kLookout = 64;

/// Which elements or members of a value were evaluated (JSON Schema Core 2020-12, 11).
class Marks {
 public:
  explicit Marks(std::size_t count) : marks_(count, false) {}
  void set(std::size_t index) { marks_[index] = true; }
  bool has(std::size_t index) const { return marks_[index]; }
  void merge(const Marks& other) {
    for (std::size_t i = 0; i < marks_.size(); ++i)
      if (other.marks_[i]) marks_[i] = true;
  }

 private:
  std::vector<bool> marks_;
};

class ValidatorRun {
 public:
  ValidatorRun(const Schema& schema, Budget& budget, const ValidateOptions& options);

  /// Whether the value is valid; not to be believed once error() has something.
  bool holds(NodeId node, Value value) { return evaluate(node, value, nullptr); }
  /// From now on violations are gathered here, and evaluation goes on behind the first one.
  void gather(std::vector<Violation>& into) { violations_ = &into; }
  const std::optional<Error>& error() const { return error_; }

 private:
  /// A node with the value it is held against.
  struct Here {
    const SchemaNode& node;
    NodeId id;
    Value value;
    Marks* marks;  // of the value; null where nobody asks
  };
  struct Frame {
    NodeId node;
    Value value;
  };
  struct Step {  // into the instance
    bool is_index;
    std::size_t index;
    std::string_view name;
  };

  // validator.cpp
  bool evaluate(NodeId id, Value value, Marks* marks);
  bool evaluate_node(NodeId id, Value value, Marks* marks);
  bool evaluate_keywords(const Here& here);
  bool recall(NodeId id, Value value, bool& valid) const;
  bool is_circle(NodeId id, Value value) const;
  bool references(const Here& here);
  NodeId dynamic_target(const ReferenceKeywords& reference) const;
  bool logic(const Here& here);
  bool all_of(const Here& here);
  bool any_of(const Here& here);
  bool one_of(const Here& here);
  bool conditional(const Here& here);
  bool in_place(NodeId id, const Here& here);
  bool quietly(NodeId id, Value value, Marks* marks);
  bool quietly_in_place(NodeId id, const Here& here);
  bool stop(Code code, std::string message);
  bool spend(std::uint64_t steps = 1);
  /// False. `message` gives the words, and is asked only where violations are gathered.
  template <class Message>
  bool violated(const Here& here, std::string_view keyword, Message message) {
    if (violations_ != nullptr && !error_ && !is_full()) tell(here, keyword, message());
    return false;
  }
  void tell(const Here& here, std::string_view keyword, std::string message);
  /// Whether to go on behind a violation.
  bool goes_on() const { return violations_ != nullptr && !is_full() && !error_; }
  bool is_full() const { return violations_->size() >= options_.most_violations; }
  std::string instance_pointer() const;

  // validator_values.cpp
  bool values(const Here& here);
  bool types(const Here& here);
  bool numbers(const Here& here);
  bool strings(const Here& here);
  bool format(const Here& here);
  std::optional<bool> matches(const PatternKeyword& pattern, std::string_view text);

  // validator_containers.cpp
  bool arrays(const Here& here);
  bool items(const Here& here);
  bool contains(const Here& here);
  bool unique_items(const Here& here);
  bool unevaluated_items(const Here& here);
  bool objects(const Here& here);
  bool required(const Here& here);
  bool members(const Here& here);
  bool member(const Here& here, std::size_t index, std::size_t& next);
  bool property_names(const Here& here);
  bool dependencies(const Here& here);
  bool unevaluated_properties(const Here& here);
  bool element_holds(NodeId id, const Here& here, std::size_t index);
  bool member_holds(NodeId id, const Here& here, std::size_t index);

  const Schema& schema_;
  Budget& budget_;
  const ValidateOptions& options_;
  bool tracks_scope_;  // the dynamic one
  bool remembers_;     // a node means the same everywhere: what was found out about a value holds
  std::vector<Violation>* violations_ = nullptr;
  std::optional<Error> error_;
  std::vector<Frame> frames_;
  std::vector<ResourceId> scope_;
  std::vector<Step> path_;
  struct PairHash {
    std::size_t operator()(const std::pair<NodeId, const ValueNode*>& pair) const {
      return (reinterpret_cast<std::uintptr_t>(pair.second) >> 3U) * 0x9E3779B97F4A7C15U ^
             pair.first;
    }
  };
  std::unordered_map<std::pair<NodeId, const ValueNode*>, bool, PairHash> known_;
};

/// The violation's words for one of several: `3 characters`, `1 element`.
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// What a change means: the search is asked for the two subschemas it is in. Where these exclude nothing, the change does not either, and
// where they do, the rule's row tells which of several changes at one place it was. For the files of compare_change*.cpp.
#pragma once
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>

#include "json_schema/compare_changes.h"

namespace holdfast::json_schema {

/// Two subschemas side by side.
struct ChangePlace {
  NodeId old_id;
  NodeId new_id;
  const SchemaNode& a;
  const SchemaNode& b;
  bool is_conditional = false;   // below not, if, oneOf or contains
  bool is_in_condition = false;  // below not or if
};

class ChangeTeller {
 public:
  explicit ChangeTeller(const ComparedPair& pair);

  /// Adds a change of a keyword (empty: of the schema itself) or of one name in it.
  void emit(const ChangePlace& here, std::string_view keyword, RuleId id,
            std::string_view name = {});
  /// Whether no further change is told; asking says that there are more.
  bool is_full();
  void cut() { found_.has_more = true; }
  FoundChanges finish() && { return std::move(found_); }

  /// Settled shapes: of no node that of everything, kNoShape where the root does not reach it.
  ShapeId old_shape(NodeId id) const { return settled(pair_.old_shapes, id); }
  ShapeId new_shape(NodeId id) const { return settled(pair_.new_shapes, id); }

 private:
  struct Local {
    Answer backward = Answer::unknown;
    Answer forward = Answer::unknown;
    std::string backward_witness;
    std::string forward_witness;
  };

  ShapeId settled(const CompiledSchema& schema, NodeId id) const;
  const Local& local(const ChangePlace& here);
  bool is_of_roots(ShapeId a, ShapeId b) const;
  void ask(Goal goal, const ChangePlace& here, bool is_backward, Local& made);
  void judge(const ChangePlace& here, const Rule& rule, Change& change);

  const ComparedPair& pair_;
  const RuleTable& rules_;
  // What any keyword evaluates is open to an unevaluated… around it: by itself no row tells what it means.
  const bool has_unevaluated_;
  FoundChanges found_;
  std::pmr::monotonic_buffer_resource arena_;
  std::pmr::map<std::pair<NodeId, NodeId>, Local> locals_{&arena_};
};

}  // namespace holdfast::json_schema

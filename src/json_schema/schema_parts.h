// SPDX-License-Identifier: Apache-2.0
// What a schema and those that are held against the same value as parts of it (references, allOf, …) say of an object together.
#pragma once
#include <string_view>
#include <vector>

#include "json_schema/budget.h"
#include "json_schema/schema.h"

namespace holdfast::json_schema {

/// Whether a node is a $ref and no more, but for annotations: it says what the $ref leads to.
bool is_pure_reference(const SchemaNode& node);

/// The names that a node and its parts speak of, gathered once: each is found in logarithmic time then.
class PartNames {
 public:
  /// `top` is the outermost node that the same value is held against. Where the budget does not suffice nothing that it says is to be believed.
  PartNames(const Schema& schema, NodeId id, NodeId top, Budget& budget);

  /// Whether `properties` has the name in the node or in what may be held against the same value below it (alternatives, conditions, whatever
  /// a dynamic reference may lead to), or in what surely is below `top`.
  bool declares(std::string_view name) const;
  /// Whether `required` has the name in `top` or in what may be held against the same value below it.
  bool may_require(std::string_view name) const;

 private:
  std::vector<std::string_view> declared_;  // sorted
  std::vector<std::string_view> required_;
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// unevaluatedProperties and unevaluatedItems as ordinary shapes: which names and positions the schemas beside them evaluate is told by
// cases (this branch holds, that one does not), and in each case the keyword is an additionalProperties or items.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "json_schema/compare_shape.h"
#include "json_schema/schema.h"

namespace holdfast::json_schema {

struct UnevaluatedParts {
  const Schema& schema;
  Side side;
  ShapeBook& book;
  std::function<ShapeId(NodeId)> shape_of;
  /// How many keywords and names all calls for one schema may still look at.
  std::uint64_t& looks_left;
};

/// What the two keywords of a node demand, as one shape. Nothing where the cases are too many, refer to themselves, depend on which items
/// `contains` accepts or on a pattern of another engine, or where there is too much to look at.
std::optional<ShapeId> unevaluated_shape(const UnevaluatedParts& parts, NodeId id);

}  // namespace holdfast::json_schema

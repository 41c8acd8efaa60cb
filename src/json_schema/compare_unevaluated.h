// SPDX-License-Identifier: Apache-2.0
// unevaluatedProperties and unevaluatedItems as ordinary shapes: which names and positions the schemas beside them evaluate is told by
// cases (this branch holds, that one does not), and in each case the keyword is an additionalProperties or items.
#pragma once
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
};

/// What the two keywords of a node demand, as one shape. Nothing where the cases are too many, refer to themselves, or depend on which items
/// `contains` accepts.
std::optional<ShapeId> unevaluated_shape(const UnevaluatedParts& parts, NodeId id);

}  // namespace holdfast::json_schema

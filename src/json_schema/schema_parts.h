// SPDX-License-Identifier: Apache-2.0
// What a schema and those that are held against the same value as parts of it (references, allOf, …) say of an object together.
#pragma once
#include <string_view>

#include "json_schema/schema.h"

namespace holdfast::json_schema {

/// Whether `properties` has the name in a node or in what may be held against the same value below it (alternatives, conditions), or in what
/// surely is below `top`: the outermost node that the same value is held against.
bool declares(const Schema& schema, NodeId id, NodeId top, std::string_view name);
/// Whether `required` has the name in a node, or in what may be held against the same value below it.
bool may_require(const Schema& schema, NodeId id, std::string_view name);

}  // namespace holdfast::json_schema

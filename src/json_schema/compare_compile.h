// SPDX-License-Identifier: Apache-2.0
// From the graph of a schema to shapes: here dialects, references and the keywords' rules about each other end.
#pragma once
#include "json_schema/compare_shape.h"
#include "json_schema/schema.h"
#include "json_schema/validator.h"

namespace holdfast::json_schema {

/// The keyword whose part in a comparison a mutation test takes away; empty: none. Only tests set it.
struct CompileOptions {
  FormatMode format = FormatMode::annotation;
  std::string_view blind_keyword;
};

/// Every node of a schema that its root reaches, as a shape.
struct CompiledSchema {
  ShapeId root = kEverything;
  std::vector<ShapeId> shapes;  // by node; kNoShape where the root does not reach it
};
constexpr ShapeId kNoShape = ~ShapeId{0};

/// Adds a schema to the book, which is not settled yet.
CompiledSchema compile_schema(const Schema& schema, Side side, ShapeBook& book,
                              const CompileOptions& options);

/// Whether a meta-schema that is no dialect's own tells what keywords of the schema mean.
bool has_own_metaschema(const Schema& schema);
/// Whether both were read from the same texts in the same way, those that references lead into included: then they say the same.
bool is_same_text(const Schema& a, const Schema& b);

}  // namespace holdfast::json_schema

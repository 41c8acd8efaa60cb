// SPDX-License-Identifier: Apache-2.0
// Holds a value against a schema: draft-04, -06, -07, 2019-09 and 2020-12. Whatever schema and value, it ends: steps and depth are
// counted, and a circle of references that takes nothing in is an error. How: docs/decisions/0109-schema-graph.md.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json_schema/budget.h"
#include "json_schema/document.h"
#include "json_schema/schema.h"

namespace holdfast::json_schema {

enum class FormatMode : unsigned char { annotation, assertion };

/// How many steps a validation may take where the caller has no wish of its own: about a second.
constexpr std::uint64_t kUsualValidationSteps = 20'000'000;

struct ValidateOptions {
  /// `assertion` holds strings against the formats that are known (see format.h); others are annotations.
  FormatMode format = FormatMode::annotation;
  /// How many violations are told; the search ends there.
  std::size_t most_violations = 100;
};

/// One way in which a value breaks a schema.
struct Violation {
  std::string instance;      // JSON Pointer into the value
  std::string schema;        // JSON Pointer of the subschema, see Schema::pointer()
  std::string_view keyword;  // "required"; empty for the schema `false`
  std::string message;       // a sentence for people
};

/// Whether the value is valid. `cancelled`: the budget is exhausted or the nesting too deep; `invalid`: a reference leads in a circle;
/// `unsupported`: a pattern of another engine would have to be matched.
Result<bool> is_valid(const Schema& schema, Value value, Budget& budget,
                      const ValidateOptions& options = {});
/// The same against one node of the schema.
Result<bool> is_valid_at(const Schema& schema, NodeId node, Value value, Budget& budget,
                         const ValidateOptions& options = {});
/// The violations, none where the value is valid; inside of anyOf, oneOf, not and if only the keyword itself is told.
Result<std::vector<Violation>> validate(const Schema& schema, Value value, Budget& budget,
                                        const ValidateOptions& options = {});

}  // namespace holdfast::json_schema

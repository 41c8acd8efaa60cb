// SPDX-License-Identifier: Apache-2.0
// A schema as a reader has it who puts the default of a missing property in.
#pragma once
#include "base/result.h"
#include "json_schema/schema.h"
#include "json_schema/validator.h"

namespace holdfast::json_schema {

/// Whether any property has a default.
bool has_defaults(const Schema& schema);
/// Whether filled() says exactly of which documents the filled one is valid: every default satisfies its schema, and no keyword anywhere
/// could see a member that was filled in (counts, names, dependencies, conditions, alternatives, other documents).
bool is_filled_exactly(const Schema& schema, FormatMode format);
/// The same schema, but that no name is required whose property has a default beside it. Errors as of Schema::load().
Result<Schema> filled(const Schema& schema);

}  // namespace holdfast::json_schema

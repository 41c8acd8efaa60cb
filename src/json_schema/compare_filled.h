// SPDX-License-Identifier: Apache-2.0
// A schema as a reader has it who puts the default of a missing property in.
#pragma once
#include "base/result.h"
#include "json_schema/schema.h"

namespace holdfast::json_schema {

/// The same schema, but that no name is required whose property has a default beside it. Errors as of Schema::load().
Result<Schema> filled(const Schema& schema);

}  // namespace holdfast::json_schema

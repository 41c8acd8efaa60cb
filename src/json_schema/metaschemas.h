// SPDX-License-Identifier: Apache-2.0
// The meta-schemas of the dialects, as documents (src/json_schema/metaschemas, embedded).
#pragma once
#include <string_view>

#include "json_schema/document.h"

namespace holdfast::json_schema {

/// The document with this URI, which has no fragment; null where it is none of them. Lives as long as the program; thread-safe.
const Document* find_metaschema(std::string_view uri);

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// What may be handed to a database as a value. PostgreSQL refuses text with a NUL byte or that is
// not UTF-8, SQLite takes it and cuts it short or gives it back broken; SQLite turns NaN into NULL.
// So both get the same rule, and the error names the parameter.
#pragma once
#include <string_view>

#include "base/result.h"
#include "sql/connection.h"

namespace holdfast::sql {

/// `invalid` on text with a NUL byte, text that is not well-formed UTF-8 (RFC 3629), and numbers
/// that are not finite.
Status check_argument(std::string_view statement, std::string_view parameter, const Value& value);

}  // namespace holdfast::sql

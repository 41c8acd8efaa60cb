// SPDX-License-Identifier: Apache-2.0
// The properties that \p{…} names, out of pattern_unicode_table.cpp (docs/decisions/0105-unicode-properties.md).
#pragma once
#include <optional>
#include <string_view>

#include "json_schema/pattern_char_set.h"

namespace holdfast::json_schema {

/// The code points of what stands between the braces (`Lu`, `Script=Greek`, `ID_Start`), by ECMA-262 22.2.1.1: names are exact, no
/// other spelling is known. Nothing where there is no such property or value. Thread-safe.
std::optional<CharSet> unicode_property(std::string_view expression);

}  // namespace holdfast::json_schema

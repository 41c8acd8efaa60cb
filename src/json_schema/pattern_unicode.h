// SPDX-License-Identifier: Apache-2.0
// The properties that \p{…} names, out of pattern_unicode_table.cpp (docs/decisions/0105-unicode-properties.md).
#pragma once
#include <string_view>

#include "json_schema/pattern_char_set.h"

namespace holdfast::json_schema {

enum class Negated : unsigned char { no, yes };

/// The code points of what stands between the braces (`Lu`, `Script=Greek`, `ID_Start`), by ECMA-262 22.2.1.1: names are exact, no
/// other spelling is known; negated, all others. Null where there is no such property or value. A set is made once and shared by all who ask
/// for it: patterns are outside input, and one that names a property a hundred thousand times has the set once. Thread-safe.
CharSetPtr unicode_property(std::string_view expression, Negated negated = Negated::no);

}  // namespace holdfast::json_schema

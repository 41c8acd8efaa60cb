// SPDX-License-Identifier: Apache-2.0
// What a character, an escape or a class stands for: code points, without regard to where in the pattern it is.
#pragma once
#include <variant>

#include "base/result.h"
#include "json_schema/pattern_char_set.h"
#include "json_schema/pattern_reader.h"

namespace holdfast::json_schema {

/// One code point, or a set of them.
using Characters = std::variant<char32_t, CharSetPtr>;

/// Reads the escape whose `\` was taken: everything but \b, \B, \k and back-references.
Result<Characters> read_escape(PatternReader& reader);

/// Reads the class whose `[` was taken, up to and with its `]`.
Result<CharSetPtr> read_class(PatternReader& reader);

}  // namespace holdfast::json_schema

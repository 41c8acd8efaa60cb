// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL's five-letter error codes mean to a caller (PostgreSQL 15, appendix A).
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::sql {

/// The longest row of the table that the state begins with; `io` for a state nobody has thought of.
Code code_of_sqlstate(std::string_view state);
/// The command or step that mends it, or "".
std::string hint_of_sqlstate(std::string_view state);

}  // namespace holdfast::sql

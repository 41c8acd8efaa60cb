// SPDX-License-Identifier: Apache-2.0
// Times as people give them on the command line.
#pragma once
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace holdfast::cli {

/// "24h" (so long ago), "2026-05-18" (its first moment, UTC) or RFC 3339. `invalid` names the text and the forms.
Result<Timestamp> parse_past(std::string_view text, Timestamp now);
/// "30d" (from now on), "2026-12-31" (its end, UTC) or RFC 3339.
Result<Timestamp> parse_future(std::string_view text, Timestamp now);

}  // namespace holdfast::cli

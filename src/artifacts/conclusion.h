// SPDX-License-Identifier: Apache-2.0
// How a verify or a scrub ended. What it prints, its JSON, its exit code and its row of check_run all come from this one object
// (docs/decisions/0050).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "artifacts/tally.h"

namespace holdfast::artifacts {

enum class Outcome : unsigned char { in_step, findings, incomplete };
/// As check_run keeps it: "in_step", "findings", "incomplete".
std::string_view outcome_name(Outcome outcome);

/// What a pass that did not go through all rows looked at: its outcome is that of these rows only.
struct Part {
  std::int64_t rows_looked_at = 0;
  std::int64_t rows = 0;                    // of the source that record a hash
  std::int64_t open_incidents_outside = 0;  // of the source, on what was not looked at
};

struct Conclusion {
  Outcome outcome = Outcome::incomplete;
  std::vector<std::string> gaps;  // why it is incomplete, one sentence each; also beside findings
  std::optional<Part> part = {};  // none: all rows
};
/// Active findings beat gaps; without either it is in step. Its `part` is the caller's to tell.
Conclusion conclude(const Tally& tally, std::vector<std::string> gaps);

/// "1 row", "2 rows".
std::string rows_text(std::int64_t count);

}  // namespace holdfast::artifacts

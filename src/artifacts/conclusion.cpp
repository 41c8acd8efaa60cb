// SPDX-License-Identifier: Apache-2.0
#include "artifacts/conclusion.h"

#include <utility>

namespace holdfast::artifacts {

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::in_step:
      return "in_step";
    case Outcome::findings:
      return "findings";
    case Outcome::incomplete:
      return "incomplete";
  }
  return "incomplete";
}

Conclusion conclude(const Tally& tally, std::vector<std::string> gaps) {
  Outcome outcome = gaps.empty() ? Outcome::in_step : Outcome::incomplete;
  if (tally.has_active_findings()) outcome = Outcome::findings;
  return {outcome, std::move(gaps)};
}

std::string rows_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " row" : " rows");
}

}  // namespace holdfast::artifacts

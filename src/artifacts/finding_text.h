// SPDX-License-Identifier: Apache-2.0
// Reports and counts as JSON text, the same in every command of the domain.
#pragma once
#include <string>

#include "artifacts/tally.h"
#include "core/finding.h"

namespace holdfast::artifacts {

/// One finding: subject, rule, level, verdict, recorded, observed, message, witness, hint, waived,
/// observed_at, proved_at (docs/schemas/artifacts-verify.schema.json, "finding"). `invalid` where a
/// witness is no canonical JSON.
Result<std::string> finding_json(const core::SubjectReport& report, const core::Finding& finding);
/// Counts by verdict and by type, and the age of the proofs: the members without braces, so that a
/// caller may go on: "counts":{…},"types":[…],"proofs":{…}.
Result<std::string> tally_members(const Tally& tally);

}  // namespace holdfast::artifacts

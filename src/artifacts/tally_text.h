// SPDX-License-Identifier: Apache-2.0
// Counts as JSON text, the same in every command of the domain.
#pragma once
#include <string>

#include "artifacts/tally.h"

namespace holdfast::artifacts {

/// Counts by verdict and by type, and the age of the proofs: the members without braces, so that a
/// caller may go on: "counts":{…},"types":[…],"proofs":{…}.
Result<std::string> tally_members(const Tally& tally);

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// The statements of proofs and observations, made known to the catalog's connection when first used.
#pragma once
#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::artifacts {

/// Idempotent; cheap when they are known already.
Status know_proof_statements(catalog::Catalog& catalog);

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// The artifacts domain at the seam of `holdfast check`: every row of one source is planned.
//
// Rows in their order, by bytes (full) or identity (quick); then, where the source lists them, files
// without a row. Missing rows are reported after those, because only then is it known whether their
// content is at another path (full only: it reads files; at most kMaxHeldMissing are held back).
// Files without a row are reported, but not counted: nobody planned them.
#pragma once
#include <memory>

#include "artifacts/source_config.h"
#include "catalog/catalog.h"
#include "core/check.h"

namespace holdfast::artifacts {

inline constexpr std::size_t kMaxHeldMissing = 20'000;

/// The check "artifacts.NAME". It refers to both arguments. Saves proofs and observations, never the
/// user's rows; incidents are the caller's.
std::unique_ptr<core::Check> make_artifact_check(const SourceConfig& config,
                                                 catalog::Catalog& catalog);

}  // namespace holdfast::artifacts

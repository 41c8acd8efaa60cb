// SPDX-License-Identifier: Apache-2.0
// What a backfill says to people at its end. For programs it is artifacts::to_json.
#pragma once
#include <cstddef>
#include <string>

#include "artifacts/backfill_summary.h"

namespace holdfast::cli {

/// A headline, then a line a type; columns that hold no number but 0 are left out. Where the table is wider than `width` columns it is
/// one sentence a type instead.
std::string backfill_text(const artifacts::BackfillSummary& summary, std::size_t width);

/// Problems on standard error, the first of them. Not those that a log line told when they were found.
std::string backfill_problems(const artifacts::BackfillSummary& summary);

}  // namespace holdfast::cli

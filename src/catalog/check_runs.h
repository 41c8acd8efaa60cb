// SPDX-License-Identifier: Apache-2.0
// Check runs: one row per `holdfast check`, verify or scrub: what was planned, looked at and found.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "core/check.h"

namespace holdfast::catalog {

struct CheckRun {
  std::string id;    // ULID
  std::string name;  // "artifacts.atlas"
  std::string domain;
  Timestamp started_at;
  std::optional<Timestamp> ended_at;
  std::string outcome;  // "running", "in_step", "findings", "incomplete", "failed"
  core::CheckCounts counts;
  std::int64_t notes = 0, warnings = 0, errors = 0, waived = 0;
  std::string detail;  // flat JSON: depth, oldest proof, error text, …
};

/// A new id: 26 characters, time-ordered (ULID: 48 bits of milliseconds, 80 random bits).
std::string new_run_id(Clock& clock);
Status start_check_run(Catalog& catalog, const CheckRun& run);
/// Appends `check.ended` too.
Status end_check_run(Catalog& catalog, const CheckRun& run, std::string_view actor);
Result<std::vector<CheckRun>> list_check_runs(Catalog& catalog, std::int64_t limit);

}  // namespace holdfast::catalog

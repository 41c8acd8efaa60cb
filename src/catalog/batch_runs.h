// SPDX-License-Identifier: Apache-2.0
// Batch runs: progress of an ordered, resumable pass, kept so that a killed run is seen and the
// next one goes on.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::catalog {

struct BatchRun {
  std::string id;         // new_run_id()
  std::string operation;  // "artifacts.backfill"
  std::string target;     // "atlas"
  std::string owner;      // current_owner() of claims.h
  Timestamp started_at;
  Timestamp updated_at;
  std::optional<Timestamp> ended_at;
  std::string outcome;  // "running", "done", "cancelled", "failed", "refused", "abandoned"
  std::string cursor;   // JSON, the operation's own; where the last commit ended
  std::string summary;  // JSON, the operation's own counts
};

Status start_batch_run(Catalog& catalog, const BatchRun& run);
/// In the caller's transaction when one is open: the cursor moves with the work, or not at all.
Status save_batch_progress(Catalog& catalog, const BatchRun& run);
Status end_batch_run(Catalog& catalog, const BatchRun& run);
/// Runs still "running" whose owner is gone become "abandoned"; how many.
Result<std::int64_t> mark_abandoned_batch_runs(Catalog& catalog);
Result<std::vector<BatchRun>> list_batch_runs(Catalog& catalog, std::string_view operation,
                                              std::int64_t limit);

}  // namespace holdfast::catalog

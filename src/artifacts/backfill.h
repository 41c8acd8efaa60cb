// SPDX-License-Identifier: Apache-2.0
// Backfill: gives every row whose file is there the hash of that file (seed 002).
//
//   rows ─► claim ─► hash ─► judge ─► event of a drift, durable ─► one transaction: rows and journal ─► proofs, progress, release
//
// 1. Rows without a hash or the marker (or, with `recheck` or `older_than`, those marked before a moment) come in the order (type, id), but
//    for step 3.
// 2. A recorded hash that disagrees is drift: its event is committed to the catalog before the row is overwritten. A kill in
//    between leaves the event; the next run hashes again and appends nothing, because the event has a key of its own.
// 3. Drift is held back until the breaker can't trip any more (drift_breaker.h), or the pass has ended: so that a wrong root
//    changes nothing. Where it could trip, all rows with a recorded hash come first, and those without one only when it did not.
//    Rows whose hash is right are written (their marker) all along.
//    A drift that no write explains (artifact.changed_without_write) is refused, unless OnDrift::record_all.
// 4. Rows are written under the condition that path and hash are what was read. A row that changed is read and hashed again in a
//    further pass, at most kMaxRequeues times; a row that was deleted is counted and left.
// 5. Rows that another run holds are asked for again until they are done or that run makes no progress for kClaimPatience.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "artifacts/backfill_summary.h"
#include "artifacts/source_config.h"
#include "base/file.h"
#include "catalog/catalog.h"
#include "core/batch.h"

namespace holdfast::artifacts {

inline constexpr int kMaxRequeues = 3;
/// Drift that is held back at once: 20 MB.
inline constexpr std::size_t kMaxHeldDrift = 50'000;
inline constexpr std::chrono::seconds kClaimPatience{600};

enum class OnDrift : unsigned char {
  record,  // write the new hash, but not where no write explains the change (docs/decisions/0074)
  record_all,  // write it there too
  refuse,      // leave the old one
};
enum class BackfillMode : unsigned char {
  write,
  dry_run,      // hash and judge; write nothing anywhere
  report_only,  // hashes, events and the run to our own catalog; no row is written
};

/// A recheck that was cut short, and that this run goes on with.
struct ResumedRecheck {
  Timestamp begun_at;
  std::int64_t rows_done = 0;  // have their marker since, and are not read again
  std::int64_t rows_total = 0;
};

struct BackfillOptions {
  core::BatchOptions batch;  // jobs, limit, window, commit_every_…, cancel, clock, on_progress
  BackfillMode mode = BackfillMode::write;
  OnDrift on_drift = OnDrift::record;
  MaxDrift max_drift;
  std::optional<std::uint64_t> rate_bytes_per_s;
  std::optional<core::Shard> shard;
  std::vector<std::string> types;  // empty: those of the source
  std::vector<std::string> only;   // ids: just these rows, marked or not; empty: all of the scope
  bool recheck = false;            // all rows, marked or not; a recheck that was cut short goes on
  bool restart = false;            // with `recheck`: but not that one, all rows are read
  std::function<void(const ResumedRecheck&)> on_resume;  // before the first row is read
  std::optional<std::chrono::nanoseconds>
      older_than;  // rows whose marker is older or in the future, and those without
  std::optional<std::string> residual_file;   // JSON lines, replaced whole at the end
  std::optional<std::string> sql_patch_file;  // what would be written, as SQL; report_only
  std::string actor;
  FileSystem* files = &real_file_system();
};

/// How a backfill that began ended. `stopped_by`: what cut it short (the breaker is a `conflict`; being asked to stop is not here
/// but in the outcome "cancelled"). The summary tells what was done until then; it is in batch_run too.
struct BackfillEnd {
  BackfillSummary summary;
  std::optional<Error> stopped_by;
};

/// Runs one. An Error: it could not begin, and nothing was written (`not_found`: root, table, journal or a row of `only`; `conflict`: locked).
/// In the middle, a database that is lost, locked or meddled with is `io` in `stopped_by`, and `conflict` is too much drift.
Result<BackfillEnd> backfill(const SourceConfig& config, catalog::Catalog& catalog,
                             const BackfillOptions& options);

}  // namespace holdfast::artifacts

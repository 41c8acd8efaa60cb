// SPDX-License-Identifier: Apache-2.0
// Scrub: verify by bytes in slices, so that every proof stays younger than a promised age.
//
// A slice reads what was never looked at, then what scrub_plan.h says is due, oldest look first, and
// ends. Its position is kept by the proofs themselves: killed at any moment, the next slice goes on.
// A row that was never looked at has no age of its own (the user's table need not tell when it came): the
// promise holds for it from the moment since which there always were such rows.
// A row that could not be confirmed counts as looked at, so that a damaged file is not read again in
// every slice; it is told each time it is read, and stays an open incident.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "artifacts/scrub_plan.h"
#include "artifacts/verify.h"

namespace holdfast::artifacts {

struct ScrubOptions {
  ScrubTerms terms;
  std::optional<std::uint64_t> limit_bytes;  // begins nothing more once so many were begun
  std::optional<std::int64_t> limit;         // at most so many rows
  int jobs = 0;
  std::string actor;
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;
  /// Told before the first byte is read: what is to do, and whether the promise can be kept.
  std::function<void(const ScrubLoad&, const ScrubForecast&)> on_plan;
  std::function<void(const core::BatchProgress&)> on_progress;
};

struct ScrubEnd {
  std::string run_id;
  Timestamp started_at;
  Timestamp ended_at;
  ScrubLoad before;
  ScrubLoad after;
  ScrubForecast forecast;
  Tally tally;  // of this slice
  catalog::IncidentChanges incidents;
  bool slice_over = false;  // once_for, limit or limit_bytes ended it with work left
  bool cancelled = false;
  /// The promise is broken then by the row that was not looked at for longest; none without rows.
  std::optional<Timestamp> next_expiry;
  std::optional<core::SubjectReport> promise;  // with artifact.scrub_promise_broken, or in step
  /// Since when there always were rows that no scrub had read; none where all have been.
  std::optional<Timestamp> unread_since;
  Conclusion conclusion;

  bool has_findings() const { return conclusion.outcome == Outcome::findings; }
};

/// One slice. `invalid`: a promise that is not above zero.
Result<ScrubEnd> scrub(const SourceConfig& config, catalog::Catalog& catalog,
                       const ScrubOptions& options, const JudgedSink& sink);

}  // namespace holdfast::artifacts

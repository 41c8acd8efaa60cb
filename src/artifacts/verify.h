// SPDX-License-Identifier: Apache-2.0
// Verify: every row that records a hash is held against its file, by bytes or by identity.
//
// Written: proofs, observations, incidents and events, one row of check_run. Never the user's data.
// By identity it never says more than "unchanged since its last proof": a disk that rots moves no
// time. Rows without a hash are not verify's: the check names them.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "artifacts/conclusion.h"
#include "artifacts/row_pass.h"
#include "artifacts/tally.h"
#include "base/time_window.h"
#include "catalog/incidents.h"
#include "core/batch.h"

namespace holdfast::artifacts {

struct VerifyOptions {
  core::Depth depth = core::Depth::full;
  std::optional<double> sample_share;  // 0 < share <= 1: so many of the rows, by key and UTC day
  std::vector<std::string> types;      // none: the source's
  std::optional<std::uint64_t> rate_bytes_per_s;
  std::optional<TimeWindow> window;
  int jobs = 0;
  std::optional<core::Shard> shard;
  std::optional<std::int64_t> limit;
  std::optional<std::chrono::nanoseconds> max_age;  // none: the source's
  std::string actor;
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;
  std::function<void(const core::BatchProgress&)> on_progress;
};

struct VerifyEnd {
  std::string run_id;
  core::Depth depth = core::Depth::full;
  Timestamp started_at;
  Timestamp ended_at;
  Tally tally;
  catalog::IncidentChanges incidents;
  std::int64_t identity_changed = 0;  // quick: unknown until read
  bool proof_too_old = false;         // the oldest proof is older than max_age
  bool limit_reached = false;         // --limit ended it before the last row
  bool cancelled = false;
  Conclusion conclusion;

  /// All that was planned was evaluated, something was, and its proofs are young enough.
  bool complete() const { return conclusion.gaps.empty(); }
};

/// What was judged, in order, with waived findings marked; an Error stops the pass.
using JudgedSink = std::function<Status(std::span<const Judged>)>;

/// Verifies one source. `not_found`: the table or a root; `invalid`: a type that the source leaves out.
Result<VerifyEnd> verify(const SourceConfig& config, catalog::Catalog& catalog,
                         const VerifyOptions& options, const JudgedSink& sink);

/// Whether a row is in today's sample: the first 8 bytes of SHA-256(id, '\n', "2026-05-18") as a
/// share of 2^64 lie below `share`. The same on every machine; another sample every UTC day.
bool in_sample(std::string_view id, double share, Timestamp day);
/// From 0 to 1: a row is in the samples whose share is above this.
double sample_rank(std::string_view id, Timestamp day);
/// Reads "5%" or "0.05"; `invalid` names the text: no share, not above 0, above 100 %.
Result<double> parse_share(std::string_view text);

/// The source's types, or those asked for; `invalid` names one that the source leaves out.
Result<std::vector<std::string>> effective_types(const SourceConfig& config,
                                                 const std::vector<std::string>& asked);

}  // namespace holdfast::artifacts

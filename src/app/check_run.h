// SPDX-License-Identifier: Apache-2.0
// One run of checks: runs each, applies waivers, brings incidents in step, keeps a check_run row, and comes to one outcome, from
// which both the report and the exit code are read, so that they can't disagree.
//
// Memory: subjects in step are counted and dropped (but for the first few and those with an open incident); 100,000 subjects run
// in flat memory. What is not in step is kept for the report, up to kMostKeptSubjects; everything is always counted.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "catalog/catalog.h"
#include "catalog/incidents.h"
#include "core/check.h"
#include "core/finding.h"

namespace holdfast::app {

/// A check with no more subjects than this lists all of them.
inline constexpr std::size_t kFewSubjects = 30;
/// More than these are counted and not listed.
inline constexpr std::size_t kMostKeptSubjects = 200'000;

struct CheckRunOptions {
  core::Level fail_on = core::Level::warning;
  bool fail_open = false;                           // see CheckOutcome::is_forgiven
  std::optional<std::chrono::nanoseconds> max_age;  // for all checks; none: as each is configured
  std::optional<core::Depth> depth;                 // none: as each is configured
  bool keep_all = false;                            // list subjects in step too
  std::vector<std::string> gaps;  // known before it begins: each makes the run incomplete
  int jobs = 0;
  const Cancel* cancel = nullptr;
  std::function<bool(const core::Finding&)> also_waived;  // beside the catalog's waivers
  std::function<void(const std::string& check_name, const core::CheckCounts& so_far)> on_progress;
};

/// A subject as the report shows it.
struct ShownSubject {
  core::SubjectReport report;
  std::optional<core::Level> level;  // the highest of its findings that are not waived
  std::optional<Timestamp> since;    // when its open incident began
};

/// Findings by what they count as.
struct FindingCounts {
  std::int64_t notes = 0;
  std::int64_t warnings = 0;
  std::int64_t errors = 0;
  std::int64_t waived = 0;  // not in the three above
};

struct CheckResult {
  std::string name;  // "artifacts.atlas"
  std::string domain;
  std::string run_id;
  Timestamp started_at;
  Timestamp ended_at;
  std::optional<core::Depth> depth;
  core::CheckCounts counts;
  std::array<std::int64_t, 5> by_verdict{};  // indexed by core::Verdict
  FindingCounts findings;
  std::int64_t findings_that_fail = 0;  // not waived, at or above fail_on
  std::int64_t subject_count = 0;       // reported
  std::int64_t not_listed_count = 0;    // reported, and not in `subjects`
  std::optional<Timestamp>
      oldest_proof;  // of all subjects that were ever proved, also of those out of step now
  std::int64_t unproved_count = 0;  // recorded, not waived as unknown, and never proved in full
  std::optional<Error> error;       // the check itself could not be done
  bool catalog_failed = false;      // and our own catalog was why
  std::vector<std::string> gaps;    // why it is incomplete, one sentence each; empty: complete
  std::string remark;               // core::Check::remark()
  std::vector<ShownSubject>
      subjects;  // errors first, then warnings, notes, waived, in step; by name
  catalog::IncidentChanges incidents;
  bool complete() const { return gaps.empty(); }
  /// The fault is ours: nothing outside was absent.
  bool is_own_fault() const { return error && (catalog_failed || error->code() == Code::internal); }
  /// Whether any subject was looked at, or at least tried.
  bool has_looked() const {
    return error ? subject_count > 0 : counts.evaluated + counts.unreadable > 0;
  }
};

enum class Conclusion : unsigned char { in_step, findings, incomplete };
/// "in_step", "findings", "incomplete".
std::string_view conclusion_name(Conclusion conclusion);
/// The exit code of docs/architecture.md: 0, 1 or 3.
int exit_code_of(Conclusion conclusion);

struct CheckOutcome {
  std::string workspace_name;
  std::string workspace_folder;
  Timestamp started_at;
  Timestamp ended_at;
  core::Level fail_on = core::Level::warning;
  bool fail_open = false;
  std::vector<CheckResult> checks;
  std::vector<std::string> gaps;  // of the run as a whole ("nothing to check")
  bool complete = false;
  Conclusion conclusion = Conclusion::incomplete;
  int exit_code = 3;
  /// Whether an incomplete check counts as passed for the exit code: --fail-open was given, and what it tried to look at was absent. A
  /// check that had nothing to look at, or failed by our own fault, is never forgiven.
  bool is_forgiven(const CheckResult& check) const {
    return fail_open && check.has_looked() && !check.is_own_fault();
  }
};

/// Runs the checks one after the other. A check that fails is a gap of the run, not the end of it. An Error means that our own
/// catalog failed, or `cancelled`: what was observed until then is kept.
Result<CheckOutcome> run_checks(std::vector<ConfiguredCheck> checks, const Workspace& workspace,
                                catalog::Catalog& catalog, const CheckRunOptions& options);

}  // namespace holdfast::app

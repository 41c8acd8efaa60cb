// SPDX-License-Identifier: Apache-2.0
// What a verify, a scrub or a backfill leaves in the catalog's shared tables: incidents, events and its row of
// check_run.
#pragma once
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "artifacts/conclusion.h"
#include "artifacts/row_pass.h"
#include "artifacts/tally.h"
#include "catalog/check_runs.h"
#include "catalog/incidents.h"
#include "catalog/waivers.h"

namespace holdfast::artifacts {

/// Brings incidents in step with what a pass found, inside its transaction: hands on what has
/// findings and what has an open incident, so that 100,000 rows in step cost nothing. A report that
/// knows nothing new (unknown, notes only) leaves incidents as they are.
class IncidentKeeper {
 public:
  /// Reads waivers and open incidents.
  static Result<IncidentKeeper> open(catalog::Catalog& catalog, std::string run_id,
                                     std::string actor);
  void mark_waived(core::SubjectReport& report) const;
  /// Whether the subject had an open incident when the run began.
  bool is_open(const core::Subject& subject) const;
  /// Open incidents of this source when the run began, on what was not handed to keep() since.
  std::int64_t open_unseen(const SourceConfig& config) const;
  Status keep(std::span<const Judged> judged);
  Status keep(std::span<const core::SubjectReport> reports);
  const catalog::IncidentChanges& changes() const { return changes_; }

 private:
  IncidentKeeper(catalog::Catalog& catalog, catalog::WaiverSet waivers, std::string run_id,
                 std::string actor)
      : catalog_(&catalog),
        waivers_(std::move(waivers)),
        run_id_(std::move(run_id)),
        actor_(std::move(actor)) {}
  bool matters(const core::SubjectReport& report) const;
  void see(const core::SubjectReport& report);
  catalog::Catalog* catalog_;
  catalog::WaiverSet waivers_;
  std::string run_id_;
  std::string actor_;
  std::vector<std::string> open_;  // sorted subjects with an open incident when the run began
  std::set<std::string> seen_;     // of these, what keep() was given
  catalog::IncidentChanges changes_;
};

/// The name of this source's runs in check_run: "artifacts.atlas".
std::string run_name(const SourceConfig& config);
/// Since when every scrub of this name left rows that were never read: the start of the first one that
/// followed the last to leave none; none where no scrub has ended since.
Result<std::optional<Timestamp>> unread_since(catalog::Catalog& catalog, std::string_view name);

/// Begins the row of check_run around a pass.
Result<catalog::CheckRunRecord> start_run(catalog::Catalog& catalog, const SourceConfig& config,
                                          std::string_view command);
/// How the pass ended.
catalog::CheckRunEnd end_of(const Tally& tally, const Conclusion& conclusion, core::Fields detail);

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// Check runs: one row per `holdfast check`, verify or scrub: what was planned, looked at and found.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "core/check.h"
#include "core/fields.h"

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

struct CheckRunStart {
  std::string name;    // "artifacts.atlas"
  std::string domain;  // "artifacts"
  std::string
      command;  // "check", "artifacts scrub": kept in the row's detail, which tells runs of the same name apart
};

struct CheckRunEnd {
  std::string outcome;                // as in CheckRun
  std::optional<Timestamp> ended_at;  // none: now
  core::CheckCounts counts;
  std::int64_t notes = 0, warnings = 0, errors = 0, waived = 0;
  core::Fields detail;  // added to what stands in the row
};

/// The row around one run: begun before it, ended whatever comes of it. A process that is killed leaves it "running".
class CheckRunRecord {
 public:
  static Result<CheckRunRecord> start(Catalog& catalog, const CheckRunStart& begin);
  const std::string& id() const { return run_.id; }
  Timestamp started_at() const { return run_.started_at; }
  /// Appends `check.ended` too.
  Status end(CheckRunEnd end, std::string_view actor);
  /// The run could not be done: outcome "failed", with the error in the detail.
  void fail(const Error& error, std::string_view actor);

 private:
  explicit CheckRunRecord(Catalog& catalog) : catalog_(&catalog) {}
  Catalog* catalog_;
  CheckRun run_;
};

}  // namespace holdfast::catalog

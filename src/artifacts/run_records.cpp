// SPDX-License-Identifier: Apache-2.0
#include "artifacts/run_records.h"

#include <algorithm>
#include <utility>

#include "artifacts/statements.h"
#include "catalog/stored.h"

namespace holdfast::artifacts {
namespace {

constexpr std::string_view kDomain = "artifacts";

bool has_active(const core::SubjectReport& report) {
  return std::ranges::any_of(report.findings, [](const core::Finding& finding) {
    return finding.level >= core::Level::warning;
  });
}

}  // namespace

Result<IncidentKeeper> IncidentKeeper::open(catalog::Catalog& catalog, std::string run_id,
                                            std::string actor) {
  TRY_ASSIGN(auto waivers, catalog::WaiverSet::load(catalog));
  IncidentKeeper keeper(catalog, std::move(waivers), std::move(run_id), std::move(actor));
  TRY_ASSIGN(keeper.open_, catalog::open_subjects(catalog, kDomain));
  std::ranges::sort(keeper.open_);  // the database's collation may differ
  return keeper;
}

void IncidentKeeper::mark_waived(core::SubjectReport& report) const {
  waivers_.mark(report.findings);
}

bool IncidentKeeper::matters(const core::SubjectReport& report) const {
  if (has_active(report)) return true;
  if (report.verdict == core::Verdict::unknown) return false;
  return is_open(report.subject);
}

bool IncidentKeeper::is_open(const core::Subject& subject) const {
  return std::ranges::binary_search(open_, subject.text());
}

void IncidentKeeper::see(const core::SubjectReport& report) {
  if (is_open(report.subject)) seen_.insert(report.subject.text());
}

std::int64_t IncidentKeeper::open_unseen(const SourceConfig& config) const {
  return std::ranges::count_if(open_, [&](const std::string& subject) {
    const std::string_view name = std::string_view(subject).substr(subject.find(':') + 1);
    return (name == config.name || name.starts_with(config.name + '/')) && !seen_.contains(subject);
  });
}

Status IncidentKeeper::keep(std::span<const Judged> judged) {
  std::vector<core::SubjectReport> reports;
  for (const Judged& each : judged) {
    see(each.report);
    if (matters(each.report)) reports.push_back(each.report);
  }
  return keep(reports);
}

Status IncidentKeeper::keep(std::span<const core::SubjectReport> reports) {
  if (reports.empty()) return {};
  for (const core::SubjectReport& report : reports)
    see(report);
  TRY_ASSIGN(const auto changes, catalog::observe(*catalog_, kDomain, reports, run_id_, actor_));
  changes_.opened += changes.opened;
  changes_.changed += changes.changed;
  changes_.resolved += changes.resolved;
  return {};
}

std::string run_name(const SourceConfig& config) {
  return "artifacts." + config.name;
}

Result<std::optional<Timestamp>> unread_since(catalog::Catalog& catalog, std::string_view name) {
  TRY(know_proof_statements(catalog));
  TRY_ASSIGN(const auto rows, catalog.connection().run("artifact_scrub.unread_since",
                                                       {{"name", std::string(name)}}));
  return catalog::stored_optional_time(rows, 0, 0);
}

Result<catalog::CheckRunRecord> start_run(catalog::Catalog& catalog, const SourceConfig& config,
                                          std::string_view command) {
  return catalog::CheckRunRecord::start(
      catalog, {run_name(config), std::string(kDomain), std::string(command)});
}

catalog::CheckRunEnd end_of(const Tally& tally, const Conclusion& conclusion, core::Fields detail) {
  if (tally.oldest_proof) detail.push_back({"oldest_proof", format_rfc3339(*tally.oldest_proof)});
  detail.push_back({"never_proved", tally.never_proved});
  return {.outcome = std::string(outcome_name(conclusion.outcome)),
          .ended_at = {},
          .counts = tally.counts(),
          .notes = tally.notes,
          .warnings = tally.warnings,
          .errors = tally.errors,
          .waived = tally.waived,
          .detail = std::move(detail)};
}

}  // namespace holdfast::artifacts

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
  for (core::Finding& finding : report.findings)
    finding.waived = waivers_.covers(finding);
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

Result<CheckRunRecord> CheckRunRecord::start(catalog::Catalog& catalog, const SourceConfig& config,
                                             std::string_view command) {
  CheckRunRecord record(catalog);
  record.run_.id = catalog::new_run_id(catalog.clock());
  record.run_.name = run_name(config);
  record.run_.domain = kDomain;
  record.run_.started_at = catalog.clock().now();
  record.run_.outcome = "running";
  TRY_ASSIGN(record.run_.detail, core::canonical_json({{"command", std::string(command)}}));
  TRY(catalog::start_check_run(catalog, record.run_));
  return record;
}

Status CheckRunRecord::end(const Tally& tally, const Conclusion& conclusion, core::Fields detail,
                           std::string_view actor) {
  TRY_ASSIGN(core::Fields fields, core::parse_fields(run_.detail));
  for (core::Field& field : detail)
    fields.push_back(std::move(field));
  if (tally.oldest_proof) fields.push_back({"oldest_proof", format_rfc3339(*tally.oldest_proof)});
  fields.push_back({"never_proved", tally.never_proved});
  TRY_ASSIGN(run_.detail, core::canonical_json(fields));
  run_.ended_at = catalog_->clock().now();
  run_.outcome = outcome_name(conclusion.outcome);
  run_.counts = tally.counts();
  run_.notes = tally.notes;
  run_.warnings = tally.warnings;
  run_.errors = tally.errors;
  run_.waived = tally.waived;
  return catalog::end_check_run(*catalog_, run_, actor);
}

void CheckRunRecord::fail(const Error& error, std::string_view actor) {
  run_.ended_at = catalog_->clock().now();
  run_.outcome = "failed";
  auto fields = core::parse_fields(run_.detail);
  if (fields) {
    fields->push_back({"error", error.message()});
    if (auto text = core::canonical_json(*fields)) run_.detail = *text;
  }
  drop(catalog::end_check_run(*catalog_, run_, actor),
       "the pass has failed already; its own error is what the user must see");
}

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// The report for programs: docs/schemas/check.schema.json holds its shape.
#include <nlohmann/json.hpp>

#include "app/record_json.h"
#include "app/report.h"

namespace holdfast::app {
namespace {

using Json = nlohmann::ordered_json;

Json time_or_null(const std::optional<Timestamp>& at) {
  return at ? Json(format_rfc3339(*at)) : Json();
}

Json subject_of(const ShownSubject& shown) {
  Json findings = Json::array();
  for (const core::Finding& finding : shown.report.findings)
    findings.push_back(Json::parse(finding_json(finding)));
  return {{"subject", json_safe(shown.report.subject.text())},
          {"verdict", core::verdict_name(shown.report.verdict)},
          {"level", shown.level ? Json(core::level_name(*shown.level)) : Json()},
          {"since", time_or_null(shown.since)},
          {"observed_at", format_rfc3339(shown.report.observed_at)},
          {"proved_at", time_or_null(shown.report.proved_at)},
          {"basis", shown.report.basis},
          {"findings", findings}};
}

Json verdicts_of(const CheckResult& check) {
  Json verdicts = Json::object();
  for (std::size_t i = 0; i < check.by_verdict.size(); ++i)
    verdicts[std::string(core::verdict_name(static_cast<core::Verdict>(i)))] = check.by_verdict[i];
  return verdicts;
}

Json error_of(const std::optional<Error>& error) {
  if (!error) return {};
  return {{"code", code_name(error->code())},
          {"message", json_safe(error->message())},
          {"hint", json_safe(error->hint())}};
}

Json check_of(const CheckResult& check) {
  Json subjects = Json::array();
  for (const ShownSubject& shown : check.subjects)
    subjects.push_back(subject_of(shown));
  Json gaps = Json::array();
  for (const std::string& gap : check.gaps)
    gaps.push_back(json_safe(gap));
  return {{"name", check.name},
          {"domain", check.domain},
          {"run_id", check.run_id},
          {"started_at", format_rfc3339(check.started_at)},
          {"ended_at", format_rfc3339(check.ended_at)},
          {"complete", check.complete()},
          {"gaps", gaps},
          {"remark", check.remark.empty() ? Json() : Json(json_safe(check.remark))},
          {"error", error_of(check.error)},
          {"planned", check.counts.planned},
          {"evaluated", check.counts.evaluated},
          {"skipped", check.counts.skipped},
          {"unreadable", check.counts.unreadable},
          {"size_bytes_read", check.counts.size_bytes_read},
          {"verdicts", verdicts_of(check)},
          {"finding_counts",
           {{"note", check.findings.notes},
            {"warning", check.findings.warnings},
            {"error", check.findings.errors},
            {"waived", check.findings.waived}}},
          {"oldest_proof", time_or_null(check.oldest_proof)},
          {"unproved_count", check.unproved_count},
          {"incidents",
           {{"opened", check.incidents.opened},
            {"changed", check.incidents.changed},
            {"resolved", check.incidents.resolved}}},
          {"subject_count", check.subject_count},
          {"not_listed_count", check.not_listed_count},
          {"subjects", subjects}};
}

}  // namespace

std::string report_json(const CheckOutcome& outcome) {
  Json checks = Json::array();
  for (const CheckResult& check : outcome.checks)
    checks.push_back(check_of(check));
  const Json report = {{"holdfast", HOLDFAST_VERSION},
                       {"workspace", json_safe(outcome.workspace_name)},
                       {"started_at", format_rfc3339(outcome.started_at)},
                       {"ended_at", format_rfc3339(outcome.ended_at)},
                       {"conclusion", conclusion_name(outcome.conclusion)},
                       {"exit_code", outcome.exit_code},
                       {"complete", outcome.complete},
                       {"fail_on", core::level_name(outcome.fail_on)},
                       {"fail_open", outcome.fail_open},
                       {"gaps", outcome.gaps},
                       {"checks", checks}};
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html (section numbers below).
//
// A finding without a file is located in holdfast.toml, since code-scanning services want a physical location; its subject is
// always a logical location. A waived finding is a suppressed result (3.35). A gap of the run is a notification (3.58), and makes
// executionSuccessful false (3.20.14): what could not be looked at is never a pass.
#include <map>

#include <nlohmann/json.hpp>

#include "app/domains.h"
#include "app/report.h"
#include "app/text.h"
#include "base/percent.h"
#include "core/sha256.h"

namespace holdfast::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kBase = "%SRCROOT%";

// Of a path. ":" goes too, so that no first segment looks like a scheme.
std::string uri_of(std::string_view path) {
  return percent_encoded(path, "/");
}

using RuleIndex = std::map<std::string, std::size_t, std::less<>>;

Json rules_of(RuleIndex& index) {
  Json rules = Json::array();
  for (const Domain& domain : domains())
    for (const core::Rule& rule : domain.rules()) {
      index.emplace(rule.id, rules.size());
      rules.push_back({{"id", rule.id},
                       {"shortDescription", {{"text", rule.summary}}},
                       {"fullDescription", {{"text", rule.help}}},
                       {"help", {{"text", rule.help}}},
                       {"defaultConfiguration", {{"level", core::level_name(rule.level)}}},
                       {"properties", {{"tags", {domain.name}}}}});
    }
  return rules;
}

// The same difference has the same fingerprint in every run; another difference on the subject has another.
std::string fingerprint_of(const core::Finding& finding) {
  return core::to_hex(core::sha256(core::difference_text(finding)));
}

// Relative to the workspace, but for a file outside of it.
Json artifact_location_of(const core::Finding& finding) {
  if (finding.file.starts_with('/')) return {{"uri", "file://" + uri_of(finding.file)}};
  return {{"uri", uri_of(finding.file.empty() ? "holdfast.toml" : finding.file)},
          {"uriBaseId", kBase}};
}

Json location_of(const core::Finding& finding) {
  return {
      {"physicalLocation",
       {{"artifactLocation", artifact_location_of(finding)}, {"region", {{"startLine", 1}}}}},
      {"logicalLocations", Json::array({{{"fullyQualifiedName", printable(finding.subject.text())},
                                         {"kind", "resource"}}})}};
}

Json result_of(const ShownSubject& shown, const core::Finding& finding, const RuleIndex& index) {
  Json result = {{"ruleId", finding.rule}};
  if (const auto found = index.find(finding.rule); found != index.end())
    result["ruleIndex"] = found->second;
  result["level"] = core::level_name(finding.level);
  result["message"] = {
      {"text", printable(finding.hint.empty() ? finding.message
                                              : finding.message + " Next: " + finding.hint)}};
  result["locations"] = Json::array({location_of(finding)});
  result["partialFingerprints"] = {{"holdfastDifference/v1", fingerprint_of(finding)}};
  if (finding.waived)
    result["suppressions"] = Json::array({{{"kind", "external"}, {"status", "accepted"}}});
  result["properties"] = {{"subject", printable(finding.subject.text())},
                          {"verdict", core::verdict_name(shown.report.verdict)},
                          {"recorded", printable(finding.recorded)},
                          {"observed", printable(finding.observed)}};
  if (shown.since) result["properties"]["since"] = format_rfc3339(*shown.since);
  return result;
}

Json notifications_of(const CheckOutcome& outcome) {
  Json list = Json::array();
  const auto add = [&](const std::string& text) {
    list.push_back({{"level", "error"},
                    {"descriptor", {{"id", "holdfast.incomplete"}}},
                    {"message", {{"text", text}}}});
  };
  for (const std::string& gap : outcome.gaps)
    add(gap);
  for (const CheckResult& check : outcome.checks) {
    for (const std::string& gap : check.gaps)
      add(check.name + ": " + printable(gap));
    const std::int64_t in_step = check.by_verdict[static_cast<std::size_t>(core::Verdict::in_step)];
    if (check.not_listed_count > in_step)
      add(check.name + ": " + counted(check.not_listed_count, "subject") + " not listed");
  }
  return list;
}

}  // namespace

std::string report_sarif(const CheckOutcome& outcome) {
  RuleIndex index;
  Json rules = rules_of(index);
  Json results = Json::array();
  for (const CheckResult& check : outcome.checks)
    for (const ShownSubject& shown : check.subjects)
      for (const core::Finding& finding : shown.report.findings)
        results.push_back(result_of(shown, finding, index));
  Json notifications = notifications_of(outcome);
  Json descriptors = Json::array();
  if (!notifications.empty())
    descriptors.push_back(
        {{"id", "holdfast.incomplete"},
         {"shortDescription",
          {{"text", "Something planned could not be looked at, so nothing is said of it."}}}});
  Json driver = {{"name", "holdfast"},
                 {"semanticVersion", HOLDFAST_VERSION},
                 {"rules", std::move(rules)},
                 {"notifications", std::move(descriptors)}};
  Json invocation = {{"executionSuccessful", outcome.complete},
                     {"exitCode", outcome.exit_code},
                     {"startTimeUtc", format_rfc3339(outcome.started_at)},
                     {"endTimeUtc", format_rfc3339(outcome.ended_at)},
                     {"toolExecutionNotifications", std::move(notifications)}};
  const Json run = {
      {"tool", {{"driver", std::move(driver)}}},
      {"automationDetails", {{"id", "holdfast/" + uri_of(outcome.workspace_name) + "/"}}},
      {"originalUriBaseIds",
       {{kBase, {{"uri", "file://" + uri_of(outcome.workspace_folder) + "/"}}}}},
      {"invocations", Json::array({std::move(invocation)})},
      {"results", std::move(results)}};
  const Json log = {
      {"$schema",
       "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs", Json::array({run})}};
  return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace holdfast::app

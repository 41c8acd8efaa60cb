// SPDX-License-Identifier: Apache-2.0
#include "app/incident_report.h"

#include <algorithm>
#include <string_view>

#include "app/domains.h"
#include "app/event_text.h"
#include "app/markdown.h"
#include "app/report.h"

namespace holdfast::app {
namespace {

constexpr std::int64_t kPage = 1000;
// An event is appended just after its observation; a minute covers the transaction and a coarse clock.
constexpr std::int64_t kAroundNs = 60LL * 1'000'000'000;

bool marks(const catalog::StoredEvent& stored, std::string_view name, std::int64_t incident) {
  const auto is_ours = [&](const core::Field& field) {
    return field.key == "incident" && field.value == core::FieldValue(incident);
  };
  return stored.event.name == name && std::ranges::any_of(stored.event.fields, is_ours);
}

// By the numbers of the events, not by time: the next incident of the subject may open within the same second.
Result<std::vector<catalog::StoredEvent>> events_of(catalog::Catalog& catalog,
                                                    const catalog::Incident& incident) {
  std::vector<catalog::StoredEvent> events;
  catalog::EventFilter filter;
  filter.subject = incident.subject;
  filter.since = Timestamp{incident.opened_at.ns - kAroundNs};
  filter.limit = kPage;
  bool opened = false;
  while (events.size() < kMostIncidentEvents) {
    TRY_ASSIGN(const auto page, catalog::list_events(catalog, filter));
    for (const catalog::StoredEvent& stored : page) {
      opened = opened || marks(stored, "incident.opened", incident.id);
      if (opened) events.push_back(stored);
      if (marks(stored, "incident.resolved", incident.id)) return events;
    }
    if (static_cast<std::int64_t>(page.size()) < kPage) break;
    filter.after_seq = page.back().event.seq;
  }
  return events;
}

enum class NextStep : unsigned char { open, done };

void append_finding(std::string& out, const core::Finding& finding, NextStep next) {
  out += "\n### " + markdown_text(finding.rule) + " (" +
         std::string(core::level_name(finding.level)) + (finding.waived ? ", waived" : "") +
         ")\n\n";
  out += markdown_text(finding.message) + "\n\n| | |\n|---|---|\n";
  out +=
      "| recorded | " + (finding.recorded.empty() ? "-" : markdown_code(finding.recorded)) + " |\n";
  out +=
      "| observed | " + (finding.observed.empty() ? "-" : markdown_code(finding.observed)) + " |\n";
  if (!finding.file.empty()) out += "| file | " + markdown_code(finding.file) + " |\n";
  for (const core::Field& field : finding.witness)
    out += "| " + markdown_text(field.key) + " | " + markdown_code(core::display(field.value)) +
           " |\n";
  if (const core::Rule* rule = find_rule(finding.rule); rule != nullptr)
    out += '\n' + markdown_text(rule->help) + '\n';
  if (!finding.hint.empty() && next == NextStep::open)
    out += "\nNext: " + markdown_text(finding.hint) + "\n";
}

void append_waivers(std::string& out, const IncidentFile& file, Timestamp now) {
  if (file.waivers.empty()) return;
  out +=
      "\n## Waivers\n\n| id | rule | owner | reason | expires | state "
      "|\n|---|---|---|---|---|---|\n";
  for (const catalog::Waiver& waiver : file.waivers) {
    const std::string state = waiver.revoked_at ? "revoked " + format_rfc3339(*waiver.revoked_at)
                              : waiver.expires_at <= now ? "expired"
                                                         : "live";
    out += "| " + std::to_string(waiver.id) + " | " + markdown_text(waiver.rule) + " | " +
           markdown_text(waiver.owner) + " | " + markdown_text(waiver.reason) + " | " +
           format_rfc3339(waiver.expires_at) + " | " + state + " |\n";
  }
}

void append_timeline(std::string& out, const IncidentFile& file) {
  out += "\n## Timeline\n\n| seq | at | event | by | fields |\n|---|---|---|---|---|\n";
  for (const catalog::StoredEvent& stored : file.events)
    out += "| " + std::to_string(stored.event.seq) + " | " + format_rfc3339(stored.event.at) +
           " | " + markdown_text(stored.event.name) + " | " + markdown_text(stored.event.actor) +
           " | " + markdown_code(fields_line(stored.event.fields)) + " |\n";
  if (!file.events.empty())
    out += "\nThe log can be proved unbroken by `holdfast events verify`; chain hash at event " +
           std::to_string(file.events.back().event.seq) + ": `" + file.events.back().chain_hash +
           "`.\n";
}

}  // namespace

Result<IncidentFile> load_incident(const Workspace& workspace, catalog::Catalog& catalog,
                                   std::int64_t id) {
  TRY_ASSIGN(auto incident, catalog::find_incident(catalog, id));
  if (!incident)
    return Error(Code::not_found, "no incident " + std::to_string(id),
                 "holdfast incidents list --all");
  IncidentFile file;
  file.incident = std::move(*incident);
  TRY_ASSIGN(file.events, events_of(catalog, file.incident));
  TRY_ASSIGN(auto waivers, catalog::list_waivers(catalog, true));
  for (catalog::Waiver& waiver : waivers)
    if (waiver.subject == file.incident.subject) file.waivers.push_back(std::move(waiver));
  const Domain* domain = find_domain(file.incident.domain);
  if (domain != nullptr && domain->review != nullptr) {
    TRY_ASSIGN(file.review, domain->review(workspace, catalog, file.incident, file.events));
  }
  return file;
}

std::string incident_markdown(const IncidentFile& file, Timestamp now) {
  const catalog::Incident& incident = file.incident;
  const Timestamp until = incident.resolved_at.value_or(now);
  std::string out = "# Incident " + std::to_string(incident.id) + ": " +
                    markdown_text(incident.subject) + "\n\n| | |\n|---|---|\n";
  out += "| state | " + std::string(incident.resolved_at ? "resolved" : "open") + " |\n";
  out += "| verdict | " + verdict_words(incident.verdict) + " |\n";
  out += "| level | " + std::string(core::level_name(incident.level)) + " |\n";
  out += "| opened | " + format_rfc3339(incident.opened_at) +
         (incident.opened_by_run.empty() ? "" : " by run `" + incident.opened_by_run + '`') +
         " |\n";
  out += "| last seen | " + format_rfc3339(incident.last_seen_at) + " |\n";
  if (incident.resolved_at)
    out += "| resolved | " + format_rfc3339(*incident.resolved_at) +
           (incident.resolved_by_run.empty() ? "" : " by run `" + incident.resolved_by_run + '`') +
           " |\n";
  out += std::string(incident.resolved_at ? "| time to resolution | " : "| open for | ") +
         format_span(std::chrono::nanoseconds(until.ns - incident.opened_at.ns)) + " |\n";
  for (const core::Field& field : file.review) {
    std::string key = field.key;
    std::ranges::replace(key, '_', ' ');
    out += "| " + key + " | " + markdown_text(core::display(field.value)) + " |\n";
  }
  out += "\n## Findings\n";
  if (incident.findings.empty()) out += "\nNone are kept.\n";
  for (const core::Finding& finding : incident.findings)
    append_finding(out, finding, incident.resolved_at ? NextStep::done : NextStep::open);
  append_waivers(out, file, now);
  append_timeline(out, file);
  return out;
}

}  // namespace holdfast::app

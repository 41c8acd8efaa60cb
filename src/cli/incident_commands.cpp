// SPDX-License-Identifier: Apache-2.0
// `holdfast incidents list|show|report`: what is out of step, since when.
#include <algorithm>
#include <set>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/event_text.h"
#include "app/incident_report.h"
#include "app/record_json.h"
#include "app/report.h"
#include "app/text.h"
#include "base/file.h"
#include "catalog/waivers.h"
#include "cli/command_tree.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string age(Timestamp from, Timestamp to) {
  return format_age(std::chrono::nanoseconds(to.ns - from.ns));
}

struct ListOptions {
  bool all = false;
  std::string subject;
  std::string domain;
  std::int64_t limit = 1000;
};

// The gravest, and how many others: all of them would leave no room for the subject, by which the list is read.
std::string rules_of(const catalog::Incident& incident) {
  const core::Finding* gravest = nullptr;
  std::set<std::string_view> rules;
  for (const core::Finding& finding : incident.findings) {
    rules.insert(finding.rule);
    if (gravest == nullptr || finding.level > gravest->level) gravest = &finding;
  }
  if (gravest == nullptr) return "-";
  return gravest->rule + (rules.size() > 1 ? " +" + std::to_string(rules.size() - 1) : "");
}

// Whether somebody lives with all of it.
bool is_accepted(const catalog::Incident& incident, const catalog::WaiverSet& live) {
  return !incident.resolved_at && !incident.findings.empty() &&
         std::ranges::all_of(incident.findings,
                             [&](const core::Finding& finding) { return live.covers(finding); });
}

// The rule gives way to the subject, unless the subject alone takes most of the line.
std::string table_of(const std::vector<catalog::Incident>& incidents,
                     const catalog::WaiverSet& live, Timestamp now, const ListOptions& options) {
  constexpr std::size_t kSubject = 1;
  constexpr std::size_t kRule = 5;
  const std::size_t width = list_width();
  app::TextTable table{{"ID", "SUBJECT", "VERDICT", "LEVEL", "SINCE", "RULE"}, {}, kRule, {0}};
  if (options.all) table.titles.emplace_back("RESOLVED");
  for (const catalog::Incident& incident : incidents) {
    auto& row = table.rows.emplace_back(std::vector<std::string>{
        std::to_string(incident.id), app::printable(incident.subject),
        app::verdict_words(incident.verdict),
        is_accepted(incident, live) ? "waived" : std::string(core::level_name(incident.level)),
        age(incident.opened_at, now), rules_of(incident)});
    if (app::display_width(row[kSubject]) > width / 2) table.flexible = kSubject;
    if (options.all)
      row.push_back(incident.resolved_at ? age(*incident.resolved_at, now) + " ago" : "-");
  }
  return app::text_of(table, width);
}

Result<Exit> list(const Command& command, const ListOptions& options) {
  TRY_ASSIGN(auto open, command.open());
  catalog::IncidentFilter filter;
  filter.include_resolved = options.all;
  if (!options.subject.empty()) filter.subject = options.subject;
  if (!options.domain.empty()) filter.domain = options.domain;
  filter.limit = options.limit;
  TRY_ASSIGN(const auto incidents, catalog::list_incidents(*open.catalog, filter));
  if (command.output == OutputFormat::json) {
    Json list = Json::array();
    for (const catalog::Incident& incident : incidents)
      list.push_back(Json::parse(app::incident_json(incident)));
    TRY(command.print(Json{{"incidents", list}}.dump(2) + "\n"));
    return Exit::ok;
  }
  if (incidents.empty()) {
    TRY(command.print(options.all ? "no incidents\n" : "no open incidents\n"));
    return Exit::ok;
  }
  TRY_ASSIGN(const auto live, catalog::WaiverSet::load(*open.catalog));
  TRY(command.print(table_of(incidents, live, command.clock->now(), options)));
  if (static_cast<std::int64_t>(incidents.size()) == options.limit)
    command.say("there may be more: --limit");
  return Exit::ok;
}

// An id, or a subject: then its open incident, or else its newest.
Result<app::IncidentFile> find(const Command::Open& open, const std::string& which) {
  catalog::Catalog& catalog = *open.catalog;
  const bool number = !which.empty() &&
                      which.find_first_not_of("0123456789") == std::string::npos &&
                      which.size() < 18;
  if (number) return app::load_incident(*open.workspace, catalog, std::stoll(which));
  catalog::IncidentFilter filter;
  filter.subject = which;
  filter.include_resolved = true;
  TRY_ASSIGN(const auto incidents, catalog::list_incidents(catalog, filter));
  const catalog::Incident* chosen = nullptr;
  for (const catalog::Incident& incident : incidents)
    if (chosen == nullptr || !incident.resolved_at ||
        (chosen->resolved_at && incident.id > chosen->id))
      chosen = &incident;
  if (chosen == nullptr)
    return Error(Code::not_found, "no incident on \"" + app::printable(which) + "\"",
                 "holdfast incidents list --all");
  return app::load_incident(*open.workspace, catalog, chosen->id);
}

Json json_of(const app::IncidentFile& file) {
  Json json = Json::parse(app::incident_json(file.incident));
  json["review"] = Json::array();
  for (const core::Field& field : file.review)
    json["review"].push_back({{"key", field.key}, {"value", core::display(field.value)}});
  json["waivers"] = Json::array();
  for (const catalog::Waiver& waiver : file.waivers)
    json["waivers"].push_back(Json::parse(app::waiver_json(waiver)));
  json["events"] = Json::array();
  for (const catalog::StoredEvent& stored : file.events)
    json["events"].push_back(Json::parse(app::event_json(stored)));
  return json;
}

std::string block(const std::string& lead, const std::string& text) {
  std::string out;
  const std::size_t width = static_cast<std::size_t>(terminal_width());
  for (const std::string& line :
       app::folded(app::printable(text.empty() ? "-" : text), width - lead.size()))
    out += (out.empty() ? lead : std::string(lead.size(), ' ')) + line + '\n';
  return out;
}

std::string text_of(const core::Finding& finding) {
  std::string out = '\n' + finding.rule + (finding.waived ? " (waived)" : "") + '\n';
  out += block("  ", finding.message);
  out += block("  recorded: ", finding.recorded) + block("  observed: ", finding.observed);
  if (!finding.hint.empty()) out += block("  hint:     ", finding.hint);
  return out;
}

std::string text_of(const catalog::Waiver& waiver) {
  return "\nwaiver " + std::to_string(waiver.id) + "  " + waiver.rule + "  by " +
         app::printable(waiver.owner) + " until " + format_rfc3339(waiver.expires_at) +
         (waiver.revoked_at ? " (revoked)" : "") + '\n' + block("  ", waiver.reason);
}

std::string text_of(const app::IncidentFile& file, Timestamp now) {
  const catalog::Incident& incident = file.incident;
  std::string out =
      "incident " + std::to_string(incident.id) + "  " + app::printable(incident.subject) + '\n';
  out += "  " + app::verdict_words(incident.verdict) + ", " +
         std::string(core::level_name(incident.level)) + ", opened " +
         age(incident.opened_at, now) + " ago (" + format_rfc3339(incident.opened_at) + ")";
  out += incident.resolved_at ? ", resolved " + format_rfc3339(*incident.resolved_at) + '\n'
                              : ", open\n";
  for (const core::Finding& finding : incident.findings)
    out += text_of(finding);
  for (const catalog::Waiver& waiver : file.waivers)
    out += text_of(waiver);
  out += "\nevents\n";
  const auto width = stdout_is_terminal() ? static_cast<std::size_t>(terminal_width()) : 0;
  for (const catalog::StoredEvent& stored : file.events)
    out += app::event_line(stored, width) + '\n';
  return out;
}

Result<Exit> show(const Command& command, const std::string& which) {
  TRY_ASSIGN(const auto open, command.open());
  TRY_ASSIGN(const auto file, find(open, which));
  const bool json = command.output == OutputFormat::json;
  TRY(command.print(json ? json_of(file).dump(2) + "\n" : text_of(file, command.clock->now())));
  return Exit::ok;
}

struct ReportOptions {
  std::string which;
  std::string output;
};

Result<Exit> report(const Command& command, const ReportOptions& options) {
  TRY_ASSIGN(const auto open, command.open({{"--output", options.output}}));
  TRY_ASSIGN(const auto file, find(open, options.which));
  const bool json = command.output == OutputFormat::json;
  const std::string text =
      json ? json_of(file).dump(2) + "\n" : app::incident_markdown(file, command.clock->now());
  if (options.output.empty()) {
    TRY(command.print(text));
  } else {
    TRY(write_whole_file(real_file_system(), options.output, text));
    command.say("report: " + options.output);
  }
  return Exit::ok;
}

}  // namespace

void add_incident_commands(CLI::App& root) {
  CLI::App* group =
      add_group(root, "incidents", "What is out of step, since when, and what happened to it");
  const auto listing = std::make_shared<ListOptions>();
  CLI::App* list_command =
      add_command(*group, "list", "List open incidents",
                  {"holdfast incidents list", "holdfast incidents list --all --json"},
                  [listing](const Command& with) { return list(with, *listing); });
  list_command->add_flag("--all", listing->all, "Resolved ones too");
  list_command->add_option("--subject", listing->subject, "Only on this subject")
      ->type_name("SUBJECT");
  list_command->add_option("--domain", listing->domain, "Only of this domain")->type_name("DOMAIN");
  list_command->add_option("--limit", listing->limit, "At most so many")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();

  const auto which = std::make_shared<std::string>();
  CLI::App* show_command =
      add_command(*group, "show", "Show one incident with its findings, waivers and events",
                  {"holdfast incidents show 12", "holdfast incidents show artifact:atlas/nb-0042"},
                  [which](const Command& with) { return show(with, *which); });
  show_command->add_option("INCIDENT", *which, "Its number, or its subject")->required();

  const auto reporting = std::make_shared<ReportOptions>();
  CLI::App* report_command =
      add_command(*group, "report", "Write one incident as a Markdown report to hand on",
                  {"holdfast incidents report 12 --output incident-12.md"},
                  [reporting](const Command& with) { return report(with, *reporting); });
  report_command->add_option("INCIDENT", reporting->which, "Its number, or its subject")
      ->required();
  report_command->add_option("--output", reporting->output, "Write it to FILE, whole or not at all")
      ->type_name("FILE");
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
// `holdfast waive`: an owner accepts one exact difference, the current one of an open incident, for a time.
#include "cli/waive_command.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/record_json.h"
#include "app/text.h"
#include "base/nearest.h"
#include "catalog/incidents.h"
#include "catalog/stored.h"
#include "cli/command_tree.h"
#include "cli/moment.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

struct WaiveOptions {
  std::string subject;
  std::string rule;
  std::string reason;
  std::string expires;
  std::string owner;
  bool dry_run = false;
};

std::optional<std::int64_t> number_in(const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

Result<catalog::Incident> open_incident_of(catalog::Catalog& catalog, std::int64_t id) {
  TRY_ASSIGN(auto incident, catalog::find_incident(catalog, id));
  if (!incident || incident->resolved_at)
    return Error(Code::conflict,
                 (incident ? "incident " + std::to_string(id) + " on \"" +
                                 app::printable(incident->subject) + "\" is resolved"
                           : "no incident " + std::to_string(id)) +
                     ", so there is no difference to waive",
                 "holdfast incidents list");
  return std::move(*incident);
}

Result<catalog::Incident> open_incident(catalog::Catalog& catalog, const std::string& subject) {
  if (const auto id = number_in(subject)) return open_incident_of(catalog, *id);
  catalog::IncidentFilter filter;
  filter.subject = subject;
  TRY_ASSIGN(auto incidents, catalog::list_incidents(catalog, filter));
  if (!incidents.empty()) return std::move(incidents.front());
  TRY_ASSIGN(const auto others, catalog::list_incidents(catalog, {}));
  std::vector<std::string> subjects;
  for (const catalog::Incident& incident : others)
    subjects.push_back(incident.subject);
  return Error(Code::conflict,
               "no open incident on \"" + app::printable(subject) +
                   "\", so there is no difference to waive" + did_you_mean(subject, subjects),
               "holdfast check, then: holdfast incidents list");
}

// The findings that are waived: all of the named rule, or, with no rule named, the only one there is.
Result<std::vector<core::Finding>> chosen_findings(const catalog::Incident& incident,
                                                   const std::string& rule) {
  std::vector<core::Finding> chosen;
  std::string rules;
  for (const core::Finding& finding : incident.findings) {
    rules += (rules.empty() ? "" : ", ") + finding.rule;
    if (rule.empty() || finding.rule == rule) chosen.push_back(finding);
  }
  if (chosen.empty())
    return Error(Code::conflict,
                 "the incident has no finding of rule \"" + rule + "\"; it has: " + rules);
  if (rule.empty() && chosen.size() > 1)
    return Error(Code::invalid, "which difference? The incident has: " + rules, "--rule RULE");
  return chosen;
}

std::string text_of(const catalog::Waiver& waiver, bool dry_run) {
  std::string out = dry_run ? "would waive " : "waiver " + std::to_string(waiver.id) + ": ";
  out += waiver.rule + " on " + app::printable(waiver.subject) + " until " +
         format_rfc3339(waiver.expires_at) + '\n';
  out += "  recorded: " + (waiver.recorded.empty() ? "-" : app::printable(waiver.recorded)) + '\n';
  return out + "  observed: " + (waiver.observed.empty() ? "-" : app::printable(waiver.observed)) +
         '\n';
}

Status print_waivers(const Command& command, const catalog::GrantedWaivers& granted, bool dry_run) {
  if (command.output == OutputFormat::json) {
    Json list = Json::array();
    for (const catalog::Waiver& waiver : granted.waivers)
      list.push_back(Json::parse(app::waiver_json(waiver)));
    return command.print(
        Json{{"waivers", list}, {"waived_already", granted.waived_already}, {"dry_run", dry_run}}
            .dump(2) +
        "\n");
  }
  std::string out;
  for (const catalog::Waiver& waiver : granted.waivers)
    out += text_of(waiver, dry_run);
  return command.print(out);
}

Result<Exit> waive(const Command& command, const WaiveOptions& options) {
  if (options.subject.empty())
    return Error(Code::invalid, "waive: which subject?",
                 "holdfast incidents list shows them; holdfast waive --help");
  if (options.reason.empty())
    return Error(Code::invalid, "waive: --reason says why this difference is accepted",
                 "holdfast waive --help");
  if (options.expires.empty())
    return Error(Code::invalid, "waive: --expires says for how long", "for example --expires 30d");
  auto expires_at = parse_future(options.expires, command.clock->now());
  if (!expires_at) return std::move(expires_at).error().with("--expires");
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const auto incident, open_incident(*open.catalog, options.subject));
  TRY_ASSIGN(const auto findings, chosen_findings(incident, options.rule));
  TRY_ASSIGN(const auto granted,
             waive_findings(command, open, findings,
                            {{options.owner, options.reason, *expires_at}, options.dry_run}));
  TRY(print_waivers(command, granted, options.dry_run));
  if (!options.dry_run)
    command.say(
        "the next check counts it as waived; any other difference on the subject fires again");
  return Exit::ok;
}

// To the nearest unit: a waiver just made for 3 d has 3 d left, not 2.
std::string left_text(std::chrono::nanoseconds left) {
  using namespace std::chrono;
  const nanoseconds half = left >= 24h  ? nanoseconds(12h)
                           : left >= 1h ? nanoseconds(30min)
                                        : nanoseconds(30s);
  return format_age(left + half);
}

std::string state_of(const catalog::Waiver& waiver, Timestamp now) {
  if (waiver.revoked_at) return "revoked";
  if (waiver.expires_at <= now) return "expired";
  return left_text(std::chrono::nanoseconds(waiver.expires_at.ns - now.ns)) + " left";
}

Result<Exit> list(const Command& command, bool all) {
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const auto waivers, catalog::list_waivers(*open.catalog, all));
  if (command.output == OutputFormat::json) {
    Json list = Json::array();
    for (const catalog::Waiver& waiver : waivers)
      list.push_back(Json::parse(app::waiver_json(waiver)));
    TRY(command.print(Json{{"waivers", list}}.dump(2) + "\n"));
    return Exit::ok;
  }
  if (waivers.empty()) {
    TRY(command.print(all ? "no waivers\n" : "no live waivers\n"));
    return Exit::ok;
  }
  app::TextTable table{{"ID", "SUBJECT", "RULE", "OWNER", "STATE", "REASON"}, {}, 5, {0}, {3, 4}};
  for (const catalog::Waiver& waiver : waivers)
    table.rows.push_back({std::to_string(waiver.id), app::printable(waiver.subject), waiver.rule,
                          app::printable(waiver.owner), state_of(waiver, command.clock->now()),
                          app::printable(waiver.reason)});
  TRY(command.print(app::text_of(table, list_width())));
  return Exit::ok;
}

struct RevokeOptions {
  std::vector<std::string> which;
  bool dry_run = false;
};

// The waiver of that number, or the live ones of that subject.
Result<std::vector<catalog::Waiver>> chosen_waivers(const std::vector<catalog::Waiver>& all,
                                                    const std::string& which, Timestamp now) {
  std::vector<catalog::Waiver> chosen;
  const auto id = number_in(which);
  for (const catalog::Waiver& waiver : all) {
    const bool is_live = !waiver.revoked_at && waiver.expires_at > now;
    if (id ? waiver.id == *id : is_live && waiver.subject == which) chosen.push_back(waiver);
  }
  if (chosen.empty())
    return Error(Code::not_found,
                 id ? "no waiver " + which : "no live waiver on \"" + app::printable(which) + '"',
                 "holdfast waive list --all");
  if (chosen.front().revoked_at)
    return Error(
        Code::not_found,
        "waiver " + which + " was revoked before, at " + format_rfc3339(*chosen.front().revoked_at),
        "holdfast waive list tells the live ones");
  return chosen;
}

// All or none.
Status revoke_all(catalog::Catalog& catalog, const std::vector<catalog::Waiver>& waivers,
                  const std::string& actor) {
  return catalog::in_transaction(catalog.connection(), [&]() -> Status {
    for (const catalog::Waiver& waiver : waivers)
      TRY(catalog::revoke_waiver(catalog, waiver.id, actor));
    return {};
  });
}

Result<Exit> revoke(const Command& command, const RevokeOptions& options) {
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const auto all, catalog::list_waivers(*open.catalog, true));
  std::vector<catalog::Waiver> chosen;
  for (const std::string& which : options.which) {
    TRY_ASSIGN(const auto found, chosen_waivers(all, which, command.clock->now()));
    for (const catalog::Waiver& waiver : found)
      if (std::ranges::none_of(chosen, [&](const auto& each) { return each.id == waiver.id; }))
        chosen.push_back(waiver);
  }
  if (!options.dry_run) TRY(revoke_all(*open.catalog, chosen, open.workspace->actor));
  std::string text;
  Json ids = Json::array();
  for (const catalog::Waiver& waiver : chosen) {
    ids.push_back(waiver.id);
    text += std::string(options.dry_run ? "would revoke " : "revoked ") + "waiver " +
            std::to_string(waiver.id) + ": " + waiver.rule + " on " +
            app::printable(waiver.subject) + "\n";
  }
  if (command.output == OutputFormat::json)
    text =
        Json{{"revoked", chosen.front().id}, {"waivers", ids}, {"dry_run", options.dry_run}}.dump(
            2) +
        "\n";
  TRY(command.print(text));
  return Exit::ok;
}

}  // namespace

Result<catalog::GrantedWaivers> waive_findings(const Command& command, const Command::Open& open,
                                               std::span<const core::Finding> findings,
                                               WaiveRequest request) {
  const std::string& actor = open.workspace->actor;
  if (request.terms.owner.empty()) request.terms.owner = actor;
  TRY_ASSIGN(auto granted,
             request.dry_run
                 ? catalog::plan_waivers(*open.catalog, findings, request.terms)
                 : catalog::grant_waivers(*open.catalog, findings, request.terms, actor));
  if (granted.waived_already > 0)
    command.say(app::counted(granted.waived_already, "difference") +
                (granted.waived_already == 1 ? " was" : " were") +
                " waived already and stayed as before: holdfast waive list");
  return granted;
}

void add_waive_commands(CLI::App& root) {
  const auto options = std::make_shared<WaiveOptions>();
  CLI::App* command = add_command(
      root, "waive", "Accept one exact difference of an open incident, with a reason and an end",
      {"holdfast waive 14 --reason 'rerun agreed in review 12' --expires 30d",
       "holdfast waive artifact:atlas/nb-42 --rule artifact.modified --reason rerun --expires 30d",
       "holdfast waive 14 --reason 'known' --expires 2026-12-31 --owner ana --dry-run",
       "holdfast waive list", "holdfast waive revoke 3"},
      [options](const Command& with) { return waive(with, *options); });
  command->add_option(
      "SUBJECT", options->subject,
      "A subject with an open incident, or the incident's number (holdfast incidents "
      "list)");
  command
      ->add_option("--rule", options->rule,
                   "Which of its differences (not needed where it has one)")
      ->type_name("RULE");
  command->add_option("--reason", options->reason, "Why this difference is accepted")
      ->type_name("TEXT");
  command->add_option("--expires", options->expires, "For how long, or until when: 30d, 2026-12-31")
      ->type_name("TIME");
  command->add_option("--owner", options->owner, "Who accepts it (default: the workspace's actor)")
      ->type_name("NAME");
  command->add_flag("--dry-run", options->dry_run, "Only show what would be waived");

  const auto all = std::make_shared<bool>(false);
  CLI::App* listing =
      add_command(*command, "list", "List live waivers", {"holdfast waive list --all --json"},
                  [all](const Command& with) { return list(with, *all); });
  listing->add_flag("--all", *all, "Ended ones too");

  const auto revoking = std::make_shared<RevokeOptions>();
  CLI::App* revoke_command =
      add_command(*command, "revoke", "End waivers now",
                  {"holdfast waive revoke 3",
                   "holdfast waive revoke schema:core/telemetry.FeedbackEvent  # all that it has"},
                  [revoking](const Command& with) { return revoke(with, *revoking); });
  revoke_command
      ->add_option("WAIVER", revoking->which,
                   "Its number, or a subject: then all live ones that the subject has")
      ->required()
      ->expected(1, -1);
  revoke_command->add_flag("--dry-run", revoking->dry_run, "Only show which");
}

}  // namespace holdfast::cli

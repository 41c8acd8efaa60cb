// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas history` and `holdfast schemas accept`: episodes of drift, and living with one for a while.
#include <CLI/CLI.hpp>

#include "app/record_json.h"
#include "app/text.h"
#include "catalog/incidents.h"
#include "cli/moment.h"
#include "cli/schemas_commands.h"
#include "cli/terminal.h"
#include "cli/waive_command.h"
#include "schemas/episodes.h"
#include "schemas/json_object.h"
#include "schemas/judge.h"
#include "schemas/pins.h"
#include "schemas/schema_text.h"

namespace holdfast::cli {
namespace {

using schemas::Episode;

struct HistoryWords : SchemasWords {
  std::string schema;
  std::int64_t limit = 100;
  bool open_only = false;
};

std::string episode_json(const Episode& episode, Timestamp now) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  schemas::JsonObject out;
  out.number("id", episode.id)
      .text("section", episode.section)
      .text("schema", episode.schema_name)
      .text("subject", episode.subject)
      .text("registry", episode.registry)
      .text("track", episode.track)
      .text("status", episode.status)
      .text("class", episode.change)
      .text("worst_class", episode.worst_change)
      .text_or_null("local_version", episode.local_version)
      .text_or_null("registry_version", episode.registry_version)
      .text_or_null("local_sha256", episode.local_sha256)
      .text_or_null("registry_sha256", episode.registry_sha256)
      .text("opened_at", format_rfc3339(episode.opened_at))
      .text("last_seen_at", format_rfc3339(episode.last_seen_at))
      .text_or_null("closed_at", episode.closed_at ? format_rfc3339(*episode.closed_at) : "")
      .number("duration_ms", (episode.closed_at.value_or(now).ns - episode.opened_at.ns) / kNsPerMs)
      .number("looks", episode.looks);
  return std::move(out).take();
}

std::string text_of(const std::vector<Episode>& episodes, Timestamp now) {
  app::TextTable table{{"SCHEMA", "CLASS", "PINNED", "REGISTRY", "SINCE", "FOR", "STATE", "LOOKS"},
                       {},
                       0,
                       {7},
                       {7, 2, 3}};
  for (const Episode& episode : episodes) {
    const Timestamp end = episode.closed_at.value_or(now);
    table.rows.push_back(
        {app::printable(episode.schema_name), episode.worst_change,
         app::printable(episode.local_version.empty() ? "-" : episode.local_version),
         app::printable(episode.registry_version.empty() ? "-" : episode.registry_version),
         format_rfc3339(episode.opened_at).substr(0, 19) + 'Z',
         format_age(std::chrono::nanoseconds(end.ns - episode.opened_at.ns)),
         episode.closed_at ? "resolved" : "open", std::to_string(episode.looks)});
  }
  return episodes.empty() ? "no episodes of drift\n" : app::text_of(table, list_width());
}

Result<Exit> history(const Command& command, const HistoryWords& words) {
  TRY_ASSIGN(auto open, command.open());
  schemas::EpisodeFilter filter;
  if (!words.name.empty()) {
    TRY_ASSIGN(const auto* config, open.workspace->schema_pins(words.name));
    filter.section = config->name;
  }
  if (!words.schema.empty()) filter.schema_name = schemas::schema_name_of(words.schema);
  filter.open_only = words.open_only;
  filter.limit = words.limit;
  TRY_ASSIGN(const auto episodes, schemas::list_episodes(*open.catalog, filter));
  if (episodes.empty() && !words.schema.empty()) {
    std::vector<const schemas::SchemasConfig*> asked;
    for (const schemas::SchemasConfig& each : open.workspace->schemas)
      if (words.name.empty() || each.name == words.name) asked.push_back(&each);
    if (asked.size() == 1)
      TRY(schemas::require_pinned(asked.front()->fixtures, *filter.schema_name));
  }
  const Timestamp now = command.clock->now();
  if (command.output == OutputFormat::text) {
    TRY(command.print(text_of(episodes, now)));
    return Exit::ok;
  }
  std::vector<std::string> all;
  for (const Episode& episode : episodes)
    all.push_back(episode_json(episode, now));
  schemas::JsonObject out;
  out.text("schema", "holdfast.schemas-history/1").array("episodes", all);
  TRY(command.print(schemas::indented(std::move(out).take())));
  return Exit::ok;
}

// --- accept

struct AcceptWords : SchemasWords {
  std::string schema;
  std::string reason;
  std::string until;
  std::string owner;
  bool dry_run = false;
};

Result<std::vector<core::Finding>> to_accept(catalog::Catalog& catalog,
                                             const std::string& subject) {
  TRY_ASSIGN(const auto incidents, catalog::list_incidents(catalog, {.subject = subject}));
  std::vector<core::Finding> out;
  for (const catalog::Incident& incident : incidents)
    out.insert(out.end(), incident.findings.begin(), incident.findings.end());
  if (out.empty())
    return Error(Code::not_found, subject + " has no open incident, so there is nothing to accept",
                 "holdfast schemas check, then: holdfast incidents list");
  return out;
}

Status print_accepted(const Command& command, const catalog::GrantedWaivers& granted,
                      bool dry_run) {
  if (command.output == OutputFormat::json) {
    std::vector<std::string> all;
    for (const catalog::Waiver& waiver : granted.waivers)
      all.push_back(app::waiver_json(waiver));
    schemas::JsonObject out;
    out.array("waivers", all)
        .number("waived_already", granted.waived_already)
        .flag("dry_run", dry_run);
    return command.print(schemas::indented(std::move(out).take()));
  }
  std::string out;
  for (const catalog::Waiver& waiver : granted.waivers)
    out += std::string(dry_run ? "would accept " : "accepted ") + waiver.rule + " on " +
           app::printable(waiver.subject) + " until " + format_rfc3339(waiver.expires_at) + '\n' +
           "  was: " + app::printable(schemas::shown_piece(waiver.recorded)) + '\n' +
           "  is:  " + app::printable(schemas::shown_piece(waiver.observed)) + '\n';
  return command.print(out);
}

Result<Exit> accept(const Command& command, const AcceptWords& words) {
  if (words.reason.empty() || words.until.empty())
    return Error(Code::invalid,
                 words.reason.empty() ? "accept: --reason says why this drift is accepted"
                                      : "accept: --until says for how long",
                 "for example --reason 'adapting in sprint 12' --until 14d");
  auto expires_at = parse_future(words.until, command.clock->now());
  if (!expires_at) return std::move(expires_at).error().with("--until");
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const auto* config,
             open.workspace->schema_pins(
                 words.name.empty() ? std::nullopt : std::optional<std::string_view>(words.name)));
  const std::string subject = config->subject_of(schemas::schema_name_of(words.schema)).text();
  auto findings = to_accept(*open.catalog, subject);
  if (!findings && findings.error().code() == Code::not_found)
    TRY(schemas::require_pinned(config->fixtures, schemas::schema_name_of(words.schema)));
  if (!findings) return std::move(findings).error();
  TRY_ASSIGN(const auto granted,
             waive_findings(command, open, *findings,
                            {{words.owner, words.reason, *expires_at}, words.dry_run}));
  TRY(print_accepted(command, granted, words.dry_run));
  if (!words.dry_run)
    command.say("the next check counts them as waived; any other difference fires again");
  return Exit::ok;
}

}  // namespace

void add_schemas_history(CLI::App& group) {
  const auto words = std::make_shared<HistoryWords>();
  CLI::App* command =
      add_command(group, "history", "List episodes of drift: since when, how grave, how long",
                  {"holdfast schemas history", "holdfast schemas history core --open",
                   "holdfast schemas history --schema telemetry.FeedbackEvent --json"},
                  [words](const Command& with) { return history(with, *words); });
  command->add_option("NAME", words->name, "Only this set of pins, [schemas.NAME]");
  command->add_option("--schema", words->schema, "Only this schema")->type_name("SCHEMA");
  command->add_flag("--open", words->open_only, "Only what still drifts");
  command->add_option("--limit", words->limit, "The newest, at most")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
}

void add_schemas_accept(CLI::App& group) {
  const auto words = std::make_shared<AcceptWords>();
  CLI::App* command = add_command(
      group, "accept", "Accept the drift of one schema as it is now, with a reason and an end",
      {"holdfast schemas accept telemetry.FeedbackEvent --reason 'adapting in sprint 12' --until "
       "14d",
       "holdfast schemas accept telemetry.FeedbackEvent --pins core --reason known --until "
       "2026-12-31 --dry-run"},
      [words](const Command& with) { return accept(with, *words); });
  command->add_option("SCHEMA", words->schema, "The schema's name")->required();
  add_pins_option(*command, *words);
  command->add_option("--reason", words->reason, "Why it is accepted")->type_name("TEXT");
  command
      ->add_option("--until,--expires", words->until,
                   "For how long, or until when: 14d, 2026-12-31")
      ->type_name("TIME");
  command->add_option("--owner", words->owner, "Who accepts it (default: the workspace's actor)")
      ->type_name("NAME");
  command->add_flag("--dry-run", words->dry_run, "Only show what would be accepted");
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas fetch`, also called pull.
#include <algorithm>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "app/text.h"
#include "base/root_folder.h"
#include "catalog/check_runs.h"
#include "catalog/event_log.h"
#include "cli/schemas_commands.h"
#include "cli/terminal.h"
#include "core/event.h"
#include "schemas/drift_report.h"
#include "schemas/fetch.h"
#include "schemas/json_object.h"
#include "schemas/judge.h"
#include "schemas/schema_text.h"

namespace holdfast::cli {
namespace {

using schemas::Fetched;
using schemas::FetchedSchema;
using schemas::JsonObject;

struct FetchWords : SchemasWords {
  std::vector<std::string> names;
  std::string accept;
  bool all = false;
  bool force = false;
  bool dry_run = false;
};

std::string class_of(const FetchedSchema& each) {
  return each.comparison ? std::string(schemas::class_name(each.comparison->change)) : "";
}

std::string schema_json(const FetchedSchema& each) {
  std::vector<std::string> changes;
  if (each.comparison)
    for (const schemas::Change& change : each.comparison->changes)
      changes.push_back(schemas::change_json(change));
  JsonObject out;
  out.text("schema", each.name)
      .text("action", schemas::action_name(each.action))
      .text_or_null("version_before", each.version_before)
      .text_or_null("version", each.version)
      .text("url", each.url)
      .text("canonical_sha256", each.canonical_sha256)
      .flag("edited", each.was_edited)
      .text_or_null("class", class_of(each))
      .text_or_null("refused", each.refused.value_or(""))
      .array("changes", changes);
  return std::move(out).take();
}

std::string json_of(const schemas::SchemasConfig& config, const Fetched& fetched,
                    const FetchWords& words) {
  std::vector<std::string> all;
  for (const FetchedSchema& each : fetched.schemas)
    all.push_back(schema_json(each));
  JsonObject out;
  out.text("schema", "holdfast.schemas-fetch/1")
      .text("registry_url", config.registry.shown())
      .text("track", config.track)
      .text("folder", config.fixtures)
      .flag("dry_run", words.dry_run)
      .flag("changes", fetched.changes)
      .flag("written", fetched.was_written)
      .flag("refused", fetched.is_refused())
      .text_or_null("backup", fetched.backup)
      .array("schemas", all);
  return schemas::indented(std::move(out).take());
}

std::string changes_text(const FetchedSchema& each) {
  std::string out;
  if (!each.comparison) return out;
  for (const schemas::Change& change : each.comparison->changes) {
    out += "    " + change.rule + ' ' + app::printable(change.path) + ": " +
           app::printable(change.message) + " (" + std::string(schemas::class_name(change.change)) +
           ")\n";
    const auto told = [&](std::string_view words, const std::optional<std::string>& witness) {
      if (witness)
        out += "      " + schemas::words_of_witness(words, change.change) +
               app::printable(*witness) + '\n';
    };
    told(schemas::kNoLongerValid, change.backward_witness);
    told(schemas::kNotValidBefore, change.forward_witness);
  }
  return out;
}

/// What became of it; of what was not written, what would have.
std::string action_text(const FetchedSchema& each, bool is_run_refused, bool is_dry_run) {
  using enum schemas::FetchAction;
  if (each.refused) return "refused";
  if (is_run_refused && each.action != kept) return "held back";
  if (!is_dry_run) return std::string(schemas::action_name(each.action));
  switch (each.action) {
    case added:
      return "would add";
    case replaced:
      return "would replace";
    case restored:
      return "would restore";
    case kept:
      return "kept";
  }
  return {};
}

std::string counts_text(const Fetched& fetched, const FetchWords& words) {
  const auto all = std::ssize(fetched.schemas);
  const std::int64_t kept =
      std::ranges::count(fetched.schemas, schemas::FetchAction::kept, &FetchedSchema::action);
  if (!fetched.changes) return app::counted(all, "schema") + " up to date";
  if (kept == all)  // the versions, or the registry, are others
    return app::counted(all, "schema") + " kept, and the lock file " +
           (words.dry_run ? "would be written" : "is written") + " anew";
  return app::counted(all - kept, "schema") + (words.dry_run ? " would be pinned" : " pinned") +
         (kept > 0 ? ", " + app::with_thousands(kept) + " kept" : "");
}

std::string text_of(const schemas::SchemasConfig& config, const Fetched& fetched,
                    const FetchWords& words) {
  app::TextTable table{{"SCHEMA", "ACTION", "PINNED", "REGISTRY", "CHANGE"}, {}, 0, {}};
  std::string refusals;
  for (const FetchedSchema& each : fetched.schemas) {
    const auto shown = [](const std::string& text) {
      return text.empty() ? std::string("-") : app::printable(text);
    };
    table.rows.push_back({app::printable(each.name),
                          action_text(each, fetched.is_refused(), words.dry_run),
                          shown(each.version_before), shown(each.version), shown(class_of(each))});
    if (each.refused)
      refusals +=
          "  " + app::printable(each.name) + ": " + *each.refused + '\n' + changes_text(each);
  }
  std::string out = app::text_of(table, static_cast<std::size_t>(terminal_width()));
  const std::string folder = app::printable(printable_path(config.fixtures));
  if (fetched.is_refused()) return out + "refused, nothing was written:\n" + refusals;
  std::string leftover;
  for (const std::string& left : fetched.leftover)
    leftover += "kept of a run that was killed: " + app::printable(printable_path(left)) + '\n';
  out += folder + ": " + counts_text(fetched, words) + '\n';
  if (!fetched.changes) return out + leftover;
  if (words.dry_run) return out;
  if (!fetched.backup.empty())
    out += "what was there: " + app::printable(printable_path(fetched.backup)) + '\n';
  return out + leftover;
}

/// `schema.fetch_began` before the pins are written, so that a kill leaves who took what over; `schema.fetched` once they are.
struct Recorded {
  const char* name;
  const std::string& run_id;
};

Status record(catalog::Catalog& catalog, const ChosenSchemas& chosen, const Fetched& fetched,
              const Recorded& as) {
  std::vector<core::Event> events;
  for (const FetchedSchema& each : fetched.schemas) {
    if (each.action == schemas::FetchAction::kept) continue;
    core::Event event;
    event.name = as.name;
    event.subject = chosen.config.subject_of(each.name).text();
    event.actor = chosen.workspace->actor;
    event.run_id = as.run_id;
    event.dedup_key = event.name + '/' + as.run_id + '/' + each.name;
    event.fields = {{"registry", chosen.config.registry.shown()},
                    {"track", chosen.config.track},
                    {"schema", each.name},
                    {"action", std::string(schemas::action_name(each.action))},
                    {"version_before", each.version_before},
                    {"version", each.version},
                    {"class", class_of(each)},
                    {"canonical_sha256", each.canonical_sha256},
                    {"edited", each.was_edited},
                    {"backup", fetched.backup}};
    events.push_back(std::move(event));
  }
  TRY(catalog::append_events(catalog, events));
  return {};
}

/// A copy elsewhere is none of the section's pins: told as theirs, it would stand in the timeline of their incidents.
bool writes_elsewhere(const ChosenSchemas& chosen) {
  return std::ranges::any_of(chosen.workspace->schemas, [&](const auto& section) {
    return section.name == chosen.config.name && section.fixtures != chosen.config.fixtures;
  });
}

Result<Exit> fetch(const Command& command, const FetchWords& words) {
  if (!words.accept.empty() && words.accept != "breaking")
    return Error(Code::invalid, "--accept: \"" + words.accept + "\" is not \"breaking\"");
  TRY_ASSIGN(const ChosenSchemas chosen, chosen_schemas(command, words));
  if (!chosen.is_configured && words.track.empty() && std::getenv("REGISTRY_TRACK") == nullptr)
    return Error(Code::invalid, "fetch: --track says which of the registry's tracks",
                 "holdfast schemas fetch --track v1");
  TRY(app::check_pins_folder(*chosen.workspace, *command.clock, {"--output", words.folder}));
  std::optional<Command::Open> open;
  if (chosen.has_workspace && !words.dry_run && !writes_elsewhere(chosen)) {
    TRY_ASSIGN(open, command.open());
  }
  schemas::FetchOptions options;
  options.names = words.names;
  options.all = words.all;
  options.force = words.force;
  options.accept_breaking = !words.accept.empty();
  options.dry_run = words.dry_run;
  options.id = catalog::new_run_id(*command.clock);
  options.cancel = command.cancel;
  options.clock = command.clock;
  if (open)
    options.before_writing = [&](const Fetched& coming) {
      return record(*open->catalog, chosen, coming, {"schema.fetch_began", options.id});
    };
  TRY_ASSIGN(const Fetched fetched, schemas::fetch_schemas(chosen.config, options));
  Status recorded;
  if (open && fetched.was_written)
    recorded = record(*open->catalog, chosen, fetched, {"schema.fetched", options.id});
  TRY(command.print(command.output == OutputFormat::json ? json_of(chosen.config, fetched, words)
                                                         : text_of(chosen.config, fetched, words)));
  if (!recorded)
    return Error(Code::io, "the pins are written, but the events could not be recorded: " +
                               recorded.error().message());
  if (fetched.is_refused()) return Exit::refused;
  return words.dry_run && fetched.changes ? Exit::findings : Exit::ok;
}

void add_options(CLI::App& command, FetchWords& words) {
  add_schemas_choice(command, words);
  command
      .add_option("--output", words.folder,
                  "The folder of pins (default: as configured, else schemas/)")
      ->type_name("FOLDER");
  command.add_option("--schemas", words.names, "Only these (default: those that are pinned)")
      ->type_name("NAME")
      ->expected(1, -1);
  command.add_flag("--all", words.all, "Everything that the registry has on the track");
  command.add_flag(
      "--force", words.force,
      "Overwrite pins that were edited; what was there becomes a backup beside the folder");
  command.add_option("--accept", words.accept, "Take breaking changes over: --accept breaking")
      ->type_name("CLASS")
      ->check(CLI::IsMember({"breaking"}));
  command.add_flag("--dry-run", words.dry_run,
                   "Only say what would be written (exit 1 where something would)");
}

}  // namespace

void add_schemas_fetch(CLI::App& group) {
  const auto words = std::make_shared<FetchWords>();
  words->default_folder = "schemas";
  CLI::App* command =
      add_command(group, "fetch", "Pin the registry's schemas: all that are asked for, or none",
                  {"holdfast schemas fetch core --dry-run",
                   "holdfast schemas fetch --track v1 --output tests/fixtures/schemas",
                   "holdfast schemas fetch --track v1 --schemas telemetry.FeedbackEvent --force",
                   "holdfast schemas fetch core --accept breaking"},
                  [words](const Command& with) { return fetch(with, *words); });
  add_options(*command, *words);
  command->alias("pull");
}

}  // namespace holdfast::cli

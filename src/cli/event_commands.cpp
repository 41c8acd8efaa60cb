// SPDX-License-Identifier: Apache-2.0
// `holdfast events list|tail|verify|pending|deliver`: the event log, and what its sinks are owed. What they refused:
// event_refusal_commands.cpp.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/event_outbox.h"
#include "app/event_refusals.h"
#include "app/event_sinks.h"
#include "app/event_text.h"
#include "app/record_json.h"
#include "app/text.h"
#include "catalog/event_log.h"
#include "cli/command_tree.h"
#include "cli/event_refusal_commands.h"
#include "cli/moment.h"
#include "cli/pace_options.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kPage = 1000;
constexpr auto kPollEvery = std::chrono::milliseconds(500);

struct EventOptions {
  std::int64_t after_seq = 0;
  std::int64_t limit = 0;  // 0: all
  std::string name;
  std::string subject;
  std::string level;
  std::string since;
  std::string run_id;
  std::int64_t lines = 20;
  bool follow = false;
};

Result<catalog::EventFilter> filter_of(const Command& command, const EventOptions& options) {
  catalog::EventFilter filter;
  filter.after_seq = options.after_seq;
  if (!options.name.empty()) filter.name = options.name;
  if (!options.subject.empty()) filter.subject = options.subject;
  if (!options.level.empty()) filter.least_level = core::parse_level(options.level);
  if (!options.run_id.empty()) filter.run_id = options.run_id;
  if (!options.since.empty()) {
    auto since = parse_past(options.since, command.clock->now());
    if (!since) return std::move(since).error().with("--since");
    filter.since = *since;
  }
  return filter;
}

std::string text_of(const Command& command, const std::vector<catalog::StoredEvent>& page) {
  const auto width = stdout_is_terminal() ? static_cast<std::size_t>(terminal_width()) : 0;
  std::string out;
  for (const catalog::StoredEvent& stored : page)
    out += (command.output == OutputFormat::json ? app::event_json(stored)
                                                 : app::event_line(stored, width)) +
           '\n';
  return out;
}

// Page by page, so that a log of any length is printed in flat memory. Returns the last number printed.
Result<std::int64_t> print_pages(const Command& command, catalog::Catalog& catalog,
                                 catalog::EventFilter filter, std::int64_t most) {
  std::int64_t printed = 0;
  while (most == 0 || printed < most) {
    filter.limit = most == 0 ? kPage : std::min(kPage, most - printed);
    TRY_ASSIGN(const auto page, catalog::list_events(catalog, filter));
    if (page.empty()) break;
    TRY(command.print(text_of(command, page)));
    printed += static_cast<std::int64_t>(page.size());
    filter.after_seq = page.back().event.seq;
    if (static_cast<std::int64_t>(page.size()) < filter.limit) break;
    if (command.cancel->requested()) return Error(Code::cancelled, "stopped");
  }
  return filter.after_seq;
}

Result<Exit> list(const Command& command, const EventOptions& options) {
  TRY_ASSIGN(const auto filter, filter_of(command, options));
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const std::int64_t last, print_pages(command, *open.catalog, filter, options.limit));
  if (last == options.after_seq) command.say("no events match");
  return Exit::ok;
}

Result<Exit> tail(const Command& command, const EventOptions& options) {
  TRY_ASSIGN(auto filter, filter_of(command, options));
  TRY_ASSIGN(auto open, command.open());
  filter.limit = options.lines;
  TRY_ASSIGN(filter.after_seq, catalog::start_of_newest(*open.catalog, filter));
  TRY_ASSIGN(filter.after_seq, print_pages(command, *open.catalog, filter, 0));
  while (options.follow && !command.cancel->requested()) {
    command.clock->sleep_for(kPollEvery);
    auto last = print_pages(command, *open.catalog, filter, 0);
    if (!last && last.error().code() == Code::cancelled) break;
    if (!last) return std::move(last).error();
    filter.after_seq = *last;
  }
  return Exit::ok;
}

Result<Exit> verify(const Command& command) {
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const std::int64_t newest, catalog::last_event_seq(*open.catalog));
  TRY_ASSIGN(const auto proof, catalog::verify_events(*open.catalog, [&](std::int64_t seq) {
               command.progress("event " + app::with_thousands(seq) + " of " +
                                app::with_thousands(newest));
             }));
  const bool whole = !proof.broken_at.has_value();
  if (command.output == OutputFormat::json) {
    const Json json = {{"unbroken", whole},
                       {"event_count", proof.event_count},
                       {"chain_hash", proof.chain_hash},
                       {"broken_at", whole ? Json() : Json(*proof.broken_at)},
                       {"problem", whole ? Json() : Json(app::json_safe(proof.problem))}};
    TRY(command.print(json.dump(2) + "\n"));
  } else if (whole) {
    TRY(command.print("unbroken: " + app::counted(proof.event_count, "event") +
                      "\nchain hash: " + proof.chain_hash + "\n"));
    command.say(
        "write the chain hash down elsewhere: a log that is rewritten whole can't show it by "
        "itself");
  } else {
    TRY(command.print("broken at event " + std::to_string(*proof.broken_at) + ": " +
                      app::printable(proof.problem) + "\n"));
  }
  return whole ? Exit::ok : exit_of(Code::corrupt);
}

struct Owed {
  app::PendingEvents pending;
  std::int64_t refused = 0;
};

Result<Owed> owed_to(catalog::Catalog& catalog, const app::SinkPlace& place) {
  TRY_ASSIGN(const auto pending, app::pending_events(catalog, place));
  TRY_ASSIGN(const std::int64_t refused, app::refused_count(catalog, place));
  return Owed{pending, refused};
}

Json json_of(const app::SinkPlace& place, const Owed& owed) {
  const app::PendingEvents& pending = owed.pending;
  return {
      {"sink", place.kind},
      {"place", app::json_safe(place.shown)},
      {"pending", pending.count},
      {"delivered_seq", pending.delivered_seq},
      {"oldest_pending_at", pending.oldest_at ? Json(format_rfc3339(*pending.oldest_at)) : Json()},
      {"refused", owed.refused}};
}

std::string line_of(const app::SinkPlace& place, const Owed& owed, Timestamp now) {
  const app::PendingEvents& pending = owed.pending;
  std::string line = app::padded(place.kind, 8) + app::counted(pending.count, "event") + " pending";
  if (pending.oldest_at)
    line += " for " + format_age(std::chrono::nanoseconds(now.ns - pending.oldest_at->ns));
  if (owed.refused > 0) line += ", " + std::to_string(owed.refused) + " refused and set aside";
  return line + ": " + app::printable(place.shown) + '\n';
}

Result<Exit> pending(const Command& command) {
  TRY_ASSIGN(auto open, command.open());
  Json sinks = Json::array();
  std::string text;
  for (const app::SinkPlace& place : app::sink_places(open.workspace->events)) {
    TRY_ASSIGN(const Owed owed, owed_to(*open.catalog, place));
    sinks.push_back(json_of(place, owed));
    text += line_of(place, owed, command.clock->now());
  }
  if (command.output == OutputFormat::json) {
    TRY(command.print(Json{{"sinks", sinks}}.dump(2) + '\n'));
    return Exit::ok;
  }
  if (text.empty()) command.say("no sink is configured; docs/events.md has the section [events]");
  TRY(command.print(text));
  return Exit::ok;
}

Result<app::DeliveredEvents> deliver_to(const app::SinkPlace& place, const Command::Open& open,
                                        const Command& command) {
  if (place.kind == "jsonl") TRY(app::check_events_file(*open.workspace, *command.clock));
  const app::SinkOptions patient{app::Patience::long_wait, &real_file_system(), command.clock};
  const auto sink = app::make_sink(open.workspace->events, place, patient);
  return app::deliver_events(*open.catalog, *sink, {{}, command.cancel});
}

// One sink that is down keeps nothing from the others.
Result<Exit> deliver(const Command& command) {
  TRY_ASSIGN(auto open, command.open());
  std::optional<Error> problem;
  std::int64_t refused = 0;
  for (const app::SinkPlace& place : app::sink_places(open.workspace->events)) {
    const auto delivered = deliver_to(place, open, command);
    if (!delivered) {
      problem = delivered.error();
      command.say(app::printable(place.kind + ": " + delivered.error().message()));
      continue;
    }
    TRY_ASSIGN(const auto owed, app::pending_events(*open.catalog, place));
    refused += delivered->refused;
    const std::string aside = delivered->refused == 0 ? ""
                                                      : ", " + std::to_string(delivered->refused) +
                                                            " refused and set aside";
    command.say(place.kind + ": delivered " + app::counted(delivered->delivered, "event") + aside +
                ", " + std::to_string(owed.count) + " pending");
  }
  if (problem) return std::move(*problem);
  return refused == 0 ? Exit::ok : Exit::incomplete;
}

void add_filters(CLI::App& command, EventOptions& options) {
  command
      .add_option("--name", options.name,
                  "Only events of this name; \"artifact.*\" for all of a domain")
      ->type_name("NAME");
  command.add_option("--subject", options.subject, "Only events on this subject")
      ->type_name("SUBJECT");
  command.add_option("--level", options.level, "Only events of this level and above")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"note", "warning", "error"}));
  command.add_option("--run", options.run_id, "Only events of this run")->type_name("ID");
}

}  // namespace

void add_events_commands(CLI::App& root) {
  CLI::App* group = add_group(root, "events", "Read the event log, and prove it unbroken");
  const auto listing = std::make_shared<EventOptions>();
  CLI::App* list_command =
      add_command(*group, "list", "Print events, oldest first; with --json one JSON object a line",
                  {"holdfast events list --since 24h --level warning",
                   "holdfast events list --name 'artifact.*' --subject artifact:atlas/nb-0042",
                   "holdfast events list --json --after 1200 | jq -r .name"},
                  [listing](const Command& with) { return list(with, *listing); });
  add_filters(*list_command, *listing);
  list_command
      ->add_option("--since", listing->since,
                   "Only events since then: 24h, 2026-05-18, 2026-05-18T02:00:00Z")
      ->type_name("TIME");
  check_whole_number(
      *list_command->add_option("--after", listing->after_seq, "Only events after this number")
           ->type_name("SEQ"),
      0);
  check_whole_number(
      *list_command->add_option("--limit", listing->limit, "At most so many (default: all)")
           ->type_name("N"),
      1);

  const auto tailing = std::make_shared<EventOptions>();
  CLI::App* tail_command =
      add_command(*group, "tail", "Print the newest events, and with --follow those to come",
                  {"holdfast events tail", "holdfast events tail --follow --json"},
                  [tailing](const Command& with) { return tail(with, *tailing); });
  add_filters(*tail_command, *tailing);
  tail_command->add_option("--lines", tailing->lines, "How many of the newest")
      ->type_name("N")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  tail_command->add_flag("--follow", tailing->follow,
                         "Go on until SIGINT; new events show within half a second");

  add_command(*group, "pending", "Tell how many events each sink of [events] has not got yet",
              {"holdfast events pending", "holdfast events pending --json | jq .sinks"}, pending);
  add_command(
      *group, "deliver",
      "Deliver what the sinks of [events] have not got yet, with more patience than the end of a "
      "command; exit 3 where one is down or refuses an event",
      {"holdfast events deliver"}, deliver);
  add_event_refusal_commands(*group);
  add_command(*group, "verify", "Recompute every hash of the log; exit 5 where it is broken",
              {"holdfast events verify"}, verify);
}

}  // namespace holdfast::cli

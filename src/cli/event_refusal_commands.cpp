// SPDX-License-Identifier: Apache-2.0
// `holdfast events refused|resend|set-aside|dismiss`: what became of events that a sink did not take.
#include "cli/event_refusal_commands.h"

#include <limits>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/event_refusals.h"
#include "app/event_sinks.h"
#include "app/record_json.h"
#include "app/text.h"
#include "cli/command_tree.h"
#include "cli/pace_options.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kPage = 1000;

struct RefusalOptions {
  std::string sink;
  std::vector<std::int64_t> seqs;
  std::string reason;
};

Json json_of(const app::SinkPlace& place, const app::RefusedEvent& refused) {
  return {{"sink", place.kind},
          {"place", app::json_safe(place.shown)},
          {"seq", refused.seq},
          {"name", refused.name},
          {"subject", refused.subject.empty() ? Json() : Json(app::json_safe(refused.subject))},
          {"refused_at", format_rfc3339(refused.refused_at)},
          {"reason", app::json_safe(refused.reason)},
          {"set_aside_by",
           refused.set_aside_by.empty() ? Json() : Json(app::json_safe(refused.set_aside_by))}};
}

std::string line_of(const app::SinkPlace& place, const app::RefusedEvent& refused) {
  std::string line =
      app::padded(place.kind, 8) + "event " + std::to_string(refused.seq) + "  " + refused.name;
  if (!refused.subject.empty()) line += "  " + app::printable(refused.subject);
  line += "\n  " + format_rfc3339(refused.refused_at) + "  ";
  line += refused.set_aside_by.empty() ? std::string("refused")
                                       : "set aside by " + app::printable(refused.set_aside_by);
  return line + ": " + app::printable(refused.reason) + '\n';
}

// A line each with --json, so that any number is printed in flat memory.
Result<Exit> list(const Command& command) {
  TRY_ASSIGN(auto open, command.open());
  bool any = false;
  for (const app::SinkPlace& place : app::sink_places(open.workspace->events)) {
    for (std::int64_t after = 0;;) {
      TRY_ASSIGN(const auto page, app::refused_events(*open.catalog, place, after, kPage));
      if (page.empty()) break;
      std::string text;
      for (const app::RefusedEvent& refused : page)
        text += command.output == OutputFormat::json ? json_of(place, refused).dump() + '\n'
                                                     : line_of(place, refused);
      TRY(command.print(text));
      after = page.back().seq;
      any = true;
    }
  }
  if (!any) command.say("no event is set aside");
  return Exit::ok;
}

/// The configured sink of that kind.
Result<app::SinkPlace> sink_of(const app::Workspace& workspace, const std::string& kind) {
  std::string all;
  for (const app::SinkPlace& place : app::sink_places(workspace.events)) {
    if (place.kind == kind) return place;
    all += (all.empty() ? "" : ", ") + place.kind;
  }
  return Error(Code::invalid, "[events] has no sink \"" + app::printable(kind) +
                                  "\"; it has: " + (all.empty() ? std::string("none") : all));
}

Result<Exit> resend(const Command& command, const RefusalOptions& options) {
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const app::SinkPlace place, sink_of(*open.workspace, options.sink));
  if (place.kind == "jsonl") TRY(app::check_events_file(*open.workspace, *command.clock));
  const app::SinkOptions patient{app::Patience::long_wait, &real_file_system(), command.clock};
  const auto sink = app::make_sink(open.workspace->events, place, patient);
  TRY_ASSIGN(const std::int64_t sent, app::resend_refused(*open.catalog, *sink, options.seqs,
                                                          open.workspace->actor, command.cancel));
  TRY_ASSIGN(const std::int64_t left, app::refused_count(*open.catalog, place));
  command.say(place.kind + ": took " + app::counted(sent, "event") + ", " + std::to_string(left) +
              " set aside");
  return left == 0 ? Exit::ok : Exit::incomplete;
}

Result<app::RefusalDecision> decision_of(const app::Workspace& workspace,
                                         const RefusalOptions& options, const char* name) {
  if (options.reason.empty())
    return Error(Code::invalid, std::string("events ") + name + ": --reason says why",
                 std::string("holdfast events ") + name + " --help");
  return app::RefusalDecision{workspace.actor, options.reason};
}

Result<Exit> set_aside(const Command& command, const RefusalOptions& options) {
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const app::SinkPlace place, sink_of(*open.workspace, options.sink));
  TRY_ASSIGN(const auto decision, decision_of(*open.workspace, options, "set-aside"));
  TRY(app::set_aside_next(*open.catalog, place, options.seqs.front(), decision));
  command.say("event " + std::to_string(options.seqs.front()) +
              " is set aside; those behind it go on");
  return Exit::ok;
}

Result<Exit> dismiss(const Command& command, const RefusalOptions& options) {
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const app::SinkPlace place, sink_of(*open.workspace, options.sink));
  TRY_ASSIGN(const auto decision, decision_of(*open.workspace, options, "dismiss"));
  TRY_ASSIGN(const std::int64_t given_up,
             app::dismiss_refused(*open.catalog, place, options.seqs, decision));
  command.say("given up: " + app::counted(given_up, "event"));
  return Exit::ok;
}

CLI::Option* add_words(CLI::App& command, RefusalOptions& options) {
  command.add_option("SINK", options.sink, "The sink: jsonl, redis or webhook")->required();
  return command.add_option("SEQ", options.seqs, "The event's number")
      ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
}

void add_reason(CLI::App& command, RefusalOptions& options) {
  command.add_option("--reason", options.reason, "Why; it is kept with the event")
      ->type_name("TEXT");
}

}  // namespace

void add_event_refusal_commands(CLI::App& group) {
  add_command(group, "refused",
              "Print the events that a sink refused and that were set aside; with --json one JSON "
              "object a line",
              {"holdfast events refused", "holdfast events refused --json | jq .reason"}, list);

  const auto resending = std::make_shared<RefusalOptions>();
  CLI::App* resend_command =
      add_command(group, "resend",
                  "Send events that were set aside again, all or those named; exit 3 where the "
                  "sink refuses one again",
                  {"holdfast events resend webhook", "holdfast events resend webhook 17 18"},
                  [resending](const Command& with) { return resend(with, *resending); });
  add_words(*resend_command, *resending)->expected(0, -1);

  const auto aside = std::make_shared<RefusalOptions>();
  CLI::App* aside_command = add_command(
      group, "set-aside", "Set the event that a sink is waiting with aside: those behind it go on",
      {"holdfast events set-aside webhook 17 --reason 'its firewall refuses this text'"},
      [aside](const Command& with) { return set_aside(with, *aside); });
  add_words(*aside_command, *aside)->required()->expected(1);
  add_reason(*aside_command, *aside);

  const auto given_up = std::make_shared<RefusalOptions>();
  CLI::App* dismiss_command = add_command(
      group, "dismiss",
      "Give up events that were set aside: they count no more and stay in the log",
      {"holdfast events dismiss webhook 17 --reason 'the receiver has it from elsewhere'"},
      [given_up](const Command& with) { return dismiss(with, *given_up); });
  add_words(*dismiss_command, *given_up)->required()->expected(1, -1);
  add_reason(*dismiss_command, *given_up);
}

}  // namespace holdfast::cli

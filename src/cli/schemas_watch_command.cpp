// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas watch`: looking again and again, and saying where the answer changes.
#include <random>

#include <CLI/CLI.hpp>

#include "app/check_run.h"
#include "app/text.h"
#include "cli/event_delivery.h"
#include "cli/schemas_commands.h"
#include "schemas/json_object.h"
#include "schemas/known_answers.h"
#include "schemas/schema_check.h"

namespace holdfast::cli {
namespace {

using schemas::DriftRun;

constexpr std::chrono::milliseconds kNap{200};  // between two looks at whether to stop
constexpr std::chrono::seconds kLeastInterval{1};

struct WatchWords : SchemasWords {
  std::string interval = "5m";
  std::int64_t looks = 0;  // 0: until stopped
};

/// What is not synced, schema by schema, with what the registry has of it: two drifts of one schema are two answers.
std::vector<std::string> differing(const std::optional<DriftRun>& run) {
  std::vector<std::string> out;
  if (!run) return out;
  for (const schemas::SchemaState& state : run->schemas) {
    if (state.status == schemas::DriftStatus::synced) continue;
    std::string text = state.name + ' ' + std::string(schemas::status_name(state.status));
    if (state.comparison) text += ", " + std::string(schemas::class_name(state.comparison->change));
    if (!state.registry_version.empty()) text += ", registry " + state.registry_version;
    out.push_back(std::move(text));
  }
  return out;
}

std::vector<std::string> quoted(std::vector<std::string> texts) {
  for (std::string& text : texts)
    text = schemas::json_string(text);
  return texts;
}

std::string told(const app::CheckOutcome& outcome, const std::optional<DriftRun>& run, bool json) {
  const schemas::DriftCounts counts = run ? run->counts() : schemas::DriftCounts{};
  if (!json) {
    std::string out = std::string(app::conclusion_name(outcome.conclusion)) + ": " +
                      std::to_string(counts.synced) + " synced, " + std::to_string(counts.drifted) +
                      " drifted, " + std::to_string(counts.missing_in_registry) +
                      " missing in registry, " + std::to_string(counts.unknown) + " not compared";
    for (const app::CheckResult& check : outcome.checks)
      for (const std::string& gap : check.gaps)
        out += "; " + app::printable(gap);
    for (const std::string& each : differing(run))
      out += "\n  " + app::printable(each);
    return out;
  }
  schemas::JsonObject out;
  out.text("conclusion", app::conclusion_name(outcome.conclusion))
      .flag("complete", outcome.complete)
      .number("total_schemas", counts.total)
      .number("synced", counts.synced)
      .number("drifted", counts.drifted)
      .number("missing_in_registry", counts.missing_in_registry)
      .number("unknown", counts.unknown)
      .array("differing", quoted(differing(run)));
  return std::move(out).take();
}

/// Looks until it is asked to stop; prints a line where a look says something else than the one before.
class Watching {
 public:
  Watching(const Command& command, ChosenSchemas chosen, OpenedCatalog opened)
      : command_(command), chosen_(std::move(chosen)), opened_(std::move(opened)) {}

  Result<Exit> run(std::chrono::nanoseconds interval, std::int64_t looks) {
    Exit last = Exit::ok;
    for (std::int64_t look = 0; looks == 0 || look < looks; ++look) {
      if (look > 0) wait(jittered(interval));
      if (command_.cancel->requested()) break;
      const auto seen = once();
      if (seen) {
        last = *seen;
        continue;
      }
      if (look + 1 == looks || !is_passing(seen.error().code())) return seen.error();
      command_.say("this look failed, and the next one is coming: " + seen.error().message());
      reopen();
    }
    if (command_.cancel->requested()) return Error(Code::cancelled, "stopped watching");
    return last;
  }

 private:
  // A catalog that is locked, or a server that is started anew.
  static bool is_passing(Code code) {
    return code == Code::io || code == Code::unavailable || code == Code::conflict;
  }

  void reopen() {
    auto again = open_catalog_of(command_, chosen_);
    if (again) opened_ = std::move(again).value();
  }

  Result<Exit> once() {
    std::optional<DriftRun> run;
    std::vector<app::ConfiguredCheck> checks;
    checks.push_back(
        {schemas::make_schema_check(chosen_.config, opened_.get(), &run, &known_), {}});
    app::CheckRunOptions options;
    options.cancel = command_.cancel;
    TRY_ASSIGN(const auto outcome,
               app::run_checks(std::move(checks), *chosen_.workspace, opened_.get(), options));
    const Status events = deliver_owed_events(command_);
    const Status metrics = chosen_.is_one_off ? Status()
                                              : write_metrics_after(command_, *chosen_.workspace,
                                                                    outcome, opened_.get());
    const bool is_json = command_.output == OutputFormat::json;
    const std::string line = told(outcome, run, is_json);
    if (line != last_line_) {
      const std::string at = format_rfc3339(outcome.ended_at);
      TRY(command_.print(is_json ? "{\"at\":\"" + at + "\"," + line.substr(1) + '\n'
                                 : at + "  " + line + '\n'));
    }
    last_line_ = line;
    TRY(events);
    TRY(metrics);
    return static_cast<Exit>(outcome.exit_code);
  }

  // Up to a tenth more or less, so that many watchers do not ask at once.
  std::chrono::nanoseconds jittered(std::chrono::nanoseconds interval) {
    std::uniform_int_distribution<std::int64_t> more(-interval.count() / 10, interval.count() / 10);
    return interval + std::chrono::nanoseconds(more(random_));
  }

  void wait(std::chrono::nanoseconds time) const {
    const auto end = command_.clock->monotonic() + time;
    while (!command_.cancel->requested() && command_.clock->monotonic() < end)
      command_.clock->sleep_for(kNap);
  }

  const Command& command_;
  ChosenSchemas chosen_;
  OpenedCatalog opened_;
  std::string last_line_;
  schemas::KnownAnswers known_;
  std::mt19937_64 random_{std::random_device{}()};
};

Result<Exit> watch(const Command& command, const WatchWords& words) {
  auto interval = parse_duration(words.interval);
  if (!interval) return std::move(interval).error().with("--interval");
  if (*interval < kLeastInterval)
    return Error(Code::invalid, "--interval: " + words.interval + " is less than a second");
  TRY_ASSIGN(ChosenSchemas chosen, chosen_schemas(command, words));
  TRY_ASSIGN(OpenedCatalog opened, open_catalog_of(command, chosen));
  return Watching(command, std::move(chosen), std::move(opened)).run(*interval, words.looks);
}

}  // namespace

void add_schemas_watch(CLI::App& group) {
  const auto words = std::make_shared<WatchWords>();
  words->default_folder = "tests/fixtures/schemas";
  CLI::App* command =
      add_command(group, "watch", "Check again and again, and say where the answer changes",
                  {"holdfast schemas watch core --interval 10m",
                   "holdfast schemas watch core --interval 30s --json"},
                  [words](const Command& with) { return watch(with, *words); });
  add_schemas_choice(*command, *words);
  command->add_option("--schema-dir", words->folder, "The folder of pins (default: as configured)")
      ->type_name("FOLDER");
  command->add_option("--interval", words->interval, "Between two looks, give or take a tenth")
      ->type_name("DURATION")
      ->capture_default_str();
  command
      ->add_option("--looks", words->looks,
                   "So many, then end as the last one does (default: until stopped)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
}

}  // namespace holdfast::cli

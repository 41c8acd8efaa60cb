// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas check`: the pins held against the registry, with the report of the source's script and the formats of `holdfast check`.
#include <algorithm>
#include <filesystem>
#include <functional>

#include <CLI/CLI.hpp>

#include "app/check_run.h"
#include "app/report.h"
#include "app/text.h"
#include "base/file.h"
#include "base/root_folder.h"
#include "cli/event_delivery.h"
#include "cli/schemas_commands.h"
#include "cli/terminal.h"
#include "schemas/baseline.h"
#include "schemas/drift_report.h"
#include "schemas/schema_check.h"

namespace holdfast::cli {
namespace {

constexpr std::string_view kUsualFormat = "table";

using schemas::DriftRun;

constexpr const char* kDefaultReport = "drift_report.json";
constexpr int kMostJobs = 64;
constexpr int kMostAttempts = 20;

struct CheckWords : SchemasWords {
  std::string output;
  std::string format;  // as asked: format_of()
  std::string fail_on = "warning";
  std::string profile;
  std::string mode;
  std::string baseline;
  std::string timeout;
  int attempts = 0;
  int retries = -1;
  int jobs = 0;
  bool emit_telemetry = false;
  bool fail_open = false;
  bool all = false;
};

/// "safe" and "breaking" are how the runbook calls what reports call warning and error.
core::Level fail_level(const std::string& word) {
  if (word == "annotation" || word == "note") return core::Level::note;
  return word == "breaking" || word == "error" ? core::Level::error : core::Level::warning;
}

Status override_with(schemas::SchemasConfig& config, const CheckWords& words) {
  if (!words.profile.empty())
    config.comparison.profile =
        schemas::parse_profile(words.profile).value_or(config.comparison.profile);
  if (const auto mode = schemas::parse_mode(words.mode)) {
    if (schemas::is_transitive(*mode)) return schemas::transitive_refusal(*mode);
    config.comparison.mode = mode;
  }
  if (words.attempts > 0) config.registry.attempts = words.attempts;
  if (words.retries >= 0) config.registry.attempts = words.retries + 1;
  config.all = config.all || words.all;
  if (words.timeout.empty()) return {};
  auto time = parse_duration(words.timeout);
  if (!time) return std::move(time).error().with("--timeout");
  config.registry.run_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*time);
  config.registry.request_timeout =
      std::min(config.registry.request_timeout, config.registry.run_timeout);
  return {};
}

std::string report_file(const CheckWords& words, bool is_configured) {
  if (!words.output.empty()) return words.output;
  const bool as_source = !is_configured || !words.track.empty() || !words.registry_url.empty() ||
                         !words.folder.empty();
  return as_source ? kDefaultReport : std::string();
}

schemas::ReportExtras extras_of(const app::CheckOutcome& outcome,
                                const schemas::SchemasConfig& config) {
  schemas::ReportExtras extras;
  extras.is_complete = outcome.complete;
  const std::string prefix = config.subject_of("").name;
  for (const app::CheckResult& check : outcome.checks)
    for (const app::ShownSubject& shown : check.subjects)
      for (const core::Finding& finding : shown.report.findings)
        if (finding.waived && finding.subject.name.starts_with(prefix))
          extras.waived_rules.push_back(finding.subject.name.substr(prefix.size()) + '\n' +
                                        finding.rule);
  return extras;
}

/// None without --baseline. The file is only read, so that the report must not go there.
Result<std::optional<schemas::Baseline>> read_baseline(const CheckWords& words,
                                                       const std::string& track,
                                                       const std::string& report_file) {
  if (words.baseline.empty()) return std::optional<schemas::Baseline>();
  const std::string shown = printable_path(words.baseline);
  std::error_code ignored;
  if (std::filesystem::equivalent(words.baseline, report_file, ignored))
    return Error(Code::invalid, shown + " is the baseline, and the report would be written over it",
                 "--output FILE names another place for the report");
  TRY_ASSIGN(const std::string text,
             real_file_system().read(words.baseline, schemas::kMostBaselineBytes));
  auto baseline = schemas::Baseline::parse(text);
  if (!baseline) return std::move(baseline).error().with("--baseline " + shown);
  if (baseline->track() != track)
    return Error(Code::invalid,
                 "--baseline " + shown + ": /track is \"" + printable_path(baseline->track()) +
                     "\", and the pins are held against track \"" + track + '"',
                 "name the report of this track");
  return std::optional(*std::move(baseline));
}

/// Whether a finding is one of the baseline's, in the eyes of what the run saw.
std::function<bool(const core::Finding&)> waiver_by(
    const std::optional<schemas::Baseline>& baseline, const schemas::SchemasConfig& config,
    const std::optional<DriftRun>& run) {
  if (!baseline) return {};
  return [&baseline, &config, &run](const core::Finding& finding) {
    if (!run) return false;
    const auto now = std::ranges::find_if(run->schemas, [&](const schemas::SchemaState& state) {
      return config.subject_of(state.name) == finding.subject;
    });
    return now != run->schemas.end() && baseline->covers(*now, finding);
  };
}

void tell_resolved(const Command& command, const CheckWords& words,
                   const schemas::Baseline& baseline, const DriftRun& run) {
  const std::int64_t resolved = baseline.resolved_count(run);
  if (resolved == 0) return;
  command.say(app::with_thousands(resolved) + " of the baseline " + printable_path(words.baseline) +
              (resolved == 1 ? " is" : " are") + " resolved: write it anew, with --output FILE");
}

/// The last lines, as the source's script ends.
std::string summary(const DriftRun& run, bool is_complete) {
  const schemas::DriftCounts counts = run.counts();
  const auto line = [](const char* word, std::int64_t number) {
    return app::padded(word, 21) + app::with_thousands(number) + '\n';
  };
  std::string out = line("Total schemas:", counts.total) + line("Synced:", counts.synced) +
                    line("Drifted:", counts.drifted);
  if (counts.missing_in_registry > 0)
    out += line("Missing in registry:", counts.missing_in_registry);
  if (counts.missing_local > 0) out += line("Missing here:", counts.missing_local);
  if (counts.unknown > 0) out += line("Not compared:", counts.unknown);
  if (is_complete && counts.total > 0 && counts.synced == counts.total)
    out += "✅ All schemas synced\n";
  return out;
}

/// A run that ends early must not leave yesterday's answer where today's is looked for.
Status remove_old_report(const std::string& file) {
  std::error_code ignored;
  if (file.empty() || !std::filesystem::is_regular_file(file, ignored)) return {};
  return real_file_system().remove(file);
}

/// Not among the pins. Who named no file did not choose that place, and needs another.
Status check_report_place(const schemas::SchemasConfig& config, const app::NamedOutput& report,
                          const CheckWords& words) {
  Status free = app::check_output_beside_pins(config, report);
  if (free || !words.output.empty() || free.error().code() != Code::invalid) return free;
  return Error(
      Code::invalid, free.error().message(),
      "--output FILE puts the drift report elsewhere: --output ../" + std::string(kDefaultReport));
}

/// Where the drift report goes.
struct ReportPlace {
  std::string file;                 // empty: none is written
  Status is_free;                   // or why it may not be written
  bool is_printed_already = false;  // on stdout
};

/// Only where the run came so far: a guard that failed says nothing about schemas.
Status write_report(const Command& command, const ReportPlace& place, const std::string& report) {
  const std::string& file = place.file;
  if (file.empty() || report.empty()) return {};
  if (!place.is_free) {
    if (!place.is_printed_already) TRY(command.print(report));
    return place.is_free;
  }
  TRY(write_whole_file(real_file_system(), file, report));
  command.say("report: " + printable_path(file));
  return {};
}

Status tell(const Command& command, const std::string& asked, const app::CheckOutcome& outcome,
            const std::optional<DriftRun>& run, const std::string& report) {
  const auto format = app::parse_report_format(asked).value_or(app::ReportFormat::table);
  if (format == app::ReportFormat::json && !report.empty()) return command.print(report);
  const app::ReportStyle style{static_cast<std::size_t>(terminal_width()), command.colour};
  std::string text = app::report_of(outcome, format, style);
  if (format == app::ReportFormat::table && run) text += '\n' + summary(*run, outcome.complete);
  return command.print(text);
}

Result<Exit> check(const Command& command, const CheckWords& words) {
  TRY_ASSIGN(const std::string format, format_of(command, words.format, kUsualFormat));
  TRY_ASSIGN(ChosenSchemas chosen, chosen_schemas(command, words));
  TRY(override_with(chosen.config, words));
  const std::string file = report_file(words, chosen.is_configured);
  const std::vector<app::NamedOutput> outputs = {{"--output", file}};
  TRY(check_report_place(chosen.config, outputs.front(), words));
  const Status told_of_rows = app::check_outputs(*chosen.workspace, *command.clock, outputs);
  if (!told_of_rows && told_of_rows.error().code() == Code::invalid) return told_of_rows.error();
  TRY_ASSIGN(const auto baseline, read_baseline(words, chosen.config.track, file));
  if (told_of_rows) TRY(remove_old_report(file));
  TRY_ASSIGN(OpenedCatalog opened, open_catalog_of(command, chosen));
  app::CheckRunOptions options;
  options.fail_on = fail_level(words.fail_on);
  options.fail_open = words.fail_open;
  options.keep_all = words.all;
  options.jobs = words.jobs;
  options.cancel = command.cancel;
  options.on_progress = [&command](const std::string& name, const core::CheckCounts& so_far) {
    command.progress(name + "  " + app::with_thousands(so_far.evaluated) + " of " +
                     app::with_thousands(so_far.planned));
  };
  std::optional<DriftRun> run;
  options.also_waived = waiver_by(baseline, chosen.config, run);
  std::vector<app::ConfiguredCheck> checks;
  checks.push_back({schemas::make_schema_check(chosen.config, opened.get(), &run), {}});
  TRY_ASSIGN(const auto outcome,
             app::run_checks(std::move(checks), *chosen.workspace, opened.get(), options));
  const std::string report =
      run ? schemas::drift_report(chosen.config, *run, extras_of(outcome, chosen.config)) : "";
  const auto& error = outcome.checks.front().error;
  const bool is_own_fault = error && !outcome.checks.front().catalog_failed;
  const bool is_usage = is_own_fault && !run && error->code() == Code::invalid;
  const Status told = is_usage ? Status() : tell(command, format, outcome, run, report);
  const Status is_free =
      told_of_rows ? Status() : app::check_outputs(*chosen.workspace, *command.clock, outputs);
  const Status written = write_report(command, {file, is_free, format == "json"}, report);
  Status metrics;
  if (!chosen.is_one_off)
    metrics = write_metrics_after(command, *chosen.workspace, outcome, opened.get());
  TRY(told);
  if (written) TRY(metrics);
  if (baseline && run) tell_resolved(command, words, *baseline, *run);
  if (words.emit_telemetry && !chosen.has_workspace)
    command.say("events are kept in a workspace's catalog, and there is none here: holdfast init");
  if (is_usage || (is_own_fault && error->code() == Code::internal)) return *error;
  return ended(static_cast<Exit>(outcome.exit_code), written);
}

}  // namespace

void add_schemas_check(CLI::App& group) {
  const auto words = std::make_shared<CheckWords>();
  words->default_folder = "tests/fixtures/schemas";
  CLI::App* command = add_command(
      group, "check", "Hold the pinned schemas against the registry",
      {"holdfast schemas check core",
       ("holdfast schemas check --track v1 --registry-url http://127.0.0.1:8081 --output "
        "drift_report.json"),
       "holdfast schemas check core --format github  # annotations in a pull request",
       ("holdfast schemas check core --mode BACKWARD --fail-on breaking  # only what old data "
        "breaks"),
       "holdfast schemas check core --baseline known.json --output drift_report.json",
       "holdfast schemas check core --json | jq '.schemas[] | select(.status == \"drift\")'"},
      [words](const Command& with) { return check(with, *words); });
  add_schemas_choice(*command, *words);
  command
      ->add_option("--schema-dir", words->folder,
                   "The folder of pins (default: as configured, else tests/fixtures/schemas)")
      ->type_name("FOLDER");
  command
      ->add_option("--output", words->output,
                   "Write the drift report to FILE (default: drift_report.json, where --track, "
                   "--registry-url or --schema-dir is given or nothing is configured)")
      ->type_name("FILE");
  command->add_flag("--emit-telemetry", words->emit_telemetry,
                    "Accepted for the source's command lines: events of drift are always recorded");
  command->add_option("--format", words->format, "The report's format; json is the drift report")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(app::report_format_names()))
      ->default_str(std::string(kUsualFormat));
  command
      ->add_option("--fail-on", words->fail_on,
                   "Exit 1 on findings of this level, or changes of this class, and above")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"note", "warning", "error", "annotation", "safe", "breaking"}))
      ->capture_default_str();
  command->add_flag(
      "--fail-open", words->fail_open,
      "Exit 0, not 3, where something could not be compared; the report still says so");
  command
      ->add_option("--profile", words->profile, "What counts as breaking (default: as configured)")
      ->type_name("PROFILE")
      ->check(CLI::IsMember(schemas::profile_names()));
  add_schemas_mode(*command, words->mode);
  command
      ->add_option("--baseline", words->baseline,
                   "An earlier drift report: what drifted then and is no graver is waived, and "
                   "all else fails")
      ->type_name("FILE");
  command->add_option("--timeout", words->timeout, "Of the whole run, for example 2m")
      ->type_name("DURATION");
  CLI::Option* attempts =
      command->add_option("--attempts", words->attempts, "Requests for one thing, at most")
          ->type_name("N")
          ->check(CLI::Range(1, kMostAttempts));
  command
      ->add_option("--retries", words->retries,
                   "Requests for one thing after the first, instead of --attempts")
      ->type_name("N")
      ->check(CLI::Range(0, kMostAttempts - 1))
      ->excludes(attempts);
  command->add_flag("--all", words->all,
                    "List schemas in step too, and those that are published and not pinned");
  command->add_option("--jobs", words->jobs, "Requests at once (default: 4)")
      ->type_name("N")
      ->check(CLI::Range(1, kMostJobs));
}

}  // namespace holdfast::cli

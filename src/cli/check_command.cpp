// SPDX-License-Identifier: Apache-2.0
// `holdfast check`: every configured check, one report, one exit code.

#include <CLI/CLI.hpp>

#include "app/check_run.h"
#include "app/report.h"
#include "app/text.h"
#include "base/file.h"
#include "base/size_text.h"
#include "cli/command_tree.h"
#include "cli/event_delivery.h"
#include "cli/terminal.h"
#include "core/batch.h"

namespace holdfast::cli {
namespace {

constexpr std::string_view kUsualFormat = "table";

struct CheckOptions {
  std::vector<std::string> domains;
  std::string fail_on = "warning";
  bool fail_open = false;
  std::string max_age;
  bool quick = false;
  bool full = false;
  std::string format;  // as asked: format_of()
  std::string output;
  bool all = false;
  int jobs = 0;
};

Result<app::CheckRunOptions> run_options(const Command& command, const CheckOptions& options) {
  app::CheckRunOptions run;
  run.fail_on = core::parse_level(options.fail_on).value_or(core::Level::warning);
  run.fail_open = options.fail_open;
  if (!options.max_age.empty()) {
    auto age = parse_duration(options.max_age);
    if (!age) return std::move(age).error().with("--max-age");
    run.max_age = *age;
  }
  if (options.quick) run.depth = core::Depth::quick;
  if (options.full) run.depth = core::Depth::full;
  run.keep_all = options.all;
  run.jobs = options.jobs;
  run.cancel = command.cancel;
  run.on_progress = [&command](const std::string& name, const core::CheckCounts& so_far) {
    command.progress(name + "  " +
                     app::with_thousands(so_far.evaluated + so_far.skipped + so_far.unreadable) +
                     " of " + app::with_thousands(so_far.planned) + "  " +
                     size_text(static_cast<double>(so_far.size_bytes_read)) + " read");
  };
  return run;
}

Status deliver(const Command& command, const CheckOptions& options, app::ReportFormat format,
               const app::CheckOutcome& outcome, const Status& output_is_free) {
  const bool to_file = !options.output.empty() && output_is_free;
  const app::ReportStyle style{static_cast<std::size_t>(terminal_width()),
                               command.colour && !to_file};
  const std::string report = app::report_of(outcome, format, style);
  if (!to_file) {
    TRY(command.print(report));
    return output_is_free;
  }
  TRY(write_whole_file(real_file_system(), options.output, report));
  command.say(app::conclusion_sentence(outcome) + "; report: " + options.output);
  return {};
}

Result<Exit> check(const Command& command, const CheckOptions& options) {
  TRY_ASSIGN(const std::string format, format_of(command, options.format, kUsualFormat));
  TRY_ASSIGN(app::CheckRunOptions run, run_options(command, options));
  const std::vector<app::NamedOutput> outputs = {{"--output", options.output}};
  TRY_ASSIGN(auto open, command.open(outputs, Command::Untold::is_asked_again));
  TRY_ASSIGN(auto checks, app::make_checks(*open.workspace, *open.catalog, options.domains));
  run.gaps = app::gaps_of_named(options.domains, checks);
  TRY_ASSIGN(const auto outcome,
             app::run_checks(std::move(checks), *open.workspace, *open.catalog, run));
  const Status output_is_free = open.outputs_are_told
                                    ? Status()
                                    : app::check_outputs(*open.workspace, *command.clock, outputs);
  const Status reported =
      deliver(command, options, app::parse_report_format(format).value_or(app::ReportFormat::table),
              outcome, output_is_free);
  const Status metrics = write_metrics_after(command, *open.workspace, outcome, *open.catalog);
  if (reported) TRY(metrics);
  return ended(static_cast<Exit>(outcome.exit_code), reported);
}

}  // namespace

void add_check_command(CLI::App& root) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      add_command(root, "check", "Hold everything that is written down against what is true",
                  {"holdfast check", "holdfast check artifacts --quick",
                   "holdfast check artifacts.atlas", "holdfast check --max-age 30d --fail-on error",
                   "holdfast check --format sarif --output holdfast.sarif",
                   "holdfast check --json | jq '.checks[].subjects[].findings[]'"},
                  [options](const Command& with) { return check(with, *options); });
  command
      ->add_option("DOMAIN", options->domains,
                   "Only these domains, or these checks (DOMAIN.NAME; default: all)")
      ->expected(0, -1);
  command->add_option("--fail-on", options->fail_on, "Exit 1 on findings of this level and above")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"note", "warning", "error"}))
      ->capture_default_str();
  command->add_flag("--fail-open", options->fail_open,
                    "Exit 0, not 3, where something was tried and could not be looked at; the "
                    "report still says so");
  command
      ->add_option("--max-age", options->max_age,
                   "Incomplete (exit 3) where a proof is older, for example 30d")
      ->type_name("DURATION");
  CLI::Option* quick =
      command->add_flag("--quick", options->quick, "Only what can be told without reading content");
  command->add_flag("--full", options->full, "Everything the records claim, whatever is configured")
      ->excludes(quick);
  command->add_option("--format", options->format, "The report's format")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(app::report_format_names()))
      ->default_str(std::string(kUsualFormat));
  command->add_option("--output", options->output, "Write the report to FILE, whole or not at all")
      ->type_name("FILE");
  command->add_flag("--all", options->all, "List subjects in step too");
  command->add_option("--jobs", options->jobs, "Worker threads (default: one per processor)")
      ->type_name("N")
      ->check(CLI::Range(1, core::kMaxJobs));
}

}  // namespace holdfast::cli

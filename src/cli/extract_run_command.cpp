// SPDX-License-Identifier: Apache-2.0
// `holdfast extract run`.
#include <CLI/CLI.hpp>

#include "catalog/check_runs.h"
#include "cli/extract_commands.h"
#include "cli/extract_run_output.h"
#include "cli/pace_options.h"
#include "extract/run.h"
#include "extract/run_records.h"

namespace holdfast::cli {
namespace {

struct RunWords : ExtractionWords {
  std::string window;
  int jobs = 0;
  std::optional<std::int64_t> limit;
  bool skip_failed = false;
};

// The catalog is opened anew: no connection stands still for the weeks that a run may take.
Status record(const Command& command, const extract::ExtractionConfig& config,
              const extract::RunEnd& end, const extract::RunRecord& what) {
  TRY_ASSIGN(const auto open, command.open());
  return extract::record_run(*open.catalog, config, end, what);
}

Result<Exit> run_run(const Command& command, const RunWords& words) {
  TRY_ASSIGN(auto open, command.open());  // before long work: what it ends with must be recorded
  open.catalog.reset();
  const app::Workspace& workspace = *open.workspace;
  TRY_ASSIGN(const auto* configured,
             workspace.extraction(
                 words.name.empty() ? std::nullopt : std::optional<std::string_view>(words.name)));
  if (!configured->extractor)
    return Error(Code::invalid, "extract." + configured->name + " has no extractor",
                 "name one in [extract." + configured->name +
                     "]: extractor = \"sha256\", \"exec\", \"worker\" or \"video-quality\"");
  TRY_ASSIGN(const auto config, with_shard(*configured, words.shard));
  extract::RunOptions options;
  TRY_ASSIGN(const Pace pace, read_pace({.rate = {},
                                         .window = words.window,
                                         .shard = {},
                                         .jobs = words.jobs,
                                         .limit = words.limit}));
  options.batch.jobs = words.jobs;
  options.batch.limit = words.limit;
  options.batch.window = pace.window;
  options.batch.cancel = command.cancel;
  options.batch.clock = command.clock;
  options.tries = config.tries;
  options.skip_failed = words.skip_failed;
  options.version = HOLDFAST_VERSION;
  options.run_id = catalog::new_run_id(*command.clock);
  PassProgress progress(command, "extract", "items");
  options.batch.on_progress = [&](const core::BatchProgress& now) { progress.update(now); };
  auto ended = extract::run_extraction(config, *config.extractor, options);
  progress.end();
  TRY_ASSIGN(const auto end, std::move(ended));
  auto told = tell_run(command, config, end);
  TRY(told_but_not_recorded(
      record(command, config, end, {"run", options.run_id, workspace.actor})));
  return told;
}

}  // namespace

void add_extract_run(CLI::App& group) {
  const auto words = std::make_shared<RunWords>();
  CLI::App* command = add_command(
      group, "run", "Extract the items that have no row yet, and publish all rows there are",
      {"holdfast extract run k150k --jobs 8",
       "holdfast extract run k150k --limit 100  # a first look",
       "holdfast extract run k150k --shard 2/4  # on the second of four machines",
       "holdfast extract run --json | jq .failed"},
      [words](const Command& with) { return run_run(with, *words); });
  add_configured_extraction(*command, *words);
  command->add_option("--jobs", words->jobs, "Items at once (default: one for each processor)")
      ->type_name("N")
      ->check(CLI::Range(1, core::kMaxJobs));
  check_whole_number(*command->add_option("--limit", words->limit, "At most so many pending items")
                          ->type_name("N"),
                     1);
  add_shard_of_extraction(
      *command, *words,
      "The k-th of n parts of the items, by a hash of their key, into files of its own "
      "('holdfast extract merge' joins them)");
  command->add_flag("--skip-failed", words->skip_failed,
                    "Leave out the items that failed in an earlier run");
  command
      ->add_option("--window", words->window,
                   "Begin items only in these hours of local time, and wait for them")
      ->type_name("HH:MM-HH:MM");
}

}  // namespace holdfast::cli

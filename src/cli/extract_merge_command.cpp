// SPDX-License-Identifier: Apache-2.0
// `holdfast extract merge`.
#include <filesystem>

#include <CLI/CLI.hpp>

#include "catalog/check_runs.h"
#include "cli/extract_commands.h"
#include "cli/extract_run_output.h"
#include "extract/merge.h"
#include "extract/run_records.h"

namespace holdfast::cli {
namespace {

struct MergeWords : ExtractionWords {
  std::vector<std::string> from;
  bool keep = false;
};

Result<Exit> run_merge(const Command& command, const MergeWords& words) {
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const auto config, extraction_of(command, words));
  extract::MergeOptions options;
  for (const std::string& file : words.from)
    options.from.push_back(std::filesystem::absolute(file).lexically_normal().string());
  options.keep = words.keep;
  options.cancel = command.cancel;
  options.clock = command.clock;
  options.version = HOLDFAST_VERSION;
  options.run_id = catalog::new_run_id(*command.clock);
  TRY_ASSIGN(const auto end, extract::merge_extraction(config, options));
  auto told = tell_merge(command, config, end);
  TRY(told_but_not_recorded(extract::record_run(*open.catalog, config, end.run,
                                                {"merge", options.run_id, open.workspace->actor})));
  return told;
}

}  // namespace

void add_extract_merge(CLI::App& group) {
  const auto words = std::make_shared<MergeWords>();
  CLI::App* command = add_command(
      group, "merge", "Join the rows that runs with --shard published, by key, into one output",
      {"holdfast extract merge k150k",
       "holdfast extract merge k150k --from other-machine/k150k.parquet --keep"},
      [words](const Command& with) { return run_merge(with, *words); });
  add_configured_extraction(*command, *words);
  command
      ->add_option("--from", words->from,
                   "Parquet files of other runs of it (default: the shards beside the output)")
      ->type_name("FILE");
  command->add_flag("--keep", words->keep, "Leave the files that were merged where they are");
}

}  // namespace holdfast::cli

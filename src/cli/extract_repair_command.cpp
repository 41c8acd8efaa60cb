// SPDX-License-Identifier: Apache-2.0
// `holdfast extract repair`.
#include <CLI/CLI.hpp>

#include "app/text.h"
#include "base/root_folder.h"
#include "catalog/check_runs.h"
#include "cli/extract_commands.h"
#include "core/canonical_json.h"
#include "core/fields.h"
#include "extract/repair.h"
#include "extract/run_records.h"

namespace holdfast::cli {
namespace {

constexpr std::size_t kNamed = 5;

struct RepairWords : ExtractionWords {
  std::string reason;
  bool dry_run = false;
};

std::int64_t count(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

Result<std::string> json_text(const extract::ExtractionConfig& config,
                              const extract::Repair& repair, bool dry_run) {
  std::string removed;
  for (const std::string& key : repair.removed) {
    if (!removed.empty()) removed += ',';
    core::append_canonical_string(removed, printable_path(key));
  }
  std::string kept;
  for (const std::string& path : repair.kept) {
    if (!kept.empty()) kept += ',';
    core::append_canonical_string(kept, printable_path(path));
  }
  TRY_ASSIGN(
      std::string head,
      core::canonical_json({{"schema", std::string("holdfast.extract-repair/1")},
                            {"extraction", config.name},
                            {"ledger", printable_path(config.ledger())},
                            {"dry_run", dry_run},
                            {"added", count(repair.added.size())},
                            {"repeated", count(repair.repeated)},
                            {"bad_ledger_lines", count(repair.bad_ledger_lines)},
                            {"bad_staging_lines", count(repair.bad_staging_lines)},
                            {"changed_staging_rows", count(repair.changed_staging_rows)},
                            {"entries", count(repair.entries)},
                            {"journal", repair.journal.empty()
                                            ? core::FieldValue()
                                            : core::FieldValue(printable_path(repair.journal))}}));
  head.pop_back();
  return head + ",\"removed\":[" + removed + "],\"kept\":[" + kept + "]}\n";
}

std::string line(const char* verb, std::uint64_t number, const std::string& of) {
  if (number == 0) return {};
  return std::string("  ") + verb + ' ' + app::with_thousands(count(number)) + ' ' + of + '\n';
}

std::string text_of(const extract::ExtractionConfig& config, const extract::Repair& repair,
                    bool dry_run) {
  std::string out;
  if (repair.finished)
    out = "the repair that began at " + format_rfc3339(repair.finished->began_at) +
          " had not told its end; it is told now\n";
  if (!repair.changes())
    return out + app::printable(printable_path(config.ledger())) +
           " says what is there; nothing to repair\n";
  out += app::printable(printable_path(config.ledger())) +
         (dry_run ? ": would be repaired\n" : ": repaired\n");
  out += line("out", repair.removed.size(), "keys whose rows are lost; a run extracts them again");
  for (std::size_t i = 0; i < std::min(kNamed, repair.removed.size()); ++i)
    out += "       " + app::printable(printable_path(repair.removed[i])) + '\n';
  if (repair.removed.size() > kNamed) out += "       …\n";
  out +=
      line("in ", repair.added.size(), "keys that have a row; whether it was changed is not known");
  out += line("out", repair.repeated, "entries of keys that stood there already");
  out += line("out", repair.bad_ledger_lines, "lines of the ledger that are no entries");
  out += line("out", repair.bad_staging_lines, "lines of the staging file that are no rows");
  out += line("out", repair.changed_staging_rows,
              "staged rows that are not what was extracted, as the ledger says");
  for (const std::string& path : repair.kept)
    out += "  kept " + app::printable(printable_path(path)) + '\n';
  return out;
}

Result<Exit> run_repair(const Command& command, const RepairWords& words) {
  const bool is_foreign = !words.out.empty();
  TRY_ASSIGN(auto config, extraction_of(command, words));
  TRY_ASSIGN(config, with_shard(std::move(config), words.shard));
  if (is_foreign) TRY(spare_records(command, config));
  std::optional<Command::Open> open;
  if (!is_foreign && !words.dry_run) {
    TRY_ASSIGN(open, command.open());
  }
  const std::string run_id = catalog::new_run_id(*command.clock);
  extract::RepairOptions options;
  options.dry_run = words.dry_run;
  options.actor = open ? open->workspace->actor : "";
  options.reason = words.reason.empty() ? "repaired by hand" : words.reason;
  options.clock = command.clock;
  // Before it is told: a reader that is gone must not keep it from being recorded.
  if (open)
    options.record = [&](const extract::RepairCounts& done, const core::SubjectReport& report) {
      return extract::record_repair(*open->catalog, config, done, report,
                                    {"repair", run_id, open->workspace->actor});
    };
  TRY_ASSIGN(const auto repair, extract::repair_extraction(config, options));
  if (command.output == OutputFormat::json) {
    TRY_ASSIGN(const std::string text, json_text(config, repair, words.dry_run));
    TRY(command.print(text));
  } else {
    TRY(command.print(text_of(config, repair, words.dry_run)));
  }
  if (!repair.removed.empty() && !words.dry_run)
    command.say(config.extractor ? "next: holdfast extract run " + config.arguments
                                 : "next: run the program that makes the rows again");
  TRY(told_but_not_recorded(repair.recorded));
  return words.dry_run && repair.changes() ? Exit::findings : Exit::ok;
}

}  // namespace

void add_extract_repair(CLI::App& group) {
  const auto words = std::make_shared<RepairWords>();
  CLI::App* command = add_command(
      group, "repair",
      "Make the ledger say what is really there, so that a run extracts what is lost",
      {"holdfast extract repair k150k --dry-run",
       "holdfast extract repair k150k --reason 'a second run replaced the output'",
       "holdfast extract repair --out features/k150k.parquet --dry-run --json | jq .removed"},
      [words](const Command& with) { return run_repair(with, *words); });
  add_extraction(*command, *words);
  add_shard_of_extraction(*command, *words, "The output of one shard");
  command->add_flag("--dry-run", words->dry_run,
                    "Only say what would be done (exit 1 where something is to do)");
  command->add_option("--reason", words->reason, "Why, for the journal and the event")
      ->type_name("TEXT");
}

}  // namespace holdfast::cli

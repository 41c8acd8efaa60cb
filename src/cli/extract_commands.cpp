// SPDX-License-Identifier: Apache-2.0
// `holdfast extract`: extractions that can't lose a row in silence.
#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "app/text.h"
#include "base/root_folder.h"
#include "base/whole_file.h"
#include "cli/command.h"
#include "cli/pace_options.h"
#include "cli/terminal.h"
#include "core/canonical_json.h"
#include "core/fields.h"
#include "core/report_json.h"
#include "extract/extraction_state.h"
#include "extract/judge.h"
#include "extract/run.h"

namespace holdfast::cli {
namespace {

using extract::Accounts;
using extract::ExtractionConfig;
using extract::ExtractionState;

struct CheckWords {
  std::string name;
  std::string out;
  std::string items;
  std::string items_file;
  std::string key;
  std::string lists;
  bool deep = false;
};

Error usage(const std::string& message) {
  return {Code::invalid, message, "holdfast extract check --help"};
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

/// Files that somebody else's script wrote, without a workspace.
ExtractionConfig foreign(const CheckWords& words) {
  ExtractionConfig config;
  config.workspace_folder = std::filesystem::current_path().string();
  config.out = absolute(words.out);
  config.name = std::filesystem::path(config.out).stem().string();
  if (!words.items.empty()) config.items = words.items;
  if (!words.items_file.empty()) config.items_file = absolute(words.items_file);
  if (!words.key.empty()) config.key_columns = {words.key};
  return config;
}

Result<ExtractionConfig> config_of(const Command& command, const CheckWords& words) {
  const bool is_foreign = !words.out.empty();
  if (is_foreign && !words.name.empty())
    return usage("--out names files without a configuration, NAME one with: take one of them");
  if (!is_foreign && (!words.items.empty() || !words.items_file.empty() || !words.key.empty()))
    return usage("--items, --items-file and --key go with --out");
  if (!words.items.empty() && !words.items_file.empty())
    return usage("items are a pattern or a list: take one of --items and --items-file");
  if (is_foreign) return foreign(words);
  TRY_ASSIGN(const auto workspace, app::Workspace::load(command.workspace));
  TRY_ASSIGN(const auto* config,
             workspace.extraction(
                 words.name.empty() ? std::nullopt : std::optional<std::string_view>(words.name)));
  return *config;
}

// --- lists

struct List {
  const char* file;
  const std::vector<std::string>* keys;
};

std::vector<List> lists_of(const ExtractionState& state, const Accounts& accounts) {
  return {{"missing", &accounts.missing},
          {"pending", &accounts.pending},
          {"unknown", &accounts.strangers},
          {"unclaimed", &accounts.unclaimed_published},
          {"staged-unclaimed", &accounts.unclaimed_staged},
          {"unpublished", &accounts.unpublished},
          {"repeated", &state.published.rows.repeated},
          {"staged-twice", &state.staged.repeated},
          {"claimed-twice", &state.ledger.repeated}};
}

/// One key a line; as JSON strings where one of them has a line feed.
Status write_list(const std::string& folder, const List& list) {
  const bool plain = std::ranges::none_of(
      *list.keys, [](const std::string& key) { return key.find('\n') != std::string::npos; });
  std::string text;
  for (const std::string& key : *list.keys) {
    if (plain) {
      text += key;
    } else {
      core::append_canonical_string(text, core::is_utf8(key) ? key : printable_path(key));
    }
    text += '\n';
  }
  const std::string path = folder + '/' + list.file;
  Status removed = real_file_system().remove(path + (plain ? ".jsonl" : ".txt"));  // of another day
  if (!removed && removed.error().code() != Code::not_found) return removed;
  return write_whole_file(real_file_system(), path + (plain ? ".txt" : ".jsonl"), text);
}

/// The ledger less the keys that are missing, in its own format: what takes its place where they are to be extracted again.
Status write_trimmed_ledger(const std::string& folder, const ExtractionState& state,
                            const Accounts& accounts) {
  extract::KeySet missing;
  for (const std::string& key : accounts.missing)
    missing.insert(key);
  const extract::Ledger& ledger = state.ledger;
  std::string text;
  for (std::size_t i = 0; i < ledger.keys.size(); ++i) {
    if (missing.contains(ledger.keys.at(i))) continue;
    const core::Sha256Digest digest =
        i < ledger.row_digests.size() ? ledger.row_digests[i] : core::Sha256Digest{};
    text += extract::ledger_line(ledger.format, ledger.keys.at(i), digest) + '\n';
  }
  return write_whole_file(real_file_system(), folder + "/ledger-without-missing", text);
}

Result<std::string> bad_lines_text(const std::string& file,
                                   const std::vector<extract::BadLine>& lines) {
  std::string text;
  for (const extract::BadLine& line : lines) {
    TRY_ASSIGN(const std::string each,
               core::canonical_json({{"file", printable_path(file)},
                                     {"line", static_cast<std::int64_t>(line.line)},
                                     {"offset", static_cast<std::int64_t>(line.offset)},
                                     {"size_bytes", static_cast<std::int64_t>(line.size_bytes)},
                                     {"why", line.why},
                                     {"beginning", line.beginning}}));
    text += each + '\n';
  }
  return text;
}

Status write_lists(const std::string& folder, const ExtractionConfig& config,
                   const ExtractionState& state, const Accounts& accounts) {
  TRY(real_file_system().create_folder(folder));
  for (const List& list : lists_of(state, accounts))
    TRY(write_list(folder, list));
  TRY(write_trimmed_ledger(folder, state, accounts));
  TRY_ASSIGN(const std::string staging, bad_lines_text(config.staging(), state.staging.bad_lines));
  TRY_ASSIGN(const std::string ledger, bad_lines_text(config.ledger(), state.ledger.bad_lines));
  return write_whole_file(real_file_system(), folder + "/malformed.jsonl", staging + ledger);
}

// --- telling

enum class Outcome : unsigned char { complete, findings, incomplete };

Outcome outcome_of(const core::SubjectReport& report) {
  const bool has_findings = std::ranges::any_of(
      report.findings, [](const auto& finding) { return finding.level >= core::Level::warning; });
  if (has_findings) return Outcome::findings;
  return report.verdict == core::Verdict::in_step ? Outcome::complete : Outcome::incomplete;
}

Exit exit_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::complete:
      return Exit::ok;
    case Outcome::findings:
      return Exit::findings;
    case Outcome::incomplete:
      return Exit::incomplete;
  }
  return Exit::incomplete;
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::complete:
      return "complete";
    case Outcome::findings:
      return "findings";
    case Outcome::incomplete:
      return "incomplete";
  }
  return {};
}

std::int64_t count_of(const auto& list) {
  return static_cast<std::int64_t>(list.size());
}

core::Fields counts_of(const ExtractionState& state, const Accounts& accounts) {
  return {
      {"items", state.items ? core::FieldValue(count_of(state.items->keys)) : core::FieldValue()},
      {"ledger", count_of(state.ledger.keys)},
      {"staged", count_of(state.staged.keys)},
      {"published", count_of(state.published.rows.keys)},
      {"published_rows", static_cast<std::int64_t>(state.published.row_count)},
      {"done", static_cast<std::int64_t>(accounts.done)},
      {"missing", count_of(accounts.missing)},
      {"pending", count_of(accounts.pending)},
      {"unknown", count_of(accounts.strangers)},
      {"unclaimed", count_of(accounts.unclaimed_published)},
      {"staged_unclaimed", count_of(accounts.unclaimed_staged)},
      {"repeated", count_of(state.published.rows.repeated)},
      {"malformed", count_of(state.staging.bad_lines) + count_of(state.ledger.bad_lines)}};
}

Result<std::string> json_text(const ExtractionConfig& config, const ExtractionState& state,
                              const Accounts& accounts, const core::SubjectReport& report) {
  TRY_ASSIGN(const std::string counts, core::canonical_json(counts_of(state, accounts)));
  std::string findings;
  for (const core::Finding& finding : report.findings) {
    TRY_ASSIGN(const std::string text, core::finding_json(report, finding));
    findings += (findings.empty() ? "" : ",") + text;
  }
  const Outcome outcome = outcome_of(report);
  TRY_ASSIGN(std::string head,
             core::canonical_json({{"schema", std::string("holdfast.extract-check/1")},
                                   {"extraction", config.name},
                                   {"out", printable_path(config.out)},
                                   {"ledger", printable_path(config.ledger())},
                                   {"staging", printable_path(config.staging())},
                                   {"key_column", state.published.key_column},
                                   {"verdict", std::string(core::verdict_name(report.verdict))},
                                   {"observed_at", format_rfc3339(report.observed_at)},
                                   {"conclusion", std::string(outcome_name(outcome))},
                                   {"exit_code", static_cast<std::int64_t>(exit_of(outcome))}}));
  head.pop_back();
  return head + ",\"counts\":" + counts + ",\"findings\":[" + findings + "]}\n";
}

std::string number(const auto& list) {
  return app::with_thousands(count_of(list));
}

std::string text_of(const ExtractionConfig& config, const ExtractionState& state,
                    const Accounts& accounts, const core::SubjectReport& report) {
  std::string out;
  for (const core::Finding& finding : report.findings) {
    out += app::padded(core::level_name(finding.level), 7) + "  " + finding.rule + "  " +
           app::printable(finding.message) + '\n';
    if (!finding.hint.empty()) out += "  hint: " + app::printable(finding.hint) + '\n';
  }
  app::TextTable table;
  table.titles = {"extraction", "items", "ledger", "staged", "published", "missing", "pending"};
  table.right_aligned = {1, 2, 3, 4, 5, 6};
  table.rows.push_back({app::printable(config.name), state.items ? number(state.items->keys) : "?",
                        number(state.ledger.keys), number(state.staged.keys),
                        number(state.published.rows.keys), number(accounts.missing),
                        state.items ? number(accounts.pending) : "?"});
  for (const std::string& line : app::lines_of(table, static_cast<std::size_t>(terminal_width())))
    out += line + '\n';
  return out + "conclusion: " + std::string(outcome_name(outcome_of(report))) +
         (state.items ? "" : " (items are not known: whether any is left out can't be told)") +
         '\n';
}

Result<Exit> run_check(const Command& command, const CheckWords& words) {
  TRY_ASSIGN(const ExtractionConfig config, config_of(command, words));
  TRY_ASSIGN(const auto state,
             extract::read_state(config, real_file_system(),
                                 words.deep ? extract::Pages::checked : extract::Pages::not_read,
                                 command.cancel));
  const bool nothing = !state.published.exists && state.ledger.keys.empty() &&
                       state.staging.size_bytes == 0 && state.ledger.size_bytes == 0;
  if (nothing && !words.out.empty())
    return Error(Code::not_found,
                 "there is no " + printable_path(config.out) + ", nor " +
                     printable_path(config.ledger()) + " or " + printable_path(config.staging()),
                 "name the Parquet file of the extraction");
  const Accounts accounts = extract::accounts_of(state);
  const auto report = extract::judge(config, state, accounts, command.clock->now());
  if (!words.lists.empty()) TRY(write_lists(words.lists, config, state, accounts));
  if (command.output == OutputFormat::json) {
    TRY_ASSIGN(const std::string text, json_text(config, state, accounts, report));
    TRY(command.print(text));
  } else {
    TRY(command.print(text_of(config, state, accounts, report)));
  }
  if (!words.lists.empty()) command.say("lists of keys: " + printable_path(words.lists));
  return exit_of(outcome_of(report));
}

void add_check(CLI::App& group) {
  const auto words = std::make_shared<CheckWords>();
  CLI::App* command = add_command(
      group, "check",
      "Hold the ledger, the staging file and the published rows against each other, by key",
      {"holdfast extract check k150k --lists lost",
       "holdfast extract check --out features/k150k.parquet --items 'clips/*.mp4'",
       "holdfast extract check --out features.parquet --key clip_name --json | jq .counts"},
      [words](const Command& with) { return run_check(with, *words); });
  command->add_option("NAME", words->name,
                      "The extraction, [extract.NAME] (needed where there are several)");
  command
      ->add_option("--out", words->out,
                   "Files of another program, without a configuration: the Parquet file; .done and "
                   ".rows.jsonl "
                   "are looked for beside it")
      ->type_name("FILE");
  command->add_option("--items", words->items, "With --out: the items, as a pattern")
      ->type_name("PATTERN");
  command->add_option("--items-file", words->items_file, "With --out: the items, one key a line")
      ->type_name("FILE");
  command
      ->add_option("--key", words->key,
                   "With --out: the column of the keys (default: key or clip_name)")
      ->type_name("COLUMN");
  command->add_flag(
      "--deep", words->deep,
      "Walk every page of the Parquet file, and compare its checksum where it has one");
  command
      ->add_option("--lists", words->lists,
                   "Write the exact lists of keys (missing.txt, pending.txt, …) into this folder")
      ->type_name("FOLDER");
}

// --- run

struct RunWords {
  std::string name;
  std::string window;
  int jobs = 0;
  std::optional<std::int64_t> limit;
};

Result<std::string> run_json(const ExtractionConfig& config, const extract::RunEnd& end) {
  std::string failed;
  for (const extract::FailedItem& item : end.failed) {
    TRY_ASSIGN(const std::string text,
               core::canonical_json({{"key", printable_path(item.key)},
                                     {"why", item.why},
                                     {"tries", static_cast<std::int64_t>(item.tries)}}));
    failed += (failed.empty() ? "" : ",") + text;
  }
  std::string findings;
  for (const core::Finding& finding : end.report.findings) {
    TRY_ASSIGN(const std::string text, core::finding_json(end.report, finding));
    findings += (findings.empty() ? "" : ",") + text;
  }
  const auto count = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  TRY_ASSIGN(
      std::string head,
      core::canonical_json(
          {{"schema", std::string("holdfast.extract-run/1")},
           {"extraction", config.name},
           {"out", printable_path(config.out)},
           {"status", end.status},
           {"items", count(end.items)},
           {"done_before", count(end.done_before)},
           {"pending_at_start", count(end.pending_at_start)},
           {"recovered_rows", count(end.recovered_rows)},
           {"ok", count(end.ok)},
           {"fail", count(end.failed.size())},
           {"published_rows", end.publication ? core::FieldValue(count(end.publication->row_count))
                                              : core::FieldValue()},
           {"elapsed_s", end.elapsed_s}}));
  head.pop_back();
  std::string torn;
  for (const TornTail& tail : end.torn) {
    TRY_ASSIGN(const std::string text,
               core::canonical_json({{"offset", count(tail.offset)},
                                     {"size_bytes", count(tail.size_bytes)},
                                     {"kept_in", printable_path(tail.kept_in)}}));
    torn += (torn.empty() ? "" : ",") + text;
  }
  return head + ",\"failed\":[" + failed + "],\"torn\":[" + torn + "],\"findings\":[" + findings +
         "]}\n";
}

std::string run_text(const ExtractionConfig& config, const extract::RunEnd& end) {
  std::string out;
  for (const TornTail& tail : end.torn)
    out += "WARNING: a torn line of " + std::to_string(tail.size_bytes) +
           " bytes was cut off, as a kill or a power cut leaves it; kept in " +
           printable_path(tail.kept_in) + '\n';
  for (const extract::FailedItem& item : end.failed)
    out += "FAIL " + app::printable(item.key) + ": " + app::printable(item.why) + '\n';
  for (const core::Finding& finding : end.report.findings) {
    out += app::padded(core::level_name(finding.level), 7) + "  " + finding.rule + "  " +
           app::printable(finding.message) + '\n';
    if (!finding.hint.empty()) out += "  hint: " + app::printable(finding.hint) + '\n';
  }
  const auto count = [](std::uint64_t value) {
    return app::with_thousands(static_cast<std::int64_t>(value));
  };
  out += "run " + app::printable(config.name) + ": " + count(end.items) + " items, " +
         count(end.done_before) + " done before, " + count(end.ok) + " extracted, " +
         count(end.failed.size()) + " failed";
  if (end.publication) out += "; published " + count(end.publication->row_count) + " rows";
  return out + "\nstatus: " + end.status + '\n';
}

Result<Exit> run_run(const Command& command, const RunWords& words) {
  TRY_ASSIGN(const auto workspace, app::Workspace::load(command.workspace));
  TRY_ASSIGN(const auto* config,
             workspace.extraction(
                 words.name.empty() ? std::nullopt : std::optional<std::string_view>(words.name)));
  if (!config->extractor)
    return Error(Code::invalid, "extract." + config->name + " has no extractor",
                 "name one in [extract." + config->name +
                     "]: extractor = \"sha256\", \"exec\" or \"worker\"");
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
  options.tries = config->tries;
  options.version = HOLDFAST_VERSION;
  PassProgress progress(command, "extract", "items");
  options.batch.on_progress = [&](const core::BatchProgress& now) { progress.update(now); };
  auto ended = extract::run_extraction(*config, *config->extractor, options);
  progress.end();
  TRY_ASSIGN(const auto end, std::move(ended));
  if (command.output == OutputFormat::json) {
    TRY_ASSIGN(const std::string text, run_json(*config, end));
    TRY(command.print(text));
  } else {
    TRY(command.print(run_text(*config, end)));
  }
  if (end.status == "cancelled")
    return Error(Code::cancelled, "stopped as asked; what was extracted is staged",
                 "run the same command again to go on");
  if (end.status == "refused") return Exit::findings;
  const Outcome outcome = outcome_of(end.report);
  if (outcome == Outcome::complete && !end.failed.empty()) return Exit::incomplete;
  return exit_of(outcome);
}

void add_run(CLI::App& group) {
  const auto words = std::make_shared<RunWords>();
  CLI::App* command = add_command(
      group, "run", "Extract the items that have no row yet, and publish all rows there are",
      {"holdfast extract run k150k --jobs 8",
       "holdfast extract run k150k --limit 100  # a first look",
       "holdfast extract run --json | jq .failed"},
      [words](const Command& with) { return run_run(with, *words); });
  command->add_option("NAME", words->name,
                      "The extraction, [extract.NAME] (needed where there are several)");
  command->add_option("--jobs", words->jobs, "Items at once (default: one for each processor)")
      ->type_name("N")
      ->check(CLI::Range(1, core::kMaxJobs));
  check_whole_number(*command->add_option("--limit", words->limit, "At most so many pending items")
                          ->type_name("N"),
                     1);
  command
      ->add_option("--window", words->window,
                   "Begin items only in these hours of local time, and wait for them")
      ->type_name("HH:MM-HH:MM");
}

}  // namespace

void add_extract_commands(CLI::App& root) {
  CLI::App* group = add_group(root, "extract", "Extractions that can't lose a row in silence");
  add_run(*group);
  add_check(*group);
}

}  // namespace holdfast::cli

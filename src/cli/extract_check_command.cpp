// SPDX-License-Identifier: Apache-2.0
// `holdfast extract check`: the ledger, the staging file and the published rows, held against each other by key.
#include <algorithm>

#include <CLI/CLI.hpp>

#include "app/guarded_files.h"
#include "app/text.h"
#include "base/root_folder.h"
#include "base/whole_file.h"
#include "cli/extract_commands.h"
#include "cli/terminal.h"
#include "core/canonical_json.h"
#include "core/fields.h"
#include "extract/extraction_state.h"
#include "extract/judge.h"

namespace holdfast::cli {
namespace {

using extract::Accounts;
using extract::ExtractionConfig;
using extract::ExtractionState;

struct CheckWords : ExtractionWords {
  std::string lists;
  bool deep = false;
  bool every_key = false;
};

// --- lists

constexpr const char* kTrimmedLedger = "ledger-without-missing";
constexpr const char* kMalformed = "malformed.jsonl";

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
  return write_whole_file(real_file_system(), folder + '/' + kTrimmedLedger, text);
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

// Of the workspace that lies around the files of --out, too; where there is none, those files alone are spared.
Status spare_guarded(const Command& command, const std::string& folder,
                     const ExtractionConfig& config) {
  auto loaded = app::Workspace::load(command.workspace);
  if (!loaded && loaded.error().code() != Code::not_found) return loaded.error();
  app::Workspace workspace = loaded ? std::move(*loaded) : app::Workspace();
  workspace.extractions.push_back(config);
  std::vector<std::string> names = {kTrimmedLedger, kMalformed};
  const ExtractionState nothing;
  const Accounts none;
  for (const List& list : lists_of(nothing, none))
    for (const char* suffix : {".txt", ".jsonl"})
      names.push_back(std::string(list.file) + suffix);
  return app::check_output_folder(workspace, *command.clock, {"--lists", folder}, names);
}

Status write_lists(const std::string& folder, const ExtractionConfig& config,
                   const ExtractionState& state, const Accounts& accounts) {
  TRY(create_durable_folder(real_file_system(), folder));
  for (const List& list : lists_of(state, accounts))
    TRY(write_list(folder, list));
  TRY(write_trimmed_ledger(folder, state, accounts));
  TRY_ASSIGN(const std::string staging, bad_lines_text(config.staging(), state.staging.bad_lines));
  TRY_ASSIGN(const std::string ledger, bad_lines_text(config.ledger(), state.ledger.bad_lines));
  return write_whole_file(real_file_system(), folder + '/' + kMalformed, staging + ledger);
}

// --- telling

std::int64_t count_of(const auto& list) {
  return static_cast<std::int64_t>(list.size());
}

core::Fields counts_of(const ExtractionState& state, const Accounts& accounts) {
  const auto items = state.item_count();
  return {
      {"items", items ? core::FieldValue(static_cast<std::int64_t>(*items)) : core::FieldValue()},
      {"ledger", static_cast<std::int64_t>(state.ledger_count())},
      {"staged", count_of(state.staged.keys)},
      {"published", static_cast<std::int64_t>(state.published_count())},
      {"published_rows", state.seal ? static_cast<std::int64_t>(state.seal->keys.count)
                                    : static_cast<std::int64_t>(state.published.row_count)},
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
  TRY_ASSIGN(const std::string findings, findings_json(report));
  const ExtractOutcome outcome = outcome_of(report);
  TRY_ASSIGN(
      std::string head,
      core::canonical_json(
          {{"schema", std::string("holdfast.extract-check/1")},
           {"extraction", config.name},
           {"out", printable_path(config.out)},
           {"ledger", printable_path(config.ledger())},
           {"staging", printable_path(config.staging())},
           {"key_column", state.published.key_column},
           {"verdict", std::string(core::verdict_name(report.verdict))},
           {"observed_at", format_rfc3339(report.observed_at)},
           {"basis", report.basis},
           {"proved_at", report.proved_at ? core::FieldValue(format_rfc3339(*report.proved_at))
                                          : core::FieldValue()},
           {"conclusion", std::string(outcome_name(outcome))},
           {"exit_code", static_cast<std::int64_t>(exit_of(outcome))}}));
  head.pop_back();
  return head + ",\"counts\":" + counts + ",\"findings\":[" + findings + "]}\n";
}

std::string number(const auto& list) {
  return app::with_thousands(count_of(list));
}

// Of a deep look, so that "complete" is not taken for more than it was.
std::string not_compared(const extract::Published& published) {
  if (!published.pages || published.unreadable || published.compared >= published.row_count)
    return {};
  return "; not compared with what was extracted: " +
         app::with_thousands(static_cast<std::int64_t>(published.row_count - published.compared)) +
         " of " + app::with_thousands(static_cast<std::int64_t>(published.row_count)) + " rows";
}

std::string text_of(const ExtractionConfig& config, const ExtractionState& state,
                    const Accounts& accounts, const core::SubjectReport& report) {
  std::string out = findings_text(report);
  const auto items = state.item_count();
  const bool is_known = !state.published.unreadable;
  app::TextTable table;
  table.titles = {"extraction", "items", "ledger", "staged", "published", "missing", "pending"};
  table.right_aligned = {1, 2, 3, 4, 5, 6};
  table.rows.push_back(
      {app::printable(config.name),
       items ? app::with_thousands(static_cast<std::int64_t>(*items)) : "?",
       app::with_thousands(static_cast<std::int64_t>(state.ledger_count())),
       number(state.staged.keys),
       is_known ? app::with_thousands(static_cast<std::int64_t>(state.published_count())) : "?",
       is_known ? number(accounts.missing) : "?",
       items && is_known ? number(accounts.pending) : "?"});
  out += app::text_of(table, static_cast<std::size_t>(terminal_width()));
  return out + "conclusion: " + std::string(outcome_name(outcome_of(report))) +
         (items ? "" : " (items are not known: whether any is left out can't be told)") +
         (state.seal ? "; every key was compared at " + format_rfc3339(state.seal->sealed_at) +
                           ", and nothing was written since"
                     : "") +
         not_compared(state.published) + '\n';
}

Result<Exit> run_check(const Command& command, const CheckWords& words) {
  TRY_ASSIGN(ExtractionConfig config, extraction_of(command, words));
  TRY_ASSIGN(config, with_shard(std::move(config), words.shard));
  if (!words.lists.empty()) TRY(spare_guarded(command, words.lists, config));
  TRY_ASSIGN(
      const auto state,
      extract::read_state(config, real_file_system(),
                          {.pages = words.deep ? extract::Pages::checked : extract::Pages::not_read,
                           .trust_seal = !words.every_key && words.lists.empty(),
                           .missing_module = extract::MissingModule::is_told,
                           .clock = command.clock,
                           .cancel = command.cancel}));
  const bool nothing = !state.seal && !state.published.exists && state.ledger.keys.empty() &&
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

}  // namespace

void add_extract_check(CLI::App& group) {
  const auto words = std::make_shared<CheckWords>();
  CLI::App* command = add_command(
      group, "check",
      "Hold the ledger, the staging file and the published rows against each other, by key",
      {"holdfast extract check k150k --lists lost",
       "holdfast extract check --out features/k150k.parquet --items 'clips/*.mp4'",
       "holdfast extract check --out features.parquet --key clip_name --json | jq .counts"},
      [words](const Command& with) { return run_check(with, *words); });
  add_extraction(*command, *words);
  add_shard_of_extraction(*command, *words, "The output of one shard");
  command->add_flag(
      "--deep", words->deep,
      "Walk every page of the Parquet file, compare its checksum where it has one, and every row "
      "with its digest in the ledger");
  command->add_flag("--every-key", words->every_key,
                    "Read every key, also where nothing was written since they were compared");
  command
      ->add_option("--lists", words->lists,
                   "Write the exact lists of keys (missing.txt, pending.txt, …) into this folder")
      ->type_name("FOLDER");
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
// `holdfast extract`: extractions that can't lose a row in silence.
#include "cli/extract_commands.h"

#include <algorithm>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "app/text.h"
#include "base/shell_word.h"
#include "core/report_json.h"

namespace holdfast::cli {
namespace {

Error usage(const std::string& message) {
  return {Code::invalid, message, "holdfast extract --help"};
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

/// Files that somebody else's script wrote, without a workspace.
extract::ExtractionConfig foreign(const ExtractionWords& words) {
  extract::ExtractionConfig config;
  config.workspace_folder = std::filesystem::current_path().string();
  config.out = absolute(words.out);
  config.name = std::filesystem::path(config.out).stem().string();
  config.arguments = "--out " + shell_word(words.out);
  if (!words.items.empty()) {
    config.items = words.items;
    config.arguments += " --items " + shell_word(words.items);
  }
  if (!words.items_file.empty()) {
    config.items_file = absolute(words.items_file);
    config.arguments += " --items-file " + shell_word(words.items_file);
  }
  if (!words.key.empty()) {
    config.key_columns = {words.key};
    config.arguments += " --key " + shell_word(words.key);
  }
  return config;
}

// A variable of a script that is not set must not change what is asked for.
CLI::Validator not_empty() {
  return {[](const std::string& text) { return text.empty() ? "it is empty" : std::string(); }, ""};
}

}  // namespace

void add_configured_extraction(CLI::App& command, ExtractionWords& words) {
  command
      .add_option("NAME", words.name,
                  "The extraction, [extract.NAME]; the only one where it is left out")
      ->check(not_empty());
}

void add_shard_of_extraction(CLI::App& command, ExtractionWords& words, const char* help) {
  command.add_option("--shard", words.shard, help)->type_name("K/N")->check(not_empty());
}

void add_extraction(CLI::App& command, ExtractionWords& words) {
  add_configured_extraction(command, words);
  command
      .add_option("--out", words.out,
                  "Files of another program, without a configuration: the Parquet file; .done and "
                  ".rows.jsonl "
                  "are looked for beside it")
      ->type_name("FILE")
      ->check(not_empty());
  command.add_option("--items", words.items, "With --out: the items, as a pattern")
      ->type_name("PATTERN")
      ->check(not_empty());
  command.add_option("--items-file", words.items_file, "With --out: the items, one key a line")
      ->type_name("FILE")
      ->check(not_empty());
  command
      .add_option("--key", words.key,
                  "With --out: the column of the keys (default: key or clip_name)")
      ->type_name("COLUMN")
      ->check(not_empty());
}

Result<extract::ExtractionConfig> extraction_of(const Command& command,
                                                const ExtractionWords& words) {
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

// What lies above the folder may be a workspace, whose records no output replaces: where it can't be read nobody knows them.
Status spare_records(const Command& command, const extract::ExtractionConfig& config) {
  const auto workspace = app::Workspace::load(command.workspace);
  if (!workspace)
    return workspace.error().code() == Code::not_found ? Status() : Status(workspace.error());
  return app::check_extraction_output(*workspace, config);
}

Result<extract::ExtractionConfig> with_shard(extract::ExtractionConfig config,
                                             const std::string& shard) {
  if (shard.empty()) return config;
  auto parsed = core::Shard::parse(shard);
  if (!parsed) return std::move(parsed).error().with("--shard");
  return config.for_shard(*parsed);
}

ExtractOutcome outcome_of(const core::SubjectReport& report) {
  const bool has_findings = std::ranges::any_of(
      report.findings, [](const auto& finding) { return finding.level >= core::Level::warning; });
  if (has_findings) return ExtractOutcome::findings;
  return report.verdict == core::Verdict::in_step ? ExtractOutcome::complete
                                                  : ExtractOutcome::incomplete;
}

Exit exit_of(ExtractOutcome outcome) {
  switch (outcome) {
    case ExtractOutcome::complete:
      return Exit::ok;
    case ExtractOutcome::findings:
      return Exit::findings;
    case ExtractOutcome::incomplete:
      return Exit::incomplete;
  }
  return Exit::incomplete;
}

std::string_view outcome_name(ExtractOutcome outcome) {
  switch (outcome) {
    case ExtractOutcome::complete:
      return "complete";
    case ExtractOutcome::findings:
      return "findings";
    case ExtractOutcome::incomplete:
      return "incomplete";
  }
  return {};
}

std::string findings_text(const core::SubjectReport& report) {
  std::string out;
  for (const core::Finding& finding : report.findings) {
    out += app::padded(core::level_name(finding.level), 7) + "  " + finding.rule + "  " +
           app::printable(finding.message) + '\n';
    if (!finding.hint.empty()) out += "  hint: " + app::printable(finding.hint) + '\n';
  }
  return out;
}

Result<std::string> findings_json(const core::SubjectReport& report) {
  std::string out;
  for (const core::Finding& finding : report.findings) {
    TRY_ASSIGN(const std::string text, core::finding_json(report, finding));
    out += (out.empty() ? "" : ",") + text;
  }
  return out;
}

Status told_but_not_recorded(const Status& recorded) {
  if (recorded) return {};
  return Error(
      Code::io,
      "it ended as was told, but its events could not be recorded: " + recorded.error().message(),
      recorded.error().hint());
}

void add_extract_commands(CLI::App& root) {
  CLI::App* group = add_group(root, "extract", "Extractions that can't lose a row in silence");
  add_extract_run(*group);
  add_extract_check(*group);
  add_extract_status(*group);
  add_extract_repair(*group);
  add_extract_merge(*group);
}

}  // namespace holdfast::cli

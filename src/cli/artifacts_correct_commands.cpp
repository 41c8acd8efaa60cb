// SPDX-License-Identifier: Apache-2.0
// `holdfast artifacts move | forget`: corrections of rows by hand.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/text.h"
#include "artifacts/corrections.h"
#include "base/root_folder.h"
#include "cli/artifacts_commands.h"
#include "cli/command.h"
#include "core/canonical_json.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CorrectionWords {
  std::string source;
  std::string reason;
};

artifacts::Correction correction_of(const Command& command, const Command::Open& open,
                                    const CorrectionWords& words, const char* usual_reason) {
  return {.actor = open.workspace->actor,
          .reason = words.reason.empty() ? usual_reason : words.reason,
          .cancel = command.cancel};
}

void add_reason(CLI::App& command, CorrectionWords& words) {
  command.add_option("--reason", words.reason, "Why, for the journal and the event")
      ->type_name("TEXT");
}

// A path is recorded, so that this one can't be any bytes.
Status require_text(const char* option, const std::string& path) {
  if (core::is_utf8(path)) return {};
  return Error(Code::invalid,
               std::string(option) + ": \"" + printable_path(path) + "\" is not UTF-8",
               "no row can hold it; a file of such a name must be renamed first");
}

std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// --- move

struct MoveWords : CorrectionWords {
  std::string id;
  std::string path;
};

Json json_of(const std::string& source, const artifacts::Moved& moved) {
  return {{"operation", "artifacts.move"},
          {"source", source},
          {"artifact_id", moved.artifact_id},
          {"old_path", moved.old_path ? Json(*moved.old_path) : Json()},
          {"file_path", moved.path},
          {"confirmed", moved.confirmed}};
}

Result<Exit> run_move(const Command& command, const MoveWords& words) {
  TRY(require_text("--to", words.path));
  TRY_ASSIGN(const auto open, command.open());
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  TRY_ASSIGN(const auto roots, artifacts::Roots::open(config->roots));
  TRY_ASSIGN(auto table,
             artifacts::ArtifactTable::open(*config, *open.catalog, artifacts::Access::read_only));
  TRY_ASSIGN(const auto moved,
             artifacts::move_row(table, *open.catalog, roots, {words.id, words.path},
                                 correction_of(command, open, words, "the file was moved")));
  if (command.output == OutputFormat::json) {
    TRY(command.print(dumped(json_of(config->name, moved))));
    return Exit::ok;
  }
  TRY(command.print("row " + app::printable(moved.artifact_id) + ": " +
                    (moved.old_path ? app::printable(*moved.old_path) : "(no path)") + " -> " +
                    app::printable(moved.path) +
                    (moved.confirmed ? ", which has the recorded content\n" : "\n")));
  if (!moved.confirmed) {
    command.say(
        "no hash is recorded, so nothing was compared\n  hint: holdfast artifacts backfill " +
        config->name);
  } else if (!moved.report.findings.empty()) {
    const core::Finding& left = moved.report.findings.front();
    command.say("left: " + app::printable(left.message) + "\n  hint: " + left.hint);
  }
  return Exit::ok;
}

void add_move(CLI::App& group) {
  const auto words = std::make_shared<MoveWords>();
  CLI::App* command = add_command(
      group, "move",
      "Give a row the path its file has now, where that file has the recorded content",
      {"holdfast artifacts move --only nb-0042 --to notebooks/2026/nb-0042.ipynb",
       "holdfast artifacts move atlas --only fig-7 --to figures/7.png --reason 'sorted by year'"},
      [words](const Command& with) { return run_move(with, *words); });
  add_source(*command, words->source);
  command->add_option("--only", words->id, "The row's id")->type_name("ID")->required();
  command->add_option("--to", words->path, "The file's path now, relative to its root")
      ->type_name("PATH")
      ->required();
  add_reason(*command, *words);
}

// --- forget

struct ForgetWords : CorrectionWords {
  std::vector<std::string> ids;
};

Result<Exit> run_forget(const Command& command, const ForgetWords& words) {
  TRY_ASSIGN(const auto open, command.open());
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  TRY_ASSIGN(auto table,
             artifacts::ArtifactTable::open(*config, *open.catalog, artifacts::Access::read_only));
  TRY_ASSIGN(const auto forgotten,
             artifacts::forget_rows(table, *open.catalog, words.ids,
                                    correction_of(command, open, words, "not wanted any more")));
  if (command.output == OutputFormat::json) {
    const Json json = {{"operation", "artifacts.forget"},
                       {"source", config->name},
                       {"removed", forgotten.removed},
                       {"gone", forgotten.gone},
                       {"incidents_withdrawn", forgotten.incidents}};
    TRY(command.print(dumped(json)));
    return Exit::ok;
  }
  const auto removed = static_cast<std::int64_t>(forgotten.removed.size());
  const auto gone = static_cast<std::int64_t>(forgotten.gone.size());
  std::string out;
  if (removed > 0)
    out += app::counted(removed, "row") +
           " taken out; the journal keeps what was recorded (holdfast artifacts journal " +
           config->name + ")\n";
  if (gone > 0)
    out += app::counted(gone, "row") + (gone == 1 ? " was" : " were") +
           " gone already; what was known of " + (gone == 1 ? "it" : "them") + " is dropped\n";
  if (forgotten.incidents > 0)
    out += app::counted(forgotten.incidents, "incident") + " withdrawn\n";
  TRY(command.print(out));
  return Exit::ok;
}

void add_forget(CLI::App& group) {
  const auto words = std::make_shared<ForgetWords>();
  CLI::App* command = add_command(
      group, "forget",
      "Take rows that nobody wants any more out of the catalog's table, with their incidents",
      {"holdfast artifacts forget --only fig-7 --reason 'withdrawn by its author'",
       "holdfast artifacts forget atlas --only nb-0042 --only nb-0043"},
      [words](const Command& with) { return run_forget(with, *words); });
  add_source(*command, words->source);
  command->add_option("--only", words->ids, "The row's id; may be repeated")
      ->type_name("ID")
      ->required();
  add_reason(*command, *words);
}

}  // namespace

void add_artifacts_correct_commands(CLI::App& group) {
  add_move(group);
  add_forget(group);
}

}  // namespace holdfast::cli

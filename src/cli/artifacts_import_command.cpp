// SPDX-License-Identifier: Apache-2.0
// `holdfast artifacts import`: rows from a folder tree or a list.
#include <array>

#include <CLI/CLI.hpp>

#include "app/text.h"
#include "artifacts/file_type.h"
#include "artifacts/import.h"
#include "base/root_folder.h"
#include "cli/artifacts_commands.h"
#include "cli/command.h"

namespace holdfast::cli {
namespace {

using artifacts::ImportForm;

struct ImportFlag {
  ImportForm form;
  const char* name;
  const char* value;
  const char* help;
};
constexpr std::array kForms{
    ImportFlag{ImportForm::folder, "--from-folder", "FOLDER",
               "A row for every file below this folder, which lies in a root"},
    ImportFlag{ImportForm::csv, "--from-csv", "FILE",
               "Columns path, id, type, title, sha256, size_bytes; only path must be there"},
    ImportFlag{ImportForm::jsonl, "--from-jsonl", "FILE",
               "One JSON object a line, with the same keys"},
    ImportFlag{ImportForm::sha256sum, "--from-sha256sum", "FILE",
               "What sha256sum printed, with or without --tag"},
    ImportFlag{ImportForm::bagit, "--from-bagit", "FOLDER",
               "A BagIt bag in a root, with manifest-sha256.txt"},
    ImportFlag{ImportForm::dvc, "--from-dvc", "FILE",
               "A .dvc file in a root; its MD5 is kept as dvc_md5 and never compared"},
};

struct ImportWords {
  std::string source;
  std::string type;
  std::string prefix;
  std::array<std::string, kForms.size()> from;
  bool dry_run = false;
};

bool takes_prefix(ImportForm form) {
  return form == ImportForm::csv || form == ImportForm::jsonl || form == ImportForm::sha256sum;
}

Result<artifacts::ImportOptions> options_of(const ImportWords& words) {
  artifacts::ImportOptions options;
  int given = 0;
  for (std::size_t i = 0; i < kForms.size(); ++i) {
    if (words.from[i].empty()) continue;
    ++given;
    options.form = kForms[i].form;
    options.from = words.from[i];
  }
  if (given != 1) {
    std::string names;
    for (const ImportFlag& flag : kForms)
      names += (names.empty() ? "" : ", ") + std::string(flag.name);
    return Error(Code::invalid, "import from what? Give one of " + names,
                 "holdfast artifacts import --help");
  }
  if (!words.prefix.empty() && !takes_prefix(options.form)) {
    return Error(Code::invalid, "--prefix goes with --from-csv, --from-jsonl and --from-sha256sum",
                 "holdfast artifacts import --help");
  }
  options.prefix = words.prefix;
  if (!words.type.empty()) options.type = words.type;
  options.dry_run = words.dry_run;
  return options;
}

/// What to do now: claims are held against the files before a backfill, which would write its own hash over one that differs.
void tell_next(const Command& command, const artifacts::ImportReport& report) {
  if (report.imported == 0 || report.dry_run) return;
  const std::string& source = report.source;
  command.say(report.claims > 0 ? "next: holdfast artifacts verify " + source +
                                      "  # holds these claims against the files"
                                : "next: holdfast artifacts backfill " + source);
}

void tell_absent(const Command& command, const artifacts::ImportReport& report, ImportForm form) {
  if (report.absent == 0) return;
  command.say("warning: " + app::with_thousands(report.absent) + " of " +
              (report.looked_for < report.listed ? "the first " : "") +
              app::counted(report.looked_for, "path") + (report.absent == 1 ? " is" : " are") +
              " in no root (first: " + printable_path(report.first_absent) +
              (takes_prefix(form) ? "); is --prefix right, or was the list made elsewhere?"
                                  : "); was the list made elsewhere?"));
}

Result<Exit> run_import(const Command& command, const ImportWords& words) {
  TRY_ASSIGN(auto options, options_of(words));
  TRY_ASSIGN(const auto open, command.open());
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  TRY_ASSIGN(const auto roots, artifacts::Roots::open(config->roots));
  const auto access = words.dry_run ? artifacts::Access::read_only : artifacts::Access::read_write;
  TRY_ASSIGN(auto table, artifacts::ArtifactTable::open(*config, *open.catalog, access));
  options.actor = open.workspace->actor;
  options.cancel = command.cancel;
  TRY_ASSIGN(const auto report, artifacts::import_rows(table, *open.catalog, roots, options));
  TRY(command.print(command.output == OutputFormat::json ? to_json(report) : to_text(report)));
  const bool is_whole = report.conflict_count + report.refused_count == 0;
  if (is_whole) tell_next(command, report);
  tell_absent(command, report, options.form);
  if (!is_whole) return Exit::findings;
  if (report.listed == 0) {
    command.say(
        "holdfast: nothing to import: " + options.from +
        (report.ignored > 0 ? " has only files that 'ignore' leaves out" : " names no file"));
    return Exit::incomplete;
  }
  return Exit::ok;
}

}  // namespace

void add_artifacts_import_command(CLI::App& group) {
  const auto words = std::make_shared<ImportWords>();
  CLI::App* command = add_command(
      group, "import",
      "Make rows for files that have none: from a folder, or from a list that claims hashes",
      {"holdfast artifacts import --from-folder data",
       "holdfast artifacts import --from-csv list.csv --prefix figures --dry-run",
       "holdfast artifacts import --from-sha256sum SHA256SUMS  # verify then compares them"},
      [words](const Command& with) { return run_import(with, *words); });
  add_source(*command, words->source);
  for (std::size_t i = 0; i < kForms.size(); ++i) {
    command->add_option(kForms[i].name, words->from[i], kForms[i].help)->type_name(kForms[i].value);
  }
  command
      ->add_option("--prefix", words->prefix,
                   "The folder below the root that the paths of a list are relative to")
      ->type_name("FOLDER");
  command
      ->add_option(
          "--type", words->type,
          "The artifact type of rows for which the list has none (default: by extension; " +
              artifacts::file_type_rules() + ")")
      ->type_name("TYPE");
  command->add_flag("--dry-run", words->dry_run, "Say what would be imported, write nothing");
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
// `holdfast artifacts backfill | residual | prepare`; import and journal have files of their own.
#include <charconv>
#include <limits>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/text.h"
#include "artifacts/backfill.h"
#include "artifacts/residual.h"
#include "base/root_folder.h"
#include "cli/artifacts_commands.h"
#include "cli/backfill_output.h"
#include "cli/command.h"
#include "cli/pace_options.h"
#include "cli/terminal.h"
#include "core/batch.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string pretty(const std::string& json) {
  return Json::parse(json).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// --- backfill

struct BackfillWords {
  std::string source;
  std::string commit_every;
  PaceWords pace;
  std::string older_than;
  std::string max_drift;
  std::string on_drift = "record";
  std::string residual;
  std::string summary;
  std::string sql_patch;
  std::vector<std::string> types;
  std::vector<std::string> only;
  bool dry_run = false;
  bool recheck = false;
  bool restart = false;
  bool report_only = false;
};

Error usage(const std::string& message) {
  return {Code::invalid, message, "holdfast artifacts backfill --help"};
}

// "200", "5s", or both: "200,5s".
Status read_commit_every(const std::string& text, core::BatchOptions& batch) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view part = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    std::int64_t count = 0;
    const auto read = std::from_chars(part.data(), part.data() + part.size(), count);
    if (read.ec == std::errc() && read.ptr == part.data() + part.size()) {
      if (count < 1) return usage("--commit-every " + text + ": at least one row");
      batch.commit_every_count = count;
      continue;
    }
    auto duration = parse_duration(part);
    if (!duration) return std::move(duration).error().with("--commit-every");
    if (*duration <= std::chrono::nanoseconds(0))
      return usage("--commit-every " + text + ": longer than nothing");
    batch.commit_every = *duration;
  }
  return {};
}

Status read_batch(const BackfillWords& words, artifacts::BackfillOptions& options) {
  TRY(read_commit_every(words.commit_every, options.batch));
  TRY_ASSIGN(const Pace pace, read_pace(words.pace));
  options.rate_bytes_per_s = pace.rate_bytes_per_s;
  options.shard = pace.shard;
  options.batch.window = pace.window;
  options.batch.jobs = words.pace.jobs;
  options.batch.limit = words.pace.limit;
  return {};
}

Status read_scope(const BackfillWords& words, const artifacts::SourceConfig& config,
                  artifacts::BackfillOptions& options) {
  using artifacts::BackfillMode;
  if (words.dry_run && words.report_only)
    return usage("--dry-run writes nothing and --report-only does: take one of them");
  if (words.recheck && !words.older_than.empty())
    return usage("--recheck takes every row, --older-than some: take one of them");
  if (words.restart && !words.recheck) return usage("--restart goes with --recheck");
  const bool selects = words.recheck || !words.older_than.empty() || !words.types.empty() ||
                       !words.pace.shard.empty() || words.pace.limit;
  if (!words.only.empty() && selects)
    return usage(
        "--only names the rows, marked or not: leave the other options that choose rows out");
  if (!words.sql_patch.empty() && !words.report_only)
    return usage("--sql-patch goes with --report-only");
  options.mode = words.dry_run       ? BackfillMode::dry_run
                 : words.report_only ? BackfillMode::report_only
                                     : BackfillMode::write;
  options.recheck = words.recheck;
  options.restart = words.restart;
  if (!words.older_than.empty()) {
    auto age = parse_duration(words.older_than);
    if (!age) return std::move(age).error().with("--older-than");
    options.older_than = *age;
  }
  options.on_drift = words.on_drift == "refuse"       ? artifacts::OnDrift::refuse
                     : words.on_drift == "record-all" ? artifacts::OnDrift::record_all
                                                      : artifacts::OnDrift::record;
  options.max_drift = {.share = config.max_drift_share, .rows = config.max_drift_rows};
  if (!words.max_drift.empty()) {
    auto bound = artifacts::parse_max_drift(words.max_drift);
    if (!bound) return std::move(bound).error().with("--max-drift");
    options.max_drift = *bound;
  }
  options.types = words.types;
  options.only = words.only;
  if (!words.residual.empty()) options.residual_file = words.residual;
  if (!words.sql_patch.empty()) options.sql_patch_file = words.sql_patch;
  return {};
}

void say_suspects(const Command& command, const artifacts::BackfillSummary& summary) {
  const auto found = summary.by_reason.find("changed_without_write");
  if (found == summary.by_reason.end()) return;
  command.say(std::to_string(found->second) +
              (found->second == 1 ? " row keeps its" : " rows keep their") +
              " hash, because no write explains why the bytes differ (suspect the disk)\n  hint: "
              "restore the file from a copy you trust; or, if the new content is wanted after all: "
              "holdfast artifacts backfill " +
              summary.source + " --only ID --on-drift record-all");
}

void say_altered(const Command& command, const artifacts::BackfillSummary& summary) {
  const auto found = summary.by_reason.find("write_altered");
  if (found == summary.by_reason.end()) return;
  command.say(app::counted(found->second, "row") +
              " could not be written: read back, what was written was not there\n  hint: look for "
              "triggers or rules on the table; --residual FILE lists the rows");
}

Exit exit_of_backfill(const artifacts::BackfillSummary& summary) {
  if (summary.has_findings()) return Exit::findings;  // beats incompleteness (decision 0050)
  if (summary.claimed_elsewhere + summary.unmet > 0 || summary.outcome == "empty")
    return Exit::incomplete;
  return Exit::ok;
}

// The files that the earlier run read are not read again, however long ago that was.
void say_resumed(const Command& command, const std::string& source,
                 const artifacts::ResumedRecheck& earlier) {
  command.say("goes on with the recheck of " + source + " that began at " +
              format_rfc3339(earlier.begun_at) + ": " + app::with_thousands(earlier.rows_done) +
              " of " + app::counted(earlier.rows_total, "row") +
              " done since, and not read again\n  hint: --restart reads all of them");
}

Status tell_backfill(const Command& command, const BackfillWords& words,
                     const artifacts::BackfillSummary& summary) {
  if (!command.quiet) write_to_stderr(backfill_problems(summary));
  say_suspects(command, summary);
  say_altered(command, summary);
  const std::string json = pretty(artifacts::to_json(summary));
  if (!words.summary.empty()) TRY(write_whole_file(real_file_system(), words.summary, json));
  if (command.output == OutputFormat::json) return command.print(json);
  const auto width = static_cast<std::size_t>(terminal_width());
  return command.print(fitted(
      backfill_text(summary, stdout_is_terminal() ? width : std::numeric_limits<int>::max())));
}

Result<Exit> run_backfill(const Command& command, const BackfillWords& words) {
  TRY_ASSIGN(const auto open, command.open({{"--residual", words.residual},
                                            {"--sql-patch", words.sql_patch},
                                            {"--summary", words.summary}}));
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  artifacts::BackfillOptions options;
  TRY(read_batch(words, options));
  TRY(read_scope(words, *config, options));
  options.actor = open.workspace->actor;
  options.batch.cancel = command.cancel;
  options.batch.clock = command.clock;
  options.on_resume = [&](const artifacts::ResumedRecheck& earlier) {
    say_resumed(command, config->name, earlier);
  };
  PassProgress progress(command, "backfill");
  options.batch.on_progress = [&](const core::BatchProgress& now) { progress.update(now); };
  auto ended = artifacts::backfill(*config, *open.catalog, options);
  progress.end();
  TRY_ASSIGN(const auto end, std::move(ended));
  TRY(tell_backfill(command, words, end.summary));
  if (end.stopped_by) return *end.stopped_by;
  if (end.summary.outcome == "cancelled") {
    const bool held = end.summary.by_reason.contains("drift_held");
    return Error(Code::cancelled,
                 std::string("stopped as asked; what was hashed is committed") +
                     (held ? ", but for drift that was held back" : ""),
                 words.restart ? "run the same command without --restart to go on"
                               : "run the same command again to go on");
  }
  if (end.summary.outcome == "empty") {
    command.say("holdfast: nothing to do because table \"" + config->table + "\" has no rows" +
                (words.types.empty() ? "" : " of these types") +
                "\n  hint: holdfast artifacts import " + config->name +
                " --from-folder FOLDER makes them");
  }
  return exit_of_backfill(end.summary);
}

void add_backfill_options(CLI::App& command, BackfillWords& words) {
  add_source(command, words.source);
  command.add_option("--type", words.types, "Only rows of this artifact type; may be repeated")
      ->type_name("TYPE");
  command
      .add_option("--only", words.only,
                  "Only the row with this id, also where it has its marker; may be repeated")
      ->type_name("ID");
  add_shard(command, words.pace);
  command.add_flag("--recheck", words.recheck,
                   "Hash every row again, also those that have their marker; goes on with one that "
                   "was cut short");
  command.add_flag("--restart", words.restart,
                   "With --recheck: begin anew, also where one was cut short");
  command
      .add_option("--older-than", words.older_than,
                  "Hash those again whose marker is older (30d, 12h), too")
      ->type_name("AGE");
  command
      .add_option(
          "--on-drift", words.on_drift,
          "What to do where a recorded hash disagrees (exit 1 with each): write the new one "
          "where a write explains the change, also where none does, or leave the old one")
      ->check(CLI::IsMember({"record", "record-all", "refuse"}))
      ->type_name("ACTION")
      ->capture_default_str();
  command
      .add_option("--max-drift", words.max_drift,
                  "Write no drift at all where more rows would change (N, or N% and at least 10; "
                  "default: 1%)")
      ->type_name("N|N%");
  add_pace(command, words.pace);
  command
      .add_option("--commit-every", words.commit_every,
                  "Commit after so many rows, so much time, or either (default: 200,5s)")
      ->type_name("N|TIME|N,TIME");
  command.add_flag("--dry-run", words.dry_run, "Hash and compare, write nothing anywhere");
  command.add_flag("--report-only", words.report_only,
                   "Write no row: hashes and drift go to Holdfast's own catalog only");
  command
      .add_option("--sql-patch", words.sql_patch,
                  "With --report-only: what would be written, as SQL to review and apply")
      ->type_name("FILE");
  command
      .add_option("--residual", words.residual,
                  "Write the rows that have no hash now, with the reason, as JSON lines")
      ->type_name("FILE");
  command.add_option("--summary", words.summary, "Write the summary as JSON to a file, too")
      ->type_name("FILE");
}

void add_backfill(CLI::App& group) {
  const auto words = std::make_shared<BackfillWords>();
  CLI::App* command = add_command(
      group, "backfill", "Give every row whose file is there the SHA-256 of that file",
      {"holdfast artifacts backfill",
       "holdfast artifacts backfill atlas --rate 50MB/s --window 02:00-06:00",
       "holdfast artifacts backfill --dry-run --json",
       "holdfast artifacts backfill --residual residual.jsonl",
       "holdfast artifacts backfill --report-only --sql-patch patch.sql  # writes no row"},
      [words](const Command& with) { return run_backfill(with, *words); });
  add_backfill_options(*command, *words);
}

// --- residual

Result<Exit> run_residual(const Command& command, const std::string& source) {
  TRY_ASSIGN(const auto open, command.open());
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(source)));
  TRY_ASSIGN(const auto roots, artifacts::Roots::open(config->roots));
  TRY_ASSIGN(auto table,
             artifacts::ArtifactTable::open(*config, *open.catalog, artifacts::Access::read_only));
  std::map<std::string, std::int64_t> reasons;
  std::int64_t count = 0;
  TRY(artifacts::list_residual(
      table, roots, command.cancel, [&](const artifacts::ResidualEntry& entry) -> Status {
        ++count;
        ++reasons[entry.reason];
        if (command.output == OutputFormat::json) return command.print(artifacts::json_line(entry));
        return command.print(entry.reason + '\t' + printable_path(entry.artifact_type) + '\t' +
                             printable_path(entry.artifact_id) + '\t' +
                             printable_path(entry.path.value_or("")) + '\t' + entry.detail + '\n');
      }));
  std::string said = app::counted(count, "row") + (count == 1 ? " has" : " have") +
                     " no file that could be hashed";
  for (const auto& [reason, each] : reasons)
    said +=
        (reason == reasons.begin()->first ? ": " : ", ") + app::with_thousands(each) + ' ' + reason;
  command.say(said);
  return Exit::ok;
}

void add_residual(CLI::App& group) {
  const auto source = std::make_shared<std::string>();
  CLI::App* command = add_command(
      group, "residual", "List the rows whose file can't be hashed now, with the reason",
      {"holdfast artifacts residual",
       "holdfast artifacts residual atlas --json | jq -r .file_path"},
      [source](const Command& with) { return run_residual(with, *source); });
  add_source(*command, *source);
}

// --- prepare

Result<Exit> run_prepare(const Command& command, const std::string& source, bool dry_run) {
  TRY_ASSIGN(const auto open, command.open());
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(source)));
  const auto access = dry_run ? artifacts::Access::read_only : artifacts::Access::read_write;
  TRY_ASSIGN(auto table, artifacts::ArtifactTable::open(*config, *open.catalog, access));
  TRY_ASSIGN(const bool there, table.has_journal());
  TRY_ASSIGN(const std::string ddl, table.journal_ddl());
  if (!there && !dry_run) TRY(table.create_journal());
  if (command.output == OutputFormat::json) {
    const Json json = {{"source", config->name},
                       {"journal", config->journal},
                       {"made", !there && !dry_run},
                       {"ddl", ddl}};
    TRY(command.print(json.dump(2) + "\n"));
    return Exit::ok;
  }
  if (there) {
    TRY(command.print("table \"" + config->journal + "\" is there already\n"));
  } else {
    TRY(command.print(dry_run ? ddl : "made table \"" + config->journal + "\"\n"));
  }
  return Exit::ok;
}

void add_prepare(CLI::App& group) {
  const auto source = std::make_shared<std::string>();
  const auto dry_run = std::make_shared<bool>(false);
  CLI::App* command = add_command(
      group, "prepare",
      "Make the table in a user's database that journals what Holdfast changes there",
      {"holdfast artifacts prepare atlas --dry-run  # the DDL, to review",
       "holdfast artifacts prepare atlas"},
      [source, dry_run](const Command& with) { return run_prepare(with, *source, *dry_run); });
  add_source(*command, *source);
  command->add_flag("--dry-run", *dry_run, "Print the DDL, make nothing");
}

}  // namespace

void add_artifacts_write_commands(CLI::App& group) {
  add_artifacts_import_command(group);
  add_backfill(group);
  add_residual(group);
  add_prepare(group);
  add_artifacts_journal_command(group);
}

}  // namespace holdfast::cli

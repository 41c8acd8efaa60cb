// SPDX-License-Identifier: Apache-2.0
// `holdfast artifacts verify | scrub | report | export`: the commands that look and never write the
// user's data.
#include <CLI/CLI.hpp>

#include "app/text.h"
#include "artifacts/report.h"
#include "artifacts/scrub.h"
#include "artifacts/verify.h"
#include "base/file.h"
#include "base/root_folder.h"
#include "cli/artifacts_commands.h"
#include "cli/artifacts_read_output.h"
#include "cli/command.h"
#include "cli/pace_options.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

constexpr std::string_view kUsualFormat = "markdown";

Error stopped(const std::string& what, const artifacts::Conclusion& conclusion) {
  std::string rows;
  if (conclusion.part)
    rows = ": " + app::with_thousands(conclusion.part->rows_looked_at) + " of " +
           app::counted(conclusion.part->rows, "row") + " were looked at";
  return {Code::cancelled, what + " was stopped" + rows + "; what was read until then is kept"};
}

// --- verify

struct VerifyWords {
  std::string source;
  bool quick = false;
  std::string sample;
  std::vector<std::string> types;
  PaceWords pace;
  std::string max_age;
};

Result<artifacts::VerifyOptions> verify_options(const Command& command, const VerifyWords& words) {
  artifacts::VerifyOptions options;
  options.depth = words.quick ? core::Depth::quick : core::Depth::full;
  if (!words.sample.empty()) {
    auto share = artifacts::parse_share(words.sample);
    if (!share) return std::move(share).error().with("--sample");
    options.sample_share = *share;
  }
  options.types = words.types;
  TRY_ASSIGN(const Pace pace, read_pace(words.pace));
  options.rate_bytes_per_s = pace.rate_bytes_per_s;
  options.window = pace.window;
  options.shard = pace.shard;
  TRY_ASSIGN(options.max_age, read_duration(words.max_age, "--max-age"));
  options.jobs = words.pace.jobs;
  options.limit = words.pace.limit;
  options.cancel = command.cancel;
  options.clock = command.clock;
  return options;
}

Result<Exit> verify(const Command& command, const VerifyWords& words) {
  TRY_ASSIGN(auto options, verify_options(command, words));
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  options.actor = open.workspace->actor;
  PassProgress progress(command, "verify " + config->name);
  options.on_progress = [&](const core::BatchProgress& now) { progress.update(now); };
  FindingPrinter printer(command, [&progress] { progress.end(); });
  TRY(printer.begin("holdfast.artifacts-verify/1", config->name));
  TRY_ASSIGN(const auto end, artifacts::verify(*config, *open.catalog, options,
                                               [&](std::span<const artifacts::Judged> judged) {
                                                 return printer.take(judged);
                                               }));
  progress.end();
  TRY(print_verify(command, printer, *config, end));
  if (end.cancelled) return stopped("verify", end.conclusion);
  return exit_of(end.conclusion.outcome);
}

void add_verify(CLI::App& group) {
  const auto words = std::make_shared<VerifyWords>();
  CLI::App* command = add_command(
      group, "verify", "Hold every recorded hash against its file",
      {"holdfast artifacts verify # read every file that has a hash",
       "holdfast artifacts verify --quick # has a file's identity moved since its proof?",
       "holdfast artifacts verify --sample 5% --rate 50MB/s # another twentieth every day",
       "holdfast artifacts verify --type notebook --json | jq '.findings[].message'",
       "holdfast artifacts verify --quick --max-age 30d # exit 3 where a proof is older"},
      [words](const Command& with) { return verify(with, *words); });
  add_source(*command, words->source);
  command->add_flag("--quick", words->quick,
                    "Look at the identity only (inode, size, times) and read nothing; can't claim "
                    "that bytes are in step");
  command
      ->add_option(
          "--sample", words->sample,
          "Only this share of the rows, for example 5%: the same all day, another each day")
      ->type_name("SHARE");
  command->add_option("--type", words->types, "Only rows of this artifact type; may be repeated")
      ->type_name("TYPE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_pace(*command, words->pace);
  add_shard(*command, words->pace);
  command
      ->add_option("--max-age", words->max_age,
                   "Incomplete (exit 3) where a proof is older, for example 30d")
      ->type_name("DURATION");
}

// --- scrub

struct ScrubWords {
  std::string source;
  std::string every_byte_within;
  PaceWords pace;
  std::string once_for;
  std::string limit_bytes;
};

Result<artifacts::ScrubOptions> scrub_options(const Command& command, const ScrubWords& words) {
  artifacts::ScrubOptions options;
  TRY_ASSIGN(const auto promise, read_duration(words.every_byte_within, "--every-byte-within"));
  options.terms.every_byte_within = promise.value_or(std::chrono::nanoseconds(0));
  TRY_ASSIGN(const Pace pace, read_pace(words.pace));
  options.terms.rate_bytes_per_s = pace.rate_bytes_per_s;
  options.terms.window = pace.window;
  TRY_ASSIGN(options.terms.once_for, read_duration(words.once_for, "--once-for"));
  TRY_ASSIGN(options.limit_bytes, read_bytes(words.limit_bytes, "--limit-bytes"));
  options.limit = words.pace.limit;
  options.jobs = words.pace.jobs;
  options.cancel = command.cancel;
  options.clock = command.clock;
  return options;
}

Result<Exit> scrub(const Command& command, const ScrubWords& words) {
  TRY_ASSIGN(auto options, scrub_options(command, words));
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  options.actor = open.workspace->actor;
  PassProgress progress(command, "scrub " + config->name);
  options.on_progress = [&](const core::BatchProgress& now) { progress.update(now); };
  options.on_plan = [&](const artifacts::ScrubLoad& load, const artifacts::ScrubForecast& plan) {
    command.say(plan_sentence(config->name, load, plan));
  };
  FindingPrinter printer(command, [&progress] { progress.end(); });
  TRY(printer.begin("holdfast.artifacts-scrub/1", config->name));
  TRY_ASSIGN(const auto end, artifacts::scrub(*config, *open.catalog, options,
                                              [&](std::span<const artifacts::Judged> judged) {
                                                return printer.take(judged);
                                              }));
  progress.end();
  TRY(print_scrub(command, printer, end));
  if (end.cancelled) return stopped("scrub", end.conclusion);
  return exit_of(end.conclusion.outcome);
}

void add_scrub(CLI::App& group) {
  const auto words = std::make_shared<ScrubWords>();
  CLI::App* command = add_command(
      group, "scrub", "Read a slice, so that every byte is read within a promised time",
      {"holdfast artifacts scrub --every-byte-within 30d --rate 50MB/s # from a timer, each night",
       "holdfast artifacts scrub --every-byte-within 30d --rate 50MB/s --window 02:00-06:00",
       "holdfast artifacts scrub --every-byte-within 30d --once-for 5m --json"},
      [words](const Command& with) { return scrub(with, *words); });
  add_source(*command, words->source);
  command
      ->add_option("--every-byte-within", words->every_byte_within,
                   "The promise: no byte goes unread for longer, for example 30d")
      ->type_name("DURATION")
      ->required();
  add_pace(*command, words->pace);
  command
      ->add_option("--once-for", words->once_for,
                   "Begin no file after so much time, for example 5m")
      ->type_name("DURATION");
  command
      ->add_option("--limit-bytes", words->limit_bytes,
                   "Begin no file once so many bytes were begun, for example 10GB")
      ->type_name("SIZE");
}

// --- report and export

struct TextWords {
  std::string source;
  std::string format;  // as asked: format_of()
  std::string output;
};

/// Stdout piece by piece, or a file that is there whole or not at all.
class TextOutput {
 public:
  TextOutput(const Command& command, std::string file)
      : command_(command), file_(std::move(file)) {}
  Status write(std::string_view text) {
    // Paths are raw, as sha256sum writes them; a terminal must not obey them.
    if (file_.empty())
      return command_.print(stdout_is_terminal() ? printable_text(text) : std::string(text));
    whole_ += text;
    return {};
  }
  Status end() {
    if (file_.empty()) return {};
    TRY(write_whole_file(real_file_system(), file_, whole_));
    command_.say("wrote " + file_);
    return {};
  }

 private:
  const Command& command_;
  std::string file_;
  std::string whole_;
};

Result<Exit> report(const Command& command, const TextWords& words) {
  TRY_ASSIGN(const std::string format, format_of(command, words.format, kUsualFormat));
  TRY_ASSIGN(auto open, command.open({{"--output", words.output}}));
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  TextOutput output(command, words.output);
  TRY_ASSIGN(const auto end,
             artifacts::write_report(*config, *open.catalog,
                                     format == "json" ? artifacts::ReportFormat::json
                                                      : artifacts::ReportFormat::markdown,
                                     [&](std::string_view text) { return output.write(text); }));
  TRY(output.end());
  if (end.tally.has_active_findings()) return Exit::findings;
  return end.complete() ? Exit::ok : Exit::incomplete;
}

Result<Exit> export_list(const Command& command, const TextWords& words) {
  if (command.output == OutputFormat::json)
    return Error(Code::unsupported, "an export is a list as sha256sum writes it, never JSON",
                 "for JSON: holdfast artifacts report --json, or artifacts journal --json");
  TRY_ASSIGN(auto open, command.open({{"--output", words.output}}));
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  TextOutput output(command, words.output);
  TRY_ASSIGN(const auto end,
             artifacts::export_checksums(*config, *open.catalog, [&](std::string_view text) {
               return output.write(text);
             }));
  TRY(output.end());
  if (end.left_out > 0)
    command.say("not in the list: " + app::counted(end.left_out, "row") +
                " whose hash is no SHA-256 or whose metadata is damaged, or without a path");
  if (end.exported == 0) command.say("no row records a hash: the list is empty");
  return end.exported == 0 || end.left_out > 0 ? Exit::incomplete : Exit::ok;
}

void add_report(CLI::App& group) {
  const auto words = std::make_shared<TextWords>();
  CLI::App* command = add_command(
      group, "report", "Tell how every artifact stands, from its latest observation",
      {"holdfast artifacts report --output artifacts.md", "holdfast artifacts report --json"},
      [words](const Command& with) { return report(with, *words); });
  add_source(*command, words->source);
  command->add_option("--format", words->format, "markdown or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"markdown", "json"}))
      ->default_str(std::string(kUsualFormat));
  command->add_option("--output", words->output, "Write this file instead of standard output")
      ->type_name("FILE");
}

void add_export(CLI::App& group) {
  const auto words = std::make_shared<TextWords>();
  CLI::App* command =
      add_command(group, "export", "List the recorded hashes as sha256sum does",
                  {"holdfast artifacts export > recorded.sha256",
                   "cd data && sha256sum -c ../recorded.sha256 # by other means, without holdfast"},
                  [words](const Command& with) { return export_list(with, *words); });
  add_source(*command, words->source);
  command->add_option("--output", words->output, "Write this file instead of standard output")
      ->type_name("FILE");
}

}  // namespace

void add_artifacts_read_commands(CLI::App& group) {
  add_verify(group);
  add_scrub(group);
  add_report(group);
  add_export(group);
}

}  // namespace holdfast::cli

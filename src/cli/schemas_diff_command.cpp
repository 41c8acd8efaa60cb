// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas diff`: what the change from one schema to another means, with a document that proves it.
#include <CLI/CLI.hpp>

#include "app/check_run.h"
#include "app/report.h"
#include "app/text.h"
#include "base/root_folder.h"
#include "cli/schemas_commands.h"
#include "schemas/drift_report.h"
#include "schemas/json_object.h"
#include "schemas/judge.h"
#include "schemas/schema_reference.h"
#include "schemas/schema_text.h"

namespace holdfast::cli {
namespace {

constexpr std::string_view kUsualFormat = "text";

using schemas::ChangeClass;
using schemas::Comparison;
using schemas::NamedSchema;

struct DiffWords : SchemasWords {
  std::string old;
  std::string now;
  std::string profile;
  std::string mode;
  std::string defaults;
  bool formats = false;
  std::string format;  // as asked: format_of()
  std::string fail_on = "safe";
};

/// One version that a transitive mode asked, and the answer without its changes and witnesses.
struct AskedVersion {
  std::string version;
  Comparison answer;
};

struct Compared {
  schemas::ComparisonOptions options;
  std::vector<AskedVersion> asked;  // from the oldest to the newest; none where OLD is one version
  NamedSchema old;  // of all that were asked, the newest of those with the gravest class
  NamedSchema now;
  Comparison comparison;
};

std::string asked_json(const AskedVersion& asked) {
  schemas::JsonObject out;
  out.text_or_null("version", asked.version)
      .text("class", schemas::class_name(asked.answer.change))
      .json("verdict", schemas::verdict_json(asked.answer));
  return std::move(out).take();
}

std::string json_of(const Compared& compared) {
  const Comparison& told = compared.comparison;
  std::vector<std::string> changes;
  for (const schemas::Change& change : told.changes)
    changes.push_back(schemas::change_json(change));
  std::vector<std::string> asked;
  for (const AskedVersion& each : compared.asked)
    asked.push_back(asked_json(each));
  schemas::JsonObject out;
  out.text("schema", "holdfast.schemas-diff/1")
      .text("old", compared.old.shown)
      .text("new", compared.now.shown)
      .text_or_null("old_version", compared.old.version)
      .text_or_null("new_version", compared.now.version)
      .text("old_sha256", compared.old.schema.hashes.canonical_sha256)
      .text("new_sha256", compared.now.schema.hashes.canonical_sha256)
      .text_or_null("old_contract_sha256", schemas::facts_of(compared.old.schema).contract_sha256)
      .text_or_null("new_contract_sha256", schemas::facts_of(compared.now.schema).contract_sha256)
      .text_or_null("old_dialect", told.old_dialect)
      .text_or_null("new_dialect", told.new_dialect)
      .text("profile", schemas::profile_name(compared.options.profile))
      .text_or_null("mode", told.mode ? schemas::level_name(*told.mode) : "")
      .text("formats", schemas::format_mode_name(compared.options.format))
      .text("defaults", schemas::defaults_name(compared.options.defaults))
      .array("asked_versions", asked)
      .text("class", schemas::class_name(told.change))
      .json("verdict", schemas::verdict_json(told))
      .json("backward_witness", told.backward_witness.value_or(""))
      .json("forward_witness", told.forward_witness.value_or(""))
      .text_or_null("unknown_because", told.unknown_because)
      .array("changes", changes);
  return schemas::indented(std::move(out).take());
}

std::string change_text(const schemas::Change& change) {
  const auto shown = [](const std::string& text) {
    return app::printable(text.empty() ? "-" : text);
  };
  std::string out = "  " + app::padded(schemas::class_name(change.change), 10) + "  " +
                    change.rule + "  " + app::printable(change.path) + '\n';
  out += "    " + app::printable(change.message) + '\n';
  out +=
      "    old: " + shown(change.old_value) + '\n' + "    new: " + shown(change.new_value) + '\n';
  if (change.backward_witness)
    out += "    no longer valid there: " + shown(*change.backward_witness) + '\n';
  if (change.forward_witness)
    out += "    not valid there before: " + shown(*change.forward_witness) + '\n';
  return out;
}

/// "breaking; backward: no, forward: yes".
std::string class_text(const Comparison& told) {
  return std::string(schemas::class_name(told.change)) +
         "; backward: " + std::string(schemas::answer_name(told.backward)) +
         ", forward: " + std::string(schemas::answer_name(told.forward));
}

std::string text_of(const Compared& compared) {
  const Comparison& told = compared.comparison;
  const auto side = [](const char* word, const NamedSchema& named) {
    return std::string(word) + app::printable(printable_path(named.shown)) +
           (named.version.empty() ? "" : " (" + app::printable(named.version) + ")") + '\n';
  };
  std::string out = side("old: ", compared.old) + side("new: ", compared.now);
  out += "class: " + class_text(told) +
         (told.mode ? "; mode: " + std::string(schemas::level_name(*told.mode)) : "") + '\n';
  if (!compared.asked.empty())
    out += "asked: " + app::counted(static_cast<std::int64_t>(compared.asked.size()), "version") +
           "; the gravest answer is that against " +
           app::printable(printable_path(compared.old.shown)) + '\n';
  for (const AskedVersion& each : compared.asked)
    out += "  " + app::padded(app::printable(each.version.empty() ? "-" : each.version), 12) +
           "  " + class_text(each.answer) + '\n';
  if (told.backward_witness)
    out += "no longer valid: " + app::printable(*told.backward_witness) + '\n';
  if (told.forward_witness)
    out += "not valid before: " + app::printable(*told.forward_witness) + '\n';
  if (!told.unknown_because.empty())
    out += "not decided: " + app::printable(told.unknown_because) + '\n';
  for (const schemas::Change& change : told.changes)
    out += change_text(change);
  return out;
}

void count(const core::Finding& finding, app::FindingCounts& counts) {
  switch (finding.level) {
    case core::Level::note:
      ++counts.notes;
      return;
    case core::Level::warning:
      ++counts.warnings;
      return;
    case core::Level::error:
      ++counts.errors;
      return;
  }
}

/// The comparison as one subject of a check, for the formats of CI systems.
std::string report_of(const Compared& compared, app::ReportFormat format, Timestamp now,
                      bool fails) {
  const NamedSchema& now_side = compared.now;
  core::SubjectReport report;
  report.subject = {"schema", now_side.schema.name};
  report.basis = "content";
  report.observed_at = now;
  report.proved_at = now;
  report.verdict = compared.comparison.change == ChangeClass::identical ? core::Verdict::in_step
                                                                        : core::Verdict::drifted;
  report.findings =
      schemas::findings_of(report.subject, compared.comparison,
                           {"old", schemas::side_of(compared.old.version, compared.old.schema),
                            "new", schemas::side_of(now_side.version, now_side.schema)});
  app::CheckResult result;
  result.name = "schemas.diff";
  result.domain = "schemas";
  result.started_at = result.ended_at = now;
  result.counts.planned = result.counts.evaluated = result.subject_count = 1;
  ++result.by_verdict[static_cast<std::size_t>(report.verdict)];
  std::optional<core::Level> level;
  for (core::Finding& finding : report.findings) {
    finding.file = now_side.shown;
    count(finding, result.findings);
    level = std::max(level.value_or(core::Level::note), finding.level);
  }
  if (fails) result.findings_that_fail = static_cast<std::int64_t>(report.findings.size());
  result.subjects.push_back({std::move(report), level, {}});
  app::CheckOutcome outcome;
  outcome.workspace_name = now_side.shown + " against " + compared.old.shown;
  outcome.started_at = outcome.ended_at = now;
  outcome.complete = true;
  outcome.conclusion = fails ? app::Conclusion::findings : app::Conclusion::in_step;
  outcome.exit_code = app::exit_code_of(outcome.conclusion);
  outcome.checks.push_back(std::move(result));
  return app::report_of(outcome, format, {});
}

Result<Comparison> compare_two(const NamedSchema& old, const NamedSchema& now,
                               const schemas::ComparisonOptions& options) {
  auto comparison = schemas::compare_schemas(old.schema, now.schema, options);
  if (!comparison) return Error(Code::invalid, schemas::sentence_of(comparison.problem()));
  return std::move(*comparison);
}

/// NEW against every version of OLD: the gravest answer is the answer.
Status compare_all(const schemas::ReferenceContext& context, const DiffWords& words,
                   Compared& out) {
  const auto against = [&](NamedSchema old) -> Status {
    auto told = compare_two(old, out.now, out.options);
    if (!told) return std::move(told).error().with(printable_path(old.shown));
    const bool is_gravest = out.asked.empty() || told->change >= out.comparison.change;
    AskedVersion& asked = out.asked.emplace_back();
    asked.version = old.version;
    asked.answer.change = told->change;
    asked.answer.backward = told->backward;
    asked.answer.forward = told->forward;
    if (!is_gravest) return {};
    out.comparison = *std::move(told);
    out.old = std::move(old);
    return {};
  };
  auto asked = schemas::each_version(words.old, context, against);
  if (!asked) return std::move(asked).error().with(schemas::level_name(*out.options.mode));
  return {};
}

/// As the section says, where one was chosen, so that this agrees with its check; the words go before it.
schemas::ComparisonOptions options_of(const schemas::ComparisonOptions& configured,
                                      const DiffWords& words) {
  schemas::ComparisonOptions out = configured;
  out.profile = schemas::parse_profile(words.profile).value_or(configured.profile);
  if (const auto mode = schemas::parse_mode(words.mode)) out.mode = mode;
  out.defaults = schemas::parse_defaults(words.defaults).value_or(configured.defaults);
  if (words.formats) out.format = schemas::FormatMode::assertion;
  return out;
}

Result<Compared> compare(const Command& command, const DiffWords& words) {
  schemas::ReferenceContext context;
  context.cancel = command.cancel;
  context.clock = command.clock;
  ChosenSchemas chosen;
  if (schemas::needs_config(words.old) || schemas::needs_config(words.now)) {
    const bool asks_registry =
        schemas::needs_registry(words.old) || schemas::needs_registry(words.now);
    TRY_ASSIGN(chosen,
               asks_registry ? chosen_schemas(command, words) : chosen_pins(command, words));
    context.config = &chosen.config;
  }
  Compared out;
  out.options = options_of(chosen.config.comparison, words);
  if (out.options.mode && schemas::is_transitive(*out.options.mode)) {
    TRY_ASSIGN(out.now, schemas::load_schema(words.now, context));
    TRY(compare_all(context, words, out));
    return out;
  }
  TRY_ASSIGN(out.old, schemas::load_schema(words.old, context));
  TRY_ASSIGN(out.now, schemas::load_schema(words.now, context));
  TRY_ASSIGN(out.comparison, compare_two(out.old, out.now, out.options));
  return out;
}

Result<Exit> diff(const Command& command, const DiffWords& words) {
  TRY_ASSIGN(const std::string format, format_of(command, words.format, kUsualFormat));
  TRY_ASSIGN(const Compared compared, compare(command, words));
  const ChangeClass least = schemas::parse_class(words.fail_on).value_or(ChangeClass::safe);
  const bool fails = compared.comparison.change >= least;
  std::string text;
  if (format == "json") {
    text = json_of(compared);
  } else if (const auto kind = app::parse_report_format(format)) {
    text = report_of(compared, *kind, command.clock->now(), fails);
  } else {
    text = text_of(compared);
  }
  TRY(command.print(text));
  return fails ? Exit::findings : Exit::ok;
}

// As those of a check, but that two schemas make a text, not a table.
std::vector<std::string> format_names() {
  std::vector<std::string> names = app::report_format_names();
  names.front() = "text";
  return names;
}

}  // namespace

void add_schemas_diff(CLI::App& group) {
  const auto words = std::make_shared<DiffWords>();
  CLI::App* command = add_command(
      group, "diff", "Say what a change of a schema means, with a document that proves it",
      {"holdfast schemas diff old.json new.json",
       "holdfast schemas diff pin:telemetry.FeedbackEvent registry:telemetry.FeedbackEvent",
       "holdfast schemas diff git:v1.0:schemas/order.json schemas/order.json --format github",
       "holdfast schemas diff registry:order order.json --mode BACKWARD_TRANSITIVE  # against "
       "every "
       "version"},
      [words](const Command& with) { return diff(with, *words); });
  command
      ->add_option("OLD", words->old,
                   "A file, registry:NAME[@VERSION], pin:NAME or git:REVISION:PATH")
      ->required();
  command->add_option("NEW", words->now, "The same")->required();
  add_reference_options(*command, *words);
  command
      ->add_option("--profile", words->profile,
                   "What counts as breaking (default: as configured, else contract)")
      ->type_name("PROFILE")
      ->check(CLI::IsMember(schemas::profile_names()));
  add_schemas_mode(*command, words->mode);
  command
      ->add_option("--defaults", words->defaults,
                   "Whether readers fill the default of a missing property in (default: as "
                   "configured, else ignore)")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"ignore", "fill"}));
  command->add_flag("--formats", words->formats, "Take \"format\" for what a string must have");
  command->add_option("--format", words->format, "The report's format")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(format_names()))
      ->default_str(std::string(kUsualFormat));
  command->add_option("--fail-on", words->fail_on, "Exit 1 on a change of this class and above")
      ->type_name("CLASS")
      ->check(CLI::IsMember({"equivalent", "annotation", "safe", "breaking", "unknown"}))
      ->capture_default_str();
}

}  // namespace holdfast::cli

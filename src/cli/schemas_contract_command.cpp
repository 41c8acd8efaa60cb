// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas validate` and `holdfast schemas contract`: documents and models held against schemas.
#include <CLI/CLI.hpp>

#include "app/text.h"
#include "base/root_folder.h"
#include "cli/schemas_commands.h"
#include "schemas/contract.h"
#include "schemas/documents.h"
#include "schemas/drift_report.h"
#include "schemas/json_object.h"
#include "schemas/schema_reference.h"
#include "schemas/schema_text.h"

namespace holdfast::cli {
namespace {

using schemas::HeldDocument;
using schemas::JsonObject;

std::string document_json(const HeldDocument& document, const std::string& schema) {
  std::vector<std::string> faults;
  for (const schemas::Fault& fault : document.faults) {
    JsonObject out;
    out.text("instance", fault.instance)
        .text("schema", fault.schema)
        .text("keyword", fault.keyword)
        .text("message", fault.message);
    faults.push_back(std::move(out).take());
  }
  JsonObject out;
  out.text("file", document.file)
      .text("schema", schema)
      .flag("valid", document.is_valid())
      .text_or_null("error", document.problem ? schemas::problem_name(document.problem->kind) : "")
      .text_or_null("detail", document.problem ? document.problem->detail : "")
      .array("faults", faults);
  return std::move(out).take();
}

std::string document_text(const HeldDocument& document, const std::string& schema) {
  const std::string file = app::printable(printable_path(document.file));
  if (document.problem) {
    const std::string detail = app::printable(document.problem->detail);
    return "? " + (detail.starts_with(file) ? detail : file + ": " + detail) + '\n';
  }
  if (document.is_valid()) return "✓ " + file + " (" + app::printable(schema) + ")\n";
  std::string out = "✗ " + file + " (" + app::printable(schema) + ")\n";
  for (const schemas::Fault& fault : document.faults)
    out += "    " + app::printable(fault.instance.empty() ? "(all of it)" : fault.instance) + ": " +
           app::printable(fault.message) + '\n';
  return out;
}

// --- validate

struct ValidateWords : SchemasWords {
  std::vector<std::string> documents;
  std::string schema;
  std::string mode = "strict";
  bool formats = false;
};

Result<Exit> validate(const Command& command, const ValidateWords& words) {
  schemas::ReferenceContext context;
  context.cancel = command.cancel;
  context.clock = command.clock;
  ChosenSchemas chosen;
  if (schemas::needs_config(words.schema)) {
    TRY_ASSIGN(chosen, schemas::needs_registry(words.schema) ? chosen_schemas(command, words)
                                                             : chosen_pins(command, words));
    context.config = &chosen.config;
  }
  TRY_ASSIGN(const auto schema, schemas::load_schema(words.schema, context));
  const auto held = schemas::hold_documents(
      schema.schema, words.documents,
      words.formats ? schemas::FormatMode::assertion : schemas::FormatMode::annotation);
  if (!held) return schemas::error_of(held.problem());
  std::vector<std::string> all;
  std::string text;
  std::int64_t invalid = 0;
  std::int64_t unknown = 0;
  for (const HeldDocument& document : *held) {
    invalid += document.faults.empty() ? 0 : 1;
    unknown += document.problem ? 1 : 0;
    all.push_back(document_json(document, printable_path(words.schema)));
    text += document_text(document, words.schema);
  }
  JsonObject out;
  out.text("schema", "holdfast.schemas-validate/1")
      .text("mode", words.mode)
      .number("documents", static_cast<std::int64_t>(held->size()))
      .number("invalid", invalid)
      .number("unknown", unknown)
      .array("results", all);
  const std::string json = std::move(out).take();
  TRY(command.print(command.output == OutputFormat::json ? schemas::indented(json) : text));
  if (invalid > 0 && words.mode != "warn") return Exit::findings;
  return unknown > 0 ? Exit::incomplete : Exit::ok;
}

// --- contract

struct ContractWords : SchemasWords {
  schemas::ContractOptions options;
  bool published = false;
};

std::string extension_json(const schemas::ExtensionResult& each) {
  std::vector<std::string> changes;
  if (each.comparison)
    for (const schemas::Change& change : each.comparison->changes)
      changes.push_back(schemas::change_json(change));
  JsonObject out;
  out.text("file", each.file)
      .text_or_null("schema", each.schema)
      .flag("passes", each.passes())
      .text("within", schemas::answer_name(each.is_within))
      .text_or_null("class", each.comparison ? schemas::class_name(each.comparison->change) : "")
      .json("witness", each.witness)
      .text_or_null("error", each.problem ? schemas::problem_name(each.problem->kind) : "")
      .text_or_null("detail", each.problem ? each.problem->detail : "")
      .array("changes", changes);
  return std::move(out).take();
}

std::string extension_text(const schemas::ExtensionResult& each) {
  const std::string file = app::printable(printable_path(each.file));
  if (each.problem) return "? " + file + ": " + app::printable(each.problem->detail) + '\n';
  std::string out = std::string(each.passes() ? "✓ " : "✗ ") + file + " extends " +
                    app::printable(each.schema) + ": " +
                    std::string(schemas::class_name(each.comparison->change)) +
                    ", within it: " + std::string(schemas::answer_name(each.is_within)) + '\n';
  if (each.passes()) return out;
  if (!each.witness.empty())
    out += "    valid for it, and not for " + app::printable(each.schema) + ": " +
           app::printable(each.witness) + '\n';
  for (const schemas::Change& change : each.comparison->changes)
    if (change.change > schemas::ChangeClass::safe)
      out += "    " + change.rule + ' ' + app::printable(change.path) + ": " +
             app::printable(change.message) + '\n';
  return out;
}

std::string contract_text(const schemas::ContractRun& run, const std::string& against) {
  std::string out;
  for (const std::string& name : run.critical_missing)
    out += "✗ " + app::printable(name) + " is critical and not pinned\n";
  for (const schemas::SampleResult& each : run.samples)
    out += document_text(each.document, each.schema);
  for (const std::string& file : run.samples_without_pin)
    out += "✗ " + app::printable(printable_path(file)) + " belongs to no pin\n";
  for (const schemas::ExtensionResult& each : run.extensions)
    out += extension_text(each);
  const std::int64_t passed = run.total() - run.failed() - run.undecided();
  out +=
      app::with_thousands(passed) + " of " + app::counted(run.total(), "contract test") + " passed";
  if (!against.empty()) out += " against what " + app::printable(against) + " has now";
  if (run.undecided() > 0) out += ", " + app::with_thousands(run.undecided()) + " not decided";
  return out + (run.total() == 0 ? ": nothing was proved, --samples FOLDER\n" : "\n");
}

Result<Exit> contract(const Command& command, const ContractWords& words) {
  const bool is_published = words.published;
  TRY_ASSIGN(const ChosenSchemas chosen,
             is_published ? chosen_schemas(command, words) : chosen_pins(command, words));
  schemas::ContractOptions options = words.options;
  options.against = is_published ? schemas::Against::published : schemas::Against::pins;
  options.cancel = command.cancel;
  options.clock = command.clock;
  if (words.options.samples.empty() && words.options.extend.empty() &&
      chosen.config.critical.empty())
    return Error(Code::invalid, "contract: nothing to test", "--samples FOLDER, --extends FILE");
  TRY_ASSIGN(const auto run, schemas::run_contract(chosen.config, options));
  std::vector<std::string> samples;
  for (const schemas::SampleResult& each : run.samples)
    samples.push_back(document_json(each.document, each.schema));
  std::vector<std::string> strangers;
  for (const std::string& file : run.samples_without_pin)
    strangers.push_back(schemas::json_string(file));
  std::vector<std::string> missing;
  for (const std::string& name : run.critical_missing)
    missing.push_back(schemas::json_string(name));
  std::vector<std::string> extensions;
  for (const schemas::ExtensionResult& each : run.extensions)
    extensions.push_back(extension_json(each));
  JsonObject out;
  out.text("schema", "holdfast.schemas-contract/1")
      .text("against", is_published ? "published" : "pins")
      .number("total", run.total())
      .number("failed", run.failed())
      .number("undecided", run.undecided())
      .array("critical_missing", missing)
      .array("samples", samples)
      .array("samples_without_pin", strangers)
      .array("extensions", extensions);
  const std::string json = std::move(out).take();
  TRY(command.print(command.output == OutputFormat::json
                        ? schemas::indented(json)
                        : contract_text(run, is_published ? chosen.config.registry.shown() : "")));
  if (run.failed() > 0) return Exit::findings;
  return run.undecided() > 0 || run.total() == 0 ? Exit::incomplete : Exit::ok;
}

}  // namespace

void add_schemas_validate(CLI::App& group) {
  const auto words = std::make_shared<ValidateWords>();
  CLI::App* command = add_command(
      group, "validate", "Hold documents against a schema",
      {"holdfast schemas validate event.json --schema schemas/v1/telemetry.FeedbackEvent.json",
       "holdfast schemas validate events/*.json --schema pin:telemetry.FeedbackEvent --json"},
      [words](const Command& with) { return validate(with, *words); });
  command->add_option("DOCUMENT", words->documents, "JSON files")->required()->expected(1, -1);
  command
      ->add_option("--schema", words->schema,
                   "A file, registry:NAME[@VERSION], pin:NAME or git:REVISION:PATH")
      ->type_name("SCHEMA")
      ->required();
  add_reference_options(*command, *words);
  command->add_option("--mode", words->mode, "warn tells of what is invalid and ends with 0")
      ->type_name("MODE")
      ->check(CLI::IsMember({"strict", "warn"}))
      ->capture_default_str();
  command->add_flag("--formats", words->formats, "Hold strings against \"format\" too");
}

void add_schemas_contract(CLI::App& group) {
  const auto words = std::make_shared<ContractWords>();
  words->default_folder = "tests/fixtures/schemas";
  CLI::App* command = add_command(
      group, "contract",
      "Prove that samples fit the pins, and that an extended model only adds optional fields",
      {"holdfast schemas contract core --samples tests/samples",
       "holdfast schemas contract core --published --samples tests/samples  # before they are "
       "fetched",
       "holdfast schemas contract core --extends feedback_event.schema.json --of "
       "telemetry.FeedbackEvent"},
      [words](const Command& with) { return contract(with, *words); });
  add_schemas_choice(*command, *words);
  command->add_option("--schema-dir", words->folder, "The folder of pins (default: as configured)")
      ->type_name("FOLDER");
  command->add_flag("--published", words->published,
                    "Hold against what the registry has of the pins now, before it is fetched");
  command
      ->add_option("--samples", words->options.samples,
                   "A folder of documents: NAME.json, NAME-anything.json, NAME/anything.json")
      ->type_name("FOLDER");
  command
      ->add_option("--extends", words->options.extend, "The schema of a model that extends a pin")
      ->type_name("FILE")
      ->expected(1, -1);
  command
      ->add_option("--of", words->options.of,
                   "The pin that is extended (default: the file's name, or its title)")
      ->type_name("SCHEMA");
}

}  // namespace holdfast::cli

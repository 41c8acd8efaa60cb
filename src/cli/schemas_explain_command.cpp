// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas explain`: what was found of one schema told in full, and which of one's own documents break.
#include <CLI/CLI.hpp>

#include "app/domains.h"
#include "app/record_json.h"
#include "app/text.h"
#include "base/root_folder.h"
#include "catalog/incidents.h"
#include "catalog/waivers.h"
#include "cli/schemas_commands.h"
#include "cli/terminal.h"
#include "schemas/contract.h"
#include "schemas/json_object.h"

namespace holdfast::cli {
namespace {

struct ExplainWords : SchemasWords {
  std::string schema;
  std::string samples;
};

std::string finding_text(const core::Finding& finding, bool is_accepted) {
  std::string out = std::string(core::level_name(finding.level)) + "  " + finding.rule +
                    (is_accepted ? "  accepted: holdfast waive list" : "") + '\n' + "  " +
                    app::printable(finding.message) + '\n';
  for (const core::Field& field : finding.witness) {
    const std::string value = core::display(field.value);
    if (!value.empty()) out += "  " + app::padded(field.key, 18) + app::printable(value) + '\n';
  }
  if (const core::Rule* rule = app::find_rule(finding.rule); rule != nullptr)
    out += "  " + std::string(rule->summary) + ' ' + std::string(rule->help) + '\n';
  if (!finding.hint.empty()) out += "  hint: " + app::printable(finding.hint) + '\n';
  return out;
}

std::string samples_text(const schemas::BrokenSamples& samples, const std::string& folder) {
  const std::string where = app::printable(printable_path(folder));
  if (samples.held == 0) return "no sample of it in " + where + '\n';
  std::string out = app::with_thousands(static_cast<std::int64_t>(samples.broken.size())) + " of " +
                    app::counted(samples.held, "sample") + " in " + where +
                    " valid for the pin and not for what is published now\n";
  for (const schemas::HeldDocument& each : samples.broken) {
    out += "  " + app::printable(printable_path(each.file)) + '\n';
    for (const schemas::Fault& fault : each.faults)
      out += "    " + app::printable(fault.instance.empty() ? "(all of it)" : fault.instance) +
             ": " + app::printable(fault.message) + '\n';
  }
  for (const schemas::HeldDocument& each : samples.not_held)
    out += "  ? " + app::printable(schemas::sentence_of(*each.problem)) + '\n';
  return out;
}

std::string samples_json(const schemas::BrokenSamples& samples, const std::string& folder) {
  const auto files = [](const std::vector<schemas::HeldDocument>& documents) {
    std::vector<std::string> out;
    for (const schemas::HeldDocument& each : documents)
      out.push_back(schemas::json_string(each.file));
    return out;
  };
  schemas::JsonObject out;
  out.text("folder", folder)
      .number("held", samples.held)
      .array("broken", files(samples.broken))
      .array("not_held", files(samples.not_held));
  return std::move(out).take();
}

Result<catalog::Incident> open_incident(catalog::Catalog& catalog, const std::string& subject) {
  TRY_ASSIGN(auto incidents, catalog::list_incidents(catalog, {.subject = subject}));
  if (incidents.empty())
    return Error(Code::not_found, subject + " has no open incident: nothing is known to differ",
                 "holdfast schemas check, or: holdfast explain RULE");
  return std::move(incidents.front());
}

Status tell(const Command& command, const catalog::Incident& incident,
            const catalog::WaiverSet& live, const std::string& samples) {
  if (command.output == OutputFormat::json) {
    std::string json = app::incident_json(incident);
    json.pop_back();  // its last brace
    return command.print(json + ",\"samples\":" + (samples.empty() ? "null" : samples) + "}\n");
  }
  std::string out = app::printable(incident.subject) + ", " +
                    std::string(core::verdict_name(incident.verdict)) + " since " +
                    format_rfc3339(incident.opened_at) + "\n";
  for (const core::Finding& finding : incident.findings)
    out += '\n' + finding_text(finding, live.covers(finding));
  return command.print(fitted(out + (samples.empty() ? "" : '\n' + samples)));
}

Result<Exit> explain(const Command& command, const ExplainWords& words) {
  TRY_ASSIGN(auto open, command.open());
  TRY_ASSIGN(const auto* config,
             open.workspace->schema_pins(
                 words.name.empty() ? std::nullopt : std::optional<std::string_view>(words.name)));
  const std::string name = schemas::schema_name_of(words.schema);
  auto found_incident = open_incident(*open.catalog, config->subject_of(name).text());
  if (!found_incident) TRY(schemas::require_pinned(config->fixtures, name));
  TRY_ASSIGN(const auto incident, std::move(found_incident));
  TRY_ASSIGN(const auto live, catalog::WaiverSet::load(*open.catalog));
  if (words.samples.empty()) {
    TRY(tell(command, incident, live, ""));
    return Exit::ok;
  }
  // What the catalog knows is told whatever the registry says now.
  const auto found = schemas::broken_samples(*config, name, words.samples,
                                             {.cancel = command.cancel, .clock = command.clock});
  std::string samples;
  if (found)
    samples = command.output == OutputFormat::json ? samples_json(*found, words.samples)
                                                   : samples_text(*found, words.samples);
  TRY(tell(command, incident, live, samples));
  if (!found) return found.error();
  return found->not_held.empty() ? Exit::ok : Exit::incomplete;
}

}  // namespace

void add_schemas_explain(CLI::App& group) {
  const auto words = std::make_shared<ExplainWords>();
  CLI::App* command =
      add_command(group, "explain",
                  "Tell all that is known of one schema's drift: rules, places, pieces, witnesses",
                  {"holdfast schemas explain telemetry.FeedbackEvent",
                   "holdfast schemas explain telemetry.FeedbackEvent --samples tests/samples"},
                  [words](const Command& with) { return explain(with, *words); });
  command->add_option("SCHEMA", words->schema, "The schema's name")->required();
  add_pins_option(*command, *words);
  command
      ->add_option("--samples", words->samples,
                   "Name the documents in this folder that break, as in holdfast schemas contract")
      ->type_name("FOLDER");
}

}  // namespace holdfast::cli

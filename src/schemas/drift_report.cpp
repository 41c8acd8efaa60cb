// SPDX-License-Identifier: Apache-2.0
#include "schemas/drift_report.h"

#include <utility>

#include "core/json_scan.h"
#include "schemas/json_object.h"
#include "schemas/schema_text.h"

namespace holdfast::schemas {
namespace {

constexpr std::size_t kSourceDigits = 12;  // of a hash in the source's report

std::string problem_json(const Problem& problem) {
  JsonObject out;
  out.text("kind", problem_name(problem.kind)).text("detail", problem.detail);
  if (problem.http_status > 0)
    out.number("http_status", problem.http_status);
  else
    out.null("http_status");
  out.number("attempts", problem.attempts);
  return std::move(out).take();
}

// As the source prints it: cut, but whole where the registry has nothing to compare with.
std::string source_hash(const std::optional<Pin>& schema, bool is_whole) {
  if (!schema || schema->problem) return {};
  const std::string& hash = schema->hashes.seed_sha256;
  return is_whole ? hash : hash.substr(0, kSourceDigits);
}

std::string canonical_hash(const std::optional<Pin>& schema) {
  return schema && !schema->problem ? schema->hashes.canonical_sha256 : std::string();
}

// A piece of a schema, as JSON; text where it was cut short and is JSON no more.
std::string piece_json(const std::string& piece) {
  core::JsonScan scan(piece);
  return piece.empty() || (scan.value() && scan.at_end()) ? piece : json_string(piece);
}

std::string witness_json(const std::optional<std::string>& backward,
                         const std::optional<std::string>& forward) {
  JsonObject out;
  if (backward) out.json("backward", *backward);
  if (forward) out.json("forward", *forward);
  return std::move(out).take();
}

std::string schema_json(const SchemaState& state, const DriftRun& run, const ReportExtras& extras) {
  const bool is_missing = state.status == DriftStatus::missing_in_registry;
  JsonObject out;
  out.text("schema", state.name)
      .text("status", status_name(state.status))
      .text_or_null("local_sha", source_hash(state.pin, is_missing))
      .text_or_null("registry_sha", source_hash(state.published, false))
      .text_or_null("local_version", state.local_version)
      .text_or_null("registry_version", state.registry_version)
      .text_or_null("class", state.comparison ? class_name(state.comparison->change) : "")
      .json("verdict", state.comparison ? verdict_json(*state.comparison) : "")
      .json("witness", state.comparison ? witness_json(state.comparison->backward_witness,
                                                       state.comparison->forward_witness)
                                        : "")
      .text("hash_kind", "canonical")
      .text_or_null("local_sha256", canonical_hash(state.pin))
      .text_or_null("registry_sha256", canonical_hash(state.published))
      .text_or_null("seed_sha256", source_hash(state.pin, true))
      .text_or_null("registry_seed_sha256", source_hash(state.published, true))
      .text_or_null("registry_declared_sha256", state.declared_sha256)
      .text("registry_declared_hash_kind", declared_hash_name(run.declared_hash))
      .flag("version_regressed", state.version_regressed())
      .flag("deprecated", state.is_deprecated)
      .flag("edited", state.was_edited)
      .flag("critical", state.is_critical)
      .flag("more_changes", state.comparison && state.comparison->has_more_changes)
      .text_or_null("dialect", state.comparison ? state.comparison->new_dialect : "")
      .text_or_null("since", state.since ? format_rfc3339(*state.since) : "")
      .json("error", state.problem ? problem_json(*state.problem) : "");
  std::vector<std::string> changes;
  std::vector<std::string> waived;
  if (state.comparison)
    for (const Change& change : state.comparison->changes)
      changes.push_back(change_json(change));
  for (const std::string& each : extras.waived_rules)
    if (each.starts_with(state.name + '\n'))
      waived.push_back(json_string(each.substr(state.name.size() + 1)));
  return std::move(out.array("waived", waived).array("changes", changes)).take();
}

}  // namespace

Answer full_answer(const Comparison& comparison) {
  return both(comparison.backward, comparison.forward);
}

std::string verdict_json(const Comparison& comparison) {
  JsonObject out;
  out.text("backward", answer_name(comparison.backward))
      .text("forward", answer_name(comparison.forward))
      .text("full", answer_name(full_answer(comparison)));
  return std::move(out).take();
}

std::string change_json(const Change& change) {
  JsonObject out;
  out.text("path", change.path)
      .text("keyword", change.keyword)
      .text("rule", change.rule)
      .text("class", class_name(change.change))
      .text("backward", answer_name(change.backward))
      .text("forward", answer_name(change.forward))
      .json("old", piece_json(change.old_value))
      .json("new", piece_json(change.new_value))
      .text("message", change.message)
      .json("witness", witness_json(change.backward_witness, change.forward_witness));
  return std::move(out).take();
}

std::string drift_report(const SchemasConfig& config, const DriftRun& run,
                         const ReportExtras& extras) {
  const DriftCounts counts = run.counts();
  std::vector<std::string> schemas;
  for (const SchemaState& state : run.schemas)
    schemas.push_back(schema_json(state, run, extras));
  const auto& problem = run.problem();
  constexpr std::int64_t kNsPerMs = 1'000'000;
  JsonObject out;
  out.text("format", kReportFormat)
      .text("generated_at", format_rfc3339(run.ended_at))
      .text("tool_version", HOLDFAST_VERSION)
      .text("repo", config.repo)
      .text("section", config.name)
      .text("registry", registry_kind_name(config.registry.kind))
      .text("registry_url", config.registry.shown())
      .text("track", config.track)
      .text_or_null("mode", config.comparison.mode ? level_name(*config.comparison.mode) : "")
      .text("profile", profile_name(config.comparison.profile))
      .text("formats", format_mode_name(config.comparison.format))
      .text("defaults", defaults_name(config.comparison.defaults))
      .flag("complete", extras.is_complete)
      .number("compared", counts.compared)
      .number("total_schemas", counts.total)
      .number("synced", counts.synced)
      .number("drifted", counts.drifted)
      .number("missing_in_registry", counts.missing_in_registry)
      .number("missing_local", counts.missing_local)
      .number("not_pinned", run.not_pinned)
      .number("unknown", counts.unknown)
      .number("deprecated", counts.deprecated)
      .number("duration_ms", (run.ended_at.ns - run.started_at.ns) / kNsPerMs)
      .json("error", problem ? problem_json(*problem) : "")
      .array("schemas", schemas);
  return indented(std::move(out).take());
}

}  // namespace holdfast::schemas

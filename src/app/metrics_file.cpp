// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_file.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "app/domains.h"
#include "app/event_outbox.h"
#include "app/event_refusals.h"
#include "app/metrics_statements.h"
#include "app/text.h"
#include "base/file.h"
#include "catalog/incidents.h"
#include "catalog/stored.h"
#include "core/fields.h"

namespace holdfast::app {
namespace {

constexpr double kNsPerS = 1e9;
constexpr std::int64_t kMostIncidents = 100'000;

std::string label(std::string_view value) {
  std::string out;
  for (const char c : printable(value)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

std::string number(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.17g", value);
  return text.data();
}

class Text {
 public:
  void head(const std::string& name, const std::string& help,
            core::MetricKind kind = core::MetricKind::gauge) {
    out += "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' +
           std::string(core::metric_kind_name(kind)) + '\n';
    name_ = name;
  }
  void sample(const std::string& labels, double value) {
    out += name_ + '{' + labels + "} " + number(value) + '\n';
  }
  std::string out;

 private:
  std::string name_;
};

/// What the file says of one check, whether it ran now or before. Moments have the catalog's precision, so that a sample does not move
/// when it is read from there the next time.
struct LastRun {
  std::string name;
  core::CheckCounts counts;
  FindingCounts findings;
  Timestamp started_at;
  Timestamp ended_at;
  std::optional<Timestamp> oldest_proof;
  bool is_complete = false;
};

LastRun run_of(const CheckResult& check) {
  LastRun run{.name = check.name,
              .counts = check.counts,
              .findings = check.findings,
              .started_at = catalog::to_stored_precision(check.started_at),
              .ended_at = catalog::to_stored_precision(check.ended_at),
              .oldest_proof = {},
              .is_complete = check.complete()};
  if (check.oldest_proof) run.oldest_proof = catalog::to_stored_precision(*check.oldest_proof);
  return run;
}

Status read_detail(LastRun& run, const std::string& detail) {
  TRY_ASSIGN(const core::Fields fields, core::parse_fields(detail));
  if (const core::FieldValue* complete = core::find_field(fields, "complete"))
    run.is_complete = *complete == core::FieldValue(true);
  if (const core::FieldValue* proof = core::find_field(fields, "oldest_proof")) {
    TRY_ASSIGN(run.oldest_proof, parse_rfc3339(core::display(*proof)));
  }
  return {};
}

/// The newest ended run of a whole check. None: it never ran.
Result<std::optional<LastRun>> stored_run(catalog::Catalog& catalog, const std::string& name) {
  TRY_ASSIGN(const auto rows, catalog.connection().run("metrics.last_run", {{"name", name}}));
  if (rows.empty()) return std::optional<LastRun>();
  LastRun run;
  run.name = name;
  TRY_ASSIGN(run.started_at, catalog::stored_time(rows, 0, 0));
  TRY_ASSIGN(run.ended_at, catalog::stored_time(rows, 0, 1));
  run.counts.planned = rows.integer(0, 2);
  run.counts.evaluated = rows.integer(0, 3);
  run.counts.unreadable = rows.integer(0, 4);
  run.findings = {rows.integer(0, 5), rows.integer(0, 6), rows.integer(0, 7), rows.integer(0, 8)};
  run.is_complete = rows.text(0, 9) == "in_step";
  TRY(read_detail(run, rows.text(0, 10)));
  return std::optional(std::move(run));
}

/// Of every check that is configured, by name: those that ran now as they came out, the others as they last ended.
Result<std::vector<LastRun>> last_runs(const Workspace& workspace, const CheckOutcome& outcome,
                                       catalog::Catalog& catalog) {
  std::vector<LastRun> runs;
  for (const CheckResult& check : outcome.checks)
    runs.push_back(run_of(check));
  TRY_ASSIGN(const auto configured, make_checks(workspace, catalog, {}));
  for (const ConfiguredCheck& each : configured) {
    const std::string name = each.check->name();
    if (std::ranges::count(outcome.checks, name, &CheckResult::name) > 0) continue;
    TRY_ASSIGN(auto run, stored_run(catalog, name));
    if (run) runs.push_back(*std::move(run));
  }
  std::ranges::sort(runs, {}, &LastRun::name);
  return runs;
}

std::string check_label(const LastRun& run) {
  return "check=\"" + label(run.name) + '"';
}

using PerCheck = std::function<double(const LastRun&)>;

void per_check(Text& text, std::span<const LastRun> runs, const std::string& name,
               const std::string& help, const PerCheck& value) {
  text.head("holdfast_check_" + name, help);
  for (const LastRun& run : runs)
    text.sample(check_label(run), value(run));
}

void findings(Text& text, std::span<const LastRun> runs) {
  text.head("holdfast_check_findings", "Findings of the last run by level; waived ones apart.");
  for (const LastRun& run : runs) {
    const std::string begin = check_label(run) + ",level=\"";
    text.sample(begin + "note\"", static_cast<double>(run.findings.notes));
    text.sample(begin + "warning\"", static_cast<double>(run.findings.warnings));
    text.sample(begin + "error\"", static_cast<double>(run.findings.errors));
    text.sample(begin + "waived\"", static_cast<double>(run.findings.waived));
  }
}

// A check that never succeeded has no sample: an alert must ask for absent() too, which docs/metrics.md says.
Status last_success(Text& text, std::span<const LastRun> runs, catalog::Catalog& catalog) {
  text.head("holdfast_check_last_success_timestamp_seconds",
            "When the check last ended complete and in step.");
  for (const LastRun& run : runs) {
    TRY_ASSIGN(const auto rows,
               catalog.connection().run("metrics.last_success", {{"name", run.name}}));
    if (rows.empty() || rows.is_null(0, 0)) continue;
    TRY_ASSIGN(const Timestamp at, catalog::stored_time(rows, 0, 0));
    text.sample(check_label(run), static_cast<double>(at.ns) / kNsPerS);
  }
  return {};
}

void oldest_proof(Text& text, std::span<const LastRun> runs) {
  text.head("holdfast_check_oldest_proof_timestamp_seconds",
            "When the least recently proved subject, in step or not, was proved in full.");
  for (const LastRun& run : runs)
    if (run.oldest_proof)
      text.sample(check_label(run), static_cast<double>(run.oldest_proof->ns) / kNsPerS);
}

Status checks(Text& text, std::span<const LastRun> runs, catalog::Catalog& catalog) {
  per_check(text, runs, "subjects_planned", "Subjects that the configuration asks for.",
            [](const LastRun& run) { return static_cast<double>(run.counts.planned); });
  per_check(text, runs, "subjects_evaluated", "Subjects that were looked at.",
            [](const LastRun& run) { return static_cast<double>(run.counts.evaluated); });
  per_check(text, runs, "subjects_unreadable", "Subjects that could not be looked at.",
            [](const LastRun& run) { return static_cast<double>(run.counts.unreadable); });
  per_check(text, runs, "complete",
            "1 when everything planned was looked at and no proof is too old.",
            [](const LastRun& run) { return run.is_complete ? 1.0 : 0.0; });
  findings(text, runs);
  per_check(text, runs, "last_run_timestamp_seconds", "When the check last ended, however.",
            [](const LastRun& run) { return static_cast<double>(run.ended_at.ns) / kNsPerS; });
  TRY(last_success(text, runs, catalog));
  oldest_proof(text, runs);
  per_check(text, runs, "duration_seconds", "How long the last run took.", [](const LastRun& run) {
    return static_cast<double>(run.ended_at.ns - run.started_at.ns) / kNsPerS;
  });
  return {};
}

// A domain without incidents says 0: an alert must not end because its series vanished.
Status open_incidents(Text& text, catalog::Catalog& catalog) {
  catalog::IncidentFilter filter;
  filter.limit = kMostIncidents;
  TRY_ASSIGN(const auto incidents, catalog::list_incidents(catalog, filter));
  std::map<std::string, std::array<std::int64_t, 3>> counts;
  for (const Domain& domain : domains())
    counts[std::string(domain.name)] = {};
  for (const catalog::Incident& incident : incidents)
    ++counts[incident.domain][static_cast<std::size_t>(incident.level)];
  text.head("holdfast_incidents_open", "Incidents that are open, by domain and level.");
  for (const auto& [domain, levels] : counts)
    for (const core::Level level : {core::Level::note, core::Level::warning, core::Level::error})
      text.sample(
          "domain=\"" + label(domain) + "\",level=\"" + std::string(core::level_name(level)) + '"',
          static_cast<double>(levels[static_cast<std::size_t>(level)]));
  return {};
}

std::string labels_of(const core::MetricLabels& labels) {
  std::string out;
  for (const auto& [name, value] : labels)
    out += (out.empty() ? "" : ",") + name + "=\"" + label(value) + '"';
  return out;
}

Status domain_metrics(Text& text, const Workspace& workspace, catalog::Catalog& catalog) {
  for (const Domain& domain : domains()) {
    if (domain.metrics == nullptr) continue;
    TRY_ASSIGN(const auto families, domain.metrics(workspace, catalog));
    for (const core::MetricFamily& family : families) {
      if (family.samples.empty()) continue;
      text.head(family.name, family.help, family.kind);
      for (const core::MetricSample& sample : family.samples)
        text.sample(labels_of(sample.labels), sample.value);
    }
  }
  return {};
}

// A sink that has everything says 0.
Status owed_per_sink(Text& text, const Workspace& workspace, catalog::Catalog& catalog) {
  const auto places = sink_places(workspace.events);
  if (places.empty()) return {};
  text.head("holdfast_events_pending", "Events that a sink of [events] has not got yet.");
  for (const SinkPlace& place : places) {
    TRY_ASSIGN(const PendingEvents pending, pending_events(catalog, place));
    text.sample("sink=\"" + label(place.kind) + '"', static_cast<double>(pending.count));
  }
  text.head("holdfast_events_refused", "Events that a sink of [events] refused: set aside.");
  for (const SinkPlace& place : places) {
    TRY_ASSIGN(const std::int64_t refused, refused_count(catalog, place));
    text.sample("sink=\"" + label(place.kind) + '"', static_cast<double>(refused));
  }
  return {};
}

}  // namespace

Result<std::string> metrics_text(const Workspace& workspace, const CheckOutcome& outcome,
                                 catalog::Catalog& catalog) {
  TRY(catalog.connection().learn(metrics_statements().front().text));
  TRY_ASSIGN(const auto runs, last_runs(workspace, outcome, catalog));
  Text text;
  TRY(checks(text, runs, catalog));
  TRY(open_incidents(text, catalog));
  TRY(owed_per_sink(text, workspace, catalog));
  TRY(domain_metrics(text, workspace, catalog));
  return text.out;
}

Status write_metrics(const Workspace& workspace, const CheckOutcome& outcome,
                     catalog::Catalog& catalog) {
  HOLDFAST_ASSERT(workspace.metrics_textfile);
  TRY_ASSIGN(const std::string text, metrics_text(workspace, outcome, catalog));
  return write_whole_file(real_file_system(), *workspace.metrics_textfile, text);
}

}  // namespace holdfast::app

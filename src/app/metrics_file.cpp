// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_file.h"

#include <array>
#include <cstdio>
#include <functional>
#include <map>

#include "app/domains.h"
#include "app/event_outbox.h"
#include "app/event_refusals.h"
#include "app/metrics_statements.h"
#include "app/text.h"
#include "base/file.h"
#include "catalog/incidents.h"
#include "catalog/stored.h"

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

std::string check_label(const CheckResult& check) {
  return "check=\"" + label(check.name) + '"';
}

using PerCheck = std::function<double(const CheckResult&)>;

void per_check(Text& text, const CheckOutcome& outcome, const std::string& name,
               const std::string& help, const PerCheck& value) {
  text.head("holdfast_check_" + name, help);
  for (const CheckResult& check : outcome.checks)
    text.sample(check_label(check), value(check));
}

void findings(Text& text, const CheckOutcome& outcome) {
  text.head("holdfast_check_findings", "Findings of the last run by level; waived ones apart.");
  for (const CheckResult& check : outcome.checks) {
    const std::string begin = check_label(check) + ",level=\"";
    text.sample(begin + "note\"", static_cast<double>(check.findings.notes));
    text.sample(begin + "warning\"", static_cast<double>(check.findings.warnings));
    text.sample(begin + "error\"", static_cast<double>(check.findings.errors));
    text.sample(begin + "waived\"", static_cast<double>(check.findings.waived));
  }
}

// A check that never succeeded has no sample: an alert must ask for absent() too, which docs/metrics.md says.
Status last_success(Text& text, const CheckOutcome& outcome, catalog::Catalog& catalog) {
  sql::Connection& connection = catalog.connection();
  // A program that looks again and again writes the file again.
  if (!connection.knows("metrics.last_success")) {
    TRY_ASSIGN(auto book,
               sql::Book::parse(metrics_statements().front().text, connection.dialect()));
    TRY(connection.use(std::move(book)));
  }
  text.head("holdfast_check_last_success_timestamp_seconds",
            "When the check last ended complete and in step.");
  for (const CheckResult& check : outcome.checks) {
    TRY_ASSIGN(const auto rows, connection.run("metrics.last_success", {{"name", check.name}}));
    if (rows.empty() || rows.is_null(0, 0)) continue;
    TRY_ASSIGN(const Timestamp at, catalog::stored_time(rows, 0, 0));
    text.sample(check_label(check), static_cast<double>(at.ns) / kNsPerS);
  }
  return {};
}

// A domain without incidents says 0: an alert must not end because its series vanished.
Status open_incidents(Text& text, const CheckOutcome& outcome, catalog::Catalog& catalog) {
  catalog::IncidentFilter filter;
  filter.limit = kMostIncidents;
  TRY_ASSIGN(const auto incidents, catalog::list_incidents(catalog, filter));
  std::map<std::string, std::array<std::int64_t, 3>> counts;
  for (const CheckResult& check : outcome.checks)
    counts[check.domain] = {};
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
  Text text;
  per_check(text, outcome, "subjects_planned", "Subjects that the configuration asks for.",
            [](const CheckResult& check) { return static_cast<double>(check.counts.planned); });
  per_check(text, outcome, "subjects_evaluated", "Subjects that were looked at.",
            [](const CheckResult& check) { return static_cast<double>(check.counts.evaluated); });
  per_check(text, outcome, "subjects_unreadable", "Subjects that could not be looked at.",
            [](const CheckResult& check) { return static_cast<double>(check.counts.unreadable); });
  per_check(text, outcome, "complete",
            "1 when everything planned was looked at and no proof is too old.",
            [](const CheckResult& check) { return check.complete() ? 1.0 : 0.0; });
  findings(text, outcome);
  per_check(
      text, outcome, "last_run_timestamp_seconds", "When the check last ended, however.",
      [](const CheckResult& check) { return static_cast<double>(check.ended_at.ns) / kNsPerS; });
  TRY(last_success(text, outcome, catalog));
  text.head("holdfast_check_oldest_proof_timestamp_seconds",
            "When the least recently proved subject, in step or not, was proved in full.");
  for (const CheckResult& check : outcome.checks)
    if (check.oldest_proof)
      text.sample(check_label(check), static_cast<double>(check.oldest_proof->ns) / kNsPerS);
  per_check(text, outcome, "duration_seconds", "How long the last run took.",
            [](const CheckResult& check) {
              return static_cast<double>(check.ended_at.ns - check.started_at.ns) / kNsPerS;
            });
  TRY(open_incidents(text, outcome, catalog));
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

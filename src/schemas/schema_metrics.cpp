// SPDX-License-Identifier: Apache-2.0
#include "schemas/schema_metrics.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "catalog/incidents.h"
#include "catalog/waivers.h"
#include "schemas/check_state.h"
#include "schemas/comparison.h"
#include "schemas/episodes.h"

namespace holdfast::schemas {
namespace {

constexpr double kUsPerS = 1e6;
constexpr std::int64_t kNsPerUs = 1000;
constexpr std::int64_t kMostEpisodes = 100'000;
constexpr std::array kClasses = {ChangeClass::identical,  ChangeClass::equivalent,
                                 ChangeClass::annotation, ChangeClass::safe,
                                 ChangeClass::breaking,   ChangeClass::unknown};

// Nanoseconds since 1970 are more than a double holds exactly; microseconds are not.
double seconds(Timestamp at) {
  const std::int64_t whole_us = at.ns / kNsPerUs;
  return static_cast<double>(whole_us) / kUsPerS;
}

double least(double a, double b) {
  return std::min(a, b);
}
double most(double a, double b) {
  return std::max(a, b);
}
double sum(double a, double b) {
  return a + b;
}
using Merge = double (*)(double, double);

/// One family; what is said twice of the same labels becomes one.
struct Family {
  const char* name;
  const char* help;
  core::MetricKind kind;
  Merge merge;
  std::map<core::MetricLabels, double> samples = {};

  void add(const core::MetricLabels& labels, double value) {
    const auto [at, added] = samples.emplace(labels, value);
    if (!added) at->second = merge(at->second, value);
  }
};

class Telling {
 public:
  explicit Telling(catalog::Catalog& catalog) : catalog_(catalog) {}

  /// Subjects of which the last look found nothing grave that no waiver covers now.
  Status read_accepted() {
    catalog::IncidentFilter filter;
    filter.domain = "schemas";
    filter.limit = kMostEpisodes;
    TRY_ASSIGN(const auto incidents, catalog::list_incidents(catalog_, filter));
    TRY_ASSIGN(const auto waivers, catalog::WaiverSet::load(catalog_));
    const auto is_accepted = [&](const core::Finding& finding) {
      return finding.level < core::Level::warning || waivers.covers(finding);
    };
    for (const catalog::Incident& incident : incidents)
      if (!incident.findings.empty() && std::ranges::all_of(incident.findings, is_accepted))
        accepted_.insert(incident.subject);
    return {};
  }

  Status tell_of(const SchemasConfig& config) {
    const core::MetricLabels check = {{"check", "schemas." + config.name}};
    interval_.add(check, std::chrono::duration<double>(config.check_interval).count());
    TRY_ASSIGN(const auto state, check_state(catalog_, config.name));
    EpisodeFilter filter;
    filter.section = config.name;
    filter.open_only = true;
    filter.limit = kMostEpisodes;
    TRY_ASSIGN(const auto open, list_episodes(catalog_, filter));
    TRY_ASSIGN(const auto totals, episode_totals(catalog_, config.name));
    std::set<std::string> names;
    if (state) {
      compared_.add(check, static_cast<double>(state->compared));
      if (state->completed_at) success_.add(check, seconds(*state->completed_at));
      if (state->index_at)
        index_at_.add({{"registry", config.registry.shown()}}, seconds(*state->index_at));
      names.insert(state->schemas.begin(), state->schemas.end());
    }
    for (const EpisodeTotals& each : totals)
      names.insert(each.schema_name);
    for (const std::string& name : names)
      tell_schema(config, name, open);
    tell_totals(config, totals);
    return tell_registry(config);
  }

  std::vector<core::MetricFamily> families() {
    for (const auto& [registry, state] : registries_)
      up_.add({{"registry", registry}}, state.is_up ? 1 : 0);
    std::vector<core::MetricFamily> out;
    for (const Family* family :
         {&active_, &accepted_drift_, &since_, &critical_, &success_, &interval_, &compared_, &up_,
          &index_at_, &episodes_, &detections_, &last_detected_}) {
      core::MetricFamily told{family->name, family->help, family->kind};
      for (const auto& [labels, value] : family->samples)
        told.samples.push_back({labels, value});
      out.push_back(std::move(told));
    }
    return out;
  }

 private:
  void tell_schema(const SchemasConfig& config, const std::string& name,
                   const std::vector<Episode>& open) {
    const core::MetricLabels labels = {{"repo", config.repo},
                                       {"registry", config.registry.shown()},
                                       {"track", config.track},
                                       {"schema", name}};
    const auto episode = std::ranges::find(open, name, &Episode::schema_name);
    for (const ChangeClass each : kClasses) {
      core::MetricLabels of_class = labels;
      of_class.emplace_back("class", class_name(each));
      active_.add(of_class, episode != open.end() && episode->change == class_name(each) ? 1 : 0);
    }
    if (episode != open.end()) since_.add(labels, seconds(episode->opened_at));
    const bool is_accepted =
        episode != open.end() && accepted_.contains(config.subject_of(name).text());
    accepted_drift_.add(labels, is_accepted ? 1 : 0);
    const bool is_critical = std::ranges::find(config.critical, name) != config.critical.end();
    critical_.add(labels, is_critical ? 1 : 0);
  }

  void tell_totals(const SchemasConfig& config, const std::vector<EpisodeTotals>& totals) {
    double opened = 0;
    double closed = 0;
    for (const EpisodeTotals& each : totals) {
      const core::MetricLabels labels = {
          {"repo", config.repo}, {"track", config.track}, {"schema", each.schema_name}};
      detections_.add(labels, static_cast<double>(each.looks));
      last_detected_.add(labels, seconds(each.last_seen_at));
      opened += static_cast<double>(each.opened);
      closed += static_cast<double>(each.closed);
    }
    episodes_.add({{"to", "drifted"}}, opened);
    episodes_.add({{"to", "in_step"}}, closed);
  }

  // Who asked last knows best.
  Status tell_registry(const SchemasConfig& config) {
    TRY_ASSIGN(const auto state, registry_state(catalog_, config.name));
    if (!state) return {};
    const auto [at, added] = registries_.emplace(config.registry.shown(), *state);
    if (!added && at->second.looked_at < state->looked_at) at->second = *state;
    return {};
  }

  catalog::Catalog& catalog_;
  std::map<std::string, RegistryState> registries_;
  std::set<std::string> accepted_;
  Family active_{
      "holdfast_schema_drift_active",
      "1 where the pinned schema differs from the registry's, by the class of the difference.",
      core::MetricKind::gauge, most};
  Family accepted_drift_{"holdfast_schema_drift_accepted",
                         "1 while everything that differs at the schema is covered by waivers.",
                         core::MetricKind::gauge, least};
  Family since_{"holdfast_schema_drift_since_timestamp_seconds",
                "When the drift that is open was first seen; missing while the schema is in step.",
                core::MetricKind::gauge, least};
  Family critical_{"holdfast_schema_critical",
                   "1 for a schema that the configuration calls critical.", core::MetricKind::gauge,
                   most};
  Family success_{"holdfast_schema_check_last_success_timestamp_seconds",
                  "When a check last compared everything, drift or not.", core::MetricKind::gauge,
                  most};
  Family interval_{"holdfast_schema_check_interval_seconds",
                   "How often somebody looks, as configured.", core::MetricKind::gauge, least};
  Family compared_{"holdfast_schema_compared", "Schemas of which the last check read both sides.",
                   core::MetricKind::gauge, sum};
  Family up_{"holdfast_registry_up", "1 when the last check could read the registry's index.",
             core::MetricKind::gauge, least};
  Family index_at_{"holdfast_registry_index_timestamp_seconds",
                   "When the registry made its index, as it says.", core::MetricKind::gauge, most};
  Family episodes_{"holdfast_schema_drift_episodes_total",
                   "Drifts that began (to=drifted) and that were resolved (to=in_step).",
                   core::MetricKind::counter, sum};
  Family detections_{"schema_drift_total", "Checks that saw the schema drifted.",
                     core::MetricKind::counter, sum};
  Family last_detected_{"schema_drift_last_detected_timestamp",
                        "When a check last saw the schema drifted.", core::MetricKind::gauge, most};
};

}  // namespace

Result<std::vector<core::MetricFamily>> schema_metrics(catalog::Catalog& catalog,
                                                       std::span<const SchemasConfig> sections) {
  Telling telling(catalog);
  TRY(telling.read_accepted());
  for (const SchemasConfig& config : sections)
    TRY(telling.tell_of(config));
  return telling.families();
}

}  // namespace holdfast::schemas

// SPDX-License-Identifier: Apache-2.0
// Incidents: from the first finding on a subject to the observation that found it in step again.
// One open incident a subject.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "core/finding.h"

namespace holdfast::catalog {

struct Incident {
  std::int64_t id = 0;
  std::string subject;
  std::string domain;
  core::Verdict verdict = core::Verdict::unknown;  // the latest
  core::Level level = core::Level::error;          // the highest of the latest findings
  Timestamp opened_at;
  Timestamp last_seen_at;
  std::optional<Timestamp> resolved_at;
  std::string opened_by_run;
  std::string resolved_by_run;
  std::vector<core::Finding> findings;  // the latest
};

/// Brings incidents in step with what one run observed, in the caller's transaction or its own, and
/// appends the events `incident.opened`, `incident.changed` (other rule, recorded or observed) and
/// `incident.resolved`, plus one event named after the rule for every finding that is new. Only
/// reports whose findings reach `warning` and are not all waived open one; only an in_step report
/// resolves one; `unknown` and absence never do. Returns how many were opened, changed and
/// resolved.
struct IncidentChanges {
  std::int64_t opened = 0;
  std::int64_t changed = 0;
  std::int64_t resolved = 0;
};
Result<IncidentChanges> observe(Catalog& catalog, std::string_view domain,
                                std::span<const core::SubjectReport> reports,
                                std::string_view run_id, std::string_view actor);

/// Ends the open incidents of subjects of which nothing is recorded any more, with the verdict unknown and the event
/// `incident.withdrawn`; how many there were. In the caller's transaction or its own.
Result<std::int64_t> withdraw_incidents(Catalog& catalog, std::string_view domain,
                                        std::span<const std::string> subjects,
                                        std::string_view run_id, std::string_view actor);

/// Subjects that have an open incident, so that a run over 100,000 subjects need not hand over
/// those that are in step and had none.
Result<std::vector<std::string>> open_subjects(Catalog& catalog, std::string_view domain);

struct IncidentFilter {
  bool include_resolved = false;
  std::optional<std::string> subject = {};
  std::optional<std::string> domain = {};
  std::int64_t limit = 1000;
};
Result<std::vector<Incident>> list_incidents(Catalog& catalog, const IncidentFilter& filter);
Result<std::optional<Incident>> find_incident(Catalog& catalog, std::int64_t id);
/// Adds what the open incident of the subject has by rules that this look can't tell of (`not_looked_for`); a report that would be in step
/// without gets the incident's verdict. Where the look made a finding of such a rule after all, that one stands in its place: the incident
/// would have one more each time.
Status carry_over(Catalog& catalog, core::SubjectReport& report);
/// The open incident's opening time per subject, for "since when".
Result<std::optional<Timestamp>> open_since(Catalog& catalog, std::string_view subject);

}  // namespace holdfast::catalog

// SPDX-License-Identifier: Apache-2.0
// How one report moves an incident:
//
//   report                      | no open incident | open incident
//   in_step                     | -                | resolved
//   active findings             | opened           | changed when a finding came or went, else seen
//   again findings, none of them active (notes, waived) | - | the same; it stays open until the
//   subject is in step unknown without findings    | -                | -
//
// A finding is active when it reaches `warning` and is not waived. Findings are told apart by rule,
// recorded and observed.
#include "catalog/incidents.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "catalog/event_log.h"
#include "catalog/finding_json.h"
#include "catalog/stored.h"

namespace holdfast::catalog {
namespace {

constexpr std::size_t kReportsAtOnce = 5000;  // bounds the size of one bulk argument
constexpr std::int64_t kListLimit = 100000;

using FindingKey = std::tuple<std::string, std::string, std::string>;
FindingKey key_of(const core::Finding& finding) {
  return {finding.rule, finding.recorded, finding.observed};
}

std::set<FindingKey> keys_of(const std::vector<core::Finding>& findings) {
  std::set<FindingKey> keys;
  for (const auto& finding : findings)
    keys.insert(key_of(finding));
  return keys;
}

bool is_active(const core::Finding& finding) {
  return finding.level >= core::Level::warning && !finding.waived;
}

core::Level highest_level(const std::vector<core::Finding>& findings) {
  auto level = core::Level::note;
  for (const auto& finding : findings)
    level = std::max(level, finding.level);
  return level;
}

struct OpenIncident {
  std::int64_t id = 0;
  std::vector<core::Finding> findings;
};

/// One bulk pass over some reports: decides everything in memory, then writes with one statement a
/// kind.
class Observer {
 public:
  Observer(Catalog& catalog, std::string_view domain, std::string_view run_id,
           std::string_view actor)
      : catalog_(catalog), domain_(domain), run_id_(run_id), actor_(actor) {}

  Status look_at(std::span<const core::SubjectReport> reports) {
    // The head row first: two observers come one after the other, and locks are always taken in
    // this order.
    TRY(catalog_.connection().run("event.lock_head"));
    TRY(load_open(reports));
    for (const auto& report : reports)
      TRY(decide(report));
    return write();
  }

  IncidentChanges changes;

 private:
  Status load_open(std::span<const core::SubjectReport> reports) {
    std::vector<std::string> subjects;
    subjects.reserve(reports.size());
    for (const auto& report : reports)
      subjects.push_back(report.subject.text());
    TRY_ASSIGN(const auto rows,
               catalog_.connection().run("incident.open_of",
                                         {{"subjects", text_rows("subject", subjects)}}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      TRY_ASSIGN(auto findings, findings_from_json(rows.text(i, 4)));
      open_[rows.text(i, 1)] = {rows.integer(i, 0), std::move(findings)};
    }
    return {};
  }

  Status decide(const core::SubjectReport& report) {
    const std::string subject = report.subject.text();
    if (!seen_.insert(subject).second)
      return Error(Code::internal, "subject " + subject + " was reported twice in one run");
    const auto open = open_.find(subject);
    const bool active = std::any_of(report.findings.begin(), report.findings.end(), is_active);
    if (open == open_.end()) return active ? open_incident(report, subject) : Status();
    if (report.verdict == core::Verdict::in_step) return resolve(report, subject, open->second);
    if (report.verdict == core::Verdict::unknown && report.findings.empty()) return {};
    return see_again(report, subject, open->second);
  }

  Status open_incident(const core::SubjectReport& report, const std::string& subject) {
    opened_.begin_row();
    opened_.add("subject", subject);
    TRY(add_state(opened_, report));
    incident_event("incident.opened", report, subject, {});
    for (const auto& finding : report.findings)
      finding_event(report, subject, finding);
    ++changes.opened;
    return {};
  }

  Status see_again(const core::SubjectReport& report, const std::string& subject,
                   const OpenIncident& open) {
    updated_.begin_row();
    updated_.add("id", open.id);
    TRY(add_state(updated_, report));
    const auto before = keys_of(open.findings);
    const auto now = keys_of(report.findings);
    if (before == now) return {};
    incident_event("incident.changed", report, subject, open.id);
    for (const auto& finding : report.findings) {
      if (!before.contains(key_of(finding))) finding_event(report, subject, finding);
    }
    ++changes.changed;
    return {};
  }

  Status resolve(const core::SubjectReport& report, const std::string& subject,
                 const OpenIncident& open) {
    resolved_.begin_row();
    resolved_.add("id", open.id);
    resolved_.add("seen_at", format_rfc3339(report.observed_at));
    incident_event("incident.resolved", report, subject, open.id);
    ++changes.resolved;
    return {};
  }

  static Status add_state(sql::JsonRows& rows, const core::SubjectReport& report) {
    TRY_ASSIGN(const std::string findings, findings_to_json(report.findings));
    rows.add("verdict", std::string(core::verdict_name(report.verdict)));
    rows.add("level", std::string(core::level_name(highest_level(report.findings))));
    rows.add("seen_at", format_rfc3339(report.observed_at));
    rows.add("findings", findings);
    return {};
  }

  /// The id of an incident that is being opened is not known yet: write() puts it in.
  void incident_event(const char* name, const core::SubjectReport& report,
                      const std::string& subject, std::optional<std::int64_t> id) {
    core::Event event;
    event.name = name;
    event.subject = subject;
    event.level = report.verdict == core::Verdict::in_step ? core::Level::note
                                                           : highest_level(report.findings);
    event.fields = {{"domain", std::string(domain_)},
                    {"finding_count", static_cast<std::int64_t>(report.findings.size())},
                    {"verdict", std::string(core::verdict_name(report.verdict))}};
    if (id) event.fields.push_back({"incident", *id});
    if (!id) opening_.push_back(events_.size());
    add(std::move(event));
  }

  void finding_event(const core::SubjectReport& report, const std::string& subject,
                     const core::Finding& finding) {
    core::Event event;
    event.name = finding.rule;
    event.subject = subject;
    event.level = finding.level;
    event.fields = finding.witness;
    const core::Fields own = {{"recorded", finding.recorded},
                              {"observed", finding.observed},
                              {"message", finding.message},
                              {"verdict", std::string(core::verdict_name(report.verdict))},
                              {"waived", finding.waived}};
    for (const auto& field :
         own) {  // a witness may carry a key of the same name: the finding's own word holds
      std::erase_if(event.fields, [&](const core::Field& other) { return other.key == field.key; });
      event.fields.push_back(field);
    }
    add(std::move(event));
  }

  void add(core::Event event) {
    event.actor = actor_;
    event.run_id = run_id_;
    events_.push_back(std::move(event));
  }

  Status write() {
    auto& connection = catalog_.connection();
    const sql::Value run_id = std::string(run_id_);
    if (opened_.size() > 0) {
      TRY_ASSIGN(const auto ids,
                 connection.run("incident.insert", {{"rows", opened_.take()},
                                                    {"domain", std::string(domain_)},
                                                    {"run_id", run_id}}));
      std::map<std::string, std::int64_t> id_of;
      for (std::size_t i = 0; i < ids.size(); ++i)
        id_of[ids.text(i, 1)] = ids.integer(i, 0);
      for (const auto at : opening_)
        events_[at].fields.push_back({"incident", id_of[events_[at].subject]});
    }
    if (updated_.size() > 0) TRY(connection.run("incident.update", {{"rows", updated_.take()}}));
    if (resolved_.size() > 0)
      TRY(connection.run("incident.resolve",
                         {{"rows", resolved_.take()},
                          {"verdict", std::string(core::verdict_name(core::Verdict::in_step))},
                          {"run_id", run_id}}));
    TRY(append_events(catalog_, events_));
    return {};
  }

  Catalog& catalog_;
  std::string_view domain_;
  std::string_view run_id_;
  std::string_view actor_;
  std::map<std::string, OpenIncident> open_;
  std::set<std::string> seen_;
  sql::JsonRows opened_, updated_, resolved_;
  std::vector<core::Event> events_;
  std::vector<std::size_t> opening_;  // places in events_ that wait for an id
};

Result<IncidentChanges> observe_in_transaction(Catalog& catalog, std::string_view domain,
                                               std::span<const core::SubjectReport> reports,
                                               std::string_view run_id, std::string_view actor) {
  IncidentChanges all;
  while (!reports.empty()) {
    const auto some = reports.first(std::min(reports.size(), kReportsAtOnce));
    reports = reports.subspan(some.size());
    Observer observer(catalog, domain, run_id, actor);
    TRY(observer.look_at(some));
    all.opened += observer.changes.opened;
    all.changed += observer.changes.changed;
    all.resolved += observer.changes.resolved;
  }
  return all;
}

Result<Incident> stored_incident(const sql::Rows& rows, std::size_t row) {
  Incident out;
  out.id = rows.integer(row, 0);
  out.subject = rows.text(row, 1);
  out.domain = rows.text(row, 2);
  TRY_ASSIGN(out.verdict, stored_verdict(rows, row, 3));
  TRY_ASSIGN(out.level, stored_level(rows, row, 4));
  TRY_ASSIGN(out.opened_at, stored_time(rows, row, 5));
  TRY_ASSIGN(out.last_seen_at, stored_time(rows, row, 6));
  TRY_ASSIGN(out.resolved_at, stored_optional_time(rows, row, 7));
  out.opened_by_run = rows.text(row, 8);
  out.resolved_by_run = rows.text(row, 9);
  TRY_ASSIGN(out.findings, findings_from_json(rows.text(row, 10)));
  return out;
}

}  // namespace

Result<IncidentChanges> observe(Catalog& catalog, std::string_view domain,
                                std::span<const core::SubjectReport> reports,
                                std::string_view run_id, std::string_view actor) {
  return in_transaction(catalog.connection(), [&] {
    return observe_in_transaction(catalog, domain, reports, run_id, actor);
  });
}

Result<std::int64_t> withdraw_incidents(Catalog& catalog, std::string_view domain,
                                        std::span<const std::string> subjects,
                                        std::string_view run_id, std::string_view actor) {
  return in_transaction(catalog.connection(), [&]() -> Result<std::int64_t> {
    auto& connection = catalog.connection();
    TRY(connection.run("event.lock_head"));
    TRY_ASSIGN(const auto open,
               connection.run("incident.open_of", {{"subjects", text_rows("subject", subjects)}}));
    if (open.empty()) return std::int64_t{0};
    const std::string verdict(core::verdict_name(core::Verdict::unknown));
    sql::JsonRows ended;
    std::vector<core::Event> events;
    for (std::size_t i = 0; i < open.size(); ++i) {
      ended.begin_row();
      ended.add("id", open.integer(i, 0));
      ended.add("seen_at", format_rfc3339(catalog.clock().now()));
      core::Event event;
      event.name = "incident.withdrawn";
      event.subject = open.text(i, 1);
      event.actor = actor;
      event.run_id = run_id;
      event.fields = {
          {"domain", std::string(domain)}, {"verdict", verdict}, {"incident", open.integer(i, 0)}};
      events.push_back(std::move(event));
    }
    TRY(connection.run(
        "incident.resolve",
        {{"rows", ended.take()}, {"verdict", verdict}, {"run_id", std::string(run_id)}}));
    TRY(append_events(catalog, events));
    return static_cast<std::int64_t>(open.size());
  });
}

Result<std::vector<std::string>> open_subjects(Catalog& catalog, std::string_view domain) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("incident.open_subjects", {{"domain", std::string(domain)}}));
  std::vector<std::string> out;
  out.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back(rows.text(i, 0));
  return out;
}

Result<std::vector<Incident>> list_incidents(Catalog& catalog, const IncidentFilter& filter) {
  TRY_ASSIGN(
      const auto rows,
      catalog.connection().run("incident.list",
                               {{"include_resolved", std::int64_t{filter.include_resolved ? 1 : 0}},
                                {"subject", text_value(filter.subject)},
                                {"domain", text_value(filter.domain)},
                                {"limit", std::clamp<std::int64_t>(filter.limit, 0, kListLimit)}}));
  return stored_rows(rows, stored_incident);
}

Result<std::optional<Incident>> find_incident(Catalog& catalog, std::int64_t id) {
  TRY_ASSIGN(const auto rows, catalog.connection().run("incident.find", {{"id", id}}));
  if (rows.empty()) return std::optional<Incident>();
  TRY_ASSIGN(auto incident, stored_incident(rows, 0));
  return std::optional<Incident>(std::move(incident));
}

Result<std::optional<Timestamp>> open_since(Catalog& catalog, std::string_view subject) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("incident.open_since", {{"subject", std::string(subject)}}));
  if (rows.empty()) return std::optional<Timestamp>();
  TRY_ASSIGN(const Timestamp at, stored_time(rows, 0, 0));
  return std::optional<Timestamp>(at);
}

Status carry_over(Catalog& catalog, core::SubjectReport& report) {
  if (report.not_looked_for.empty()) return {};
  for (const core::Finding& finding : report.findings)
    std::erase(report.not_looked_for, finding.rule);
  TRY_ASSIGN(auto open, list_incidents(catalog, {.subject = report.subject.text()}));
  for (Incident& incident : open) {
    for (core::Finding& finding : incident.findings) {
      if (!std::ranges::count(report.not_looked_for, finding.rule)) continue;
      if (report.verdict == core::Verdict::in_step) report.verdict = incident.verdict;
      finding.hint = "not looked for now; " + report.look_again + " does";
      report.findings.push_back(std::move(finding));
    }
  }
  return {};
}

}  // namespace holdfast::catalog

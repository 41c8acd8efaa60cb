// SPDX-License-Identifier: Apache-2.0
#include "artifacts/corrections.h"

#include <array>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "artifacts/judge.h"
#include "artifacts/observations.h"
#include "artifacts/own_row_statements.h"
#include "artifacts/proofs.h"
#include "artifacts/recorded_path.h"
#include "artifacts/run_records.h"
#include "base/failpoint.h"
#include "catalog/event_log.h"
#include "catalog/incidents.h"
#include "catalog/stored.h"
#include "core/canonical_json.h"

namespace holdfast::artifacts {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kDomain = "artifacts";

Status know_statements(catalog::Catalog& catalog) {
  return catalog.connection().learn(own_row_statements().front().text);
}

std::string row_name(const ArtifactTable& table, const std::string& id) {
  return "artifacts " + table.config().name + ": row \"" + printable_path(id) + '"';
}

/// The row, where it is there and of this source.
Result<std::optional<ArtifactRow>> find_row(ArtifactTable& table, const std::string& id) {
  TRY_ASSIGN(auto rows, table.rows(std::span(&id, 1)));
  if (rows.empty()) return std::optional<ArtifactRow>();
  if (is_in_scope(rows.front(), table.config().types)) return std::optional(rows.front());
  return Error(Code::not_found,
               row_name(table, id) + " is of the type \"" + printable_path(rows.front().type) +
                   "\", which is none of the source's types",
               "name the source that has it");
}

Error no_row(const ArtifactTable& table, const std::string& id, const char* what) {
  return {Code::not_found, row_name(table, id) + what,
          "the findings of 'holdfast check' and the table itself name the ids"};
}

/// Gives the hasher one row, and keeps what was seen of its file.
class OneRow final : public RowFeed {
 public:
  explicit OneRow(const ArtifactRow& row) : row_(row) {}
  std::optional<Pulled> pull() override {
    if (std::exchange(pulled_, true)) return {};
    return Pulled{.ticket = 0, .item = &row_};
  }
  void read(std::uint64_t) override {}
  void finish(std::uint64_t, RowObservation outcome, std::uint64_t) override {
    seen_ = std::move(outcome);
  }
  std::optional<RowObservation> take() { return std::exchange(seen_, {}); }

 private:
  const ArtifactRow& row_;
  bool pulled_ = false;
  std::optional<RowObservation> seen_;
};

Result<RowObservation> read_file(const ArtifactRow& row, const Roots& roots, Clock& clock,
                                 const Cancel* cancel) {
  OneRow feed(row);
  SharedDigests shared;
  TRY(hash_rows(feed, roots, shared, {.rate = nullptr, .cancel = cancel, .clock = &clock}));
  auto seen = feed.take();
  if (!seen) return Error(Code::cancelled, "asked to stop; nothing was written");
  TRY(check_shortage(seen->refusal, seen->reason));
  return *std::move(seen);
}

/// What an act leaves in the journal and the event log, under one run.
class Act {
 public:
  Act(const ArtifactTable& table, catalog::Catalog& catalog, const Correction& correction)
      : table_(table),
        catalog_(catalog),
        correction_(correction),
        run_id_(catalog::new_run_id(catalog.clock())) {}
  const std::string& run_id() const { return run_id_; }

  void add_event(const char* name, const std::string& id, const core::Fields& fields) {
    core::Event event;
    event.name = name;
    event.subject = artifact_subject(table_.config(), id).text();
    event.actor = correction_.actor;
    event.run_id = run_id_;
    event.fields = {{"source", table_.config().name}, {"artifact_id", id}};
    event.fields.insert(event.fields.end(), fields.begin(), fields.end());
    event.fields.push_back({"reason", correction_.reason});
    events_.push_back(std::move(event));
  }
  Status append_events() {
    TRY(catalog::append_events(catalog_, events_));
    return {};
  }
  Status journal(const std::string& id, std::string_view operation, const std::string& old_json,
                 const std::optional<std::string>& new_json) {
    TRY(catalog_.connection().run("own_row.journal",
                                  {{"id", id},
                                   {"at", format_rfc3339(catalog_.clock().now())},
                                   {"actor", correction_.actor},
                                   {"run_id", run_id_},
                                   {"operation", std::string(operation)},
                                   {"old", old_json},
                                   {"new", catalog::text_value(new_json)},
                                   {"reason", correction_.reason}}));
    return {};
  }

 private:
  const ArtifactTable& table_;
  catalog::Catalog& catalog_;
  const Correction& correction_;
  std::string run_id_;
  std::vector<core::Event> events_;
};

// Text of a row as the journal and events can keep it: SQLite's may be any bytes.
std::string keepable(const std::string& text) {
  return text.find('\0') == std::string::npos ? kept_text(text) : printable_path(text);
}
core::FieldValue field_of(const std::optional<std::string>& text) {
  if (!text) return std::monostate{};
  return keepable(*text);
}
Json json_of(const std::optional<std::string>& text) {
  return text ? Json(keepable(*text)) : Json();
}

std::string path_json(const std::optional<std::string>& path) {
  return Json{{"file_path", json_of(path)}}.dump();
}

// Metadata goes in as it stands, so that no number of it is rounded.
std::string whole_json(const sql::Rows& held) {
  constexpr std::array kColumns{"artifact_type", "title",      "file_path",
                                "content_hash",  "created_at", "updated_at"};
  Json out = Json::object();
  for (const char* name : kColumns) {
    const auto column = static_cast<std::size_t>(held.column(name));
    out[name] = held.is_null(0, column) ? Json() : json_of(held.text(0, column));
  }
  const auto column = static_cast<std::size_t>(held.column("metadata"));
  std::string metadata = "null";
  if (!held.is_null(0, column)) {
    metadata = held.text(0, column);
    const bool is_json =
        core::is_utf8(metadata) && !core::is_json_too_deep(metadata) && Json::accept(metadata);
    if (!is_json) metadata = json_of(metadata).dump();
  }
  std::string text = out.dump();
  text.pop_back();
  return text + ",\"metadata\":" + metadata + '}';
}

/// Everything the table says of a row, which is held now; none where there is no such row.
Result<std::optional<std::string>> hold_row(catalog::Catalog& catalog, const std::string& id) {
  TRY_ASSIGN(const auto held, catalog.connection().run("own_row.hold", {{"id", id}}));
  if (held.empty()) return std::optional<std::string>();
  return std::optional(whole_json(held));
}

Error not_ours(const ArtifactTable& table, const std::string& id, const std::string& way_out) {
  return {Code::unsupported,
          row_name(table, id) + " stands in table \"" + table.config().table +
              "\", where Holdfast writes nothing but metadata",
          way_out};
}

Error changed_meanwhile(const ArtifactTable& table, const std::string& id) {
  return {Code::conflict, row_name(table, id) + " was changed meanwhile; nothing was written",
          "run the same command again"};
}

// --- move

/// A row before and after, and what was seen of its file at the new path.
struct Candidate {
  const ArtifactRow& before;
  const ArtifactRow& after;
  const RowObservation& seen;
  const core::SubjectReport& report;
};

Result<std::string> wanted_path(const ArtifactTable& table, const ArtifactRow& row,
                                const std::string& new_path, const Roots& roots) {
  const auto path = recorded_path(new_path, roots);
  if (!path) {
    return Error(Code::invalid, path.error().message() + ": \"" + printable_path(new_path) + '"',
                 "name the file relative to its root, or absolute");
  }
  if (row.path != *path) return *path;
  return Error(Code::invalid,
               row_name(table, row.id) + " has the path \"" + printable_path(*path) + "\" already",
               "holdfast artifacts verify " + table.config().name);
}

/// Why the file at the new path is not the one that is recorded.
Error not_the_file(const SourceConfig& config, const Candidate& candidate) {
  const core::Finding& finding = candidate.report.findings.front();
  const bool is_missing =
      candidate.seen.state == RowState::missing || candidate.seen.state == RowState::no_path;
  const std::string left = "; the row was left as it is";
  if (is_missing) {
    return {Code::not_found,
            finding.subject.text() + ": no root has " +
                printable_path(candidate.after.path.value_or("")) + left,
            "name a file that is there, relative to its root (" +
                printable_path(config.roots.empty() ? "" : config.roots.front()) + ") or absolute"};
  }
  std::string hint = finding.hint;
  if (candidate.report.verdict == core::Verdict::drifted) {
    hint = "name the file that has the recorded content";
    if (config.list_unrecorded) hint += "; 'holdfast check --full' looks for it";
  }
  return {Code::conflict, finding.message + left, hint};
}

Status require_free_path(const ArtifactTable& table, catalog::Catalog& catalog,
                         const ArtifactRow& after) {
  TRY_ASSIGN(const auto others,
             catalog.connection().run("own_row.others_at_path",
                                      {{"id", after.id}, {"path", *after.path}}));
  for (std::size_t i = 0; i < others.size(); ++i) {
    ArtifactRow other;
    other.type = others.text(i, 1);
    if (!is_in_scope(other, table.config().types)) continue;
    return Error(Code::conflict,
                 row_name(table, others.text(i, 0)) + " has the path \"" +
                     printable_path(*after.path) + "\"; nothing was written",
                 "where it was made for the same file: holdfast artifacts forget " +
                     table.config().name + only_row(others.text(i, 0)));
  }
  return {};
}

Status write_move(ArtifactTable& table, catalog::Catalog& catalog, const Candidate& candidate,
                  const Correction& correction) {
  const SourceConfig& config = table.config();
  const ArtifactRow& after = candidate.after;
  Act act(table, catalog, correction);
  TRY(know_statements(catalog));
  TRY_ASSIGN(auto incidents, IncidentKeeper::open(catalog, act.run_id(), correction.actor));
  HOLDFAST_FAILPOINT("artifacts.before_correction");
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog.connection()));
  TRY_ASSIGN(const auto held, hold_row(catalog, after.id));
  TRY_ASSIGN(const auto now, find_row(table, after.id));
  // What was compared with the file must be what is recorded still.
  if (!held || !now || now->type != after.type || !records_the_same(*now, candidate.before))
    return changed_meanwhile(table, after.id);
  TRY(require_free_path(table, catalog, after));
  TRY(catalog.connection().run(
      "own_row.move",
      {{"id", after.id}, {"path", *after.path}, {"at", format_rfc3339(catalog.clock().now())}}));
  TRY(act.journal(after.id, "artifacts.move", path_json(candidate.before.path),
                  path_json(after.path)));
  if (const auto proof = proof_of(after, candidate.seen))
    TRY(save_proofs(catalog, config.name, {&*proof, 1}));
  auto report = candidate.report;
  incidents.mark_waived(report);
  const Observation observation{after.id, after.type, report};
  TRY(save_observations(catalog, config.name, {&observation, 1}));
  if (incidents.is_open(report.subject))
    TRY(incidents.keep(std::span<const core::SubjectReport>(&report, 1)));
  act.add_event("artifact.moved", after.id,
                {{"old_path", field_of(candidate.before.path)},
                 {"file_path", field_of(after.path)},
                 {"file_sha256", field_of(after.recorded_sha256)}});
  TRY(act.append_events());
  HOLDFAST_FAILPOINT("artifacts.in_correction");
  return transaction.commit();
}

// --- forget

// Rows first, then proofs and observations, then the event log's head: in the order in which every other writer locks.
class Forgetting {
 public:
  Forgetting(ArtifactTable& table, catalog::Catalog& catalog, const Correction& correction)
      : table_(table),
        catalog_(catalog),
        correction_(correction),
        act_(table, catalog, correction) {}

  Result<Forgotten> run(const std::set<std::string>& artifact_ids) {
    TRY(know_statements(catalog_));
    HOLDFAST_FAILPOINT("artifacts.before_correction");
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog_.connection()));
    std::vector<std::string> subjects;
    for (const std::string& id : artifact_ids) {
      TRY(forget(id));
      subjects.push_back(artifact_subject(table_.config(), id).text());
    }
    const std::vector<std::string> ids(artifact_ids.begin(), artifact_ids.end());
    TRY(forget_proofs(catalog_, table_.config().name, ids));
    TRY(forget_observations(catalog_, table_.config().name, ids));
    TRY_ASSIGN(out_.incidents, catalog::withdraw_incidents(catalog_, kDomain, subjects,
                                                           act_.run_id(), correction_.actor));
    TRY(act_.append_events());
    HOLDFAST_FAILPOINT("artifacts.in_correction");
    TRY(transaction.commit());
    return std::move(out_);
  }

 private:
  Status forget(const std::string& id) {
    std::optional<std::string> held;
    if (is_catalogs_own(table_.config())) {
      TRY_ASSIGN(held, hold_row(catalog_, id));
    }
    TRY_ASSIGN(const auto row, find_row(table_, id));
    if (row && !is_catalogs_own(table_.config()))
      return not_ours(table_, id, "delete it there, then run the same command again");
    if (row && held) {
      TRY_ASSIGN(const auto removed, catalog_.connection().run("own_row.remove", {{"id", id}}));
      if (removed.affected != 1) return changed_meanwhile(table_, id);
      TRY(act_.journal(id, "artifacts.forget", *held, {}));
      out_.removed.push_back(id);
    } else {
      TRY_ASSIGN(const bool known, is_known(id));
      if (!known) return no_row(table_, id, " is not there, and nothing is known of it");
      out_.gone.push_back(id);
    }
    act_.add_event("artifact.forgotten", id,
                   {{"file_path", row ? field_of(row->path) : core::FieldValue()},
                    {"file_sha256", row ? field_of(row->recorded_sha256) : core::FieldValue()},
                    {"row_removed", row.has_value()}});
    return {};
  }

  Result<bool> is_known(const std::string& id) {
    const std::span<const std::string> one(&id, 1);
    TRY_ASSIGN(const auto looks, load_looks(catalog_, table_.config().name, one));
    TRY_ASSIGN(const auto seen, load_observations(catalog_, table_.config().name, one));
    TRY_ASSIGN(const auto since,
               catalog::open_since(catalog_, artifact_subject(table_.config(), id).text()));
    return !looks.empty() || !seen.empty() || since.has_value();
  }

  ArtifactTable& table_;
  catalog::Catalog& catalog_;
  const Correction& correction_;
  Act act_;
  Forgotten out_;
};

}  // namespace

Result<Moved> move_row(ArtifactTable& table, catalog::Catalog& catalog, const Roots& roots,
                       const Move& move, const Correction& correction) {
  const SourceConfig& config = table.config();
  TRY_ASSIGN(const auto before, find_row(table, move.artifact_id));
  if (!before) return no_row(table, move.artifact_id, " is not there");
  if (!is_catalogs_own(config)) {
    return not_ours(table, before->id,
                    "correct the row's " + config.columns.path +
                        " there, then: holdfast artifacts verify " + config.name);
  }
  TRY_ASSIGN(const std::string path, wanted_path(table, *before, move.path, roots));
  ArtifactRow after = *before;
  after.path = path;
  TRY_ASSIGN(const auto seen, read_file(after, roots, catalog.clock(), correction.cancel));
  const auto report = judge(config, after, seen, nullptr);
  const Candidate candidate{*before, after, seen, report};
  const bool confirmed = proof_of(after, seen).has_value();
  const bool may_move = confirmed || (!after.recorded_sha256 && seen.state == RowState::hashed);
  if (!may_move) return not_the_file(config, candidate);
  TRY(write_move(table, catalog, candidate, correction));
  return Moved{before->id, before->path, path, confirmed, report};
}

Result<Forgotten> forget_rows(ArtifactTable& table, catalog::Catalog& catalog,
                              std::span<const std::string> artifact_ids,
                              const Correction& correction) {
  return Forgetting(table, catalog, correction)
      .run(std::set<std::string>(artifact_ids.begin(), artifact_ids.end()));
}

}  // namespace holdfast::artifacts

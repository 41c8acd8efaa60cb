// SPDX-License-Identifier: Apache-2.0
#include "artifacts/corrections.h"

#include <algorithm>
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
#include "base/assert.h"
#include "catalog/event_log.h"
#include "catalog/incidents.h"
#include "catalog/stored.h"

namespace holdfast::artifacts {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kDomain = "artifacts";

Status know_statements(catalog::Catalog& catalog) {
  if (catalog.connection().knows("own_row.move")) return {};
  TRY_ASSIGN(auto book, sql::Book::parse(own_row_statements().front().text, catalog.dialect()));
  return catalog.connection().use(std::move(book));
}

std::string row_name(const ArtifactTable& table, const std::string& id) {
  return "artifacts " + table.config().name + ": row \"" + printable_path(id) + '"';
}

Result<ArtifactRow> row_of(ArtifactTable& table, const std::string& id) {
  TRY_ASSIGN(auto rows, table.rows(std::span(&id, 1)));
  if (!rows.empty()) return std::move(rows.front());
  return Error(Code::not_found, row_name(table, id) + " is not there",
               "holdfast artifacts report " + table.config().name +
                   " and the findings of a check name the rows");
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

core::Event event_of(const ArtifactTable& table, const char* name, const std::string& id,
                     const Correction& correction, core::Fields fields) {
  core::Event event;
  event.name = name;
  event.subject = artifact_subject(table.config(), id).text();
  event.actor = correction.actor;
  event.fields = {{"source", table.config().name}, {"artifact_id", id}};
  event.fields.insert(event.fields.end(), fields.begin(), fields.end());
  event.fields.push_back({"reason", correction.reason});
  return event;
}

core::FieldValue nullable(const std::optional<std::string>& text) {
  if (!text) return std::monostate{};
  return kept_text(*text);
}

std::string path_json(const std::optional<std::string>& path) {
  const Json json = {{"file_path", path ? Json(*path) : Json()}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

struct JournalLine {
  std::string_view operation;
  std::string old_json;
  std::optional<std::string> new_json;
};

Status journal(catalog::Catalog& catalog, const std::string& id, const std::string& run_id,
               const Correction& correction, const JournalLine& line) {
  TRY(catalog.connection().run("own_row.journal", {{"id", id},
                                                   {"at", format_rfc3339(catalog.clock().now())},
                                                   {"actor", correction.actor},
                                                   {"run_id", run_id},
                                                   {"operation", std::string(line.operation)},
                                                   {"old", line.old_json},
                                                   {"new", catalog::text_value(line.new_json)},
                                                   {"reason", correction.reason}}));
  return {};
}

Error not_ours(const ArtifactTable& table, const std::string& id, const std::string& way_out) {
  return {Code::unsupported,
          row_name(table, id) + " stands in table \"" + table.config().table +
              "\", where Holdfast writes nothing but metadata",
          way_out};
}

/// The file at the new path is not the one that is recorded.
Error not_the_file(const core::SubjectReport& report) {
  const core::Finding& finding = report.findings.front();
  const Code code = report.verdict == core::Verdict::missing ? Code::not_found : Code::conflict;
  return {code, finding.message + "; the row was left as it is",
          "name the file that has the recorded content; 'holdfast check --full' looks for it"};
}

Result<std::string> wanted_path(const ArtifactTable& table, const ArtifactRow& row,
                                const std::string& new_path, const Roots& roots) {
  const auto path = recorded_path(new_path, roots);
  if (!path) {
    return Error(Code::invalid, path.error().message() + ": \"" + printable_path(new_path) + '"',
                 "name the file relative to its root");
  }
  if (row.path != *path) return *path;
  return Error(Code::invalid,
               row_name(table, row.id) + " has the path \"" + printable_path(*path) + "\" already",
               "holdfast artifacts verify " + table.config().name);
}

/// A row before and after, and what was seen of its file at the new path.
struct Move {
  const ArtifactRow& before;
  const ArtifactRow& after;
  const RowObservation& seen;
  core::SubjectReport report;
};

Status write_move(const ArtifactTable& table, catalog::Catalog& catalog, Move move,
                  const Correction& correction) {
  const SourceConfig& config = table.config();
  const std::string& id = move.before.id;
  const std::string run_id = catalog::new_run_id(catalog.clock());
  TRY(know_statements(catalog));
  TRY_ASSIGN(auto incidents, IncidentKeeper::open(catalog, run_id, correction.actor));
  incidents.mark_waived(move.report);
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog.connection()));
  TRY_ASSIGN(
      const auto written,
      catalog.connection().run("own_row.move", {{"id", id},
                                                {"path", *move.after.path},
                                                {"old_path", catalog::text_value(move.before.path)},
                                                {"at", format_rfc3339(catalog.clock().now())}}));
  if (written.affected != 1) {
    return Error(Code::conflict, row_name(table, id) + " was changed meanwhile",
                 "run the same command again");
  }
  TRY(journal(catalog, id, run_id, correction,
              {"artifacts.move", path_json(move.before.path), path_json(move.after.path)}));
  if (const auto proof = proof_of(move.after, move.seen))
    TRY(save_proofs(catalog, config.name, {&*proof, 1}));
  const Observation observation{id, move.after.type, move.report};
  TRY(save_observations(catalog, config.name, {&observation, 1}));
  TRY(incidents.keep(std::span<const core::SubjectReport>(&move.report, 1)));
  std::array<core::Event, 1> events{
      event_of(table, "artifact.moved", id, correction,
               {{"old_path", nullable(move.before.path)},
                {"file_path", nullable(move.after.path)},
                {"file_sha256", nullable(move.before.recorded_sha256)}})};
  TRY(catalog::append_events(catalog, events));
  return transaction.commit();
}

class Forgetting {
 public:
  Forgetting(ArtifactTable& table, catalog::Catalog& catalog, const Correction& correction)
      : table_(table),
        catalog_(catalog),
        correction_(correction),
        is_own_(is_catalogs_own(table.config())) {}

  Result<Forgotten> run(std::span<const std::string> artifact_ids) {
    TRY(know_statements(catalog_));
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog_.connection()));
    for (const std::string& id : std::set<std::string>(artifact_ids.begin(), artifact_ids.end()))
      TRY(forget(id));
    TRY(catalog::append_events(catalog_, events_));
    TRY(transaction.commit());
    return std::move(out_);
  }

 private:
  Status forget(const std::string& id) {
    const std::span<const std::string> one(&id, 1);
    TRY_ASSIGN(const auto rows, table_.rows(one));
    const std::string subject = artifact_subject(table_.config(), id).text();
    TRY_ASSIGN(const bool known, is_known(one));
    TRY_ASSIGN(const auto incidents,
               catalog::withdraw_incidents(catalog_, kDomain, std::span(&subject, 1), run_id_,
                                           correction_.actor));
    if (rows.empty() && !known && incidents == 0)
      return Error(Code::not_found,
                   row_name(table_, id) + " is not there, and nothing is known of it",
                   "holdfast artifacts report " + table_.config().name +
                       " and the findings of a check name the rows");
    if (!rows.empty() && !is_own_)
      return not_ours(table_, id, "delete it there, then run the same command again");
    if (rows.empty()) {
      out_.gone.push_back(id);
    } else {
      TRY(remove(rows.front()));
    }
    out_.incidents += incidents;
    TRY(forget_proofs(catalog_, table_.config().name, one));
    TRY(forget_observations(catalog_, table_.config().name, one));
    events_.push_back(
        event_of(table_, "artifact.forgotten", id, correction_,
                 {{"file_path", rows.empty() ? core::FieldValue() : nullable(rows.front().path)},
                  {"file_sha256",
                   rows.empty() ? core::FieldValue() : nullable(rows.front().recorded_sha256)},
                  {"row_removed", !rows.empty()}}));
    return {};
  }

  Result<bool> is_known(std::span<const std::string> id) {
    TRY_ASSIGN(const auto looks, load_looks(catalog_, table_.config().name, id));
    TRY_ASSIGN(const auto seen, load_observations(catalog_, table_.config().name, id));
    return !looks.empty() || !seen.empty();
  }

  Status remove(const ArtifactRow& row) {
    TRY_ASSIGN(const auto whole, catalog_.connection().run("own_row.whole", {{"id", row.id}}));
    HOLDFAST_ASSERT(whole.size() == 1);
    TRY(catalog_.connection().run("own_row.remove", {{"id", row.id}}));
    out_.removed.push_back(row.id);
    return journal(catalog_, row.id, run_id_, correction_,
                   {"artifacts.forget", whole.text(0, 0), {}});
  }

  ArtifactTable& table_;
  catalog::Catalog& catalog_;
  const Correction& correction_;
  const bool is_own_;
  const std::string run_id_ = catalog::new_run_id(catalog_.clock());
  std::vector<core::Event> events_;
  Forgotten out_;
};

}  // namespace

Result<Moved> move_row(ArtifactTable& table, catalog::Catalog& catalog, const Roots& roots,
                       const std::string& artifact_id, const std::string& new_path,
                       const Correction& correction) {
  const SourceConfig& config = table.config();
  TRY_ASSIGN(const ArtifactRow before, row_of(table, artifact_id));
  if (!is_catalogs_own(config)) {
    return not_ours(table, artifact_id,
                    "correct the row's " + config.columns.path +
                        " there, then: holdfast artifacts verify " + config.name);
  }
  TRY_ASSIGN(const std::string path, wanted_path(table, before, new_path, roots));
  ArtifactRow after = before;
  after.path = path;
  TRY_ASSIGN(const auto seen, read_file(after, roots, catalog.clock(), correction.cancel));
  auto report = judge(config, after, seen, nullptr);
  const bool confirmed = proof_of(after, seen).has_value();
  const bool may_move = confirmed || (!before.recorded_sha256 && seen.state == RowState::hashed);
  if (!may_move) return not_the_file(report);
  TRY(write_move(table, catalog, {before, after, seen, std::move(report)}, correction));
  Moved out{artifact_id, before.path, path, {}};
  if (confirmed) out.sha256 = core::to_hex(seen.digest);
  return out;
}

Result<Forgotten> forget_rows(ArtifactTable& table, catalog::Catalog& catalog,
                              std::span<const std::string> artifact_ids,
                              const Correction& correction) {
  return Forgetting(table, catalog, correction).run(artifact_ids);
}

}  // namespace holdfast::artifacts

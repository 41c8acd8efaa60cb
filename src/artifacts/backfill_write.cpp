// SPDX-License-Identifier: Apache-2.0
// The writing part of BackfillSink: one transaction a chunk, with everything that must be true together.
#include <algorithm>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "artifacts/backfill_sink.h"
#include "artifacts/judge.h"
#include "artifacts/rules.h"
#include "artifacts/sql_patch.h"
#include "base/failpoint.h"
#include "base/log.h"

namespace holdfast::artifacts {
namespace {

constexpr int kMaxTransactionAttempts =
    4;  // PostgreSQL ends one of two clients that wait for one another
constexpr int kMaxAlteredAttempts = 3;  // a trigger may alter other rows when some are left out
constexpr std::string_view kOperation = "artifacts.backfill";
constexpr std::size_t kIdsTold = 10;

/// "a, b … (12)"
std::string ids_text(const std::vector<HashWrite>& writes, const std::vector<std::size_t>& which) {
  std::string out;
  for (std::size_t i = 0; i < std::min(which.size(), kIdsTold); ++i)
    out += (i == 0 ? "" : ", ") + printable_path(writes[which[i]].row->id);
  return which.size() > kIdsTold ? out + " … (" + std::to_string(which.size()) + ')' : out;
}

}  // namespace

std::string run_cursor(const std::string& parameters,
                       const std::optional<std::string>& marked_before,
                       const std::optional<RowCursor>& last) {
  nlohmann::ordered_json cursor = {{"parameters", parameters}};
  if (marked_before) cursor["marked_before"] = *marked_before;
  if (last) {
    cursor["type"] = last->type;
    cursor["id"] = last->id;
  }
  return cursor.dump();
}

Status BackfillSink::write(std::vector<Pending> writes) {
  for (std::size_t begin = 0; begin < writes.size(); begin += kChunkRows) {
    const std::size_t end = std::min(begin + kChunkRows, writes.size());
    const auto from = writes.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to = writes.begin() + static_cast<std::ptrdiff_t>(end);
    TRY(write_chunk({std::make_move_iterator(from), std::make_move_iterator(to)}));
  }
  return {};
}

Status BackfillSink::write_chunk(std::vector<Pending> writes) {
  TRY(explain_drift(writes));
  TRY(refuse_suspects(writes));
  if (writes.empty()) return {};
  if (!writes_catalog())
    return take(settle(writes, std::vector<WriteOutcome>(writes.size(), WriteOutcome::written)));
  TRY(append_drift_events(writes,
                          parts_.options.mode == BackfillMode::report_only ? "report" : "record"));
  TRY_ASSIGN(auto settled, write_rows_again(writes));
  const bool together =
      parts_.table.config().in_catalog && parts_.options.mode == BackfillMode::write;
  if (together) {
    ended_.clear();
    unproved_ = {};
    return take(std::move(settled));
  }
  // The rows are durable: whatever comes, they count.
  const Settled durable = settled;
  TRY(take(std::move(settled)));
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(parts_.catalog.connection()));
  TRY(save_in_catalog(writes, durable));
  TRY(transaction.commit());
  ended_.clear();
  unproved_ = {};
  return {};
}

// Where no write explains the change, the new bytes are those of a broken disk until somebody says otherwise: recording them would
// make the damage the truth (docs/decisions/0074). Asked as late as can be, with the proofs of now.
Status BackfillSink::refuse_suspects(std::vector<Pending>& pending) {
  if (parts_.options.on_drift == OnDrift::record_all) return {};
  const auto wanted =
      std::stable_partition(pending.begin(), pending.end(),
                            [](const Pending& each) { return each.cause != kChangedWithoutWrite; });
  if (wanted == pending.end()) return {};
  std::vector<Pending> suspects(std::make_move_iterator(wanted),
                                std::make_move_iterator(pending.end()));
  pending.erase(wanted, pending.end());
  if (writes_catalog()) TRY(append_drift_events(suspects, "refuse"));
  return refuse(std::move(suspects), kSuspectRefused, MakesIncident::yes);
}

// A transaction that was ended so that another could go on is tried again; nothing of it was written.
Result<BackfillSink::Settled> BackfillSink::write_rows_again(const std::vector<Pending>& writes) {
  for (int attempt = 1;; ++attempt) {
    auto settled = write_rows(writes);
    if (settled || settled.error().code() != Code::conflict) return settled;
    if (parts_.table.connection().dialect() != sql::Dialect::postgres ||
        attempt == kMaxTransactionAttempts)
      return settled;
    log_info("a transaction is tried again", {{"why", settled.error().message()}});
  }
}

Result<BackfillSink::Settled> BackfillSink::write_rows(const std::vector<Pending>& writes) {
  std::vector<HashWrite> hashes;
  for (const Pending& each : writes) {
    hashes.push_back({.row = &each.row,
                      .digest = each.seen.digest,
                      .size_bytes = each.seen.identity.size_bytes,
                      .computed_at = each.seen.observed_at,
                      .reason = each.reason});
  }
  if (parts_.options.mode == BackfillMode::report_only) {
    if (patch_) {
      TRY_ASSIGN(const std::string text, patch_statements(parts_.table, hashes));
      TRY(patch_->write(text));
    }
    return settle(writes, std::vector<WriteOutcome>(writes.size(), WriteOutcome::written));
  }
  TRY_ASSIGN(auto recorded, record_rows(hashes));
  HOLDFAST_FAILPOINT("artifacts.in_transaction");
  Settled settled = settle(writes, recorded.outcomes);
  if (parts_.table.config().in_catalog) TRY(save_in_catalog(writes, settled));
  HOLDFAST_FAILPOINT("artifacts.before_commit");
  TRY(recorded.transaction.commit());
  HOLDFAST_FAILPOINT("artifacts.after_commit");
  return settled;
}

Result<BackfillSink::Recorded> BackfillSink::record_wanted(const std::vector<HashWrite>& wanted) {
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(parts_.table.connection()));
  TRY_ASSIGN(auto outcomes, parts_.table.record(wanted, {.actor = parts_.options.actor,
                                                         .batch_run_id = run_.id,
                                                         .operation = kOperation}));
  return Recorded{.transaction = std::move(transaction), .outcomes = std::move(outcomes)};
}

// Which of them the database refuses one by one; nothing is kept.
Result<std::vector<std::size_t>> BackfillSink::refused_alone(const std::vector<HashWrite>& wanted) {
  std::vector<std::size_t> refused;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto alone = record_wanted({wanted[i]});
    if (alone) continue;
    if (alone.error().code() != Code::invalid) return alone.error();
    refused.push_back(i);
  }
  return refused;
}

// A transaction in which a trigger or rule altered rows is rolled back, journal and all, and begun again without those rows.
Result<BackfillSink::Recorded> BackfillSink::record_rows(const std::vector<HashWrite>& hashes) {
  std::vector<WriteOutcome> outcomes(hashes.size(), WriteOutcome::written);
  for (int attempt = 1;; ++attempt) {
    std::vector<HashWrite> wanted;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (outcomes[i] == WriteOutcome::altered) continue;
      wanted.push_back(hashes[i]);
      places.push_back(i);
    }
    auto recorded = record_wanted(wanted);
    if (!recorded) {
      if (recorded.error().code() != Code::invalid) return std::move(recorded).error();
      TRY_ASSIGN(const auto refused, refused_alone(wanted));
      if (refused.size() == wanted.size()) return std::move(recorded).error();
      log_warning("the database refuses some of the rows; they are left out",
                  {{"table", parts_.table.config().table},
                   {"rows", ids_text(wanted, refused)},
                   {"why", recorded.error().message()}});
      for (const std::size_t i : refused)
        outcomes[places[i]] = WriteOutcome::altered;
      if (refused.empty() && attempt >= kMaxAlteredAttempts) return std::move(recorded).error();
      continue;
    }
    std::vector<std::size_t> altered;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      outcomes[places[i]] = recorded->outcomes[i];
      if (recorded->outcomes[i] == WriteOutcome::altered) altered.push_back(i);
    }
    if (altered.empty())
      return Recorded{.transaction = std::move(recorded->transaction),
                      .outcomes = std::move(outcomes)};
    log_warning("a trigger or rule on the table altered what was written; rolled back",
                {{"table", parts_.table.config().table}, {"rows", ids_text(wanted, altered)}});
    if (attempt < kMaxAlteredAttempts) continue;
    for (const std::size_t place : places) {
      if (outcomes[place] == WriteOutcome::written) outcomes[place] = WriteOutcome::altered;
    }
  }
}

// In the transaction that is open on the catalog.
Status BackfillSink::save_in_catalog(const std::vector<Pending>& writes, const Settled& settled) {
  std::vector<Proof> proofs;
  std::vector<std::string> released = ended_;
  Unproved unproved = unproved_;
  for (const Pending& each : writes) {
    const auto& again = settled.requeued;
    if (std::find(again.begin(), again.end(), each.row.id) != again.end()) continue;
    released.push_back(each.row.id);
    if (settled.altered.contains(each.row.id)) {
      if (each.report) note_unproved(unproved, each.row, *each.report, MakesIncident::yes);
      continue;
    }
    // A reading that the record does not confirm moves no proof (proofs.h): so where the row is left as it is.
    if (parts_.options.mode == BackfillMode::report_only && (each.drifted || each.invalid_record)) {
      note_unproved(unproved, each.row, *each.report, MakesIncident::yes);
      continue;
    }
    if (auto resolving = resolving_report(each))
      unproved.incidents.push_back(*std::move(resolving));
    Proof proof;
    proof.artifact_id = each.row.id;
    proof.path = kept_text(each.row.path.value_or(""));
    proof.digest = each.seen.digest;
    proof.identity = each.seen.identity;
    proof.proved_at = each.seen.observed_at;
    proofs.push_back(std::move(proof));
  }
  TRY(save_proofs(parts_.catalog, summary_.source, proofs));
  TRY(save_unproved(unproved));
  HOLDFAST_FAILPOINT("artifacts.after_proofs");
  catalog::BatchRun run = run_;
  run.summary = to_json(settled.summary);
  run.cursor = run_cursor(parts_.parameters, parts_.marked_before, last_);
  TRY(catalog::save_batch_progress(parts_.catalog, run));
  return parts_.queue.release(released);
}

void BackfillSink::Settled::fail(const Pending& row, const std::string& path_column,
                                 std::string_view reason, std::string detail) {
  summary.add(row.row.type, RowEnd::failed);
  ++summary.by_reason[std::string(reason)];
  ResidualEntry entry = residual_entry(row.row, row.seen, path_column);
  entry.reason = reason;
  entry.detail = std::move(detail);
  residual.push_back(std::move(entry));
}

BackfillSink::Settled BackfillSink::settle(const std::vector<Pending>& writes,
                                           const std::vector<WriteOutcome>& outcomes) const {
  Settled out{.summary = summary_, .requeued = {}, .altered = {}, .residual = {}};
  BackfillSummary& summary = out.summary;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const Pending& each = writes[i];
    switch (outcomes[i]) {
      case WriteOutcome::row_gone:
        ++summary.row_gone;
        continue;
      case WriteOutcome::row_changed: {
        const auto before = requeues_.find(each.row.id);
        if (before == requeues_.end() || before->second < kMaxRequeues) {
          out.requeued.push_back(each.row.id);
          continue;
        }
        out.fail(each, path_column(), "row_changed",
                 "another client changed the row each time it was about to be written");
        continue;
      }
      case WriteOutcome::altered:
        out.fail(each, path_column(), kWriteAltered,
                 "read back after it was written, the row was not what was written, and so it was "
                 "left as it was: look for triggers or rules on the table");
        out.altered.insert(each.row.id);
        for (BackfillCounts* counts : {&summary.total, &summary.by_type[each.row.type]}) {
          counts->drifted += each.drifted ? 1 : 0;
          counts->invalid_record += each.invalid_record ? 1 : 0;
        }
        if (each.report) summary.add_problem(each.report->findings.front());
        continue;
      case WriteOutcome::written:
        break;
    }
    summary.add(each.row.type, each.end);
    if (each.normalised) ++summary.normalised;
    for (BackfillCounts* counts : {&summary.total, &summary.by_type[each.row.type]}) {
      counts->size_bytes += each.seen.identity.size_bytes;
      counts->drifted += each.drifted ? 1 : 0;
      counts->invalid_record += each.invalid_record ? 1 : 0;
    }
    if (each.report) summary.add_problem(each.report->findings.front());
  }
  return out;
}

Status BackfillSink::take(Settled settled) {
  summary_ = std::move(settled.summary);
  for (std::string& id : settled.requeued) {
    ++requeues_[id];
    requeued_.push_back(std::move(id));
  }
  for (const ResidualEntry& entry : settled.residual) {
    unmarked_.insert(entry.artifact_id);
    if (residual_) TRY(residual_->write(json_line(entry)));
  }
  return {};
}

// A row that records nothing had no proof to lose; where nothing is wrong with it either, there is nothing to keep.
void BackfillSink::note_unproved(Unproved& to, const ArtifactRow& row, core::SubjectReport report,
                                 MakesIncident makes_incident) const {
  if (!parts_.incidents) return;
  const bool is_wrong = std::ranges::any_of(report.findings, [](const core::Finding& finding) {
    return finding.level >= core::Level::warning;
  });
  if (!row.recorded_sha256 && !is_wrong) return;
  if (row.recorded_sha256) to.looks.push_back({row.id, report.observed_at, {}, 0});
  parts_.incidents->mark_waived(report);
  if (makes_incident == MakesIncident::yes) to.incidents.push_back(report);
  to.observations.push_back({row.id, row.type, std::move(report)});
}

// Where the record is right now and an incident is open on it: what ends that incident.
std::optional<core::SubjectReport> BackfillSink::resolving_report(const Pending& written) const {
  const bool in_step =
      parts_.options.mode == BackfillMode::write || written.end == RowEnd::unchanged;
  auto subject = artifact_subject(parts_.table.config(), written.row.id);
  if (!in_step || !parts_.incidents->is_open(subject)) return {};
  core::SubjectReport report;
  report.subject = std::move(subject);
  report.verdict = core::Verdict::in_step;
  report.observed_at = written.seen.observed_at;
  report.proved_at = written.seen.observed_at;
  report.basis = "bytes";
  return report;
}

// In the transaction that is open on the catalog.
Status BackfillSink::save_unproved(const Unproved& unproved) {
  TRY(save_looks(parts_.catalog, summary_.source, unproved.looks));
  TRY(save_observations(parts_.catalog, summary_.source, unproved.observations));
  return parts_.incidents->keep(unproved.incidents);
}

Status BackfillSink::release_ended() {
  if (unproved_.observations.empty()) return parts_.queue.release(std::exchange(ended_, {}));
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(parts_.catalog.connection()));
  TRY(save_unproved(std::exchange(unproved_, {})));
  TRY(parts_.queue.release(std::exchange(ended_, {})));
  return transaction.commit();
}

}  // namespace holdfast::artifacts

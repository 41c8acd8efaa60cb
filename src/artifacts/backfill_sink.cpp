// SPDX-License-Identifier: Apache-2.0
// Judging and holding back; the writing is in backfill_write.cpp.
#include "artifacts/backfill_sink.h"

#include <cmath>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "artifacts/judge.h"
#include "artifacts/rules.h"
#include "artifacts/sql_patch.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "catalog/event_log.h"

namespace holdfast::artifacts {
namespace {

constexpr std::size_t kMaxShownHash = 200;  // a recorded value that is no hash may be anything
constexpr std::int64_t kMaxExactInteger = 1LL << 53U;  // of JSON numbers

core::FieldValue nullable(const std::optional<std::string>& text) {
  if (!text) return std::monostate{};
  return printable_path(text->substr(0, kMaxShownHash));
}

core::FieldValue nullable(const std::optional<std::int64_t>& value) {
  if (!value) return std::monostate{};
  if (*value > kMaxExactInteger || *value < -kMaxExactInteger) return std::to_string(*value);
  return *value;
}

std::string time_text(std::int64_t ns) {
  return format_rfc3339(Timestamp{ns});
}

// What tells this drift, and what was done about it, from every other one: a repeat (after a kill, or of the same refusal) is the
// same event, and the overwriting of a drift that was refused before has one of its own.
std::string drift_key(const std::string& source, const ArtifactRow& row, const std::string& digest,
                      std::string_view action) {
  std::string text = source;
  for (const std::string& part : {row.id, row.recorded_sha256.value_or(""), digest,
                                  row.computed_at.value_or(""), std::string(action)}) {
    text += '\0';
    text += part;
  }
  return "artifact.content_changed/" + core::to_hex(core::sha256(text));
}

using ProofById = std::unordered_map<std::string_view, const Proof*>;

ProofById proofs_by_id(const std::vector<Proof>& proofs) {
  ProofById by_id;
  for (const Proof& proof : proofs)
    by_id.emplace(proof.artifact_id, &proof);
  return by_id;
}

const Proof* proof_in(const ProofById& proofs, const std::string& id) {
  const auto found = proofs.find(id);
  return found == proofs.end() ? nullptr : found->second;
}

RowEnd end_of(const RowObservation& seen) {
  switch (seen.state) {
    case RowState::no_path:
    case RowState::missing:
      return RowEnd::skipped_no_file;
    case RowState::unstable:
      return RowEnd::unstable;
    case RowState::refused:
      return seen.refusal == OpenRefusal::unreadable ? RowEnd::failed : RowEnd::refused;
    case RowState::bad_metadata:
      return RowEnd::refused;
    case RowState::hashed:
      return RowEnd::updated;
  }
  return RowEnd::failed;
}

}  // namespace

BackfillSink::BackfillSink(BackfillSinkParts parts, catalog::BatchRun run, BackfillSummary summary)
    : parts_(std::move(parts)), run_(std::move(run)), summary_(std::move(summary)) {}

Status BackfillSink::open_files() {
  const BackfillOptions& options = parts_.options;
  if (options.residual_file) {
    TRY_ASSIGN(auto file, WholeFile::create(*options.files, *options.residual_file));
    residual_.emplace(std::move(file));
  }
  if (options.sql_patch_file) {
    TRY_ASSIGN(auto file, WholeFile::create(*options.files, *options.sql_patch_file));
    patch_.emplace(std::move(file));
    TRY(patch_->write(patch_begin(parts_.table, run_.id, parts_.catalog.clock().now())));
  }
  return {};
}

Status BackfillSink::close_files() {
  if (residual_) TRY(residual_->commit());
  if (!patch_) return {};
  TRY(patch_->write(patch_end()));
  return patch_->commit();
}

std::vector<std::string> BackfillSink::take_requeued() {
  return std::exchange(requeued_, {});
}

Error BackfillSink::breaker_error() const {
  const DriftBreaker& breaker = parts_.breaker;
  const MaxDrift& bound = parts_.options.max_drift;
  std::string allowed = std::to_string(breaker.limit());
  if (bound.share > 0) {
    allowed += " (" + std::to_string(static_cast<std::int64_t>(std::llround(bound.share * 100))) +
               " %, at least " + std::to_string(bound.rows) + ")";
  }
  return {
      Code::conflict,
      "artifacts " + summary_.source + ": the mass-drift breaker tripped: of " +
          std::to_string(breaker.recorded_count()) + " rows with a recorded hash, more than " +
          allowed + " disagree with their files; none of these was written",
      "look whether the root is the right one and at some of the rows (holdfast artifacts verify " +
          summary_.source + "); if the new content is wanted: --max-drift N or N%"};
}

Status BackfillSink::commit(std::vector<Done> done) {
  HOLDFAST_FAILPOINT("artifacts.after_hash");
  if (done.empty()) return {};
  for (const Done& each : done)
    TRY(check_shortage(each.outcome.refusal, each.outcome.reason));
  last_ = RowCursor{.type = done.back().item.type, .id = done.back().item.id};
  Sorted sorted;
  for (Done& each : done)
    TRY(judge_row(std::move(each), sorted));
  TRY(end_without_hash(sorted.lost));
  const bool breaks =
      parts_.options.on_drift != OnDrift::refuse && parts_.options.mode != BackfillMode::dry_run;
  if (breaks && parts_.breaker.tripped()) {
    refuses_ = true;
    TRY(give_up_held("breaker", kDriftRefused));
    return breaker_error();
  }
  if (held_.size() > kMaxHeldDrift) {
    refuses_ = true;
    TRY(give_up_held("breaker", kDriftRefused));
    return held_error();
  }
  if (!sorted.refused.empty()) {
    TRY(explain_drift(sorted.refused));
    if (writes_catalog()) TRY(append_drift_events(sorted.refused, "refuse"));
    TRY(refuse(std::move(sorted.refused), kDriftRefused, MakesIncident::yes));
  }
  if (parts_.breaker.cleared()) {
    auto held = std::exchange(held_, {});
    sorted.writes.insert(sorted.writes.begin(), std::make_move_iterator(held.begin()),
                         std::make_move_iterator(held.end()));
  }
  TRY(write(std::move(sorted.writes)));
  return release_ended();
}

Status BackfillSink::end_pass() {
  TRY(write(std::exchange(held_, {})));
  return release_ended();
}

Status BackfillSink::judge_row(Done done, Sorted& sorted) {
  summary_.size_bytes_read += done.outcome.size_bytes_read;
  const bool recorded = done.item.recorded_sha256.has_value();
  if (done.outcome.state != RowState::hashed) {
    if (recorded) parts_.breaker.judged(false);
    sorted.lost.push_back(std::move(done));
    return {};
  }
  Pending pending = *judge_hashed(std::move(done));
  if (recorded) parts_.breaker.judged(pending.drifted || pending.invalid_record);
  const bool drift = pending.drifted || pending.invalid_record;
  const bool refuses = parts_.options.on_drift == OnDrift::refuse;
  (!drift ? sorted.writes : refuses ? sorted.refused : held_).push_back(std::move(pending));
  return {};
}

std::optional<BackfillSink::Pending> BackfillSink::judge_hashed(Done done) {
  Pending pending;
  pending.row = std::move(done.item);
  pending.seen = std::move(done.outcome);
  pending.reason = "backfill";
  if (!pending.row.recorded_sha256) return pending;
  const auto recorded = core::parse_sha256(*pending.row.recorded_sha256);
  if (!recorded) {
    pending.invalid_record = true;
  } else if (*recorded != pending.seen.digest) {
    pending.drifted = true;
  } else {
    pending.end = RowEnd::unchanged;
    pending.normalised = *pending.row.recorded_sha256 != core::to_hex(pending.seen.digest);
    const bool wrong_size = pending.row.recorded_size_bytes.value_or(0) !=
                            static_cast<std::int64_t>(pending.seen.identity.size_bytes);
    const bool corrects = pending.row.recorded_size_bytes && wrong_size;
    pending.reason = pending.normalised ? "normalised" : corrects ? "size corrected" : "confirmed";
  }
  return pending;
}

Status BackfillSink::end_without_hash(const std::vector<Done>& lost) {
  std::vector<std::string> ids;
  for (const Done& done : lost)
    ids.push_back(done.item.id);
  TRY_ASSIGN(const auto proofs, load_proofs(parts_.catalog, summary_.source, ids));
  const auto by_id = proofs_by_id(proofs);
  for (const Done& done : lost) {
    const ArtifactRow& row = done.item;
    const RowEnd end = end_of(done.outcome);
    ended_.push_back(row.id);
    unmarked_.insert(row.id);
    summary_.add(row.type, end);
    ++summary_.by_reason[std::string(residual_reason(done.outcome))];
    if (end == RowEnd::skipped_no_file && row.recorded_sha256) {
      ++summary_.total.missing;
      ++summary_.by_type[row.type].missing;
    }
    auto report = judge(parts_.table.config(), row, done.outcome, proof_in(by_id, row.id));
    for (const core::Finding& finding : report.findings) {
      if (finding.level != core::Level::note) summary_.add_problem(finding);
    }
    note_unproved(unproved_, row, std::move(report), MakesIncident::yes);
    if (residual_)
      TRY(residual_->write(json_line(residual_entry(row, done.outcome, path_column()))));
  }
  return {};
}

Status BackfillSink::refuse(std::vector<Pending> drift, std::string_view reason,
                            MakesIncident makes_incident) {
  for (Pending& each : drift) {
    const core::Finding& finding = each.report->findings.front();
    ended_.push_back(each.row.id);
    unmarked_.insert(each.row.id);
    summary_.add(each.row.type, RowEnd::refused);
    for (BackfillCounts* counts : {&summary_.total, &summary_.by_type[each.row.type]}) {
      ++(each.invalid_record ? counts->invalid_record : counts->drifted);
    }
    ++summary_.by_reason[std::string(reason)];
    ResidualEntry entry = residual_entry(each.row, each.seen, path_column());
    entry.reason = reason;
    entry.detail = finding.message;
    if (residual_) TRY(residual_->write(json_line(entry)));
    summary_.add_problem(finding);
    note_unproved(unproved_, each.row, *std::move(each.report), makes_incident);
  }
  return {};
}

Status BackfillSink::leave_held() {
  return give_up_held("held", kDriftHeld);
}

// Nothing of what was held back is written, and all of it is told. It makes no incidents: a wrong root would make thousands, and a
// check makes those that stand.
Status BackfillSink::give_up_held(std::string_view action, std::string_view reason) {
  auto held = std::exchange(held_, {});
  std::size_t told = 0;
  for (std::size_t begin = 0; begin < held.size(); begin += kChunkRows) {
    const auto from = held.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to =
        held.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kChunkRows, held.size()));
    std::vector<Pending> some(std::make_move_iterator(from), std::make_move_iterator(to));
    TRY(explain_drift(some));
    const std::size_t tells = std::min(some.size(), kMaxHeldEvents - told);
    if (writes_catalog()) TRY(append_drift_events(std::span(some).first(tells), action));
    told += tells;
    TRY(refuse(std::move(some), reason, MakesIncident::no));
    TRY(release_ended());
  }
  return release_ended();
}

Error BackfillSink::held_error() const {
  return {Code::conflict,
          "artifacts " + summary_.source + ": more than " + std::to_string(kMaxHeldDrift) +
              " rows drifted; so many can't be held back until it is clear that --max-drift allows "
              "them; none was written",
          "take fewer rows at once (--type, --shard), or allow all drift with --max-drift 100%"};
}

// Tells the causes, with the proofs of the versions that were recorded.
Status BackfillSink::explain_drift(std::vector<Pending>& pending) {
  std::vector<std::string> ids;
  for (const Pending& each : pending) {
    if (each.drifted || each.invalid_record) ids.push_back(each.row.id);
  }
  if (ids.empty()) return {};
  TRY_ASSIGN(const auto proofs, load_proofs(parts_.catalog, summary_.source, ids));
  const auto by_id = proofs_by_id(proofs);
  for (Pending& each : pending) {
    if (!each.drifted && !each.invalid_record) continue;
    const Proof* proof = proof_in(by_id, each.row.id);
    if (each.drifted) {
      const ChangeCause cause = classify_change(proof, each.row, each.seen);
      each.cause = cause.rule;
      each.cause_reason = cause.reason;
    } else {
      each.cause = kInvalidRecord;
      each.cause_reason = "the recorded value is no SHA-256";
    }
    each.reason = "drift: " + each.cause;
    each.report = judge(parts_.table.config(), each.row, each.seen, proof);
    HOLDFAST_ASSERT(!each.report->findings.empty());
  }
  return {};
}

core::Event BackfillSink::drift_event(const Pending& drift, std::string_view action) const {
  const ArtifactRow& row = drift.row;
  const FileIdentity& now = drift.seen.identity;
  const std::string digest = core::to_hex(drift.seen.digest);
  core::Event event;
  event.name = "artifact.content_changed";
  event.subject = artifact_subject(parts_.table.config(), row.id).text();
  event.level = core::Level::error;
  event.actor = parts_.options.actor;
  event.run_id = run_.id;
  event.dedup_key = drift_key(summary_.source, row, digest, action);
  event.fields = {{"source", summary_.source},
                  {"artifact_id", row.id},
                  {"artifact_type", row.type},
                  {"file_path", kept_text(row.path.value_or(""))},
                  {"old_sha256", nullable(row.recorded_sha256)},
                  {"new_sha256", digest},
                  {"old_size_bytes", nullable(row.recorded_size_bytes)},
                  {"size_bytes", static_cast<std::int64_t>(now.size_bytes)},
                  {"mtime", time_text(now.mtime_ns)},
                  {"ctime", time_text(now.ctime_ns)},
                  {"computed_at_old", nullable(row.computed_at)},
                  {"cause", drift.cause},
                  {"cause_reason", drift.cause_reason},
                  {"action", std::string(action)}};
  return event;
}

Status BackfillSink::append_drift_events(std::span<const Pending> pending,
                                         std::string_view action) {
  std::vector<core::Event> events;
  for (const Pending& each : pending) {
    if (!each.drifted && !each.invalid_record) continue;
    events.push_back(drift_event(each, action));
    log_warning("recorded hash disagrees with the file",
                {{"artifact", each.row.id},
                 {"path", each.row.path.value_or("")},
                 {"old_sha256", printable_path(each.row.recorded_sha256->substr(0, kMaxShownHash))},
                 {"new_sha256", core::to_hex(each.seen.digest)},
                 {"mtime", time_text(each.seen.identity.mtime_ns)},
                 {"cause", each.cause},
                 {"action", action}});
  }
  if (events.empty()) return {};
  HOLDFAST_FAILPOINT("artifacts.before_event");
  TRY_ASSIGN(const auto appended, catalog::append_events(parts_.catalog, events));
  log_debug("drift events appended",
            {{"new", std::to_string(appended)}, {"all", std::to_string(events.size())}});
  HOLDFAST_FAILPOINT("artifacts.after_event");
  return {};
}

}  // namespace holdfast::artifacts

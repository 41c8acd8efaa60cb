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
  last_ = RowCursor{.type = done.back().item.type, .id = done.back().item.id};
  std::vector<Pending> writes;
  std::vector<Pending> refused;
  for (Done& each : done)
    TRY(judge_row(std::move(each), writes, refused));
  const bool breaks =
      parts_.options.on_drift == OnDrift::record && parts_.options.mode != BackfillMode::dry_run;
  if (breaks && parts_.breaker.tripped()) {
    refuses_ = true;
    TRY(refuse(std::exchange(held_, {})));
    return breaker_error();
  }
  if (!refused.empty()) {
    TRY(explain_drift(refused));
    if (writes_catalog()) TRY(append_drift_events(refused, "refuse"));
    TRY(refuse(std::move(refused)));
  }
  if (parts_.breaker.cleared()) {
    auto held = std::exchange(held_, {});
    writes.insert(writes.begin(), std::make_move_iterator(held.begin()),
                  std::make_move_iterator(held.end()));
  }
  TRY(write(std::move(writes)));
  return release_ended();
}

Status BackfillSink::end_pass() {
  TRY(write(std::exchange(held_, {})));
  return release_ended();
}

Status BackfillSink::judge_row(Done done, std::vector<Pending>& writes,
                               std::vector<Pending>& refused) {
  summary_.size_bytes_read += done.outcome.size_bytes_read;
  if (done.outcome.state != RowState::hashed) {
    if (done.item.recorded_sha256) parts_.breaker.judged(false);
    return end_without_hash(done, end_of(done.outcome));
  }
  const bool recorded = done.item.recorded_sha256.has_value();
  Pending pending = *judge_hashed(std::move(done));
  if (recorded) parts_.breaker.judged(pending.drifted || pending.invalid_record);
  if (!pending.drifted && !pending.invalid_record) {
    writes.push_back(std::move(pending));
    return {};
  }
  if (parts_.options.on_drift == OnDrift::refuse) {
    refused.push_back(std::move(pending));
    return {};
  }
  return hold(std::move(pending));
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
    pending.reason = pending.normalised ? "normalised" : "confirmed";
  }
  return pending;
}

Status BackfillSink::end_without_hash(const Done& done, RowEnd end) {
  const ArtifactRow& row = done.item;
  ended_.push_back(row.id);
  summary_.add(row.type, end);
  ++summary_.by_reason[std::string(residual_reason(done.outcome))];
  if (end == RowEnd::skipped_no_file && row.recorded_sha256) {
    ++summary_.total.missing;
    ++summary_.by_type[row.type].missing;
  }
  for (core::Finding& finding : judge(parts_.table.config(), row, done.outcome, nullptr).findings) {
    if (finding.level != core::Level::note) summary_.add_problem(std::move(finding));
  }
  if (residual_) return residual_->write(json_line(residual_entry(row, done.outcome)));
  return {};
}

Status BackfillSink::refuse(std::vector<Pending> drift) {
  for (Pending& each : drift) {
    ended_.push_back(each.row.id);
    summary_.add(each.row.type, RowEnd::refused);
    for (BackfillCounts* counts : {&summary_.total, &summary_.by_type[each.row.type]}) {
      ++(each.invalid_record ? counts->invalid_record : counts->drifted);
    }
    ++summary_.by_reason["drift_refused"];
    ResidualEntry entry = residual_entry(each.row, each.seen);
    entry.reason = "drift_refused";
    entry.detail =
        each.finding ? each.finding->message : "the recorded hash disagrees with the file";
    if (residual_) TRY(residual_->write(json_line(entry)));
    if (each.finding) summary_.add_problem(*std::move(each.finding));
  }
  return {};
}

Status BackfillSink::hold(Pending drift) {
  held_.push_back(std::move(drift));
  if (held_.size() <= kMaxHeldDrift) return {};
  refuses_ = true;
  return Error(
      Code::conflict,
      "artifacts " + summary_.source + ": more than " + std::to_string(kMaxHeldDrift) +
          " rows drifted; so many can't be held back until it is clear that --max-drift allows "
          "them; none was written",
      "take fewer rows at once (--type, --shard), or allow all drift with --max-drift 100%");
}

// Tells the causes, with the proofs of the versions that were recorded.
Status BackfillSink::explain_drift(std::vector<Pending>& pending) {
  std::vector<std::string> ids;
  for (const Pending& each : pending) {
    if (each.drifted || each.invalid_record) ids.push_back(each.row.id);
  }
  if (ids.empty()) return {};
  TRY_ASSIGN(const auto proofs, load_proofs(parts_.catalog, summary_.source, ids));
  std::unordered_map<std::string_view, const Proof*> by_id;
  for (const Proof& proof : proofs)
    by_id.emplace(proof.artifact_id, &proof);
  for (Pending& each : pending) {
    if (!each.drifted && !each.invalid_record) continue;
    const auto found = by_id.find(each.row.id);
    const Proof* proof = found == by_id.end() ? nullptr : found->second;
    if (each.drifted) {
      const ChangeCause cause = classify_change(proof, each.row, each.seen);
      each.cause = cause.rule;
      each.cause_reason = cause.reason;
    } else {
      each.cause = kInvalidRecord;
      each.cause_reason = "the recorded value is no SHA-256";
    }
    each.reason = "drift: " + each.cause;
    auto report = judge(parts_.table.config(), each.row, each.seen, proof);
    if (!report.findings.empty()) each.finding = std::move(report.findings.front());
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
                  {"file_path", row.path.value_or("")},
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

Status BackfillSink::append_drift_events(const std::vector<Pending>& pending,
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

// SPDX-License-Identifier: Apache-2.0
// Verdicts, causes, messages and witnesses of artifacts.
#include "artifacts/judge.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>

#include "artifacts/rules.h"
#include "base/shell_word.h"

namespace holdfast::artifacts {
namespace {

using core::Fields;
using core::Finding;
using core::SubjectReport;
using core::Verdict;

constexpr std::size_t kMaxShownBytes = 80;
constexpr std::size_t kMaxShownPathBytes = 4096;  // PATH_MAX: no file has a longer one
// Two writes within one tick of the kernel's clock leave the same change time; file systems with times in whole seconds need two.
constexpr std::int64_t kRacyCoarseNs = 2'000'000'000;
constexpr std::int64_t kNsPerS = 1'000'000'000;

/// RFC 3339 with all nine digits: two times that differ must look different.
std::string exact_time(std::int64_t ns) {
  const std::string text = format_rfc3339(Timestamp{ns});
  std::array<char, 16> digits{};
  const std::int64_t fraction = ((ns % kNsPerS) + kNsPerS) % kNsPerS;
  std::snprintf(digits.data(), digits.size(), "%09lld", static_cast<long long>(fraction));
  return text.substr(0, text.find('.') + 1) + digits.data() + 'Z';
}

std::string shown(std::string_view text, std::size_t limit = kMaxShownBytes) {
  std::string out = printable_path(text.substr(0, limit));
  if (text.size() > limit) out += "…";
  return out;
}

std::string short_hash(const std::string& hex) {
  return hex.substr(0, 12) + "…";
}

std::string row_path(const ArtifactRow& row) {
  return row.path ? shown(*row.path, kMaxShownPathBytes) : "(none)";
}

std::int64_t as_integer(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

/// The digest that is recorded, where it is one.
std::optional<core::Sha256Digest> recorded_digest(const ArtifactRow& row) {
  if (!row.recorded_sha256) return {};
  return core::parse_sha256(*row.recorded_sha256);
}

void add_identity(Fields& witness, const std::string& prefix, const FileIdentity& identity) {
  witness.push_back({prefix + "_size_bytes", as_integer(identity.size_bytes)});
  witness.push_back({prefix + "_mtime", exact_time(identity.mtime_ns)});
  witness.push_back({prefix + "_ctime", exact_time(identity.ctime_ns)});
  // As text: an inode may be above 2^53, where JSON numbers end.
  witness.push_back({prefix + "_inode", std::to_string(identity.inode)});
  witness.push_back({prefix + "_device", std::to_string(identity.device)});
}

void add_proof(Fields& witness, const Proof& proof) {
  add_identity(witness, "proved", proof.identity);
  witness.push_back({"proved_sha256", core::to_hex(proof.digest)});
  witness.push_back(
      {"first_proved_at",
       format_rfc3339(proof.first_proved_at.ns != 0 ? proof.first_proved_at : proof.proved_at)});
  witness.push_back({"proved_at", format_rfc3339(proof.proved_at)});
}

Fields base_witness(const ArtifactRow& row) {
  Fields witness;
  if (row.path) witness.push_back({"path", row_path(row)});
  if (row.recorded_sha256) witness.push_back({"recorded_sha256", shown(*row.recorded_sha256)});
  if (row.recorded_size_bytes) witness.push_back({"recorded_size_bytes", *row.recorded_size_bytes});
  if (row.computed_at) witness.push_back({"recorded_at", shown(*row.computed_at)});
  if (is_damaged(row)) witness.push_back({"metadata", std::string(damage_of(row.metadata))});
  return witness;
}

struct Draft {
  std::string_view rule;
  std::string recorded;
  std::string observed;
  std::string what;  // the message without the subject
  std::string hint;
};

Finding make_finding(const SourceConfig& config, const ArtifactRow& row,
                     const RowObservation& observation, Draft draft) {
  const core::Rule* rule = core::find_rule(rules(), draft.rule);
  HOLDFAST_ASSERT(rule != nullptr);
  Finding finding;
  finding.subject = artifact_subject(config, row.id);
  finding.rule = draft.rule;
  finding.level = rule->level;
  finding.recorded = std::move(draft.recorded);
  finding.observed = std::move(draft.observed);
  finding.message = finding.subject.text() + ": " + draft.what;
  finding.witness = base_witness(row);
  finding.hint = std::move(draft.hint);
  if (!observation.root.empty() && !observation.found_path.empty())
    finding.file = finding_file(config, observation.root, observation.found_path);
  return finding;
}

std::string verify_command(const SourceConfig& config) {
  return "holdfast artifacts verify " + config.name;
}

// For this row and no other: accepting one change must not accept the next one's.
std::string record_command(const SourceConfig& config, const ArtifactRow& row) {
  return "holdfast artifacts backfill " + config.name + only_row(row.id);
}

// How a wrong path is corrected.
std::string correct_path(const SourceConfig& config, const ArtifactRow& row) {
  if (!is_catalogs_own(config)) return "correct the row's path";
  return "name the right file: " + move_command(config, row.id, "PATH");
}

Finding drift_finding(const SourceConfig& config, const ArtifactRow& row,
                      const RowObservation& seen, const Proof* proof) {
  const auto digest = recorded_digest(row);
  const std::string recorded = digest ? core::to_hex(*digest) : std::string();
  const std::string observed = core::to_hex(seen.digest);
  const ChangeCause cause = classify_change(proof, row, seen);
  Draft draft{cause.rule, recorded, observed, {}, {}};
  draft.what = "the bytes of " + row_path(row) + " differ from the record, " + cause.reason +
               " (recorded " + short_hash(recorded) + ", observed " + short_hash(observed) + ')';
  draft.hint = cause.rule == kChangedWithoutWrite
                   ? "restore the file from a copy you trust, then: " + verify_command(config)
                   : "restore the file, then: " + verify_command(config) +
                         "; or, if the new content is wanted: " + record_command(config, row);
  Finding finding = make_finding(config, row, seen, std::move(draft));
  finding.witness.push_back({"observed_sha256", observed});
  add_identity(finding.witness, "observed", seen.identity);
  finding.witness.push_back({"identity_known", cause.identity_known});
  if (proof != nullptr) {
    add_proof(finding.witness, *proof);
    finding.witness.push_back({"ctime_moved", proof->identity.ctime_ns != seen.identity.ctime_ns});
  }
  return finding;
}

Draft refusal_draft(const SourceConfig& config, const ArtifactRow& row,
                    const RowObservation& seen) {
  Draft draft;
  draft.recorded = row_path(row);
  draft.observed = refusal_name(seen.refusal);
  const std::string why = seen.reason.empty() ? std::string() : ": " + seen.reason;
  switch (seen.refusal) {
    case OpenRefusal::escapes_root:
      draft.rule = kEscapesRoot;
      draft.what = row_path(row) + " leads out of every root" + why;
      draft.hint = correct_path(config, row) + "; or add its folder to the roots of [artifacts." +
                   config.name + ']';
      break;
    case OpenRefusal::not_regular:
      draft.rule = kNotAFile;
      draft.what = row_path(row) + " is no regular file" + why;
      draft.hint = correct_path(config, row) + ", then: " + verify_command(config);
      break;
    case OpenRefusal::bad_path:
      draft.rule = kInvalidRecord;
      draft.what = "no file can have the recorded path " + row_path(row) + why;
      draft.hint = correct_path(config, row) + ", then: " + verify_command(config);
      break;
    case OpenRefusal::none:
    case OpenRefusal::symlink_loop:
    case OpenRefusal::unreadable:
    case OpenRefusal::shortage:  // ended as an error before
      draft.rule = kUnreadable;
      draft.what = row_path(row) + " can't be read" + why;
      draft.hint = "make the file readable for this user, then: " + verify_command(config);
      break;
  }
  return draft;
}

Draft missing_draft(const SourceConfig& config, const ArtifactRow& row,
                    const RowObservation& seen) {
  Draft draft;
  draft.rule = kMissing;
  const auto digest = recorded_digest(row);
  draft.recorded = digest ? core::to_hex(*digest) : row.recorded_sha256.value_or("");
  draft.what = seen.state == RowState::no_path
                   ? "a hash is recorded and the row has no path"
                   : "a hash is recorded and no root has " + row_path(row);
  draft.hint = "restore the file, then: " + verify_command(config);
  if (is_catalogs_own(config)) {
    draft.hint += "; or, if it was moved: " + move_command(config, row.id, "PATH") +
                  forget_hint(config, row.id);
  }
  if (config.list_unrecorded) draft.hint += kContentElsewhere;
  return draft;
}

Draft no_file_draft(const SourceConfig& config, const ArtifactRow& row,
                    const RowObservation& seen) {
  Draft draft;
  draft.rule = kNoFile;
  draft.recorded = row.path ? row_path(row) : "";
  draft.what = seen.state == RowState::no_path
                   ? "the row has no path and no hash"
                   : "no root has " + row_path(row) + " and no hash was ever recorded";
  draft.hint = "holdfast artifacts residual " + config.name;
  return draft;
}

/// What a report of one finding needs; the rest is the same for all.
SubjectReport with_finding(SubjectReport report, Verdict verdict, Finding finding) {
  report.verdict = verdict;
  report.findings.push_back(std::move(finding));
  return report;
}

SubjectReport begin_report(const SourceConfig& config, const ArtifactRow& row,
                           const RowObservation& seen, std::string basis) {
  SubjectReport report;
  report.subject = artifact_subject(config, row.id);
  report.observed_at = seen.observed_at;
  report.basis = std::move(basis);
  return report;
}

Draft bad_hash_draft(const SourceConfig& config, const ArtifactRow& row, const RowObservation& seen,
                     bool read) {
  Draft draft;
  draft.rule = kInvalidRecord;
  draft.recorded = shown(*row.recorded_sha256);
  if (read) draft.observed = core::to_hex(seen.digest);
  draft.what = "the recorded file_sha256 '" + draft.recorded + "' is no SHA-256";
  draft.hint = record_command(config, row);
  return draft;
}

Draft bad_metadata_draft(const SourceConfig& config, const ArtifactRow& row) {
  const std::string why(damage_of(row.metadata));
  const std::string mend = row.metadata == MetadataKind::ambiguous
                               ? "leave each key of the row's metadata once"
                               : "make the row's metadata an object or NULL";
  return {kInvalidRecord, "metadata", why, "its " + why + ", so nobody can tell what is recorded",
          mend + ", then: " + verify_command(config)};
}

/// Bytes with the recorded hash are there, read now or proved before: in step, but for a recorded size
/// that contradicts them.
SubjectReport judge_confirmed(const SourceConfig& config, const ArtifactRow& row,
                              const RowObservation& seen, SubjectReport report) {
  const std::int64_t size = as_integer(seen.identity.size_bytes);
  if (row.recorded_size_bytes.value_or(size) == size) {
    report.verdict = Verdict::in_step;
    return report;
  }
  const std::string recorded = std::to_string(*row.recorded_size_bytes);
  const std::string observed = std::to_string(size);
  Finding finding = make_finding(config, row, seen,
                                 {kWrongSize, recorded, observed,
                                  row_path(row) + " has the recorded hash and " + observed +
                                      " bytes, where " + recorded + " are recorded",
                                  record_command(config, row)});
  add_identity(finding.witness, "observed", seen.identity);
  return with_finding(std::move(report), Verdict::drifted, std::move(finding));
}

/// What is the same for both depths: the record can't be used, or no file's content is to be had.
/// None: the file is there and a hash is recorded.
std::optional<SubjectReport> judge_state(const SourceConfig& config, const ArtifactRow& row,
                                         const RowObservation& seen, bool read) {
  SubjectReport report = begin_report(config, row, seen, "nothing");
  const auto give = [&](Verdict verdict, Draft draft) {
    return with_finding(std::move(report), verdict,
                        make_finding(config, row, seen, std::move(draft)));
  };
  if (is_damaged(row)) return give(Verdict::unknown, bad_metadata_draft(config, row));
  if (row.recorded_sha256 && !recorded_digest(row)) {
    auto bad = give(Verdict::unknown,
                    bad_hash_draft(config, row, seen, read && seen.state == RowState::hashed));
    bad.findings[0].witness.push_back({"file_found", seen.state == RowState::hashed});
    return bad;
  }
  switch (seen.state) {
    case RowState::no_path:
    case RowState::missing:
      return row.recorded_sha256 ? give(Verdict::missing, missing_draft(config, row, seen))
                                 : give(Verdict::unrecorded, no_file_draft(config, row, seen));
    case RowState::unstable:
      return give(Verdict::unknown,
                  {kUnstable, row_path(row), "changing",
                   row_path(row) + " changed during each of three readings",
                   "run again when its writer is done: " + verify_command(config)});
    case RowState::refused:
      return give(Verdict::unknown, refusal_draft(config, row, seen));
    case RowState::bad_metadata:  // above
    case RowState::hashed:
      break;
  }
  if (row.recorded_sha256) return {};
  return give(Verdict::unrecorded,
              {kUnhashed, "", row_path(row), row_path(row) + " is there and no hash is recorded",
               "holdfast artifacts backfill " + config.name});
}

/// When the proof was made, where that can be told.
std::optional<Timestamp> proved_at(const Proof& proof, Timestamp now) {
  if (is_in_future(proof.proved_at, now)) return {};
  return proof.proved_at;
}

/// Says when the record was last proved where it can't be looked at now, and what was there then.
SubjectReport with_last_proof(SubjectReport report, const ArtifactRow& row, const Proof* proof) {
  if (proof == nullptr || !proves_record(*proof, row)) return report;
  report.proved_at = proved_at(*proof, report.observed_at);
  for (Finding& finding : report.findings)
    add_proof(finding.witness, *proof);
  return report;
}

/// Whether a write could have followed the proof's reading without moving the change time. (A change
/// time far behind the reading is another machine's clock, which says nothing about this.)
bool is_racy(const Proof& proof) {
  const bool coarse =
      proof.identity.ctime_ns % kNsPerS == 0 && proof.identity.mtime_ns % kNsPerS == 0;
  const std::int64_t slack = coarse ? kRacyCoarseNs : kFileTickMostNs;
  const std::int64_t apart = proof.proved_at.ns - proof.identity.ctime_ns;
  return apart <= slack && apart >= -slack;
}

Draft never_proved_draft(const SourceConfig& config, const ArtifactRow& row, const Proof* proof) {
  Draft draft;
  draft.rule = kNeverProved;
  draft.recorded = core::to_hex(*recorded_digest(row));
  draft.hint = verify_command(config);
  if (proof == nullptr) {
    draft.what = row_path(row) + " was never read in full against its record";
  } else if (!proves_record(*proof, row)) {
    draft.what = "the record was changed since the last proof of " + row_path(row);
  } else if (is_contradicted(*proof)) {
    draft.what = "the last reading of " + row_path(row) + " did not confirm the record";
  } else {
    draft.what =
        row_path(row) + " was written so shortly before it was read that a later write could hide";
  }
  return draft;
}

/// Which parts of the identity moved: "size and mtime", "inode".
std::string moved_parts(const FileIdentity& a, const FileIdentity& b) {
  std::string out;
  const auto add = [&](bool moved, const char* name) {
    if (!moved) return;
    if (!out.empty()) out += ", ";
    out += name;
  };
  add(a.inode != b.inode, "inode");
  add(a.size_bytes != b.size_bytes, "size");
  add(a.mtime_ns != b.mtime_ns, "mtime");
  add(a.ctime_ns != b.ctime_ns, "ctime");
  return out;
}

std::string recorded_size_reason(const ArtifactRow& recorded, const RowObservation& seen) {
  if (!recorded.recorded_size_bytes) return "the size was not recorded either";
  const auto observed = as_integer(seen.identity.size_bytes);
  if (*recorded.recorded_size_bytes == observed) return "its size is the recorded one";
  return "its size is " + std::to_string(observed) + " where " +
         std::to_string(*recorded.recorded_size_bytes) + " is recorded";
}

}  // namespace

std::string subject_name(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%') {
      escaped += "%25";
    } else {
      escaped += c;
    }
  }
  return printable_path(escaped);
}

core::Subject artifact_subject(const SourceConfig& config, std::string_view id) {
  return {"artifact", config.name + '/' + subject_name(id)};
}

bool is_catalogs_own(const SourceConfig& config) {
  const SourceConfig usual;
  const ColumnMap& map = config.columns;
  return config.in_catalog && config.table == usual.table && config.journal == usual.journal &&
         map.id == usual.columns.id && map.type == usual.columns.type &&
         map.path == usual.columns.path && map.metadata == usual.columns.metadata;
}

std::string only_row(std::string_view id) {
  return (id.starts_with('-') ? " --only=" : " --only ") + shell_word(id);
}

std::string forget_hint(const SourceConfig& config, std::string_view id) {
  return "; or, if nobody wants it any more: holdfast artifacts forget " + config.name +
         only_row(id);
}

std::string move_command(const SourceConfig& config, std::string_view id, std::string_view path) {
  return "holdfast artifacts move " + config.name + only_row(id) +
         (path.starts_with('-') ? " --to=" : " --to ") + shell_word(path);
}

bool proves_record(const Proof& proof, const ArtifactRow& row) {
  const auto recorded = recorded_digest(row);
  return recorded && *recorded == proof.digest && row.path && kept_text(*row.path) == proof.path;
}

bool is_of_record(const core::Finding& finding, const ArtifactRow& row) {
  const Fields now = base_witness(row);
  return std::ranges::all_of(
      std::array{"path", "recorded_sha256", "recorded_size_bytes", "metadata"},
      [&](const char* key) {
        const core::FieldValue* const was = core::find_field(finding.witness, key);
        const core::FieldValue* const is = core::find_field(now, key);
        return was == nullptr || is == nullptr ? was == is : *was == *is;
      });
}

std::string finding_file(const SourceConfig& config, const std::string& root,
                         const std::string& path) {
  std::string file = path.starts_with('/') ? path : root + '/' + path;
  const std::string& base = config.workspace_folder;
  if (!base.empty() && file.starts_with(base + '/')) file.erase(0, base.size() + 1);
  return printable_path(file);
}

bool same_version(const FileIdentity& a, const FileIdentity& b) {
  return a.inode == b.inode && a.size_bytes == b.size_bytes && a.mtime_ns == b.mtime_ns &&
         a.ctime_ns == b.ctime_ns;
}

ChangeCause classify_change(const Proof* proof, const ArtifactRow& recorded,
                            const RowObservation& observation) {
  if (proof == nullptr || !proves_record(*proof, recorded)) {
    const bool record_moved = proof != nullptr && proof->digest == observation.digest &&
                              recorded.path && kept_text(*recorded.path) == proof->path;
    if (record_moved) {
      return {kModified, false,
              "the file still is what was proved at " + format_rfc3339(proof->proved_at) +
                  ": the record was changed since"};
    }
    return {kModified, false,
            "the identity of the recorded version is not known; " +
                recorded_size_reason(recorded, observation)};
  }
  const FileIdentity& then = proof->identity;
  const FileIdentity& now = observation.identity;
  const std::string since = "the proof of " + format_rfc3339(proof->proved_at);
  // A device number alone tells nothing where the change time is the same: it is given at mount time.
  const bool other_file =
      then.inode != now.inode || (then.device != now.device && then.ctime_ns != now.ctime_ns);
  if (other_file) return {kReplaced, true, "it is another file than at " + since};
  if (then.size_bytes == now.size_bytes && then.mtime_ns == now.mtime_ns) {
    const bool ctime_moved = then.ctime_ns != now.ctime_ns;
    return {kChangedWithoutWrite, true,
            std::string("although size and mtime are as at ") + since +
                (ctime_moved ? "; its ctime moved" : "; its ctime did not move either")};
  }
  return {kModified, true, "it was written to after " + since};
}

core::SubjectReport judge(const SourceConfig& config, const ArtifactRow& row,
                          const RowObservation& observation, const Proof* proof) {
  if (auto report = judge_state(config, row, observation, true)) {
    if (observation.state == RowState::hashed && row.recorded_sha256) report->basis = "bytes";
    return with_last_proof(std::move(*report), row, proof);
  }
  SubjectReport report = begin_report(config, row, observation, "bytes");
  if (*recorded_digest(row) == observation.digest) {
    report.proved_at = observation.observed_at;
    return judge_confirmed(config, row, observation, std::move(report));
  }
  if (proof != nullptr && proves_record(*proof, row))
    report.proved_at = proved_at(*proof, observation.observed_at);
  return with_finding(std::move(report), Verdict::drifted,
                      drift_finding(config, row, observation, proof));
}

core::SubjectReport judge_quick(const SourceConfig& config, const ArtifactRow& row,
                                const RowObservation& observation, const Proof* proof,
                                std::optional<std::chrono::nanoseconds> max_age) {
  if (auto report = judge_state(config, row, observation, false))
    return with_last_proof(std::move(*report), row, proof);
  SubjectReport report = begin_report(config, row, observation, "identity");
  const bool proved = proof != nullptr && proves_record(*proof, row);
  if (proved) report.proved_at = proved_at(*proof, observation.observed_at);
  const auto unknown = [&](Draft draft) {
    Finding finding = make_finding(config, row, observation, std::move(draft));
    add_identity(finding.witness, "observed", observation.identity);
    if (proof != nullptr) add_proof(finding.witness, *proof);
    // Only a reading tells whether what an earlier one found still holds.
    for (const std::string_view rule : {kChangedWithoutWrite, kReplaced, kModified})
      report.not_looked_for.emplace_back(rule);
    report.look_again = verify_command(config);
    return with_finding(std::move(report), Verdict::unknown, std::move(finding));
  };
  if (proved && !same_version(proof->identity, observation.identity)) {
    return unknown({kIdentityChanged, core::to_hex(proof->digest), "",
                    row_path(row) + " is not the version that was proved at " +
                        format_rfc3339(proof->proved_at) +
                        " (moved: " + moved_parts(proof->identity, observation.identity) +
                        "); its bytes were not read",
                    verify_command(config)});
  }
  if (!proved || is_contradicted(*proof) || is_racy(*proof))
    return unknown(never_proved_draft(config, row, proof));
  if (!report.proved_at) {
    return unknown({kProofInFuture, core::to_hex(proof->digest), "",
                    "the last proof of " + row_path(row) + " is dated " +
                        format_rfc3339(proof->proved_at) +
                        ", which is still to come: the clock was wrong then or is wrong now",
                    "set the clock right, then: " + verify_command(config)});
  }
  const std::chrono::nanoseconds age(observation.observed_at.ns - proof->proved_at.ns);
  if (max_age && age > *max_age) {
    return unknown({kProofTooOld, core::to_hex(proof->digest), "",
                    "the last proof of " + row_path(row) + " is " + format_age_over(age, *max_age),
                    verify_command(config)});
  }
  return judge_confirmed(config, row, observation, std::move(report));
}

std::optional<Proof> proof_of(const ArtifactRow& row, const RowObservation& observation) {
  const auto recorded = recorded_digest(row);
  if (observation.state != RowState::hashed || !recorded || *recorded != observation.digest ||
      !row.path) {
    return {};
  }
  Proof proof;
  proof.artifact_id = row.id;
  proof.path = kept_text(*row.path);
  proof.digest = observation.digest;
  proof.identity = observation.identity;
  proof.proved_at = observation.observed_at;
  return proof;
}

}  // namespace holdfast::artifacts

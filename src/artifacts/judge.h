// SPDX-License-Identifier: Apache-2.0
// Judging: from what a row records, what was observed of its file and the last proof to a verdict
// and findings. Pure: no disk, no database, no clock.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "artifacts/artifact_table.h"
#include "artifacts/proofs.h"
#include "artifacts/row_hasher.h"
#include "core/finding.h"

namespace holdfast::artifacts {

/// "artifact:atlas/nb-0042". The id is written as printable_path() writes a path, with '%' as "%25", so
/// that two ids are two subjects.
core::Subject artifact_subject(const SourceConfig& config, std::string_view id);
std::string subject_name(std::string_view text);
/// A file as findings name it: relative to the workspace where it lies below it, else absolute.
std::string finding_file(const SourceConfig& config, const std::string& root,
                         const std::string& path);

/// Whether the rows are the catalog's own, under its own columns, which `artifacts move` and `forget` may correct; a user's table is
/// corrected there.
bool is_catalogs_own(const SourceConfig& config);
/// " --only ID", as a shell takes it.
std::string only_row(std::string_view id);
/// The end of a hint: "; or, if nobody wants it any more: …".
std::string forget_hint(const SourceConfig& config, std::string_view id);
/// The command that gives a row another path; as a path, "PATH" stands for itself.
std::string move_command(const SourceConfig& config, std::string_view id, std::string_view path);

/// Why bytes that differ from the record do so.
struct ChangeCause {
  std::string_view rule;        // kChangedWithoutWrite, kReplaced or kModified
  bool identity_known = false;  // a proof says what the recorded version was
  std::string reason;           // half a sentence for people: "size and mtime are as at …"
};

/// Tells the cause apart for an observation whose digest is not the recorded one. A proof counts only
/// where it proves the recorded hash at the recorded path; without one it is kModified, and the
/// reason says what is known from the recorded size.
ChangeCause classify_change(const Proof* proof, const ArtifactRow& recorded,
                            const RowObservation& observation);

/// How the hint for a missing row ends; a check that looks there itself takes it off.
inline constexpr std::string_view kContentElsewhere =
    "; 'holdfast check --full' looks for its content elsewhere";

/// Judges what reading gave (basis "bytes"). For a row without a hash only the state of the
/// observation counts: `hashed` then means that the file is there, read or not.
core::SubjectReport judge(const SourceConfig& config, const ArtifactRow& row,
                          const RowObservation& observation, const Proof* proof);

/// Judges what the identity alone gives (basis "identity"); `hashed` means that the file is there and
/// `observation.identity` is its identity; its digest is not read. in_step only where the identity is
/// that of a proof of the recorded hash which no later reading contradicted and which is not older
/// than `max_age`; else unknown, with a note that says why.
core::SubjectReport judge_quick(const SourceConfig& config, const ArtifactRow& row,
                                const RowObservation& observation, const Proof* proof,
                                std::optional<std::chrono::nanoseconds> max_age);

/// Whether a proof is one of what the row now records.
bool proves_record(const Proof& proof, const ArtifactRow& row);

/// Whether a finding is on the path, the hash and the size that the row now records, not on earlier ones.
bool is_of_record(const core::Finding& finding, const ArtifactRow& row);

/// Whether this reading confirmed the record: the proof to save, else none.
std::optional<Proof> proof_of(const ArtifactRow& row, const RowObservation& observation);

/// Whether two identities are of the same version of the same file. The device number is left out
/// where all else is equal: it is given anew at mount time (docs/decisions/0070).
bool same_version(const FileIdentity& a, const FileIdentity& b);

}  // namespace holdfast::artifacts

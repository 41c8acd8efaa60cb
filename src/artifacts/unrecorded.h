// SPDX-License-Identifier: Apache-2.0
// Files below the roots that no row names, and where the content of missing rows went.
//
// A file counts as recorded when a row's path names it, directly or through links inside the root.
// Another hard link of a recorded file is a file of its own. What fits `ignore`, and Holdfast's own
// files, are left out. Symbolic links are neither files nor followed.
//
// Memory: the paths of all listed files, once.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "artifacts/artifact_table.h"
#include "artifacts/row_hasher.h"
#include "base/cancel.h"
#include "core/finding.h"

namespace holdfast::artifacts {

struct UnrecordedFile {
  const RootFolder* root = nullptr;
  std::string path;  // relative to the root, raw bytes
  std::uint64_t size_bytes = 0;
};

struct UnrecordedFiles {
  std::vector<UnrecordedFile> files;            // in order of the roots, then by path
  std::vector<std::string> unreadable_folders;  // could not be listed: what is below is unknown
};

/// Lists the roots against all rows of the table (of every type: a row is a row). `cancelled`, `io`.
Result<UnrecordedFiles> find_unrecorded(ArtifactTable& table, const Roots& roots,
                                        const Cancel* cancel);

/// A row whose file is gone, with what is known of its content.
struct MissingRow {
  ArtifactRow row;
  core::SubjectReport report;  // with the artifact.missing finding
  core::Sha256Digest digest{};
  std::optional<std::uint64_t> size_bytes;
};

struct MoveOptions {
  RateLimiter* rate = nullptr;
  const Cancel* cancel = nullptr;
};
struct Moves {
  /// Index of a file: the missing artifacts whose content it has, for people.
  std::map<std::size_t, std::string> same_content_as;
  std::uint64_t size_bytes_read = 0;
};
/// Where an unrecorded file has the content of a missing row: names it in the hint and the witness of
/// that row's finding, and comes back for the file's own. Reads only files whose size is that of a
/// missing row; applies nothing.
Result<Moves> propose_moves(const SourceConfig& config, std::vector<MissingRow>& missing,
                            const std::vector<UnrecordedFile>& files, const MoveOptions& options);

/// The note on one such file; verdict `unrecorded`. `same_content_as` may be empty.
core::SubjectReport unrecorded_report(const SourceConfig& config, const UnrecordedFile& file,
                                      const std::string& same_content_as, Timestamp observed_at);
/// The error on a folder that could not be listed; verdict `unknown`.
core::SubjectReport unreadable_folder_report(const SourceConfig& config, const std::string& folder,
                                             Timestamp observed_at);
/// Of a folder ("file:atlas/…") that once could not be listed, and was now; verdict `in_step`.
core::SubjectReport listed_report(const std::string& subject, Timestamp observed_at);

}  // namespace holdfast::artifacts

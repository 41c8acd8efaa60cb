// SPDX-License-Identifier: Apache-2.0
// From a row to what its file is now: the one place that resolves a recorded path and reads the bytes, for backfill, verify, scrub.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "artifacts/artifact_table.h"
#include "artifacts/shared_digests.h"
#include "base/rate_limit.h"
#include "base/root_folder.h"
#include "core/batch.h"
#include "core/file_hasher.h"

namespace holdfast::artifacts {

/// The folders a recorded path is looked up in, in order. Symbolic links are followed only inside a root; nothing escapes.
class Roots {
 public:
  /// `not_found` names a root that is not there.
  static Result<Roots> open(const std::vector<std::string>& folders);
  /// The first root that has the file; none: nowhere. A refusal (escape, loop, folder) in one root does not hide a later root's
  /// file, but is what comes back when no root has it. The only path resolution there is (design: "one function").
  struct Resolved {
    const RootFolder* root = nullptr;
    std::string path;
    Opened opened;  // without a descriptor: identity or refusal
  };
  Resolved resolve(std::string_view recorded_path) const;
  const std::vector<RootFolder>& folders() const { return folders_; }

 private:
  std::vector<RootFolder> folders_;
};

enum class RowState : unsigned char {
  hashed,
  no_path,       // file_path is null or empty
  missing,       // no root has it
  unstable,      // changed during each of three readings
  refused,       // escapes_root, symlink_loop, not_regular, unreadable, bad_path
  bad_metadata,  // metadata is damaged; the file was not looked at
};

struct RowObservation {
  RowState state = RowState::missing;
  core::Sha256Digest digest{};
  FileIdentity identity;
  OpenRefusal refusal = OpenRefusal::none;
  std::string reason;      // for people, when not hashed
  std::string found_path;  // relative to its root
  std::string root;
  Timestamp observed_at;
  std::uint64_t size_bytes_read = 0;  // 0 when another row of the same file was read instead
};

struct RowHasherOptions {
  RateLimiter* rate = nullptr;
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;
};

using RowFeed = core::BatchFeed<ArtifactRow, RowObservation>;
/// A BatchWork worker: pulls rows, hashes several files at once, hands observations back. A file that two rows name is read once per
/// run (`shared` is used by all worker threads).
Status hash_rows(RowFeed& feed, const Roots& roots, SharedDigests& shared,
                 const RowHasherOptions& options);

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// Proofs: which version of which file was read in full, and when. Kept in Holdfast's own catalog
// (`artifact_proof`), never in the user's metadata: the base of quick verify, of the scrub's order
// and of every "age of proof".
//
// One row a source and artifact:
//   file_path, sha256, device, inode, size_bytes, mtime_ns, ctime_ns, proved_at, first_proved_at
//       the last reading that gave what was then recorded; null while there was none
//   looked_at
//       the last time its bytes were asked for, whatever came of it: never before proved_at, but where a clock was wrong
// A reading that does not give the recorded hash never moves the proof (else the next reading would
// take the damaged version for the proved one); it only moves looked_at.
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/root_folder.h"
#include "catalog/catalog.h"
#include "core/sha256.h"

namespace holdfast::artifacts {

/// Text as Holdfast's own catalog can keep it: what is no UTF-8 (SQLite takes any bytes) is percent-encoded.
std::string kept_text(std::string_view text);

struct Proof {
  std::string artifact_id;
  std::string path;  // kept_text() of what the row recorded when it was proved
  core::Sha256Digest digest{};
  FileIdentity identity;  // of the version that was read
  Timestamp proved_at;    // end of the reading
  // Set by load_proofs(); save_proofs() does not read them:
  Timestamp first_proved_at;  // the first proof of this digest, from which on it was known good
  Timestamp looked_at;        // not proved_at: another look did not confirm it
};

/// Two machines' clocks may differ by so much without either being called wrong.
inline constexpr std::chrono::minutes kClockSlack{1};
/// Whether a stored time is still to come: a clock was wrong then or is wrong now, so its age is unknown.
bool is_in_future(Timestamp stored, Timestamp now);
/// Whether the last look at the bytes did not confirm the proof. (A look before its proof is one under another clock.)
bool is_contradicted(const Proof& proof);

/// In the catalog transaction that is open, or its own. One statement, whatever the number. A proof or a look
/// that is stored and later stays, whoever commits last.
Status save_proofs(catalog::Catalog& catalog, std::string_view source,
                   std::span<const Proof> proofs);
/// Those that exist, in any order.
Result<std::vector<Proof>> load_proofs(catalog::Catalog& catalog, std::string_view source,
                                       std::span<const std::string> artifact_ids);

/// The last time the bytes of an artifact were asked for.
struct Look {
  std::string artifact_id;
  Timestamp looked_at;
  std::optional<Timestamp> proved_at;
  std::uint64_t size_bytes = 0;  // of the last proof; 0 where there was none
};

/// Notes that the bytes of these artifacts were asked for and gave no proof (drifted, missing,
/// unreadable, unstable), when they were; `proved_at` and size are not read. In the open transaction, or
/// its own.
Status save_looks(catalog::Catalog& catalog, std::string_view source, std::span<const Look> looks);
/// Which of these artifacts have been looked at, ever, and when last.
Result<std::vector<Look>> load_looks(catalog::Catalog& catalog, std::string_view source,
                                     std::span<const std::string> artifact_ids);
/// A page of looks in the order (looked_at, artifact_id), after `after`; empty at the end.
Result<std::vector<Look>> oldest_looks(catalog::Catalog& catalog, std::string_view source,
                                       const std::optional<Look>& after, std::int64_t limit);
/// Drops what is known of rows that are gone: it would be due for ever.
Status forget_proofs(catalog::Catalog& catalog, std::string_view source,
                     std::span<const std::string> artifact_ids);

}  // namespace holdfast::artifacts

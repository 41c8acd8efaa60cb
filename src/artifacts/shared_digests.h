// SPDX-License-Identifier: Apache-2.0
// Digests of files that were read in this run, by identity, so that a file that several rows name is read once.
//
// One asker leads and reads; the others get its digest, or wait for it. Bounded: two generations, the older one is forgotten when
// the newer is full, so that a run over any number of files keeps at most 2 x kGeneration digests.
//
// Racy files are never shared: a write within the same tick of the file system's clock as the one before leaves the identity as it
// was, so a digest is lent only when the file's change time lay kQuietTime before the moment it was read.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.h"
#include "base/root_folder.h"
#include "core/sha256.h"

namespace holdfast::artifacts {

/// Thread-safe.
class SharedDigests {
 public:
  static constexpr std::size_t kGeneration = 50'000;  // 5 MB
  static constexpr std::chrono::seconds kQuietTime{2};

  enum class Role : unsigned char {
    lead,   // read it, then call finished()
    known,  // `digest` is it
    wait,   // another one reads it now
  };
  struct Answer {
    Role role = Role::lead;
    core::Sha256Digest digest{};
    Timestamp read_at{};  // when known: when its bytes had been read
  };
  /// What to do about a file of this identity.
  Answer ask(const FileIdentity& identity);
  /// As ask(), but waits until nobody else reads it; so the role is never `wait`. Only for who leads nothing itself.
  Answer ask_and_wait(const FileIdentity& identity);
  /// The leader has read it (the identity of what was read may differ from what was asked for), or could not.
  void finished(const FileIdentity& asked, const std::optional<FileIdentity>& read,
                const core::Sha256Digest& digest, Timestamp at);

 private:
  struct Hash {
    std::size_t operator()(const FileIdentity& identity) const;
  };
  struct Read {
    core::Sha256Digest digest{};
    Timestamp at;
  };
  using Generation = std::unordered_map<FileIdentity, Read, Hash>;
  Answer ask_locked(const FileIdentity& identity);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_set<FileIdentity, Hash> being_read_;
  Generation newer_;
  Generation older_;
};

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
#include "artifacts/shared_digests.h"

#include <utility>

namespace holdfast::artifacts {

std::size_t SharedDigests::Hash::operator()(const FileIdentity& identity) const {
  // Inodes are nearly unique already; the rest tells versions of one file apart.
  std::uint64_t mixed = identity.inode * 0x9E3779B97F4A7C15ULL;
  mixed ^= identity.device + static_cast<std::uint64_t>(identity.mtime_ns) +
           (identity.size_bytes << 17U);
  return static_cast<std::size_t>(mixed ^ mixed >> 29U);
}

SharedDigests::Answer SharedDigests::ask_locked(const FileIdentity& identity) {
  for (const Generation* generation : {&newer_, &older_}) {
    const auto found = generation->find(identity);
    if (found != generation->end())
      return {.role = Role::known, .digest = found->second.digest, .read_at = found->second.at};
  }
  if (!being_read_.insert(identity).second) return {.role = Role::wait};
  return {.role = Role::lead};
}

SharedDigests::Answer SharedDigests::ask(const FileIdentity& identity) {
  const std::scoped_lock lock(mutex_);
  return ask_locked(identity);
}

SharedDigests::Answer SharedDigests::ask_and_wait(const FileIdentity& identity) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const Answer answer = ask_locked(identity);
    if (answer.role != Role::wait) return answer;
    changed_.wait(lock);
  }
}

void SharedDigests::finished(const FileIdentity& asked, const std::optional<FileIdentity>& read,
                             const core::Sha256Digest& digest, Timestamp at) {
  const std::scoped_lock lock(mutex_);
  being_read_.erase(asked);
  const auto quiet = std::chrono::nanoseconds(kQuietTime).count();
  if (read && at.ns - read->ctime_ns > quiet && at.ns - read->mtime_ns > quiet) {
    if (newer_.size() >= kGeneration) older_ = std::exchange(newer_, {});
    newer_.emplace(*read, Read{digest, at});
  }
  changed_.notify_all();
}

}  // namespace holdfast::artifacts

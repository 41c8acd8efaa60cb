// SPDX-License-Identifier: Apache-2.0
#include "service/answer_cache.h"

namespace holdfast::service {
namespace {

constexpr std::size_t kEntryBytes = 256;  // of the lists themselves, about

}  // namespace

std::shared_ptr<const CachedAnswer> AnswerCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->answer;
}

void AnswerCache::keep(const std::string& key, std::shared_ptr<const CachedAnswer> answer) {
  const std::size_t bytes =
      answer->body.size() + answer->etag.size() + 2 * key.size() + kEntryBytes;
  if (bytes > most_bytes_ / 4) return;
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(key)) return;
  entries_.push_front({key, std::move(answer), bytes});
  by_key_.emplace(key, entries_.begin());
  bytes_ += bytes;
  while (bytes_ > most_bytes_) {
    bytes_ -= entries_.back().bytes;
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

std::size_t AnswerCache::size_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace holdfast::service

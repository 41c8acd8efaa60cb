// SPDX-License-Identifier: Apache-2.0
// Answers that were made once, by a key that names everything they say: none is ever out of date, the oldest ones go when memory is short.
#pragma once
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace holdfast::service {

struct CachedAnswer {
  std::string body;
  std::string etag;
};

/// Thread-safe. Keeps the answers that were asked for last.
class AnswerCache {
 public:
  explicit AnswerCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  /// Null where there is none.
  std::shared_ptr<const CachedAnswer> find(const std::string& key);
  /// An answer that is larger than a quarter of the cache is not kept.
  void keep(const std::string& key, std::shared_ptr<const CachedAnswer> answer);
  std::size_t size_bytes() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const CachedAnswer> answer;
    std::size_t bytes = 0;
  };
  mutable std::mutex mutex_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // the one that was asked for last is first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace holdfast::service

// SPDX-License-Identifier: Apache-2.0
// The catalog as a registry's handlers see it: one connection that reads, with all that is published in memory behind it, and one that writes.
//
// Who reads sees everything that any process had committed when the call began: the number of the newest event is asked for first, and only
// what changed since is read. A connection that was lost is opened again at the next call.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <type_traits>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "schemas/published_index.h"

namespace holdfast::service {

/// Thread-safe.
class PublishedCatalog {
 public:
  /// Errors of Catalog::open.
  static Result<std::unique_ptr<PublishedCatalog>> open(const std::string& url, Clock& clock);

  sql::Dialect dialect() const { return dialect_; }
  Clock& clock() const { return *clock_; }

  /// What `look(index)` returns, a Result. Several at once; what is published meanwhile waits for them. It keeps no pointer, and calls
  /// nothing of this class.
  template <class Look>
  auto read(const Look& look) -> std::invoke_result_t<Look, const schemas::PublishedIndex&> {
    TRY(refresh());
    const std::shared_lock lock(index_mutex_);
    return look(index_);
  }
  /// The bytes of a content that the index names. `corrupt` where they are gone or changed.
  Result<std::string> content(std::int64_t content_id);
  /// What `work(catalog)` returns, a Result. One at a time; may take its time.
  template <class Work>
  auto write(const Work& work) -> std::invoke_result_t<Work, catalog::Catalog&> {
    const std::lock_guard lock(write_mutex_);
    TRY(revive(writer_));
    return work(*writer_);
  }

 private:
  PublishedCatalog(std::string url, Clock& clock, sql::Dialect dialect)
      : url_(std::move(url)), clock_(&clock), dialect_(dialect) {}
  Status refresh();
  Status take_in_what_changed();
  Status revive(std::optional<catalog::Catalog>& connection);

  std::string url_;
  Clock* clock_;
  sql::Dialect dialect_;
  std::mutex reader_mutex_;  // taken before index_mutex_
  std::optional<catalog::Catalog> reader_;
  std::shared_mutex index_mutex_;
  schemas::PublishedIndex index_;  // changes under both
  std::mutex write_mutex_;
  std::optional<catalog::Catalog> writer_;
};

}  // namespace holdfast::service

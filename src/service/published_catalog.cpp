// SPDX-License-Identifier: Apache-2.0
#include "service/published_catalog.h"

#include <utility>

#include "catalog/event_log.h"

namespace holdfast::service {

Result<std::unique_ptr<PublishedCatalog>> PublishedCatalog::open(const std::string& url,
                                                                 Clock& clock) {
  TRY_ASSIGN(auto reader, catalog::Catalog::open(url, clock));
  TRY_ASSIGN(auto writer, catalog::Catalog::open(url, clock));
  std::unique_ptr<PublishedCatalog> out(new PublishedCatalog(url, clock, reader.dialect()));
  out->reader_.emplace(std::move(reader));
  out->writer_.emplace(std::move(writer));
  TRY(out->index_.refresh(*out->reader_));
  return out;
}

Status PublishedCatalog::revive(std::optional<catalog::Catalog>& connection) {
  if (connection) {
    const auto alive = catalog::last_event_seq(*connection);
    if (alive) return {};
    if (alive.error().code() != Code::unavailable) return alive.error();
    connection.reset();
  }
  TRY_ASSIGN(auto opened, catalog::Catalog::open(url_, *clock_));
  connection.emplace(std::move(opened));
  return {};
}

// Where nothing changed, who reads waits for the answer to one question and for no other reader.
Status PublishedCatalog::take_in_what_changed() {
  TRY_ASSIGN(const std::int64_t newest, catalog::last_event_seq(*reader_));
  if (newest == index_.revision()) return {};
  const std::unique_lock lock(index_mutex_);
  return index_.refresh(*reader_);
}

Status PublishedCatalog::refresh() {
  const std::lock_guard lock(reader_mutex_);
  if (reader_) {
    auto done = take_in_what_changed();
    if (done || done.error().code() != Code::unavailable) return done;
  }
  TRY(revive(reader_));
  return take_in_what_changed();
}

Result<std::string> PublishedCatalog::content(std::int64_t content_id) {
  TRY(refresh());
  const std::lock_guard lock(reader_mutex_);
  if (!reader_) return Error(Code::unavailable, "the catalog is away", "try again");
  TRY_ASSIGN(auto content, schemas::published_content(*reader_, content_id));
  if (!content)
    return Error(Code::corrupt,
                 "content " + std::to_string(content_id) + " of a published schema is gone");
  return std::move(*content);
}

}  // namespace holdfast::service

// SPDX-License-Identifier: Apache-2.0
#include "app/event_sink.h"

#include "app/event_sink_statements.h"
#include "app/record_json.h"
#include "base/failpoint.h"
#include "base/line_file.h"
#include "catalog/event_log.h"

namespace holdfast::app {
namespace {

constexpr std::int64_t kEventsAtOnce = 1000;  // delivered in one transaction

std::string sink_name(const std::string& path) {
  return "jsonl:" + path;
}

Status know_statements(sql::Connection& connection) {
  TRY_ASSIGN(auto book,
             sql::Book::parse(event_sink_statements().front().text, connection.dialect()));
  return connection.use(std::move(book));
}

Result<std::int64_t> position(sql::Connection& connection, const std::string& name) {
  TRY_ASSIGN(const auto rows, connection.run("event_sink.position", {{"name", name}}));
  return rows.empty() ? 0 : rows.integer(0, 0);
}

// A torn line ends in the middle of its JSON.
bool looks_whole(std::string_view line) {
  return line.starts_with('{') && line.ends_with('}');
}

/// One transaction's worth; 0 when nothing was left.
Result<std::int64_t> deliver_some(catalog::Catalog& catalog, FileSystem& files,
                                  const std::string& path) {
  sql::Connection& connection = catalog.connection();
  const std::string name = sink_name(path);
  const std::string now = format_rfc3339(catalog.clock().now());
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(connection));
  TRY(connection.run("event_sink.add", {{"name", name}, {"at", now}}));
  TRY(connection.run("event_sink.lock", {{"name", name}, {"at", now}}));
  catalog::EventFilter filter;
  TRY_ASSIGN(filter.after_seq, position(connection, name));
  filter.limit = kEventsAtOnce;
  TRY_ASSIGN(const auto events, catalog::list_events(catalog, filter));
  if (events.empty()) return 0;
  TRY_ASSIGN(LineFile file, LineFile::open(files, path, looks_whole));
  for (const catalog::StoredEvent& stored : events)
    TRY(file.append(event_json(stored)));
  TRY(file.sync());
  HOLDFAST_FAILPOINT("app.before_sink_position");
  TRY(connection.run("event_sink.move", {{"name", name}, {"seq", events.back().event.seq}}));
  TRY(transaction.commit());
  return static_cast<std::int64_t>(events.size());
}

}  // namespace

Result<std::int64_t> deliver_events(catalog::Catalog& catalog, FileSystem& files,
                                    const std::string& path) {
  TRY_ASSIGN(const std::int64_t behind, undelivered_events(catalog, path));
  std::int64_t delivered = 0;
  while (delivered < behind) {  // what is appended meanwhile is the next command's
    TRY_ASSIGN(const std::int64_t some, deliver_some(catalog, files, path));
    if (some == 0) break;
    delivered += some;
  }
  return delivered;
}

Result<std::int64_t> undelivered_events(catalog::Catalog& catalog, const std::string& path) {
  TRY(know_statements(catalog.connection()));
  TRY_ASSIGN(const std::int64_t newest, catalog::last_event_seq(catalog));
  TRY_ASSIGN(const std::int64_t delivered, position(catalog.connection(), sink_name(path)));
  return newest - delivered;
}

}  // namespace holdfast::app

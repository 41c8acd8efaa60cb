// SPDX-License-Identifier: Apache-2.0
#include "app/event_outbox.h"

#include <algorithm>
#include <array>
#include <vector>

#include "app/event_outbox_statements.h"
#include "base/failpoint.h"
#include "catalog/claims.h"

namespace holdfast::app {
namespace {

constexpr std::string_view kResource = "event_sink";
constexpr std::chrono::seconds kLease{180};  // longer than a sink may take for one group
constexpr std::chrono::nanoseconds kMostWait = std::chrono::seconds(2);  // for who holds it now
constexpr std::chrono::nanoseconds kLookEvery = std::chrono::milliseconds(20);
constexpr int kMostRounds = 100;

Status know_statements(sql::Connection& connection) {
  if (connection.knows("event_sink.position")) return {};
  TRY_ASSIGN(auto book,
             sql::Book::parse(event_outbox_statements().front().text, connection.dialect()));
  return connection.use(std::move(book));
}

Result<std::int64_t> position(sql::Connection& connection, const std::string& name) {
  TRY_ASSIGN(const auto rows, connection.run("event_sink.position", {{"name", name}}));
  return rows.empty() ? 0 : rows.integer(0, 0);
}

/// One delivery to one sink, from its claim to its release.
class Round {
 public:
  Round(catalog::Catalog& catalog, EventSink& sink, const DeliveryOptions& options,
        std::chrono::nanoseconds until)
      : catalog_(catalog),
        sink_(sink),
        options_(options),
        until_(until),
        key_{sink.place().name},
        owner_(catalog::current_owner()) {}

  /// False: another process has it, and kept it for as long as we wait.
  Result<bool> claim() {
    Clock& clock = catalog_.clock();
    const auto wait_until = clock.monotonic() + kMostWait;
    while (true) {
      TRY_ASSIGN(const auto taken, catalog::claim(catalog_, kResource, key_, owner_, kLease));
      if (!taken.empty()) return true;
      if (clock.monotonic() >= wait_until || is_cancelled()) return false;
      clock.sleep_for(kLookEvery);
    }
  }

  Status release() { return catalog::release_claims(catalog_, kResource, key_, owner_); }

  /// Everything up to `newest`, or until the time is over.
  Status deliver_up_to(std::int64_t newest) {
    TRY(connection().run("event_sink.add", {{"name", key_.front()}, {"at", now()}}));
    TRY_ASSIGN(seq_, position(connection(), key_.front()));
    while (seq_ < newest && has_time())
      TRY(deliver_group());
    return {};
  }

  std::int64_t delivered() const { return delivered_; }
  bool has_time() const {
    return !is_cancelled() && (!options_.most_time || catalog_.clock().monotonic() < until_);
  }

 private:
  sql::Connection& connection() { return catalog_.connection(); }
  std::string now() const { return format_rfc3339(catalog_.clock().now()); }
  bool is_cancelled() const { return options_.cancel != nullptr && options_.cancel->requested(); }

  Status deliver_group() {
    catalog::EventFilter filter;
    filter.after_seq = seq_;
    filter.limit = static_cast<std::int64_t>(sink_.group_size());
    TRY_ASSIGN(const auto events, catalog::list_events(catalog_, filter));
    if (events.empty())
      return Error(Code::corrupt, "the event log has no event behind " + std::to_string(seq_),
                   "holdfast events verify");
    const Delivery done = sink_.deliver(events, options_.cancel);
    if (done.count > 0) {
      HOLDFAST_FAILPOINT("app.before_sink_position");
      TRY(move_to(events[done.count - 1].event.seq));
      delivered_ += static_cast<std::int64_t>(done.count);
    }
    if (done.problem) return *done.problem;
    if (done.count == 0)
      return Error(Code::internal, "the sink " + key_.front() + " neither took events nor refused");
    return catalog::renew_claims(catalog_, kResource, owner_, kLease);
  }

  Status move_to(std::int64_t seq) {
    TRY_ASSIGN(
        const auto rows,
        connection().run("event_sink.move",
                         {{"name", key_.front()}, {"from", seq_}, {"seq", seq}, {"at", now()}}));
    if (rows.empty())
      return Error(Code::conflict,
                   "the position of " + key_.front() + " was moved by another process",
                   "run the command again");
    seq_ = seq;
    return {};
  }

  catalog::Catalog& catalog_;
  EventSink& sink_;
  const DeliveryOptions& options_;
  std::chrono::nanoseconds until_;
  std::array<std::string, 1> key_;
  std::string owner_;
  std::int64_t seq_ = 0;
  std::int64_t delivered_ = 0;
};

}  // namespace

Result<std::int64_t> deliver_events(catalog::Catalog& catalog, EventSink& sink,
                                    const DeliveryOptions& options) {
  const auto until =
      catalog.clock().monotonic() + options.most_time.value_or(std::chrono::nanoseconds::zero());
  Round round(catalog, sink, options, until);
  for (int i = 0; i < kMostRounds; ++i) {
    TRY_ASSIGN(const PendingEvents pending, pending_events(catalog, sink.place()));
    if (pending.count == 0 || !round.has_time()) break;
    TRY_ASSIGN(const bool is_ours, round.claim());
    if (!is_ours) break;  // whoever has it looks once more after giving it back
    const Status done = round.deliver_up_to(pending.delivered_seq + pending.count);
    const Status released = round.release();
    TRY(done);
    TRY(released);
  }
  return round.delivered();
}

Result<PendingEvents> pending_events(catalog::Catalog& catalog, const SinkPlace& place) {
  TRY(know_statements(catalog.connection()));
  PendingEvents pending;
  TRY_ASSIGN(const std::int64_t newest, catalog::last_event_seq(catalog));
  TRY_ASSIGN(pending.delivered_seq, position(catalog.connection(), place.name));
  pending.count = std::max<std::int64_t>(newest - pending.delivered_seq, 0);
  if (pending.count == 0) return pending;
  catalog::EventFilter filter;
  filter.after_seq = pending.delivered_seq;
  filter.limit = 1;
  TRY_ASSIGN(const auto events, catalog::list_events(catalog, filter));
  if (!events.empty()) pending.oldest_at = events.front().event.at;
  return pending;
}

}  // namespace holdfast::app

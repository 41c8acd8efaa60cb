// SPDX-License-Identifier: Apache-2.0
#include "app/event_outbox.h"

#include <algorithm>
#include <utility>

#include "app/event_refusals.h"
#include "app/sink_claim.h"
#include "base/failpoint.h"
#include "base/log.h"

namespace holdfast::app {
namespace {

constexpr int kMostRounds = 100;

Result<std::int64_t> position(sql::Connection& connection, const std::string& name) {
  TRY_ASSIGN(const auto rows, connection.run("event_sink.position", {{"name", name}}));
  return rows.empty() ? 0 : rows.integer(0, 0);
}

/// One delivery to one sink, under its claim.
class Round {
 public:
  Round(catalog::Catalog& catalog, EventSink& sink, const DeliveryOptions& options,
        std::chrono::nanoseconds until)
      : catalog_(catalog),
        sink_(sink),
        options_(options),
        until_(until),
        claim_(catalog, sink.place()) {}

  /// False: another process has it.
  Result<bool> claim() { return claim_.take(options_.cancel); }
  Status release_after(Status done) { return claim_.release_after(std::move(done)); }

  /// Everything up to `newest`, or until the time is over.
  Status deliver_up_to(std::int64_t newest) {
    TRY(connection().run("event_sink.add", {{"name", name()}, {"at", now()}}));
    TRY_ASSIGN(seq_, position(connection(), name()));
    while (seq_ < newest && has_time())
      TRY(deliver_group());
    return {};
  }

  const DeliveredEvents& done() const { return done_; }
  void warn_of_refusals() const {
    if (done_.refused == 0) return;
    log_warning("events were refused and set aside; holdfast events refused lists them",
                {{"sink", sink_.place().kind},
                 {"place", sink_.place().shown},
                 {"count", std::to_string(done_.refused)},
                 {"reason", last_reason_}});
  }
  bool has_time() const {
    return !is_cancelled() && (!options_.most_time || catalog_.clock().monotonic() < until_);
  }

 private:
  sql::Connection& connection() { return catalog_.connection(); }
  const std::string& name() const { return sink_.place().name; }
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
      TRY(move_behind(events, done));
    }
    if (done.problem) return *done.problem;
    if (done.count == 0)
      return Error(Code::internal, "the sink " + name() + " neither took events nor refused");
    return claim_.renew();
  }

  Status move_behind(std::span<const catalog::StoredEvent> events, const Delivery& done) {
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(connection()));
    for (const Refusal& refusal : done.refused) {
      HOLDFAST_ASSERT(refusal.index < done.count);
      TRY(keep_refusal(catalog_, sink_.place(), events[refusal.index].event.seq, refusal.reason));
    }
    TRY(move_to(events[done.count - 1].event.seq));
    TRY(transaction.commit());
    const auto refused = static_cast<std::int64_t>(done.refused.size());
    done_.delivered += static_cast<std::int64_t>(done.count) - refused;
    done_.refused += refused;
    if (refused > 0) last_reason_ = done.refused.back().reason;
    return {};
  }

  Status move_to(std::int64_t seq) {
    TRY_ASSIGN(const auto rows,
               connection().run("event_sink.move",
                                {{"name", name()}, {"from", seq_}, {"seq", seq}, {"at", now()}}));
    if (rows.empty())
      return Error(Code::conflict, "the position of " + name() + " was moved by another process",
                   "run the command again");
    seq_ = seq;
    return {};
  }

  catalog::Catalog& catalog_;
  EventSink& sink_;
  const DeliveryOptions& options_;
  std::chrono::nanoseconds until_;
  SinkClaim claim_;
  std::int64_t seq_ = 0;
  DeliveredEvents done_;
  std::string last_reason_;
};

Status serve(catalog::Catalog& catalog, const SinkPlace& place, Round& round) {
  for (int i = 0; i < kMostRounds; ++i) {
    TRY_ASSIGN(const PendingEvents pending, pending_events(catalog, place));
    if (pending.count == 0 || !round.has_time()) break;
    TRY_ASSIGN(const bool is_ours, round.claim());
    if (!is_ours) break;  // whoever has it looks once more after giving it back
    TRY(round.release_after(round.deliver_up_to(pending.delivered_seq + pending.count)));
  }
  return {};
}

}  // namespace

Result<DeliveredEvents> deliver_events(catalog::Catalog& catalog, EventSink& sink,
                                       const DeliveryOptions& options) {
  const auto until =
      catalog.clock().monotonic() + options.most_time.value_or(std::chrono::nanoseconds::zero());
  Round round(catalog, sink, options, until);
  const Status served = serve(catalog, sink.place(), round);
  round.warn_of_refusals();
  TRY(served);
  return round.done();
}

Result<PendingEvents> pending_events(catalog::Catalog& catalog, const SinkPlace& place) {
  TRY(know_outbox_statements(catalog.connection()));
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

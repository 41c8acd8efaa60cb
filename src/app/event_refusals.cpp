// SPDX-License-Identifier: Apache-2.0
#include "app/event_refusals.h"

#include <algorithm>

#include "app/event_outbox.h"
#include "app/sink_claim.h"
#include "catalog/event_log.h"
#include "catalog/stored.h"

namespace holdfast::app {
namespace {

constexpr std::int64_t kPage = 1000;

std::string now(catalog::Catalog& catalog) {
  return format_rfc3339(catalog.clock().now());
}

Error none_set_aside(const SinkPlace& place, std::int64_t seq) {
  return {Code::not_found, "event " + std::to_string(seq) + " is not set aside for " + place.shown,
          "holdfast events refused"};
}

struct Settlement {
  std::string what;  // "sent", "dismissed"
  RefusalDecision decision;
};

Status settle(catalog::Catalog& catalog, const SinkPlace& place, std::int64_t seq,
              const Settlement& settlement) {
  TRY_ASSIGN(const auto rows, catalog.connection().run("event_refusal.settle",
                                                       {{"sink", place.name},
                                                        {"seq", seq},
                                                        {"at", now(catalog)},
                                                        {"settlement", settlement.what},
                                                        {"by", settlement.decision.actor},
                                                        {"reason", settlement.decision.reason}}));
  if (rows.empty()) return none_set_aside(place, seq);
  return {};
}

Result<std::vector<catalog::StoredEvent>> event_of(catalog::Catalog& catalog, std::int64_t seq) {
  catalog::EventFilter filter;
  filter.after_seq = seq - 1;
  filter.limit = 1;
  TRY_ASSIGN(auto events, catalog::list_events(catalog, filter));
  if (events.empty() || events.front().event.seq != seq)
    return Error(Code::corrupt, "the event log has no event " + std::to_string(seq),
                 "holdfast events verify");
  return events;
}

struct Resending {
  catalog::Catalog& catalog;
  EventSink& sink;
  const std::string& actor;
  const Cancel* cancel;
};

/// Whether the sink took it now.
Result<bool> send_again(const Resending& with, std::int64_t seq) {
  catalog::Catalog& catalog = with.catalog;
  TRY_ASSIGN(const auto events, event_of(catalog, seq));
  const Delivery done = with.sink.deliver(events, with.cancel);
  if (done.problem) return *done.problem;
  if (done.refused.empty()) {
    TRY(settle(catalog, with.sink.place(), seq, {"sent", {with.actor, ""}}));
    return true;
  }
  TRY(catalog.connection().run("event_refusal.refused_again",
                               {{"sink", with.sink.place().name},
                                {"seq", seq},
                                {"at", now(catalog)},
                                {"reason", done.refused.front().reason},
                                {"by", ""}}));
  return false;
}

/// In order, each once.
std::vector<std::int64_t> distinct(std::span<const std::int64_t> seqs) {
  std::vector<std::int64_t> all(seqs.begin(), seqs.end());
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

/// The named ones in order, each of which must be set aside; all that are where none is named.
Result<std::vector<std::int64_t>> chosen(catalog::Catalog& catalog, const SinkPlace& place,
                                         std::span<const std::int64_t> seqs) {
  std::vector<std::int64_t> all = distinct(seqs);
  for (const std::int64_t seq : all) {
    TRY_ASSIGN(const auto found, refused_events(catalog, place, seq - 1, 1));
    if (found.empty() || found.front().seq != seq) return none_set_aside(place, seq);
  }
  while (seqs.empty()) {
    TRY_ASSIGN(const auto page,
               refused_events(catalog, place, all.empty() ? 0 : all.back(), kPage));
    if (page.empty()) break;
    for (const RefusedEvent& refused : page)
      all.push_back(refused.seq);
  }
  return all;
}

Result<std::int64_t> send_all_again(const Resending& with, SinkClaim& claim,
                                    std::span<const std::int64_t> seqs) {
  TRY_ASSIGN(const auto all, chosen(with.catalog, with.sink.place(), seqs));
  std::int64_t sent = 0;
  for (const std::int64_t seq : all) {
    if (with.cancel != nullptr && with.cancel->requested())
      return Error(Code::cancelled, "stopped");
    TRY_ASSIGN(const bool is_sent, send_again(with, seq));
    sent += is_sent ? 1 : 0;
    TRY(claim.renew());
  }
  return sent;
}

Error served_by_another(const SinkPlace& place) {
  return {Code::conflict, "another process serves " + place.shown, "run the command again"};
}

Status set_aside(catalog::Catalog& catalog, const SinkPlace& place, std::int64_t seq,
                 const RefusalDecision& decision) {
  TRY_ASSIGN(const PendingEvents pending, pending_events(catalog, place));
  if (pending.count == 0 || pending.delivered_seq + 1 != seq)
    return Error(
        Code::conflict,
        "event " + std::to_string(seq) + " is not the next one of " + place.shown +
            (pending.count == 0 ? "; it has all"
                                : ", which is " + std::to_string(pending.delivered_seq + 1)),
        "holdfast events pending");
  TRY(catalog.connection().run("event_sink.add", {{"name", place.name}, {"at", now(catalog)}}));
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog.connection()));
  TRY(catalog.connection().run("event_refusal.add", {{"sink", place.name},
                                                     {"seq", seq},
                                                     {"at", now(catalog)},
                                                     {"reason", decision.reason},
                                                     {"by", decision.actor}}));
  TRY_ASSIGN(const auto moved,
             catalog.connection().run(
                 "event_sink.move",
                 {{"name", place.name}, {"from", seq - 1}, {"seq", seq}, {"at", now(catalog)}}));
  if (moved.empty()) return served_by_another(place);
  return transaction.commit();
}

}  // namespace

Result<std::int64_t> refused_count(catalog::Catalog& catalog, const SinkPlace& place) {
  TRY(know_outbox_statements(catalog.connection()));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("event_refusal.count", {{"sink", place.name}}));
  return rows.integer(0, 0);
}

Result<std::vector<RefusedEvent>> refused_events(catalog::Catalog& catalog, const SinkPlace& place,
                                                 std::int64_t after_seq, std::int64_t limit) {
  TRY(know_outbox_statements(catalog.connection()));
  TRY_ASSIGN(const auto rows, catalog.connection().run(
                                  "event_refusal.page",
                                  {{"sink", place.name}, {"after", after_seq}, {"limit", limit}}));
  std::vector<RefusedEvent> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TRY_ASSIGN(const Timestamp at, catalog::stored_time(rows, i, 1));
    found.push_back({rows.integer(i, 0), at, rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                     rows.text(i, 5)});
  }
  return found;
}

Status keep_refusal(catalog::Catalog& catalog, const SinkPlace& place, std::int64_t seq,
                    const std::string& reason) {
  TRY(catalog.connection().run(
      "event_refusal.add",
      {{"sink", place.name}, {"seq", seq}, {"at", now(catalog)}, {"reason", reason}, {"by", ""}}));
  return {};
}

Result<std::int64_t> resend_refused(catalog::Catalog& catalog, EventSink& sink,
                                    std::span<const std::int64_t> seqs, const std::string& actor,
                                    const Cancel* cancel) {
  SinkClaim claim(catalog, sink.place());
  TRY_ASSIGN(const bool is_ours, claim.take(cancel));
  if (!is_ours) return served_by_another(sink.place());
  return claim.release_after(send_all_again({catalog, sink, actor, cancel}, claim, seqs));
}

Status set_aside_next(catalog::Catalog& catalog, const SinkPlace& place, std::int64_t seq,
                      const RefusalDecision& decision) {
  SinkClaim claim(catalog, place);
  TRY_ASSIGN(const bool is_ours, claim.take(nullptr));
  if (!is_ours) return served_by_another(place);
  return claim.release_after(set_aside(catalog, place, seq, decision));
}

Result<std::int64_t> dismiss_refused(catalog::Catalog& catalog, const SinkPlace& place,
                                     std::span<const std::int64_t> seqs,
                                     const RefusalDecision& decision) {
  TRY(know_outbox_statements(catalog.connection()));
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog.connection()));
  const std::vector<std::int64_t> all = distinct(seqs);
  for (const std::int64_t seq : all)
    TRY(settle(catalog, place, seq, {"dismissed", decision}));
  TRY(transaction.commit());
  return static_cast<std::int64_t>(all.size());
}

}  // namespace holdfast::app

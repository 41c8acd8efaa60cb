// SPDX-License-Identifier: Apache-2.0
// The outbox: which events each sink is still owed, and their delivery. The event log itself is the queue, a position per sink in the
// catalog says how far it was delivered; so nothing is queued twice and nothing can be lost between two tables.
//
// 1. Claim the sink (catalog/claims.h): two processes deliver one after the other, on one machine or on two, and nobody's transaction
//    is open while a server is waited for.
// 2. Hand the events behind its position to the sink. It says how many of them are there for good, and which it will never take.
// 3. Move the position by as many, from where it was, and set those that it refused aside (app/event_refusals.h), in one transaction. A kill between 2 and 3 repeats those events, never loses one; `seq` tells.
// 4. Give the claim back and look once more: what others appended meanwhile, and found the sink claimed, is delivered too.
// What can't be delivered now stays behind the position, for the next command. A new place is a new sink: it gets the whole log.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "app/event_sink.h"
#include "base/cancel.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::app {

struct DeliveryOptions {
  std::optional<std::chrono::nanoseconds> most_time = {};  // none: until the sink has all
  const Cancel* cancel = nullptr;
};

struct DeliveredEvents {
  std::int64_t delivered = 0;
  std::int64_t refused = 0;  // and set aside
};
/// What became of events now; fewer than were pending where the time ran out or another process holds the sink. Errors of the sink and
/// of the catalog: what was delivered before stays so.
Result<DeliveredEvents> deliver_events(catalog::Catalog& catalog, EventSink& sink,
                                       const DeliveryOptions& options = {});

/// What a sink is owed.
struct PendingEvents {
  std::int64_t count = 0;
  std::int64_t delivered_seq = 0;
  std::optional<Timestamp> oldest_at;  // when the first of them was appended; none: there are none
};
Result<PendingEvents> pending_events(catalog::Catalog& catalog, const SinkPlace& place);

}  // namespace holdfast::app

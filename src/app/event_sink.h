// SPDX-License-Identifier: Apache-2.0
// EventSink: a place beside the catalog that gets every event, in order, at least once. app/event_outbox.h keeps how far each one is.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "catalog/event_log.h"

namespace holdfast::app {

/// One sink of the configuration.
struct SinkPlace {
  std::string
      kind;  // "jsonl", "redis", "webhook": the key of [events], and the label of its metric
  std::string
      name;  // of its position in the catalog; without secrets, and another one for another place
  std::string shown;  // to people: without secrets
};

/// A sink begins no request later than this after it got events, and none takes longer than that: a claim on it outlives both.
inline constexpr std::chrono::seconds kMostGroupTime{5};
inline constexpr std::chrono::seconds kMostRequestTime{20};

/// An event that the sink will never take as it is.
struct Refusal {
  std::size_t index = 0;  // among those that were given
  std::string reason;     // printable
};

/// How far a delivery came. The leading `count` events are where they belong, for good, but for those that were refused; the problem is
/// why the rest is not. Fewer than were given, without a problem: the time for one call was over.
struct Delivery {
  std::size_t count = 0;
  std::optional<Error> problem = {};
  std::vector<Refusal> refused = {};  // in order; each index is below `count`
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual const SinkPlace& place() const = 0;
  /// How many events it likes to get at once: the position moves, durably, after each such group.
  virtual std::size_t group_size() const = 0;
  /// Delivers in order and stops at the first that it can't. Blocks within limits of its own; a requested `cancel` ends it early.
  virtual Delivery deliver(std::span<const catalog::StoredEvent> events, const Cancel* cancel) = 0;
};

}  // namespace holdfast::app

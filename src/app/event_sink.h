// SPDX-License-Identifier: Apache-2.0
// EventSink: a place beside the catalog that gets every event, in order, at least once. app/event_outbox.h keeps how far each one is.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

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

/// How far a delivery came. The leading `count` events are where they belong, for good; the problem is why the rest is not.
struct Delivery {
  std::size_t count = 0;
  std::optional<Error> problem = {};
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

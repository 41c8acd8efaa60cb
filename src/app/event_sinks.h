// SPDX-License-Identifier: Apache-2.0
// The sinks that there are: a JSON lines file, Redis Streams, a webhook. Each is in a file of its own (jsonl_sink.cpp, …).
#pragma once
#include <memory>

#include "app/event_sink.h"
#include "app/events_config.h"
#include "base/clock.h"
#include "base/file.h"

namespace holdfast::app {

/// How long a server may take: a command that only ends with a delivery doesn't wait for it as one that is there for it does.
enum class Patience : unsigned char { short_wait, long_wait };

struct SinkOptions {
  Patience patience = Patience::short_wait;
  FileSystem* files = &real_file_system();
  Clock* clock = &system_clock();
};

/// Nothing is opened or connected before the first delivery. `config` has the sink and outlives it.
std::unique_ptr<EventSink> make_jsonl_sink(const EventsConfig& config, const SinkPlace& place,
                                           const SinkOptions& options);
/// XADD to <namespace>:<stream>, acknowledged. What the server refuses for good goes to <namespace>:<stream>.dlq, with a warning.
std::unique_ptr<EventSink> make_redis_sink(const EventsConfig& config, const SinkPlace& place,
                                           const SinkOptions& options);
/// POST of a CloudEvent each, repeated. A 4xx that speaks of the event refuses it; any other answer but 2xx keeps it and those behind it.
std::unique_ptr<EventSink> make_webhook_sink(const EventsConfig& config, const SinkPlace& place,
                                             const SinkOptions& options);
/// The one of the place's kind.
std::unique_ptr<EventSink> make_sink(const EventsConfig& config, const SinkPlace& place,
                                     const SinkOptions& options);

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// The section [events]: where events go beside the catalog.
//
//   jsonl = "events.jsonl"                         a file, one JSON object a line
//   redis = "redis://:${REDIS_PASSWORD}@127.0.0.1" Redis Streams, or unix:///run/redis.sock
//   namespace = "mdp"                              in front of the streams' keys
//   webhook = "https://example.org/hooks/holdfast" CloudEvents 1.0
//   webhook_secret = "${WEBHOOK_SECRET}"           signs each request
//
// Defaults come from the variables that the source of the schemas domain uses: EVENT_BUS_BACKEND=redis with REDIS_URL (unless
// PULSE_ENABLED is false) is `redis`, MD_NAMESPACE is `namespace`.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/event_sink.h"
#include "base/result.h"
#include "base/toml.h"
#include "http/url.h"
#include "redis/address.h"

namespace holdfast::app {

inline constexpr std::array<std::string_view, 5> kEventsKeys = {
    "events.jsonl", "events.redis", "events.namespace", "events.webhook", "events.webhook_secret"};

struct RedisSinkConfig {
  redis::Address address;
  std::string name_space = "mdp";
};

struct WebhookSinkConfig {
  http::Url url;
  std::string secret;  // empty: requests are not signed
};

/// What events say of whoever sends them.
struct SenderConfig {
  std::string workspace;             // its name
  std::string enforcement = "warn";  // REGISTRY_ENFORCEMENT: warn or strict
  std::string track = "v1";          // SCHEMA_TRACK, for events without a track of their own
};

struct EventsConfig {
  std::optional<std::string> jsonl;  // absolute
  std::optional<RedisSinkConfig> redis;
  std::optional<WebhookSinkConfig> webhook;
  SenderConfig sender;
};

/// Lays what EVENT_BUS_BACKEND, REDIS_URL, PULSE_ENABLED and MD_NAMESPACE say below what the file, --set and HOLDFAST_… say.
Status lay_bus_defaults(TomlTable& root);
/// Errors name place and key, and show no password. Relative paths lie below `folder`.
Result<EventsConfig> read_events_config(TomlTable& root, const std::string& folder);
/// The sinks that are configured, in the order they are served.
std::vector<SinkPlace> sink_places(const EventsConfig& config);

}  // namespace holdfast::app

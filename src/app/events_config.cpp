// SPDX-License-Identifier: Apache-2.0
#include "app/events_config.h"

#include <algorithm>
#include <cstdlib>

#include "base/ascii.h"
#include "base/canonical_path.h"
#include "base/root_folder.h"
#include "core/sha256.h"

namespace holdfast::app {
namespace {

constexpr std::string_view kDefaultRedis = "redis://127.0.0.1:6379";
constexpr std::string_view kDefaultNamespace = "mdp";
constexpr std::size_t kMostNamespaceBytes = 200;
constexpr std::size_t kFingerprintDigits = 16;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_off(std::string_view value) {
  const std::string text = ascii_lowered(value);
  return text == "false" || text == "0" || text == "no" || text == "off";
}

/// Whether [events] has the key, wherever it came from.
Result<bool> has_key(TomlTable& root, std::string_view key) {
  TRY_ASSIGN(auto events, root.table("events"));
  return events && events->has(key);
}

bool is_namespace(std::string_view text) {
  return !text.empty() && text.size() <= kMostNamespaceBytes &&
         std::ranges::all_of(text, [](char c) {
           return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
         });
}

Result<std::optional<RedisSinkConfig>> read_redis(TomlTable& table) {
  TRY_ASSIGN(const auto url, table.string("redis"));
  TRY_ASSIGN(const std::string name_space, table.string_or("namespace", kDefaultNamespace));
  if (!is_namespace(name_space))
    return table.invalid("namespace", "1 to 200 printable characters without blanks");
  if (!url || url->empty()) return std::optional<RedisSinkConfig>();
  auto address = redis::parse_address(*url);
  if (!address) return std::move(address).error().with(table.place_of("redis") + ": events.redis");
  return std::optional(RedisSinkConfig{std::move(*address), name_space});
}

Result<std::optional<WebhookSinkConfig>> read_webhook(TomlTable& table) {
  TRY_ASSIGN(const auto text, table.string("webhook"));
  TRY_ASSIGN(const auto secret, table.string("webhook_secret"));
  if (!text || text->empty()) {
    if (secret) return table.invalid("webhook_secret", "there is no webhook to sign for");
    return std::optional<WebhookSinkConfig>();
  }
  auto url = http::parse_url_with_secret_path(*text);
  if (!url) return std::move(url).error().with(table.place_of("webhook") + ": events.webhook");
  if (secret && secret->empty())
    return table.invalid("webhook_secret", "an empty key signs nothing; take the line out");
  return std::optional(WebhookSinkConfig{std::move(*url), secret.value_or("")});
}

std::string fingerprint(std::string_view text) {
  return core::to_hex(core::sha256(text)).substr(0, kFingerprintDigits);
}

// The path of a webhook is often its secret.
SinkPlace webhook_place(const WebhookSinkConfig& config) {
  const std::string origin = http::origin(config.url);
  const bool is_bare = config.url.path == "/" && config.url.query.empty();
  return {"webhook", "webhook:" + origin + '#' + fingerprint(http::without_credentials(config.url)),
          is_bare ? origin : origin + "/…"};
}

SinkPlace redis_place(const RedisSinkConfig& config) {
  const std::string shown = redis::shown(config.address);
  return {"redis", "redis:" + shown + '#' + config.name_space,
          shown + " (" + config.name_space + ":…)"};
}

}  // namespace

Status lay_bus_defaults(TomlTable& root) {
  if (variable("EVENT_BUS_BACKEND") == "redis" && !is_off(variable("PULSE_ENABLED"))) {
    TRY_ASSIGN(const bool is_set, has_key(root, "redis"));
    const std::string url = variable("REDIS_URL");
    if (!is_set)
      TRY(root.set("events.redis", url.empty() ? kDefaultRedis : url, TomlOrigin::environment,
                   url.empty() ? "EVENT_BUS_BACKEND" : "REDIS_URL"));
  }
  const std::string name_space = variable("MD_NAMESPACE");
  if (name_space.empty()) return {};
  TRY_ASSIGN(const bool has_redis, has_key(root, "redis"));
  TRY_ASSIGN(const bool has_namespace, has_key(root, "namespace"));
  if (!has_redis || has_namespace) return {};
  return root.set("events.namespace", name_space, TomlOrigin::environment, "MD_NAMESPACE");
}

Result<EventsConfig> read_events_config(TomlTable& root, const std::string& folder) {
  EventsConfig config;
  if (variable("REGISTRY_ENFORCEMENT") == "strict") config.sender.enforcement = "strict";
  if (variable("SCHEMA_TRACK") == "v2") config.sender.track = "v2";
  TRY_ASSIGN(auto table, root.table("events"));
  if (!table) return config;
  TRY_ASSIGN(const std::string jsonl, table->string_or("jsonl", ""));
  if (!jsonl.empty())  // as of redis and webhook
    config.jsonl = absolute_file_path(jsonl, folder);
  TRY_ASSIGN(config.redis, read_redis(*table));
  TRY_ASSIGN(config.webhook, read_webhook(*table));
  return config;
}

std::vector<SinkPlace> sink_places(const EventsConfig& config) {
  std::vector<SinkPlace> places;
  if (config.jsonl) {
    const std::string shown = printable_path(*config.jsonl);  // the catalog keeps text only
    places.push_back({"jsonl", "jsonl:" + shown, shown});
  }
  if (config.redis) places.push_back(redis_place(*config.redis));
  if (config.webhook) places.push_back(webhook_place(*config.webhook));
  return places;
}

}  // namespace holdfast::app

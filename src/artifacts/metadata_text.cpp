// SPDX-License-Identifier: Apache-2.0
#include "artifacts/metadata_text.h"

#include <algorithm>
#include <array>

#include "core/canonical_json.h"
#include "core/json_scan.h"

namespace holdfast::artifacts {
namespace {

using core::JsonScan;
using Span = core::JsonSpan;

constexpr std::array<std::string_view, 3> kOwnedKeys{"file_sha256", "file_size_bytes",
                                                     "file_sha256_computed_at"};

/// The outermost object: where it closes, where its members end, and our three values.
struct ObjectMap {
  std::array<std::optional<Span>, 3> owned;
  bool owned_twice = false;
  std::size_t members_end = 0;  // one past the last member's value, or past '{'
  bool empty = true;
  bool spaced_colon = false;  // `"a": 1` in the first member
  bool spaced_comma = false;  // `, ` after the first member; of an only member: as its colon
};

void remember_member(ObjectMap& map, std::string_view text, Span key, Span value) {
  const std::string name = core::json_unescaped(key.of(text));
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    if (name != kOwnedKeys[i]) continue;
    map.owned_twice = map.owned_twice || map.owned[i].has_value();
    map.owned[i] = value;
  }
  if (map.empty) map.spaced_colon = map.spaced_comma = text[value.begin - 1] == ' ';
  map.members_end = value.end;
  map.empty = false;
}

JsonScan scan_of(std::string_view text) {
  return JsonScan(text, core::JsonNumbers::rfc8259, kMaxMetadataDepth);
}

/// The members of the outermost object; none where the text is no JSON object.
std::optional<ObjectMap> map_object(std::string_view text) {
  JsonScan scan = scan_of(text);
  ObjectMap map;
  scan.skip_space();
  map.members_end = scan.at() + 1;
  const bool is_object = scan.members([&](Span key, Span value) {
    if (!map.empty) map.spaced_comma = text[key.begin - 1] == ' ';
    remember_member(map, text, key, value);
    return true;
  });
  scan.skip_space();
  if (!is_object || !scan.at_end()) return {};
  return map;
}

bool is_json(std::string_view text) {
  JsonScan scan = scan_of(text);
  if (!scan.value()) return false;
  scan.skip_space();
  return scan.at_end();
}

std::optional<std::string> shown(std::string_view text, const std::optional<Span>& value) {
  if (!value) return {};
  const std::string_view json = value->of(text);
  if (json == "null") return {};
  return json.front() == '"' ? core::json_unescaped(json) : std::string(json);
}

std::array<std::string, 3> values_of(const NewHash& hash) {
  return {'"' + hash.sha256 + '"', std::to_string(hash.size_bytes), '"' + hash.computed_at + '"'};
}

}  // namespace

std::string_view damage_of(MetadataKind kind) {
  switch (kind) {
    case MetadataKind::object:
    case MetadataKind::null:
      return {};
    case MetadataKind::other:
      return "metadata is no JSON object";
    case MetadataKind::invalid:
      return "metadata is no JSON (RFC 8259, in UTF-8)";
    case MetadataKind::ambiguous:
      return "metadata has a key of Holdfast's twice";
  }
  return {};
}

MetadataReading read_metadata(const std::optional<std::string>& text) {
  MetadataReading reading;
  if (!text) return reading;
  reading.kind = MetadataKind::invalid;
  if (!core::is_utf8(*text)) return reading;
  const auto map = map_object(*text);
  if (!map) {
    if (is_json(*text)) reading.kind = MetadataKind::other;
    return reading;
  }
  if (map->owned_twice) {
    reading.kind = MetadataKind::ambiguous;
    return reading;
  }
  reading.kind = MetadataKind::object;
  reading.recorded = {.sha256 = shown(*text, map->owned[0]),
                      .size_bytes = shown(*text, map->owned[1]),
                      .computed_at = shown(*text, map->owned[2])};
  std::string json;
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    if (!map->owned[i]) continue;
    json += json.empty() ? "{\"" : ", \"";
    json += kOwnedKeys[i];
    json += "\": ";
    json += map->owned[i]->of(*text);
  }
  if (!json.empty()) reading.owned_json = json + '}';
  return reading;
}

std::string owned_json(const NewHash& hash) {
  const auto values = values_of(hash);
  std::string json;
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    json += i == 0 ? "{\"" : ", \"";
    json += kOwnedKeys[i];
    json += "\": ";
    json += values[i];
  }
  return json + '}';
}

Result<std::string> with_hash(const std::optional<std::string>& text, const NewHash& hash) {
  if (!text) return owned_json(hash);
  const auto map = core::is_utf8(*text) ? map_object(*text) : std::nullopt;
  if (!map || map->owned_twice)
    return Error(Code::invalid, "metadata is no JSON object that could take a hash");
  const auto values = values_of(hash);
  std::string added;
  bool first = map->empty;
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    if (map->owned[i]) continue;
    if (!first) added += map->spaced_comma || map->empty ? ", " : ",";
    first = false;
    added += '"';
    added += kOwnedKeys[i];
    added += map->spaced_colon || map->empty ? "\": " : "\":";
    added += values[i];
  }
  // From the back to the front, so that the places found stay right.
  std::string out = *text;
  out.insert(map->members_end, added);
  std::array<std::size_t, 3> order{0, 1, 2};
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return map->owned[a].value_or(Span{}).begin > map->owned[b].value_or(Span{}).begin;
  });
  for (const std::size_t i : order) {
    if (map->owned[i])
      out.replace(map->owned[i]->begin, map->owned[i]->end - map->owned[i]->begin, values[i]);
  }
  return out;
}

}  // namespace holdfast::artifacts

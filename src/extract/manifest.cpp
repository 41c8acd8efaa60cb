// SPDX-License-Identifier: Apache-2.0
#include "extract/manifest.h"

#include <nlohmann/json.hpp>

#include "base/root_folder.h"
#include "base/whole_file.h"
#include "core/canonical_json.h"

namespace holdfast::extract {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxManifestBytes = 256U << 20U;
constexpr const char* kSchema = "holdfast-extraction-manifest-v1";
constexpr std::string_view kSchemas = "holdfast-extraction-manifest-";  // of any version
constexpr std::string_view kBeginning = "{\n  \"schema\": \"holdfast-extraction-manifest-";

Json json_of(const FileIdentity& identity) {
  return {{"device", identity.device},
          {"inode", identity.inode},
          {"size_bytes", identity.size_bytes},
          {"mtime_ns", identity.mtime_ns},
          {"ctime_ns", identity.ctime_ns}};
}

Json json_of(const std::optional<Seal>& seal) {
  if (!seal) return {};
  return {{"key_set", seal->keys.text()},
          {"sealed_at", format_rfc3339(seal->sealed_at)},
          {"key_columns", seal->key_columns},
          {"ledger", json_of(seal->ledger)},
          {"out", json_of(seal->out)},
          {"items_file", seal->items_file ? json_of(*seal->items_file) : Json()}};
}

// Members of somebody's JSON: what is not there, or of another type, is the type's zero.
template <class T>
T member(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (!object.is_object() || found == object.end()) return {};
  if constexpr (std::is_same_v<T, std::string>) {
    return found->is_string() ? found->get<T>() : T();
  } else if constexpr (std::is_integral_v<T>) {
    return found->is_number_integer() ? found->get<T>() : T();
  } else {
    return found->is_number() ? found->get<T>() : T();
  }
}

const Json& child(const Json& object, const char* name) {
  static const Json kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

FileIdentity identity_in(const Json& object) {
  return {.device = member<std::uint64_t>(object, "device"),
          .inode = member<std::uint64_t>(object, "inode"),
          .size_bytes = member<std::uint64_t>(object, "size_bytes"),
          .mtime_ns = member<std::int64_t>(object, "mtime_ns"),
          .ctime_ns = member<std::int64_t>(object, "ctime_ns")};
}

Timestamp time_in(const Json& object, const char* name) {
  const auto time = parse_rfc3339(member<std::string>(object, name));
  return time ? *time : Timestamp();
}

std::vector<std::string> texts_in(const Json& list) {
  std::vector<std::string> out;
  for (const Json& each : list.is_array() ? list : Json::array())
    if (each.is_string()) out.push_back(each.get<std::string>());
  return out;
}

std::optional<Seal> seal_in(const Json& object) {
  if (!object.is_object()) return {};
  const auto keys = KeySetDigest::parse(member<std::string>(object, "key_set"));
  if (!keys) return {};
  const Json& items_file = child(object, "items_file");
  return Seal{
      .keys = *keys,
      .ledger = identity_in(child(object, "ledger")),
      .out = identity_in(child(object, "out")),
      .items_file = items_file.is_object() ? std::optional(identity_in(items_file)) : std::nullopt,
      .key_columns = texts_in(child(object, "key_columns")),
      .sealed_at = time_in(object, "sealed_at")};
}

RunCounts counts_in(const Json& stats) {
  return {.items = member<std::uint64_t>(stats, "total_clips"),
          .done_before = member<std::uint64_t>(stats, "done_before"),
          .pending_at_start = member<std::uint64_t>(stats, "pending_at_start"),
          .recovered_rows = member<std::uint64_t>(stats, "recovered_rows"),
          .ok = member<std::uint64_t>(stats, "ok"),
          .published_rows = member<std::uint64_t>(stats, "parquet_rows"),
          .elapsed_s = member<double>(stats, "elapsed_seconds")};
}

std::vector<FailedItem> failed_in(const Json& list) {
  std::vector<FailedItem> out;
  if (!list.is_array()) return out;
  for (const Json& each : list)
    out.push_back({.key = member<std::string>(each, "key"),
                   .why = member<std::string>(each, "why"),
                   .tries = member<int>(each, "tries")});
  return out;
}

// Ours, or the original script's, which counts its clips.
bool is_manifest(const Json& json) {
  if (!json.is_object()) return false;
  if (member<std::string>(json, "schema").starts_with(kSchemas)) return true;
  const Json& stats = child(json, "stats");
  return stats.is_object() && stats.contains("total_clips");
}

bool is_torn_manifest(std::string_view text) {
  return text.starts_with(kBeginning) || kBeginning.starts_with(text);
}

}  // namespace

Status require_own_manifest(const ExtractionConfig& config, FileSystem& files) {
  TRY_ASSIGN(const bool exists, files.exists(config.manifest()));
  if (!exists) return {};
  auto text = files.read(config.manifest(), kMaxManifestBytes);
  if (!text && text.error().code() == Code::not_found) return {};  // a link that leads to nothing
  if (!text && text.error().code() != Code::invalid) return std::move(text).error();
  const bool is_ours =
      text && (is_torn_manifest(*text) ||
               (!core::is_json_too_deep(*text) && is_manifest(Json::parse(*text, nullptr, false))));
  if (is_ours) return {};
  return Error(Code::conflict,
               printable_path(config.manifest()) +
                   " would be the manifest, and is somebody else's file: it is none of an "
                   "extraction; nothing was changed",
               "name another 'out', or move that file away");
}

Status write_manifest(const ExtractionConfig& config, FileSystem& files, const Manifest& manifest) {
  const RunCounts& counts = manifest.counts;
  Json failed = Json::array();
  for (const FailedItem& item : manifest.failed)
    failed.push_back({{"key", item.key}, {"why", item.why}, {"tries", item.tries}});
  Json torn = Json::array();
  for (const TornTail& tail : manifest.torn)
    torn.push_back({{"offset", tail.offset},
                    {"size_bytes", tail.size_bytes},
                    {"kept_in", printable_path(tail.kept_in)}});
  const double rate = counts.elapsed_s > 0 ? static_cast<double>(counts.ok) / counts.elapsed_s : 0;
  const Json json = {
      {"schema", kSchema},
      {"status", manifest.status},
      {"command", manifest.command},
      {"extraction", config.name},
      {"began_at", format_rfc3339(manifest.began_at)},
      {"updated_at", format_rfc3339(manifest.updated_at)},
      {"stats",
       {{"total_clips", counts.items},
        {"done_before", counts.done_before},
        {"pending_at_start", counts.pending_at_start},
        {"recovered_rows", counts.recovered_rows},
        {"ok", counts.ok},
        {"fail", manifest.failed.size()},
        {"parquet_rows", counts.published_rows},
        {"elapsed_seconds", counts.elapsed_s},
        {"rate_clip_per_second", rate}}},
      {"failed", failed},
      {"torn", torn},
      {"extractor", manifest.extractor.empty() ? Json() : Json(manifest.extractor)},
      {"configured", manifest.configured.empty() ? Json() : Json(manifest.configured)},
      {"tool", manifest.tool.empty() ? Json() : Json(manifest.tool)},
      {"seal", json_of(manifest.seal)},
      {"version", manifest.version}};
  return write_whole_file(files, config.manifest(),
                          json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

Result<std::optional<Manifest>> read_manifest(const ExtractionConfig& config, FileSystem& files) {
  TRY_ASSIGN(const bool exists, files.exists(config.manifest()));
  if (!exists) return std::optional<Manifest>();
  TRY_ASSIGN(const std::string text, files.read(config.manifest(), kMaxManifestBytes));
  if (core::is_json_too_deep(text)) return std::optional<Manifest>();
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || member<std::string>(json, "schema") != kSchema)
    return std::optional<Manifest>();
  return std::optional(Manifest{.status = member<std::string>(json, "status"),
                                .command = member<std::string>(json, "command"),
                                .began_at = time_in(json, "began_at"),
                                .updated_at = time_in(json, "updated_at"),
                                .counts = counts_in(child(json, "stats")),
                                .failed = failed_in(child(json, "failed")),
                                .torn = {},
                                .extractor = member<std::string>(json, "extractor"),
                                .configured = member<std::string>(json, "configured"),
                                .tool = member<std::string>(json, "tool"),
                                .version = member<std::string>(json, "version"),
                                .seal = seal_in(child(json, "seal"))});
}

}  // namespace holdfast::extract

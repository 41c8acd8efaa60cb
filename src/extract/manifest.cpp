// SPDX-License-Identifier: Apache-2.0
#include "extract/manifest.h"

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/root_folder.h"
#include "base/whole_file.h"
#include "core/canonical_json.h"

namespace holdfast::extract {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxManifestBytes = 64U << 20U;
constexpr const char* kSchema = "holdfast-extraction-manifest-v1";

/// A text of the manifest that is there; none where it is not ours, or has no such text.
Result<std::optional<std::string>> member_of_manifest(const ExtractionConfig& config,
                                                      FileSystem& files, const char* name) {
  TRY_ASSIGN(const bool exists, files.exists(config.manifest()));
  if (!exists) return std::optional<std::string>();
  TRY_ASSIGN(const std::string text, files.read(config.manifest(), kMaxManifestBytes));
  if (core::is_json_too_deep(text)) return std::optional<std::string>();
  const Json manifest = Json::parse(text, nullptr, false);
  if (!manifest.is_object() || manifest.value("schema", "") != kSchema)
    return std::optional<std::string>();
  const auto found = manifest.find(name);
  if (found == manifest.end() || !found->is_string()) return std::optional<std::string>();
  return std::optional(found->get<std::string>());
}

}  // namespace

Status write_manifest(const ExtractionConfig& config, FileSystem& files, const RunEnd& end,
                      const ManifestFacts& facts) {
  Json failed = Json::array();
  for (const FailedItem& item : end.failed)
    failed.push_back({{"key", printable_path(item.key)}, {"why", item.why}, {"tries", item.tries}});
  const double rate = end.elapsed_s > 0 ? static_cast<double>(end.ok) / end.elapsed_s : 0;
  const Json manifest = {{"schema", kSchema},
                         {"status", end.status},
                         {"extraction", config.name},
                         {"ended_at", format_rfc3339(facts.ended_at)},
                         {"stats",
                          {{"total_clips", end.items},
                           {"done_before", end.done_before},
                           {"pending_at_start", end.pending_at_start},
                           {"recovered_rows", end.recovered_rows},
                           {"ok", end.ok},
                           {"fail", end.failed.size()},
                           {"parquet_rows", facts.published_rows},
                           {"elapsed_seconds", end.elapsed_s},
                           {"rate_clip_per_second", rate}}},
                         {"failed", failed},
                         {"extractor", facts.extractor},
                         {"tool", facts.tool.empty() ? Json() : Json(facts.tool)},
                         {"key_set", end.publication ? Json(end.publication->keys.text()) : Json()},
                         {"version", facts.version}};
  return write_whole_file(files, config.manifest(),
                          manifest.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

Result<std::optional<std::string>> recorded_extractor(const ExtractionConfig& config,
                                                      FileSystem& files) {
  return member_of_manifest(config, files, "extractor");
}

Result<std::string> recorded_tool(const ExtractionConfig& config, FileSystem& files) {
  TRY_ASSIGN(const auto tool, member_of_manifest(config, files, "tool"));
  return tool.value_or("");
}

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
#include "extract/video_quality_config.h"

#include <string_view>
#include <utility>

#include "extract/vmaf_features.h"

namespace holdfast::extract {
namespace {

constexpr std::int64_t kMaxThreads = 256;

std::vector<std::string> default_features(bool has_reference) {
  if (!has_reference) return {"motion2", "cambi"};
  return {"vmaf", "adm", "vif", "motion2"};
}

/// The key without its last suffix, if it has one: "a.b/c.mp4" gives "a.b/c".
std::string_view stem_of(std::string_view key) {
  const std::size_t name = key.rfind('/') == std::string_view::npos ? 0 : key.rfind('/') + 1;
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos || dot <= name ? key : key.substr(0, dot);
}

}  // namespace

Result<VideoQualityConfig> read_video_quality_config(TomlTable& table) {
  VideoQualityConfig out;
  TRY_ASSIGN(const auto reference, table.string("reference"));
  if (reference) {
    out.reference = *reference;
    if (out.reference.find("{key}") == std::string::npos &&
        out.reference.find("{stem}") == std::string::npos)
      return table.invalid("reference", "\"" + out.reference +
                                            "\" is the same for all clips: name each clip's by "
                                            "{key} or {stem}, \"reference/{key}\"");
  }
  TRY_ASSIGN(const auto words,
             table.strings_or("features", default_features(reference.has_value())));
  auto features = choose_vmaf_features(words);
  if (!features) return table.invalid("features", features.error().message());
  if (features->empty()) return table.invalid("features", "name at least one");
  out.features = std::move(*features);
  TRY_ASSIGN(out.model, table.string_or("model", out.model));
  if (!out.model.starts_with("version=") && !out.model.starts_with("path="))
    return table.invalid("model", "\"" + out.model +
                                      "\": write \"version=vmaf_v0.6.1\" or "
                                      "\"path=models/mine.json\"");
  if (out.model.find('|') != std::string::npos)
    return table.invalid("model", "\"" + out.model + "\" names several: a column has one");
  TRY_ASSIGN(out.ffmpeg, table.string_or("ffmpeg", out.ffmpeg));
  if (out.ffmpeg.empty()) return table.invalid("ffmpeg", "name the program");
  TRY_ASSIGN(const std::int64_t threads, table.integer_or("threads", out.threads));
  if (threads < 1 || threads > kMaxThreads) return table.invalid("threads", "from 1 to 256");
  out.threads = static_cast<int>(threads);
  TRY_ASSIGN(out.harmless, table.strings_or("harmless", {}));
  for (const std::string& part : out.harmless) {
    if (part.empty()) return table.invalid("harmless", "\"\" is a part of every message");
  }
  return out;
}

std::vector<Column> video_quality_columns(const VideoQualityConfig& config) {
  constexpr auto kNull = parquet::Nullable::yes;
  std::vector<Column> out{{"width", ColumnType::int64, kNull},
                          {"height", ColumnType::int64, kNull},
                          {"fps", ColumnType::float64, kNull},
                          {"frames", ColumnType::int64, kNull}};
  for (const std::string& feature : config.features) {
    out.push_back({feature + "_mean", ColumnType::float64, kNull});
    out.push_back({feature + "_std", ColumnType::float64, kNull});
  }
  return out;
}

std::string reference_of(const VideoQualityConfig& config, const std::string& key) {
  std::string out;
  for (std::string_view rest = config.reference; !rest.empty();) {
    if (rest.starts_with("{key}")) {
      out += key;
      rest.remove_prefix(5);
    } else if (rest.starts_with("{stem}")) {
      out += stem_of(key);
      rest.remove_prefix(6);
    } else {
      out += rest.front();
      rest.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace holdfast::extract

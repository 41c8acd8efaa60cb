// SPDX-License-Identifier: Apache-2.0
// `extractor = "video-quality"`: what of [extract.NAME] is its own.
//
//   reference = "reference/{stem}.mkv"   the reference of a clip; {key} is its key, {stem} the key without its last suffix.
//                                        Without it each clip is scored against itself: motion and cambi say something then
//   features = ["vmaf", "psnr"]          default: vmaf, adm, vif, motion2; without reference motion2, cambi (extract/vmaf_features.h)
//   model = "version=vmaf_v0.6.1"        or "path=models/mine.json", as libvmaf's filter takes it
//   ffmpeg = "ffmpeg", threads = 1
//   harmless = ["a part of a message"]   what ffmpeg may complain of without an item being refused
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "base/toml.h"
#include "extract/row.h"

namespace holdfast::extract {

struct VideoQualityConfig {
  std::string reference;              // pattern; "" where there is none
  std::vector<std::string> features;  // in the locked order
  std::string model = "version=vmaf_v0.6.1";
  std::string ffmpeg = "ffmpeg";
  int threads = 1;  // of libvmaf and of each decoder; its values do not depend on it
  std::vector<std::string> harmless;
  std::string tool;  // what ffmpeg, libvmaf and model are; "" until identify_video_tool() looked
};

/// Errors name file, line, key and value.
Result<VideoQualityConfig> read_video_quality_config(TomlTable& table);

/// width, height, fps, frames, then <feature>_mean and <feature>_std of each feature.
std::vector<Column> video_quality_columns(const VideoQualityConfig& config);

/// The reference of a key, as the pattern says; may be relative.
std::string reference_of(const VideoQualityConfig& config, const std::string& key);

}  // namespace holdfast::extract

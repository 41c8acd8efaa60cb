// SPDX-License-Identifier: Apache-2.0
// What libvmaf's JSON log says of a clip: each feature's mean and standard deviation over its frames.
//
//   {"version": "86da14d", "frames": [{"frameNum": 0, "metrics": {"integer_adm2": 0.950073, "psnr_hvs": null, "vmaf": 74.846620}}, …],
//    "pooled_metrics": {"vmaf": {"min": …, "mean": 74.194940, …}, …}}
//
// A feature `f` stands there as "f" or, where that is not there, as "integer_f". Frames whose value is null or NaN (psnr_hvs of two equal
// frames) count for nothing. One that is not there at all was not computed,
// which libvmaf with threads says nowhere else (cambi of a small picture): then the log is none. The mean over the frames is held against the log's own pooled mean: a log that contradicts itself is none.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::extract {

struct FeatureSummary {
  std::optional<double> mean;                // none where every frame's value is null
  std::optional<double> standard_deviation;  // of the population (divided by n)
};

struct VmafLog {
  std::string version;  // libvmaf's, "" where the log has none
  std::uint64_t frame_count = 0;
  std::vector<FeatureSummary> features;  // as they were asked for
};

/// `invalid`: no such log, frames that are not numbered 0, 1, 2, …, a feature that a frame lacks, a value that is no number, a mean that
/// is not the pooled one.
Result<VmafLog> read_vmaf_log(std::string_view json, const std::vector<std::string>& features);

}  // namespace holdfast::extract

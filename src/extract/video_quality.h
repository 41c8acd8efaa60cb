// SPDX-License-Identifier: Apache-2.0
// The extractor `video-quality`: VMAF and its elementary features of a clip, through an ffmpeg that has libvmaf.
//
// A clip gets a row only when it was decoded strictly and whole: ffmpeg ended well and complained of nothing, the reference has as many
// frames as the clip, and libvmaf scored every one of them. One process for each clip; nothing is written to a disk (docs/decisions/0081).
#pragma once
#include <memory>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "extract/extractor.h"

namespace holdfast::extract {

/// `config.video` is there. Needs no identify_video_tool(); the fingerprint does.
std::unique_ptr<Extractor> make_video_quality_extractor(const ExtractorConfig& config);

/// What makes the numbers, for people and for the fingerprint: ffmpeg's version line and the SHA-256 of its program, libvmaf's version as
/// its own log tells, the model, and the SHA-256 of its file where it is one. Scores one picture on the way, so that an ffmpeg without
/// libvmaf, an unknown model, and a feature that this libvmaf does not have are told before any item is tried. `not_found`, `invalid`
/// and `unsupported` with the way out; `cancelled`.
Result<std::string> identify_video_tool(const ExtractorConfig& config, const Cancel* cancel);

}  // namespace holdfast::extract

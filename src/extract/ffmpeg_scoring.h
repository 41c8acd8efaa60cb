// SPDX-License-Identifier: Apache-2.0
// One run of ffmpeg that scores a clip, counts its frames and decodes strictly: how it is called, and what it said.
//
//   [clip] ─► its first frame ──────────────────────────► stdout, stream 0: size and frame rate
//          └► numbered 0, 1, 2, … ─┬────────────────────► stdout, stream 1: a line for each frame
//   [reference] ─► numbered ───────┼─► libvmaf ─► log
//                                  └────────────────────► stdout, stream 2: a line for each frame
//
// Frames are paired by their number, not by their time: two containers round the same times differently, and libvmaf would get some frames
// beside their own. Of a shorter reference the filter repeats the last frame without a word, hence the counts. Frames go to
// the counting streams as they are (wrapped_avframe), which copies nothing. Nothing of a file's name gets into the arguments
// (base/handed_file.h).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extract/video_quality_config.h"

namespace holdfast::extract {

struct ScoringFiles {
  std::string clip;
  std::optional<std::string> reference;
  std::string log;
};

/// Program and words.
std::vector<std::string> scoring_command(const VideoQualityConfig& config,
                                         const ScoringFiles& files);
/// The same filter on a picture of its own (one frame), without any file: what this ffmpeg can do.
std::vector<std::string> trial_command(const VideoQualityConfig& config, const std::string& log);

/// What it prints on standard output, the text form of framecrc.
struct FrameCounts {
  std::uint64_t clip = 0;
  std::uint64_t reference = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::optional<double> fps;
};
/// Takes a line; one that is none of ours counts for nothing.
void count_line(FrameCounts& counts, std::string_view line);

/// What it wrote to standard error, line by line: without the addresses in it and without what is known as harmless.
std::vector<std::string> complaints(std::string_view error_text,
                                    const std::vector<std::string>& harmless);
/// Which of the two files a complaint is about: "the clip", "the reference", or both where it doesn't say.
std::string_view file_of(const std::vector<std::string>& lines, bool has_reference);

}  // namespace holdfast::extract

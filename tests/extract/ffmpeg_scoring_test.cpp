// SPDX-License-Identifier: Apache-2.0
// How ffmpeg is called, and what is made of the lines it prints. That the call does what it should is tests/e2e/test_video_quality.py.
#include "extract/ffmpeg_scoring.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "extract/vmaf_features.h"

namespace holdfast::extract {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

FrameCounts counts_of(const std::vector<std::string>& lines) {
  FrameCounts out;
  for (const std::string& line : lines)
    count_line(out, line);
  return out;
}

VideoQualityConfig config_with(const std::string& model) {
  VideoQualityConfig out;
  out.features = {"psnr_y", "cambi", "vmaf"};
  out.model = model;
  return out;
}

std::string graph_in(const std::vector<std::string>& command) {
  for (std::size_t at = 0; at + 1 < command.size(); ++at) {
    if (command[at] == "-filter_complex") return command[at + 1];
  }
  return {};
}

TEST(FfmpegScoring, EscapesTheModelForOptionAndGraph) {
  const auto command = scoring_command(config_with("path=it's, a [b]:name=x\\y"),
                                       {.clip = "c", .reference = "r", .log = "l"});
  EXPECT_THAT(graph_in(command),
              HasSubstr(R"(:model=path=it\\\'s\, a \[b\]\\:name=x\\\\y:n_threads=0)"));
}

TEST(FfmpegScoring, DecodesStrictlyAndNeverAsksANetwork) {
  const auto command =
      scoring_command(config_with("version=m"), {.clip = "c", .reference = "r", .log = "l"});
  EXPECT_THAT(command, Contains("-xerror"));
  EXPECT_THAT(command, Contains("file:c"));
  EXPECT_THAT(command, Contains("file:r"));
  EXPECT_EQ(std::ranges::count(command, "-protocol_whitelist"), 2);
}

TEST(FfmpegScoring, ScoresAClipAgainstItselfWithoutAReference) {
  const auto command =
      scoring_command(config_with("version=m"), {.clip = "c", .reference = {}, .log = "l"});
  EXPECT_THAT(graph_in(command), HasSubstr("split=3[scored][against][counted]"));
  EXPECT_THAT(graph_in(command), Not(HasSubstr("[1:")));
}

TEST(FfmpegScoring, CountsTheFramesOfBothAndReadsSizeAndRate) {
  const auto counts = counts_of(
      {"#software: Lavf63.1.102", "#tb 0: 1001/30000", "#dimensions 0: 320x180", "#tb 1: 1/25",
       "#dimensions 1: 160x90", "0,  0,  0,  1,  424, 0x0a651771", "1, 0, 0, 1, 424, 0x4ffd155c",
       "2, 0, 0, 1, 424, 0x4ffd155c", "1, 30, 30, 1, 424, 0x4ffd155c", "12, 0", "", "1"});
  EXPECT_EQ(counts.clip, 2U);
  EXPECT_EQ(counts.reference, 1U);
  EXPECT_EQ(counts.width, 320);
  EXPECT_EQ(counts.height, 180);
  EXPECT_EQ(counts.fps, 30000.0 / 1001.0);
}

TEST(FfmpegScoring, TakesNoSizeOrRateFromALineThatIsTorn) {
  const auto counts = counts_of({"#tb 0: 1/", "#tb 0: 0/25", "#tb 0: x", "#dimensions 0: 320x",
                                 "#dimensions 0: 320", "#dimensions 0: 320x180 "});
  EXPECT_EQ(counts.width, 0);
  EXPECT_FALSE(counts.fps);
}

TEST(FfmpegScoring, DropsAddressesAndHarmlessMessages) {
  EXPECT_THAT(complaints("[h264 @ 0x55c4e3cd3d00] Invalid NAL\n    Last message repeated 2 times\n"
                         "\n[in#0/mov @ 0xab] co located POCs unavailable\n[vist#1:0/h264 @ 0x1] "
                         "[dec:h264 @ 0x2] broken",
                         {"co located"}),
              ElementsAre("[h264] Invalid NAL", "[vist#1:0/h264] [dec:h264] broken"));
  EXPECT_THAT(complaints("", {}), IsEmpty());
}

TEST(FfmpegScoring, TellsWhichFileIsMeant) {
  EXPECT_EQ(file_of({"[h264] x", "[in#1/mov] corrupt", "[in#0] y"}, true), "the reference");
  EXPECT_EQ(file_of({"[h264] x", "[vist#0:0/h264] corrupt"}, true), "the clip");
  EXPECT_EQ(file_of({"[vost#1:0] x"}, true), "the clip or its reference");
  EXPECT_EQ(file_of({"x"}, false), "the clip");
}

TEST(VmafFeatures, AreChosenByNameOrFamilyInTheLockedOrder) {
  const auto chosen = choose_vmaf_features({"vmaf", "psnr", "adm2", "psnr_y"});
  ASSERT_TRUE(chosen);
  EXPECT_THAT(*chosen, ElementsAre("adm2", "psnr_y", "psnr_cb", "psnr_cr", "vmaf"));
  EXPECT_EQ(vmaf_feature_option(*chosen), "name=psnr");
  EXPECT_EQ(vmaf_feature_option({"vmaf", "adm2"}), "");
  EXPECT_EQ(vmaf_feature_option({"ciede2000", "psnr_y", "cambi"}),
            "name=psnr|name=cambi|name=ciede");
}

TEST(VmafFeatures, RefusesAWordThatIsNone) {
  const auto chosen = choose_vmaf_features({"vmaf", "ssim"});
  ASSERT_FALSE(chosen);
  EXPECT_THAT(chosen.error().message(), HasSubstr("\"ssim\" is no feature: "));
  EXPECT_FALSE(choose_vmaf_features({""}));
}

TEST(VideoQualityConfig, FillsKeyAndStemIntoTheReference) {
  VideoQualityConfig config;
  for (const auto& [pattern, key, path] :
       {std::tuple{"reference/{key}", "a/b.mp4", "reference/a/b.mp4"},
        {"r/{stem}.mkv", "a.b/c.mp4", "r/a.b/c.mkv"},
        {"r/{stem}.mkv", "a.b/c", "r/a.b/c.mkv"},
        {"r/{stem}", ".hidden", "r/.hidden"},
        {"{key}{stem}", "{stem}.x", "{stem}.x{stem}"}}) {
    config.reference = pattern;
    EXPECT_EQ(reference_of(config, key), path);
  }
}

}  // namespace
}  // namespace holdfast::extract

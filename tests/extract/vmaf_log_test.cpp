// SPDX-License-Identifier: Apache-2.0
// libvmaf's log, and everything that is none; expected numbers are Python's (statistics.fmean, statistics.pstdev).
#include "extract/vmaf_log.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::extract {
namespace {

using ::testing::HasSubstr;

std::string log_of(const std::string& frames, const std::string& pooled = "{}") {
  return R"({"version": "86da14d", "fps": 22.81, "frames": [)" + frames +
         R"(], "pooled_metrics": )" + pooled + R"(, "aggregate_metrics": {}})";
}

std::string frame(int number, const std::string& metrics) {
  return R"({"frameNum": )" + std::to_string(number) + R"(, "metrics": {)" + metrics + "}}";
}

std::string refusal_of(const std::string& json) {
  const auto log = read_vmaf_log(json, {"vmaf"});
  return log ? "it was taken" : log.error().message();
}

TEST(VmafLog, GivesMeanAndPopulationDeviationOfEachFeature) {
  const auto log =
      read_vmaf_log(log_of(frame(0, R"("integer_adm2": 0.950073, "vmaf": 74.846620)") + ", " +
                           frame(1, R"("integer_adm2": 0.934872, "vmaf": 68.702405)") + ", " +
                           frame(2, R"("integer_adm2": 1.0000004052777978, "vmaf": 78.566476)")),
                    {"adm2", "vmaf"});
  ASSERT_TRUE(log) << log.error().message();
  EXPECT_EQ(log->version, "86da14d");
  EXPECT_EQ(log->frame_count, 3U);
  ASSERT_EQ(log->features.size(), 2U);
  EXPECT_DOUBLE_EQ(*log->features[0].mean, 0.9616484684259326);
  EXPECT_DOUBLE_EQ(*log->features[0].standard_deviation, 0.02781990768576932);
  EXPECT_DOUBLE_EQ(*log->features[1].mean, 74.03850033333333);
  EXPECT_DOUBLE_EQ(*log->features[1].standard_deviation, 4.067330592251738);
}

TEST(VmafLog, SkipsFramesThatAreNullOrNaN) {
  const auto log = read_vmaf_log(log_of(frame(0, R"("psnr_hvs": null, "vmaf": 1)") + "," +
                                        frame(1, R"("psnr_hvs": 40.5, "vmaf": NaN)") + "," +
                                        frame(2, R"("psnr_hvs": null, "vmaf": 3)")),
                                 {"psnr_hvs", "vmaf"});
  ASSERT_TRUE(log) << log.error().message();
  EXPECT_EQ(log->features[0].mean, 40.5);
  EXPECT_EQ(log->features[0].standard_deviation, 0.0);
  EXPECT_EQ(log->features[1].mean, 2.0);
  EXPECT_EQ(log->features[1].standard_deviation, 1.0);
}

TEST(VmafLog, HasNoMeanWhereEveryFrameIsNull) {
  const auto log = read_vmaf_log(
      log_of(frame(0, R"("vmaf": null)"), R"({"vmaf": {"min": null, "mean": null}})"), {"vmaf"});
  ASSERT_TRUE(log) << log.error().message();
  EXPECT_FALSE(log->features[0].mean);
  EXPECT_FALSE(log->features[0].standard_deviation);
}

TEST(VmafLog, TakesThePlainNameBeforeTheIntegerOne) {
  const auto log =
      read_vmaf_log(log_of(frame(0, R"("integer_vmaf": 1.5, "vmaf": 2.5)"),
                           R"({"integer_vmaf": {"mean": 1.5}, "vmaf": {"mean": 2.5}})"),
                    {"vmaf"});
  ASSERT_TRUE(log) << log.error().message();
  EXPECT_EQ(log->features[0].mean, 2.5);
}

TEST(VmafLog, IsNoneWhereItContradictsItself) {
  const std::string two = frame(0, R"("vmaf": 1.000000)") + "," + frame(1, R"("vmaf": 2.000001)");
  EXPECT_EQ(refusal_of(log_of(two, R"({"vmaf": {"mean": 1.500001}})")), "it was taken");
  EXPECT_THAT(refusal_of(log_of(two, R"({"vmaf": {"mean": 1.500101}})")),
              HasSubstr("pooled mean of 1.500101"));
}

TEST(VmafLog, NamesTheFrameThatIsWrong) {
  const std::string good = frame(0, R"("vmaf": 1)");
  EXPECT_THAT(refusal_of(log_of(good + "," + frame(2, R"("vmaf": 1)"))),
              HasSubstr("frame 1: it is numbered 2"));
  EXPECT_THAT(refusal_of(log_of(good + R"(,{"metrics":{"vmaf":1}})")),
              HasSubstr("frame 1: it is numbered nothing"));
  EXPECT_THAT(refusal_of(log_of(good + R"(,{"frameNum":1})")), HasSubstr("no \"metrics\""));
  EXPECT_THAT(refusal_of(log_of(frame(0, R"("psnr_y": 1)"))), HasSubstr("frame 0: no \"vmaf\""));
  EXPECT_THAT(refusal_of(log_of(good + "," + frame(1, R"("psnr_y": 1)"))),
              HasSubstr("frame 1: no \"vmaf\""));
  EXPECT_THAT(refusal_of(log_of(good + "," + frame(1, R"("integer_vmaf": 1)"))),
              HasSubstr("frame 1: \"vmaf\" stands under another name"));
  EXPECT_THAT(refusal_of(log_of(frame(0, R"("vmaf": "1")"))), HasSubstr("\"vmaf\" is no number"));
  EXPECT_THAT(refusal_of(log_of(frame(0, R"("vmaf": 1e999)"))), HasSubstr("is no number"));
}

TEST(VmafLog, IsRefusedWhereItIsCutOff) {
  const std::string whole = log_of(frame(0, R"("vmaf": 1)") + "," + frame(1, R"("vmaf": 2)"),
                                   R"({"vmaf": {"mean": 1.5}})");
  ASSERT_EQ(refusal_of(whole), "it was taken");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(refusal_of(whole.substr(0, size)), "it was taken") << size;
}

TEST(VmafLog, WithoutFramesHasNone) {
  const auto log = read_vmaf_log(log_of(""), {"vmaf"});
  ASSERT_TRUE(log) << log.error().message();
  EXPECT_EQ(log->frame_count, 0U);
  EXPECT_FALSE(log->features[0].mean);
}

}  // namespace
}  // namespace holdfast::extract

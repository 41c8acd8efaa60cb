// SPDX-License-Identifier: Apache-2.0
// The shard function against docs/formats/shard.md and against sha256sum.
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/batch.h"

namespace holdfast::core {
namespace {

std::uint32_t part(std::string_view key, std::uint32_t count) {
  std::uint32_t found = 0;
  for (std::uint32_t k = 1; k <= count; ++k) {
    if (!Shard{k, count}.has(key)) continue;
    EXPECT_EQ(found, 0U) << key << " is in two shards";
    found = k;
  }
  EXPECT_NE(found, 0U) << key << " is in no shard";
  return found;
}

TEST(Shard, HoldsTheVectorsOfItsPage) {
  EXPECT_EQ(part("artifact:atlas/nb-0042", 2), 2U);
  EXPECT_EQ(part("artifact:atlas/nb-0042", 3), 3U);
  EXPECT_EQ(part("artifact:atlas/nb-0042", 8), 8U);
  EXPECT_EQ(part("fig-0001", 2), 1U);
  EXPECT_EQ(part("fig-0001", 3), 2U);
  EXPECT_EQ(part("fig-0001", 8), 3U);
  EXPECT_EQ(part("Z\xC3\xBCrich", 2), 2U);
  EXPECT_EQ(part("Z\xC3\xBCrich", 3), 3U);
  EXPECT_EQ(part("Z\xC3\xBCrich", 8), 6U);
  EXPECT_TRUE((Shard{155728, 1'000'000}.has("artifact:atlas/nb-0042")));
  EXPECT_TRUE((Shard{25619, 1'000'000}.has("fig-0001")));
  EXPECT_TRUE((Shard{969654, 1'000'000}.has("Z\xC3\xBCrich")));
}

TEST(Shard, AgreesWithSha256sum) {
  for (int i = 0; i < 20; ++i) {
    const std::string key = "nb-" + std::to_string(i);
    const std::string command = "printf %s " + key + " | sha256sum";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    ASSERT_TRUE(pipe);
    std::array<char, 17> hex{};
    ASSERT_EQ(std::fread(hex.data(), 1, 16, pipe.get()), 16U);
    EXPECT_EQ(part(key, 7), std::stoull(hex.data(), nullptr, 16) % 7 + 1) << key;
  }
}

TEST(Shard, PutsEveryKeyInOnePartOfAboutTheSameSize) {
  std::array<int, 8> sizes{};
  for (int i = 0; i < 8000; ++i)
    ++sizes.at(part("key-" + std::to_string(i), 8) - 1);
  for (const int size : sizes)
    EXPECT_NEAR(size, 1000, 150);  // five standard deviations
  EXPECT_TRUE((Shard{1, 1}.has("anything")));
}

TEST(Shard, ReadsAndWritesItself) {
  const Shard shard = Shard::parse("3/8").value();
  EXPECT_EQ(shard.index, 3U);
  EXPECT_EQ(shard.count, 8U);
  EXPECT_EQ(shard.text(), "3/8");
  EXPECT_EQ(Shard::parse("1/1")->count, 1U);
  EXPECT_EQ(Shard::parse("1000000/1000000")->index, 1'000'000U);
}

TEST(Shard, RefusesWhatIsNoShard) {
  for (const char* text : {"",
                           "/",
                           "3",
                           "3/",
                           "/8",
                           "0/8",
                           "9/8",
                           "1/0",
                           "1/1000001",
                           "-1/8",
                           "+1/8",
                           " 1/8",
                           "1/8 ",
                           "1 / 8",
                           "01/8",
                           "1/08",
                           "1/8/2",
                           "1.0/8",
                           "a/b",
                           "1\\8",
                           "1/99999999999999999999",
                           "4294967297/8"}) {
    const auto parsed = Shard::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code(), Code::invalid);
    EXPECT_NE(parsed.error().message().find(text), std::string::npos);
  }
}

}  // namespace
}  // namespace holdfast::core

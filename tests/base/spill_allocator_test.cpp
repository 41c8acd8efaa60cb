// SPDX-License-Identifier: Apache-2.0
#include "base/spill_allocator.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast {
namespace {

/// Lines of this process's memory map that belong to a file of that folder which has no name any more.
std::size_t spilled_files(const std::string& folder) {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    count += line.find(' ' + folder + "/#") != std::string::npos ? 1 : 0;
  return count;
}

class SpillAllocatorTest : public ::testing::Test {
 protected:
  void SetUp() override { set_folder(::testing::TempDir()); }
  void TearDown() override { ::unsetenv("TMPDIR"); }
  void set_folder(std::string folder) {
    while (folder.ends_with('/'))
      folder.pop_back();
    folder_ = std::move(folder);
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  std::string folder_;
};

TEST_F(SpillAllocatorTest, KeepsLargeArraysInAFileWithoutAName) {
  constexpr std::size_t kCount = kSpillBytes / sizeof(std::uint64_t);
  const std::vector<std::uint64_t, SpillAllocator<std::uint64_t>> small(kCount / 2);
  EXPECT_EQ(spilled_files(folder_), 0U);
  std::vector<std::uint64_t, SpillAllocator<std::uint64_t>> numbers;
  for (std::uint64_t i = 0; i < kCount + 1000; ++i)
    numbers.push_back(i * i);
  EXPECT_EQ(spilled_files(folder_), 1U);
  for (std::uint64_t i = 0; i < numbers.size(); ++i)
    ASSERT_EQ(numbers[i], i * i);
  const auto copy = numbers;
  EXPECT_EQ(spilled_files(folder_), 2U);
  numbers.clear();
  numbers.shrink_to_fit();
  EXPECT_EQ(spilled_files(folder_), 1U);
  EXPECT_EQ(copy.back(), (kCount + 999) * (kCount + 999));
}

TEST_F(SpillAllocatorTest, FallsBackToMemoryWhereNoFileCanBeMade) {
  set_folder("/proc");  // nobody can write there
  std::vector<char, SpillAllocator<char>> bytes(2 * kSpillBytes, 'x');
  EXPECT_EQ(spilled_files("/proc"), 0U);
  EXPECT_EQ(bytes.back(), 'x');
  EXPECT_THROW(bytes.reserve(static_cast<std::size_t>(-1) / 4), std::bad_alloc);
}

}  // namespace
}  // namespace holdfast

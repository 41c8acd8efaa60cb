// SPDX-License-Identifier: Apache-2.0
#include "base/size_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(SizeText, TakesTheLargestUnitThatLeavesThreeDigits) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1000), "1.0 kB");
  EXPECT_EQ(size_text(17'640), "17.6 kB");
  EXPECT_EQ(size_text(99'940), "99.9 kB");
  EXPECT_EQ(size_text(99'960), "100 kB");
  EXPECT_EQ(size_text(210'000'000), "210 MB");
  EXPECT_EQ(size_text(1.8e19), "18.0 EB");
}

TEST(SizeText, NeverSaysAThousand) {
  EXPECT_EQ(size_text(999'499), "999 kB");
  EXPECT_EQ(size_text(999'500), "1.0 MB");
  EXPECT_EQ(size_text(999'999'999), "1.0 GB");
}

}  // namespace
}  // namespace holdfast

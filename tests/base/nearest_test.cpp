// SPDX-License-Identifier: Apache-2.0
// Distances between names, and the name that was meant.
#include "base/nearest.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Nearest, CountsInsertionsDeletionsChangesAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("nmae", "name"), 1U);
  EXPECT_EQ(edit_distance("ca", "abc"), 2U) << "a swap with a letter put in between";
  EXPECT_EQ(edit_distance("a cat", "an act"), 2U);
}

TEST(Nearest, IsAMetric) {
  std::mt19937 random(20260518);
  const auto word = [&] {
    std::string out;
    for (std::size_t i = random() % 7; i > 0; --i)
      out += static_cast<char>('a' + random() % 3);
    return out;
  };
  for (int i = 0; i < 3000; ++i) {
    const std::string a = word();
    const std::string b = word();
    const std::string c = word();
    EXPECT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << ' ' << b;
    EXPECT_EQ(edit_distance(a, b) == 0, a == b) << a << ' ' << b;
    EXPECT_LE(edit_distance(a, c), edit_distance(a, b) + edit_distance(b, c)) << a << b << c;
  }
}

TEST(Nearest, FindsTheNameThatWasMeantAndNoOther) {
  const std::vector<std::string> known = {"catalog", "commit_every", "jobs",
                                          "name",    "rate",         "root"};
  EXPECT_EQ(nearest_name("catalogue", known), "catalog");
  EXPECT_EQ(nearest_name("commit-every", known), "commit_every");
  EXPECT_EQ(nearest_name("Jobs", known), "jobs");
  EXPECT_EQ(nearest_name("rooot", known), "root");
  EXPECT_EQ(nearest_name("window", known), std::nullopt);
  EXPECT_EQ(nearest_name("", known), std::nullopt);
  EXPECT_EQ(nearest_name("x", known), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(kMaxNameSizeBytes + 1, 'a'), known), std::nullopt);
  EXPECT_EQ(nearest_name("name", {}), std::nullopt);
  EXPECT_EQ(did_you_mean("nmae", known), "; did you mean \"name\"?");
  EXPECT_EQ(did_you_mean("window", known), "");
}

}  // namespace
}  // namespace holdfast

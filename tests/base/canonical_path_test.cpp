// SPDX-License-Identifier: Apache-2.0
#include "base/canonical_path.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(AbsolutePath, IsSeenFromTheFolder) {
  EXPECT_EQ(absolute_path("a/../b/./c/", "/w"), "/w/b/c");
  EXPECT_EQ(absolute_path("../a", "/w/x"), "/w/a");
  EXPECT_EQ(absolute_path("/a//b", "/w"), "/a/b");
  EXPECT_EQ(absolute_path(".", "/w"), "/w");
  EXPECT_EQ(absolute_path("/", "/w"), "/");
}

TEST(AbsolutePath, OfAFileKeepsTheSlashThatNoFileHas) {
  EXPECT_EQ(absolute_file_path("../a.jsonl", "/w/x"), "/w/a.jsonl");
  EXPECT_EQ(absolute_file_path("/a.jsonl", "/w"), "/a.jsonl");
  EXPECT_EQ(absolute_file_path("events/", "/w"), "/w/events/");
}

}  // namespace
}  // namespace holdfast

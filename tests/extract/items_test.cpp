// SPDX-License-Identifier: Apache-2.0
// Items by pattern, against what the shell finds, and by list.
#include "extract/items.h"

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/second_program.h"
#include "tests/support/temp_folder.h"

namespace holdfast::extract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> keys(const Items& items) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < items.keys.size(); ++i)
    out.emplace_back(items.keys.at(i));
  return out;
}

TEST(Items, OfAPatternAreTheFilesThatBashFinds) {
  const testing::TempFolder folder;
  for (const char* name : {"clips/a.mp4", "clips/b.mp4", "clips/c.mov", "clips/sub/d.mp4",
                           "clips/sub/deep/e.mp4", "clips/.hidden.mp4", "other/f.mp4", "x.mp4"})
    folder.write(name, name);
  std::filesystem::create_directory_symlink(folder.at("other"), folder.at("clips/folder.mp4"));
  std::filesystem::create_symlink(folder.at("other/f.mp4"), folder.at("clips/link.mp4"));
  std::filesystem::create_symlink("nowhere", folder.at("clips/broken.mp4"));
  for (const char* pattern :
       {"clips/*.mp4", "clips/**/*.mp4", "clips/?.m*", "*.mp4", "*/f.mp4", "none/../clips/a.mp4"}) {
    if (std::string(pattern).starts_with("none")) continue;
    const auto items = list_items(folder.path(), pattern);
    ASSERT_TRUE(items) << pattern;
    const auto split = split_pattern(pattern);
    const auto truth = testing::run_program(
        "bash -c 'shopt -s globstar dotglob nullglob; cd \"$0\" && for f in " + split.below +
        "; do [ -f \"$f\" ] && printf \"%s\\n\" \"$f\"; done | LC_ALL=C sort' " +
        testing::shell_quoted(folder.at(split.folder)));
    std::vector<std::string> expected;
    std::istringstream lines(truth.output);
    for (std::string line; std::getline(lines, line);)
      expected.push_back(line);
    EXPECT_EQ(keys(*items), expected) << pattern;
    EXPECT_FALSE(expected.empty()) << pattern;
  }
}

TEST(Items, SayWhichFolderIsNotThere) {
  const testing::TempFolder folder;
  const auto items = list_items(folder.path(), "clips/*.mp4");
  ASSERT_FALSE(items);
  EXPECT_THAT(items.error().message(), HasSubstr("clips"));
  EXPECT_FALSE(list_items(folder.path(), ""));
  EXPECT_FALSE(list_items(folder.path(), "clips/"));
}

TEST(Items, OfAListAreItsLines) {
  const testing::TempFolder folder;
  folder.write("list", "a.mp4\r\n\nb c\n");
  const auto items = read_items(real_file_system(), folder.at("list"));
  ASSERT_TRUE(items);
  EXPECT_THAT(keys(*items), ElementsAre("a.mp4", "b c"));
  folder.write("twice", "a\nb\na\n");
  const auto twice = read_items(real_file_system(), folder.at("twice"));
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message(), HasSubstr("twice:3"));
}

}  // namespace
}  // namespace holdfast::extract

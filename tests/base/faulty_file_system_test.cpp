// SPDX-License-Identifier: Apache-2.0
// The model of forgetting itself: which states a power cut may leave, written out by hand for small
// cases.
#include "base/faulty_file_system.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crash_test.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

using Contents = std::set<std::string>;

constexpr CrashRules kRules{.sector_bytes = 4, .max_states = 10'000};

FaultyFileSystem small_sectors() {
  return FaultyFileSystem(kRules.sector_bytes);
}

std::unique_ptr<WritableFile> created(FileSystem& files, const std::string& path) {
  auto file = files.create(path);
  EXPECT_TRUE(file.ok());
  return std::move(file).value();
}

void append(FileSystem& files, const std::string& path, std::string_view bytes) {
  auto file = files.append(path);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write(bytes).ok());
}

// A durable file to start from.
FaultyFileSystem with_file(const std::string& path, std::string_view content) {
  FaultyFileSystem files = small_sectors();
  append(files, path, content);
  files.settle();
  return files;
}

// What `path` may hold after a power cut now; "(none)" when its name may be lost.
Contents possible(const FaultyFileSystem& files, const std::string& path) {
  Contents found;
  bool sampled = false;
  for_each_crash_state(files, kRules, sampled, [&](FaultyFileSystem& after) {
    const auto bytes = after.read(path, 1U << 20U);
    found.insert(bytes ? bytes.value() : "(none)");
  });
  EXPECT_FALSE(sampled);
  return found;
}

// With the zeros readable.
Contents operator""_states(const char* text, std::size_t size) {
  Contents states;
  std::string rest(text, size);
  for (char& c : rest)
    if (c == '0') c = '\0';
  for (std::size_t at = 0; at <= rest.size();) {
    const std::size_t end = std::min(rest.find(' ', at), rest.size());
    states.insert(rest.substr(at, end - at));
    at = end + 1;
  }
  return states;
}

TEST(FaultyFileSystem, MayLoseOrTearWhatWasNotSynced) {
  FaultyFileSystem files = with_file("f", "ab");
  append(files, "f", "cdefgh");  // sectors "abcd", "efgh"
  // Sizes 2, 4 and 8; each sector written or not.
  EXPECT_EQ(possible(files, "f"), "ab ab00 abcd ab000000 abcd0000 ab00efgh abcdefgh"_states);
}

TEST(FaultyFileSystem, KeepsWhatWasSynced) {
  FaultyFileSystem files = with_file("f", "ab");
  auto file = files.append("f");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write("cdefgh").ok());
  ASSERT_TRUE((*file)->sync().ok());
  EXPECT_EQ(possible(files, "f"), "abcdefgh"_states);
}

TEST(FaultyFileSystem, MayUndoATruncationThatWasNotSynced) {
  FaultyFileSystem files = with_file("f", "abcdef");
  auto file = files.append("f");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->truncate(5).ok());
  ASSERT_TRUE((*file)->write("XY").ok());
  // Sizes 6, 5, 7; the second sector "ef", "e" or "eXY".
  EXPECT_EQ(possible(files, "f"), "abcdef abcde abcde0 abcdeX abcdef0 abcde00 abcdeXY"_states);
}

TEST(FaultyFileSystem, MayLoseANameAndKeepsASyncedOne) {
  FaultyFileSystem files = small_sectors();
  auto file = created(files, "f");
  ASSERT_TRUE(file->write("x").ok());
  ASSERT_TRUE(file->sync().ok());
  EXPECT_EQ(possible(files, "f"), (Contents{"(none)", "x"}));
  ASSERT_TRUE(files.sync_folder("/").ok());
  EXPECT_EQ(possible(files, "f"), Contents{"x"});
}

TEST(FaultyFileSystem, MayLoseAFolderWithAllThatIsInIt) {
  FaultyFileSystem files = small_sectors();
  ASSERT_TRUE(files.create_folder("a/b").ok());
  auto file = created(files, "a/b/f");
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(files.sync_folder("a/b").ok());
  ASSERT_TRUE(files.sync_folder("/").ok());
  EXPECT_EQ(possible(files, "a/b/f"), (Contents{"(none)", ""}));
  ASSERT_TRUE(files.sync_folder("a").ok());
  EXPECT_EQ(possible(files, "a/b/f"), Contents{""});
}

TEST(FaultyFileSystem, MayShowARenameBeforeTheData) {
  FaultyFileSystem files = with_file("f", "old");
  append(files, "t", "new");
  ASSERT_TRUE(files.rename("t", "f").ok());
  Contents expected = "new 000"_states;
  expected.insert({"old", ""});
  EXPECT_EQ(possible(files, "f"), expected);
}

TEST(FaultyFileSystem, MayKeepBothOneOrNoneOfARenamesNames) {
  FaultyFileSystem files = with_file("a", "x");
  ASSERT_TRUE(files.rename("a", "b").ok());
  std::set<std::map<std::string, std::string>> trees;
  bool sampled = false;
  for_each_crash_state(files, kRules, sampled,
                       [&](FaultyFileSystem& after) { trees.insert(after.tree()); });
  using Tree = std::map<std::string, std::string>;
  EXPECT_THAT(trees, UnorderedElementsAre(Tree{}, Tree{{"a", "x"}}, Tree{{"b", "x"}},
                                          Tree{{"a", "x"}, {"b", "x"}}));
  ASSERT_TRUE(files.sync_folder(".").ok());
  EXPECT_THAT(files.doubts(), ElementsAre());
}

TEST(FaultyFileSystem, MayBringBackARemovedFile) {
  FaultyFileSystem files = with_file("a", "x");
  ASSERT_TRUE(files.remove("a").ok());
  EXPECT_EQ(possible(files, "a"), (Contents{"x", "(none)"}));
}

TEST(FaultyFileSystem, NeverSettlesWhatAFailedSyncLeftBehind) {
  FaultyFileSystem files = with_file("f", "ab");
  auto file = files.append("f");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write("cdef").ok());
  files.fail_at(files.operations().size() + 1, Fault::io_error);
  EXPECT_FALSE((*file)->sync().ok());
  EXPECT_EQ(files.read("f", 99).value(), "abcdef");  // looks fine …
  EXPECT_TRUE((*file)->sync().ok());                 // … and this saves nothing
  EXPECT_EQ(possible(files, "f"), "ab ab00 abcd ab0000 abcd00 ab00ef abcdef"_states);
  ASSERT_TRUE((*file)->truncate(2).ok());
  ASSERT_TRUE((*file)->write("cdef").ok());
  EXPECT_TRUE((*file)->sync().ok());  // written anew, it is
  EXPECT_EQ(possible(files, "f"), "abcdef"_states);
}

TEST(FaultyFileSystem, WritesHalfOnAFullDisk) {
  FaultyFileSystem files = with_file("f", "");
  files.fail_at(2, Fault::disk_full);
  auto file = files.append("f");
  ASSERT_TRUE(file.ok());
  const Status status = (*file)->write("123456");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::io);
  EXPECT_THAT(status.error().message(), ::testing::HasSubstr("No space left on device"));
  EXPECT_EQ(files.read("f", 99).value(), "123");
}

TEST(FaultyFileSystem, CanDoItAndSayItFailed) {
  FaultyFileSystem files = with_file("a", "x");
  files.fail_at(1, Fault::done_but_failed);
  EXPECT_FALSE(files.rename("a", "b").ok());
  EXPECT_EQ(files.read("b", 99).value(), "x");
}

TEST(FaultyFileSystem, OnlyFailsWithoutPower) {
  FaultyFileSystem files = with_file("a", "x");
  files.cut_power_at(2);
  auto file = files.append("a");
  ASSERT_TRUE(file.ok());
  EXPECT_FALSE((*file)->write("y").ok());
  EXPECT_TRUE(files.power_is_off());
  EXPECT_FALSE((*file)->sync().ok());
  EXPECT_FALSE((*file)->truncate(0).ok());
  EXPECT_FALSE((*file)->close().ok());
  EXPECT_FALSE(files.read("a", 9).ok());
  EXPECT_FALSE(files.exists("a").ok());
  EXPECT_FALSE(files.list(".").ok());
  EXPECT_FALSE(files.remove("a").ok());
  EXPECT_EQ(possible(files, "a"), "x x0 xy"_states);
  EXPECT_THAT(files.operations(), ElementsAre("open a", "write a (1 bytes)"));
}

TEST(FaultyFileSystem, SettlesNothingInASyncThatThePowerCutInterrupts) {
  FaultyFileSystem files = with_file("f", "");
  files.cut_power_at(3);
  auto file = files.append("f");
  ASSERT_TRUE((*file)->write("y").ok());
  EXPECT_FALSE((*file)->sync().ok());
  Contents expected = "0 y"_states;
  expected.insert("");
  EXPECT_EQ(possible(files, "f"), expected);
}

TEST(FaultyFileSystem, DoesNotBringBackWhatLiesBehindTheEnd) {
  FaultyFileSystem files = with_file("f", "a");
  append(files, "f", "bcd");
  bool sampled = false;
  for_each_crash_state(files, kRules, sampled, [](FaultyFileSystem& after) {
    const std::string before = after.read("f", 99).value();
    append(after, "f", "Z");
    EXPECT_EQ(after.read("f", 99).value(), before + "Z");
  });
}

TEST(CrashStates, AreSampledAboveTheLimitTheSameWayEachTime) {
  FaultyFileSystem files = small_sectors();
  append(files, "f", std::string(100, 'x'));
  const CrashRules rules{.sector_bytes = 4, .max_states = 50};
  std::set<std::map<std::string, std::string>> first;
  std::set<std::map<std::string, std::string>> second;
  bool sampled = false;
  const auto count = for_each_crash_state(
      files, rules, sampled, [&](FaultyFileSystem& after) { first.insert(after.tree()); });
  EXPECT_TRUE(sampled);
  EXPECT_EQ(count, 50U);
  for_each_crash_state(files, rules, sampled,
                       [&](FaultyFileSystem& after) { second.insert(after.tree()); });
  EXPECT_EQ(first, second);
  EXPECT_TRUE(first.contains({}));                              // all lost
  EXPECT_TRUE(first.contains({{"f", std::string(100, 'x')}}));  // nothing lost
  EXPECT_TRUE(first.contains({{"f", std::string(100, '\0')}}) || first.contains({{"f", ""}}));
}

}  // namespace
}  // namespace holdfast

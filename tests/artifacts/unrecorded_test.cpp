// SPDX-License-Identifier: Apache-2.0
// Files without a row, patterns of what needs none, and proposed moves.
#include "artifacts/unrecorded.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "artifacts/ignore_list.h"
#include "tests/artifacts/proof_world.h"
#include "tests/support/ordinary_rights.h"

namespace holdfast::artifacts {
namespace {

using holdfast::testing::OrdinaryRights;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::must;
using testing::ProofTest;

class Unrecorded : public ProofTest {
 protected:
  std::vector<std::string> paths() {
    const Roots roots = must(Roots::open(world().config().roots));
    ArtifactTable table = must(ArtifactTable::open(world().config(), world().catalog()));
    const auto found = must(find_unrecorded(table, roots, nullptr));
    unreadable_ = found.unreadable_folders;
    std::vector<std::string> out;
    for (const UnrecordedFile& file : found.files)
      out.push_back(file.path);
    return out;
  }
  std::vector<std::string> unreadable_;
};
HOLDFAST_PROOFS_ON_BOTH(Unrecorded);

TEST_P(Unrecorded, AreTheFilesThatNoRowNamesInWhateverSpelling) {
  for (const char* path : {"plain.bin", "sub/dots.bin", "absolute.bin", "orphan.bin", "sub/up.bin"})
    world().write(path, path);
  world().add_row("1", "plain.bin");
  world().add_row("2", "./sub//dots.bin");
  world().add_row("3", world().file("absolute.bin"));
  world().add_row("4", "sub/../sub/up.bin");
  EXPECT_THAT(paths(), ElementsAre("orphan.bin"));
}

TEST_P(Unrecorded, FollowsALinkInARowButListsNoLink) {
  world().write("real/file.bin", "content");
  std::filesystem::create_directory_symlink("real", world().file("alias"));
  std::filesystem::create_symlink("nowhere", world().file("dangling"));
  world().add_row("1", "alias/file.bin");
  EXPECT_THAT(paths(), IsEmpty());
}

TEST_P(Unrecorded, AnotherHardLinkOfARecordedFileHasNoRow) {
  world().write("a.bin", "content");
  std::filesystem::create_hard_link(world().file("a.bin"), world().file("b.bin"));
  world().add_row("1", "a.bin");
  EXPECT_THAT(paths(), ElementsAre("b.bin"));
}

TEST_P(Unrecorded, LeavesOutWhatIsIgnoredAndOurOwnFolder) {
  world().write("keep.bin", "x");
  world().write("scratch.tmp", "x");
  world().write("deep/er/scratch.tmp", "x");
  world().write(".git/config", "x");
  world().write("raw/one.bin", "x");
  world().write(".holdfast/catalog.db", "x");
  world().config().ignore = {"*.tmp", ".git", "raw/**"};
  EXPECT_THAT(paths(), ElementsAre("keep.bin"));
}

TEST_P(Unrecorded, NestedAndDoubledRootsListAFileOnce) {
  world().write("sub/a.bin", "a");
  world().write("sub/b.bin", "b");
  std::filesystem::create_directory_symlink(world().file("."), world().folder().at("again"));
  world().config().roots = {world().file("."), world().file("sub"), world().folder().at("again")};
  world().config().roots[0] = world().folder().at("data");
  world().add_row("1", "a.bin");  // only the second root has it
  EXPECT_THAT(paths(), ElementsAre("sub/b.bin"));
}

TEST_P(Unrecorded, ARowOfAnotherTypeIsStillARow) {
  world().write("a.bin", "a");
  world().add_row("1", "a.bin", "{}", "model");
  world().config().types = {"figure"};
  EXPECT_THAT(paths(), IsEmpty());
}

TEST_P(Unrecorded, NamesThatAreNoTextAreShownPercentEncodedAndStayApart) {
  world().write("b\xff.bin", "x");
  world().write("b%FF.bin", "x");
  const auto config = world().config();
  const RootFolder root = must(RootFolder::open(world().file(".")));
  const auto raw = unrecorded_report(config, {&root, "b\xff.bin", 1}, "", {});
  const auto literal = unrecorded_report(config, {&root, "b%FF.bin", 1}, "", {});
  EXPECT_EQ(raw.subject.text(), "file:atlas/b%FF.bin");
  EXPECT_EQ(literal.subject.text(), "file:atlas/b%25FF.bin");
  EXPECT_EQ(paths().size(), 2U);
}

TEST_P(Unrecorded, AFolderThatCannotBeListedIsNamed) {
  world().write("closed/a.bin", "a");
  world().write("open.bin", "a");
  std::filesystem::permissions(world().file("closed"), std::filesystem::perms::none);
  {
    const OrdinaryRights rights;
    EXPECT_THAT(paths(), ElementsAre("open.bin"));
  }
  EXPECT_THAT(unreadable_, ElementsAre(::testing::EndsWith("/closed")));
  std::filesystem::permissions(world().file("closed"), std::filesystem::perms::owner_all);
}

TEST(IgnoreList, FitsPatternsAsDocumented) {
  const auto matches = [](const char* pattern, const char* path) {
    return must(IgnoreList::parse({pattern})).matches(path);
  };
  EXPECT_TRUE(matches("*.tmp", "a.tmp"));
  EXPECT_TRUE(matches("*.tmp", "deep/a.tmp"));
  EXPECT_FALSE(matches("*.tmp", "a.tmpx"));
  EXPECT_TRUE(matches("cache", "x/cache/y/z.bin"));
  EXPECT_FALSE(matches("cache", "x/caches/y.bin"));
  EXPECT_TRUE(matches("build/*.log", "build/a.log"));
  EXPECT_FALSE(matches("build/*.log", "build/sub/a.log"));
  EXPECT_FALSE(matches("build/*.log", "x/build/a.log"));
  EXPECT_TRUE(matches("build/**.log", "build/sub/a.log"));
  EXPECT_TRUE(matches("raw/", "raw/a/b"));
  EXPECT_FALSE(matches("raw/", "x/raw/b"));
  EXPECT_TRUE(matches("/raw", "raw/a"));
  EXPECT_TRUE(matches("?.bin", "a.bin"));
  EXPECT_FALSE(matches("?.bin", "ab.bin"));
  EXPECT_FALSE(matches("[a].bin", "a.bin")) << "brackets stand for themselves";
}

TEST(IgnoreList, RefusesAPatternThatSaysNothingOrIsTooLong) {
  EXPECT_FALSE(IgnoreList::parse({""}).ok());
  EXPECT_FALSE(IgnoreList::parse({std::string(kMaxPatternSizeBytes + 1, 'x')}).ok());
}

}  // namespace
}  // namespace holdfast::artifacts

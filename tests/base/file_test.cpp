// SPDX-License-Identifier: Apache-2.0
// What every FileSystem does: one suite for the real one and the faulty one; then what only the
// real one can show.
#include "base/file.h"

#include <csignal>
#include <filesystem>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/faulty_file_system.h"
#include "tests/support/ordinary_rights.h"
#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kPlenty = 1U << 20U;

enum class Which : unsigned char { real, faulty };

class FileContract : public ::testing::TestWithParam<Which> {
 protected:
  FileSystem& files() { return GetParam() == Which::real ? real_file_system() : faulty_; }
  std::string at(const std::string& name) const { return temp_.at(name); }
  void SetUp() override { ASSERT_TRUE(files().create_folder(temp_.path()).ok()); }
  void make(const std::string& name, std::string_view content) {
    auto file = files().create(at(name));
    ASSERT_TRUE(file.ok()) << file.error().message();
    ASSERT_TRUE((*file)->write(content).ok());
    ASSERT_TRUE((*file)->close().ok());
  }
  std::string content(const std::string& name) {
    auto bytes = files().read(at(name), kPlenty);
    return bytes ? bytes.value() : "(" + bytes.error().message() + ")";
  }
  template <class Outcome>
  void expect_code(const Outcome& outcome, Code code) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(code_name(outcome.error().code()), code_name(code)) << outcome.error().message();
  }

  testing::TempFolder temp_;
  FaultyFileSystem faulty_;
};

INSTANTIATE_TEST_SUITE_P(Both, FileContract, ::testing::Values(Which::real, Which::faulty),
                         [](const auto& with) {
                           return with.param == Which::real ? "Real" : "Faulty";
                         });

TEST_P(FileContract, CreatesOnlyWhatIsNotThere) {
  make("a", "one");
  EXPECT_EQ(content("a"), "one");
  expect_code(files().create(at("a")), Code::conflict);
  expect_code(files().create(at("none/a")), Code::not_found);
  EXPECT_EQ(content("a"), "one");
}

TEST_P(FileContract, AppendsAtTheEndAndMakesTheFile) {
  for (const char* piece : {"one ", "two ", "three"}) {
    auto file = files().append(at("a"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->write(piece).ok());
  }
  EXPECT_EQ(content("a"), "one two three");
}

TEST_P(FileContract, WritesAtTheNewEndAfterTruncating) {
  auto file = files().create(at("a"));
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write("keep this, not that").ok());
  ASSERT_TRUE((*file)->truncate(9).ok());
  ASSERT_TRUE((*file)->write("!").ok());
  EXPECT_EQ(content("a"), "keep this!");
  expect_code((*file)->truncate(11), Code::internal);
  EXPECT_EQ(content("a"), "keep this!");
}

TEST_P(FileContract, KeepsBytesOfAnyValueAndSize) {
  std::string bytes;
  for (int i = 0; i < 300'000; ++i)
    bytes += static_cast<char>(i * 7);
  make("a", bytes);
  EXPECT_EQ(content("a"), bytes);
  EXPECT_EQ(files().size_bytes(at("a")).value(), bytes.size());
}

TEST_P(FileContract, ReadsNoMoreThanTheLimit) {
  make("a", "12345");
  EXPECT_EQ(files().read(at("a"), 5).value(), "12345");
  expect_code(files().read(at("a"), 4), Code::invalid);
  EXPECT_EQ(files().read(at("a"), UINT64_MAX).value(), "12345");
}

TEST_P(FileContract, ReadsARange) {
  make("a", "0123456789");
  EXPECT_EQ(files().read_range(at("a"), 2, 3).value(), "234");
  EXPECT_EQ(files().read_range(at("a"), 8, 5).value(), "89");
  EXPECT_EQ(files().read_range(at("a"), 10, 5).value(), "");
  EXPECT_EQ(files().read_range(at("a"), 99, 5).value(), "");
}

TEST_P(FileContract, SaysWhatIsNotThere) {
  expect_code(files().read(at("a"), kPlenty), Code::not_found);
  expect_code(files().read_range(at("a"), 0, 1), Code::not_found);
  expect_code(files().size_bytes(at("a")), Code::not_found);
  expect_code(files().list(at("a")), Code::not_found);
  expect_code(files().rename(at("a"), at("b")), Code::not_found);
  expect_code(files().remove(at("a")), Code::not_found);
  expect_code(files().sync_folder(at("a")), Code::not_found);
  EXPECT_FALSE(files().exists(at("a")).value());
  EXPECT_FALSE(files().exists(at("a/b")).value());
}

TEST_P(FileContract, TakesNoFolderForAFile) {
  ASSERT_TRUE(files().create_folder(at("folder")).ok());
  expect_code(files().read(at("folder"), kPlenty), Code::io);
  expect_code(files().append(at("folder")), Code::io);
  expect_code(files().remove(at("folder")), Code::io);
  make("a", "");
  expect_code(files().rename(at("a"), at("folder")), Code::io);
}

TEST_P(FileContract, ListsNamesInByteOrder) {
  for (const char* name : {"b", "a", "B", "a-", "\xFF", "caf\xC3\xA9"})
    make(name, "");
  ASSERT_TRUE(files().create_folder(at("folder/below")).ok());
  EXPECT_THAT(files().list(temp_.path()).value(),
              ElementsAre("B", "a", "a-", "b", "caf\xC3\xA9", "folder", "\xFF"));
  EXPECT_THAT(files().list(at("folder")).value(), ElementsAre("below"));
}

TEST_P(FileContract, ReplacesByRenaming) {
  make("a", "new");
  make("b", "old");
  ASSERT_TRUE(files().rename(at("a"), at("b")).ok());
  EXPECT_EQ(content("b"), "new");
  EXPECT_FALSE(files().exists(at("a")).value());
}

TEST_P(FileContract, MakesFoldersWithTheirParentsAgainAndAgain) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(files().create_folder(at("x/y/z")).ok());
    EXPECT_TRUE(create_durable_folder(files(), at("u/v/w")).ok());
  }
  make("x/y/z/a", "deep");
  make("u/v/w/a", "deep");
  make("file", "");
  EXPECT_FALSE(files().create_folder(at("file")).ok());
  EXPECT_FALSE(files().create_folder(at("file/below")).ok());
}

TEST_P(FileContract, SyncsWithoutChangingAnything) {
  auto file = files().create(at("a"));
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write("x").ok());
  ASSERT_TRUE((*file)->sync().ok());
  ASSERT_TRUE((*file)->write("y").ok());
  ASSERT_TRUE((*file)->sync().ok());
  ASSERT_TRUE(files().sync_folder(temp_.path()).ok());
  EXPECT_EQ(content("a"), "xy");
}

TEST(RealFile, TakesNeitherAFifoNorADeviceAndDoesNotBlock) {
  const testing::TempFolder temp;
  ASSERT_EQ(::mkfifo(temp.at("fifo").c_str(), 0644), 0);
  EXPECT_FALSE(real_file_system().read(temp.at("fifo"), kPlenty).ok());
  EXPECT_FALSE(real_file_system().append(temp.at("fifo")).ok());
  EXPECT_FALSE(real_file_system().read("/dev/zero", kPlenty).ok());
  EXPECT_FALSE(real_file_system().append("/dev/full").ok());
}

// The kernel then writes a part first and refuses the rest: a short write, and an error with the
// path and its text.
TEST(RealFile, ReportsAWriteThatDoesNotFit) {
  const testing::TempFolder temp;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
    const rlimit limit{.rlim_cur = 1000, .rlim_max = 1000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
    auto file = real_file_system().create(temp.at("a"));
    if (!file || !(*file)->write(std::string(900, 'x')).ok()) ::_exit(3);
    const Status second = (*file)->write(std::string(900, 'y'));
    if (second || second.error().code() != Code::io) ::_exit(4);
    if (second.error().message() != "write " + temp.at("a") + ": File too large") ::_exit(5);
    if (write_whole_file(real_file_system(), temp.at("whole"), std::string(5000, 'z'))) ::_exit(6);
    if (real_file_system().list(temp.path()).value() != std::vector<std::string>{"a"}) ::_exit(7);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "see the numbers of _exit above";
  EXPECT_EQ(std::filesystem::file_size(temp.at("a")), 1000U);
}

TEST(RealFile, NamesTheCallThePathAndTheReason) {
  const auto missing = real_file_system().read("/nowhere/caf\xE9", kPlenty);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message(), "open /nowhere/caf%E9: No such file or directory");
}

TEST(RealFile, HasNothingToSyncInAFolderThatItMayNeitherReadNorWrite) {
  const testing::TempFolder temp;
  ASSERT_TRUE(real_file_system().create_folder(temp.at("above/own")).ok());
  const auto made_below = [&](mode_t mode) {
    EXPECT_EQ(::chmod(temp.at("above").c_str(), mode), 0);
    const testing::OrdinaryRights rights;
    return create_durable_folder(real_file_system(), temp.at("above/own"));
  };
  EXPECT_TRUE(made_below(0111).ok()) << "a home that others made";
  EXPECT_FALSE(made_below(0333).ok()) << "it may be of our making, and can't be synced";
  EXPECT_TRUE(made_below(0755).ok());
}

TEST(Paths, AreSplitIntoFolderAndName) {
  EXPECT_EQ(folder_of("a/b/c"), "a/b");
  EXPECT_EQ(folder_of("a"), ".");
  EXPECT_EQ(folder_of("/a"), "/");
  EXPECT_EQ(folder_of("/"), "/");
  EXPECT_EQ(folder_of("a//b/"), "a");
  EXPECT_EQ(folder_of("."), ".");
  EXPECT_EQ(folder_of(""), ".");
  EXPECT_EQ(name_of("a/b/c"), "c");
  EXPECT_EQ(name_of("a"), "a");
  EXPECT_EQ(name_of("/a"), "a");
  EXPECT_EQ(name_of("/"), "/");
  EXPECT_EQ(name_of("a//b/"), "b");
}

}  // namespace
}  // namespace holdfast

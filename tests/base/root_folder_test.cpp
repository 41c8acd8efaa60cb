// SPDX-License-Identifier: Apache-2.0
// What a path may open beneath a root: both resolvers must give the same answers.
#include "base/root_folder.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/ordinary_rights.h"
#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string content_of(const Opened& opened) {
  std::array<char, 4096> buffer{};
  const ssize_t got = ::pread(opened.fd.get(), buffer.data(), buffer.size(), 0);
  return got < 0 ? "(unreadable)" : std::string(buffer.data(), static_cast<std::size_t>(got));
}

class RootFolderTest : public ::testing::TestWithParam<Resolver> {
 protected:
  RootFolderTest() {
    fs::create_directories(temp_.at("root/sub/deep"));
    temp_.write("root/a.txt", "inside");
    temp_.write("root/sub/deep/b.txt", "deep inside");
    temp_.write("outside/secret.txt", "secret");
  }
  RootFolder root() const {
    auto opened = RootFolder::open(temp_.at("root"), GetParam());
    EXPECT_TRUE(opened.ok());
    return std::move(opened).value();
  }
  void link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, temp_.at("root/" + name));
  }
  // Opens and stats, which must agree on everything but the descriptor.
  Opened open(const std::string& path) const {
    const RootFolder folder = root();
    Opened opened = folder.open_file(path);
    const Opened stated = folder.stat_file(path);
    EXPECT_EQ(stated.refusal, opened.refusal) << path;
    EXPECT_EQ(stated.found, opened.found) << path;
    EXPECT_EQ(stated.identity, opened.identity) << path;
    EXPECT_FALSE(stated.fd.valid());
    EXPECT_EQ(opened.fd.valid(), opened.found) << path;
    return opened;
  }
  void expect_refused(const std::string& path, OpenRefusal refusal) const {
    const Opened opened = open(path);
    EXPECT_EQ(refusal_name(opened.refusal), refusal_name(refusal)) << path << ": " << opened.reason;
    EXPECT_FALSE(opened.found);
    EXPECT_FALSE(opened.reason.empty());
  }
  void expect_content(const std::string& path, std::string_view content) const {
    const Opened opened = open(path);
    ASSERT_TRUE(opened.found) << path << ": " << opened.reason;
    EXPECT_EQ(content_of(opened), content);
  }
  void expect_not_found(const std::string& path) const {
    const Opened opened = open(path);
    EXPECT_FALSE(opened.found) << path;
    EXPECT_EQ(opened.refusal, OpenRefusal::none) << path << ": " << opened.reason;
  }

  testing::TempFolder temp_;
};

INSTANTIATE_TEST_SUITE_P(Both, RootFolderTest, ::testing::Values(Resolver::kernel, Resolver::walk),
                         [](const auto& with) {
                           return with.param == Resolver::kernel ? "ByKernel" : "ByWalk";
                         });

TEST_P(RootFolderTest, OpensWhatIsInside) {
  expect_content("a.txt", "inside");
  expect_content("./a.txt", "inside");
  expect_content("sub//deep/./b.txt", "deep inside");
  expect_content("sub/../a.txt", "inside");
  expect_content("sub/deep/../../sub/deep/b.txt", "deep inside");
}

TEST_P(RootFolderTest, TellsTheIdentity) {
  struct stat status{};
  ASSERT_EQ(::stat(temp_.at("root/a.txt").c_str(), &status), 0);
  const Opened opened = open("a.txt");
  EXPECT_EQ(opened.identity.inode, status.st_ino);
  EXPECT_EQ(opened.identity.device, status.st_dev);
  EXPECT_EQ(opened.identity.size_bytes, 6U);
  EXPECT_EQ(opened.identity.mtime_ns,
            status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec);
  EXPECT_EQ(opened.identity.ctime_ns,
            status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec);
}

TEST_P(RootFolderTest, FindsNothingWhereNothingIs) {
  expect_not_found("b.txt");
  expect_not_found("none/b.txt");
  expect_not_found("a.txt/b.txt");
  expect_not_found("a.txt/");
  expect_not_found("a.txt/..");
  link("nowhere", "dangling");
  expect_not_found("dangling");
}

TEST_P(RootFolderTest, RefusesToLeaveByDots) {
  expect_refused("../outside/secret.txt", OpenRefusal::escapes_root);
  expect_refused("..", OpenRefusal::escapes_root);
  expect_refused("sub/../../outside/secret.txt", OpenRefusal::escapes_root);
  expect_refused("sub/deep/../../../root/a.txt", OpenRefusal::escapes_root);
}

TEST_P(RootFolderTest, TakesAnAbsolutePathOnlyUnderTheRoot) {
  expect_content(temp_.at("root/a.txt"), "inside");
  expect_content(temp_.path() + "//./root/./a.txt", "inside");
  expect_refused(temp_.at("outside/secret.txt"), OpenRefusal::escapes_root);
  expect_refused(temp_.at("root/../outside/secret.txt"), OpenRefusal::escapes_root);
  expect_refused(temp_.at("root2/a.txt"), OpenRefusal::escapes_root);
  expect_refused("/etc/passwd", OpenRefusal::escapes_root);
  expect_refused(temp_.at("root"), OpenRefusal::not_regular);
}

TEST_P(RootFolderTest, TakesAnAbsolutePathByTheRootsOtherName) {
  fs::create_symlink("root", temp_.at("alias"));
  const auto by_alias = RootFolder::open(temp_.at("alias"), GetParam());
  ASSERT_TRUE(by_alias.ok());
  EXPECT_TRUE(by_alias->open_file(temp_.at("root/a.txt")).found);
  EXPECT_TRUE(by_alias->open_file(temp_.at("alias/a.txt")).found);
}

TEST_P(RootFolderTest, FollowsLinksInsideOnly) {
  link("sub/deep", "inside_folder");
  link("../a.txt", "sub/up_and_inside");
  link("../outside/secret.txt", "out");
  link("../outside", "out_folder");
  link(temp_.at("outside/secret.txt"), "absolute_out");
  link(temp_.at("root/a.txt"), "absolute_in");
  expect_content("inside_folder/b.txt", "deep inside");
  expect_content("inside_folder/../deep/b.txt", "deep inside");
  expect_content("sub/up_and_inside", "inside");
  expect_refused("out", OpenRefusal::escapes_root);
  expect_refused("out_folder/secret.txt", OpenRefusal::escapes_root);
  expect_refused("absolute_out", OpenRefusal::escapes_root);
  expect_refused("absolute_in", OpenRefusal::escapes_root);
}

TEST_P(RootFolderTest, EndsLinkLoops) {
  link("loop_b", "loop_a");
  link("loop_a", "loop_b");
  expect_refused("loop_a", OpenRefusal::symlink_loop);
  expect_refused("loop_a/x", OpenRefusal::symlink_loop);
}

TEST_P(RootFolderTest, FollowsAsManyLinksAsTheKernel) {
  link("a.txt", "chain0");
  for (int i = 1; i <= 40; ++i)
    link("chain" + std::to_string(i - 1), "chain" + std::to_string(i));
  expect_content("chain39", "inside");  // 40 links
  expect_refused("chain40", OpenRefusal::symlink_loop);
}

TEST_P(RootFolderTest, RefusesWhatIsNoRegularFileWithoutBlocking) {
  ASSERT_EQ(::mkfifo(temp_.at("root/fifo").c_str(), 0644), 0);
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  temp_.at("root/socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  expect_refused("fifo", OpenRefusal::not_regular);
  expect_refused("socket", OpenRefusal::not_regular);
  expect_refused("sub", OpenRefusal::not_regular);
  expect_refused("sub/", OpenRefusal::not_regular);
  expect_refused(".", OpenRefusal::not_regular);
  const auto devices = RootFolder::open("/dev", GetParam());
  ASSERT_TRUE(devices.ok());
  EXPECT_EQ(devices->open_file("null").refusal, OpenRefusal::not_regular);
}

TEST_P(RootFolderTest, RefusesBadPaths) {
  expect_refused("", OpenRefusal::bad_path);
  expect_refused(std::string("a.txt\0b", 7), OpenRefusal::bad_path);
  expect_refused(std::string(300, 'n'), OpenRefusal::bad_path);
  expect_refused(std::string(5000, 'n'), OpenRefusal::bad_path);
}

TEST_P(RootFolderTest, OpensANameThatIsNotUtf8) {
  temp_.write("root/caf\xE9.txt", "latin1");
  expect_content("caf\xE9.txt", "latin1");
}

TEST_P(RootFolderTest, NamesTheReasonOfAnUnreadableFile) {
  const auto root = RootFolder::open(temp_.at("root"), GetParam());
  ASSERT_TRUE(root.ok());
  ASSERT_EQ(::chmod(temp_.at("root/a.txt").c_str(), 0), 0);
  ASSERT_EQ(::chmod(temp_.at("root/sub").c_str(), 0), 0);
  {
    const testing::OrdinaryRights rights;
    const Opened file = root->open_file("a.txt");
    EXPECT_EQ(file.refusal, OpenRefusal::unreadable);
    EXPECT_EQ(file.reason, "Permission denied");
    EXPECT_EQ(root->open_file("sub/deep/b.txt").refusal, OpenRefusal::unreadable);
    const Opened stated = root->stat_file("a.txt");
    EXPECT_TRUE(stated.found);
    EXPECT_EQ(stated.identity.size_bytes, 6U);
    const auto listing = root->list();
    ASSERT_TRUE(listing.ok());
    EXPECT_EQ(listing->unreadable, std::vector<std::string>{"sub"});
  }
  ASSERT_EQ(::chmod(temp_.at("root/sub").c_str(), 0755), 0);
}

TEST_P(RootFolderTest, KeepsReadingTheVersionItOpened) {
  const RootFolder folder = root();
  const Opened before = folder.open_file("a.txt");
  temp_.write("root/new.txt", "NEWER!");
  fs::rename(temp_.at("root/new.txt"), temp_.at("root/a.txt"));
  const Opened after = folder.open_file("a.txt");
  EXPECT_EQ(content_of(before), "inside");
  EXPECT_EQ(content_of(after), "NEWER!");
  EXPECT_NE(before.identity, after.identity);
  EXPECT_EQ(before.identity.size_bytes, after.identity.size_bytes);
}

// A folder or file and a link to the outside change places all the time; whatever is opened, it is never the outside file.
TEST_P(RootFolderTest, NeverFollowsWhatIsSwappedForALink) {
  struct Swap {
    std::string name, link, target, opened;
  };
  for (const Swap& swap : {Swap{"real", "link", "../outside", "real/secret.txt"},
                           Swap{"plain.txt", "link.txt", "../outside/secret.txt", "plain.txt"}}) {
    temp_.write("root/" + swap.opened, "harmless");
    link(swap.target, swap.link);
    std::atomic<bool> stop{false};
    std::thread swapper(
        [&, one = temp_.at("root/" + swap.name), two = temp_.at("root/" + swap.link)] {
          while (!stop)
            ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, two.c_str(), RENAME_EXCHANGE);
        });
    const RootFolder folder = root();
    int led_outside = 0;
    for (int i = 0; i < 20'000; ++i) {
      const Opened opened = folder.open_file(swap.opened);
      if (opened.found && content_of(opened) != "harmless") ++led_outside;
    }
    stop = true;
    swapper.join();
    EXPECT_EQ(led_outside, 0) << swap.name;
  }
}

TEST_P(RootFolderTest, ListsEveryRegularFileAsFindDoes) {
  temp_.write("root/sub/z", "");
  temp_.write("root/sub-x/a", "");
  temp_.write("root/caf\xE9/\n/x y", "");
  temp_.write("root/.hidden/.f", "");
  link("a.txt", "link_to_file");
  link("sub", "link_to_folder");
  link("../outside", "link_out");
  ASSERT_EQ(::mkfifo(temp_.at("root/fifo").c_str(), 0644), 0);
  const auto listing = root().list();
  ASSERT_TRUE(listing.ok());
  EXPECT_TRUE(listing->unreadable.empty());

  const std::string command =
      "cd '" + temp_.at("root") + "' && find . -type f -printf '%P\\0' | LC_ALL=C sort -z";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string found;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
    found += static_cast<char>(c);
  std::string listed;
  for (const std::string& file : listing->files)
    listed += file + std::string(1, '\0');
  EXPECT_EQ(listed, found);
  EXPECT_EQ(listing->files.size(), 6U);
}

TEST_P(RootFolderTest, LeavesNoDescriptorBehind) {
  link("loop", "loop");
  link("sub", "l");
  const auto count = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = count();
  {
    const RootFolder folder = root();
    for (const char* path : {"a.txt", "..", "loop", "sub", "l/deep/b.txt", "none/x", "/x", ""}) {
      EXPECT_FALSE(folder.stat_file(path).fd.valid());
      static_cast<void>(folder.open_file(path));
    }
    EXPECT_TRUE(folder.list().ok());
  }
  EXPECT_EQ(count(), before);
}

TEST(RootFolder, MustBeAFolderThatIsThere) {
  const testing::TempFolder temp;
  temp.write("file", "");
  const auto none = RootFolder::open(temp.at("none"));
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::not_found);
  EXPECT_THAT(none.error().message(), HasSubstr("none: No such file or directory"));
  const auto file = RootFolder::open(temp.at("file"));
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code(), Code::not_found);
}

TEST(RootFolder, TellsARunOutOfDescriptorsFromAFileThatCannotBeRead) {
  const testing::TempFolder temp;
  temp.write("a", "x");
  const auto root = RootFolder::open(temp.path());
  ASSERT_TRUE(root.ok());
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const Opened opened = root->open_file("a");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_EQ(opened.refusal, OpenRefusal::shortage);
  const Status shortage = check_shortage(opened.refusal, opened.reason);
  ASSERT_FALSE(shortage.ok());
  EXPECT_EQ(shortage.error().code(), Code::io);
  EXPECT_NE(shortage.error().message().find("Too many open files"), std::string::npos);
  EXPECT_NE(shortage.error().hint().find("ulimit -n"), std::string::npos);
  EXPECT_TRUE(check_shortage(OpenRefusal::unreadable, "").ok());
}

TEST(PrintablePath, LeavesTextAlone) {
  EXPECT_EQ(printable_path("a/b 100%.txt"), "a/b 100%.txt");
  EXPECT_EQ(printable_path("caf\xC3\xA9/\xE2\x82\xAC/\xF0\x9F\x93\x88"),
            "caf\xC3\xA9/\xE2\x82\xAC/\xF0\x9F\x93\x88");
  EXPECT_EQ(printable_path(""), "");
}

TEST(PrintablePath, EncodesWhatIsNoUtf8) {
  EXPECT_EQ(printable_path("caf\xE9.txt"), "caf%E9.txt");
  EXPECT_EQ(printable_path("\xC0\xAF"), "%C0%AF");                  // overlong
  EXPECT_EQ(printable_path("\xE0\x80\xAF"), "%E0%80%AF");           // overlong
  EXPECT_EQ(printable_path("\xED\xA0\x80"), "%ED%A0%80");           // surrogate
  EXPECT_EQ(printable_path("\xF4\x90\x80\x80"), "%F4%90%80%80");    // above U+10FFFF
  EXPECT_EQ(printable_path("x\xE2\x82"), "x%E2%82");                // cut off
  EXPECT_EQ(printable_path("\xE2\x82\xC3\xA9"), "%E2%82\xC3\xA9");  // a whole one after half a one
}

TEST(PrintablePath, EncodesMarksOfDirection) {
  EXPECT_EQ(printable_path("a\xE2\x80\x8E.b"), "a%E2%80%8E.b");  // U+200E
  EXPECT_EQ(printable_path("a\xE2\x80\x8F.b"), "a%E2%80%8F.b");  // U+200F
  EXPECT_EQ(printable_text("a\n\xE2\x80\x8F.b"), "a\n%E2%80%8F.b");
}

TEST(PrintablePath, EncodesWhatATerminalWouldObey) {
  EXPECT_EQ(printable_path("a\x1B[2Jb\n\x7F"), "a%1B[2Jb%0A%7F");
  EXPECT_EQ(printable_path("a\xC2\x9B"
                           "b"),
            "a%C2%9Bb");  // C1 control
  EXPECT_EQ(printable_path("a\xE2\x80\xAE"
                           "b"),
            "a%E2%80%AEb");  // right-to-left override
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// That the real file system asks the kernel for what the faulty one promises: strace, not we, tells in which order.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/line_file.h"
#include "base/whole_file.h"
#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;

constexpr const char* kTracedFolder = "HOLDFAST_TEST_TRACED_FOLDER";

// What strace saw this program do with files of `temp` while it ran the test `name`: "fdatasync a", "fsync ." and so on.
std::vector<std::string> trace(const testing::TempFolder& temp, const std::string& name) {
  const std::string log = temp.path() + ".strace";
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  // LeakSanitizer can't stop a process that strace holds.
  const std::string command = "ASAN_OPTIONS=detect_leaks=0 " + std::string(kTracedFolder) + "='" +
                              temp.path() + "' strace -f -qq -y -o '" + log +
                              "' -e trace=openat,write,fdatasync,fsync,close,rename,ftruncate '" +
                              self + "' --gtest_filter=" + name + " >/dev/null 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  std::stringstream lines(testing::TempFolder::content_of(log));
  std::filesystem::remove(log);

  // strace -y writes a descriptor as 3</path>; the name of a temporary file is another one each time.
  const std::regex call(R"(^\d+ +(\w+)\(.*?[<"])" + temp.path() + R"(/?([^>"]*))");
  const std::regex temporary(R"(\.\d+-\d+\.tmp)");
  std::vector<std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_search(line, match, call)) continue;
    const std::string name_seen = std::regex_replace(match[2].str(), temporary, ".tmp");
    std::string what = match[1].str() + " " + (name_seen.empty() ? "." : name_seen);
    const bool reads = match[1] == "openat" && line.find("O_CREAT") == std::string::npos;
    if (!reads) seen.push_back(std::move(what));
  }
  return seen;
}

// In a folder of its own, or in the one that trace() names.
class Traced : public ::testing::Test {
 protected:
  std::string at(const std::string& name) const {
    const char* const traced = std::getenv(kTracedFolder);
    return traced == nullptr ? own_.at(name) : std::string(traced) + "/" + name;
  }

 private:
  testing::TempFolder own_;
};

TEST_F(Traced, WholeFile) {
  ASSERT_TRUE(write_whole_file(real_file_system(), at("f"), "content").ok());
}

TEST_F(Traced, LineFile) {
  auto log = LineFile::open(real_file_system(), at("log"));
  ASSERT_TRUE(log.ok());
  ASSERT_TRUE(log->append("one").ok());
  ASSERT_TRUE(log->append("two").ok());
  ASSERT_TRUE(log->sync().ok());
}

TEST(SyscallOrder, OfAWholeFileIsWriteSyncRenameSyncTheFolder) {
  const testing::TempFolder temp;
  EXPECT_THAT(trace(temp, "Traced.WholeFile"),
              ElementsAre("close .", "openat f.tmp", "write f.tmp", "fdatasync f.tmp",
                          "close f.tmp", "rename f.tmp", "fsync .", "close .", "close f"));
}

TEST(SyscallOrder, OfALineFileSyncsWhatItFoundAndThenEachGroup) {
  const testing::TempFolder temp;
  temp.write("log", "zero\nto");
  EXPECT_THAT(trace(temp, "Traced.LineFile"),
              ElementsAre("close log", "close .", "openat log.torn-5.tmp", "write log.torn-5.tmp",
                          "fdatasync log.torn-5.tmp", "close log.torn-5.tmp",
                          "rename log.torn-5.tmp", "fsync .", "close .", "close log.torn-5",
                          "openat log", "ftruncate log", "fdatasync log", "fsync .", "close .",
                          "write log", "fdatasync log", "close log"));
}

}  // namespace
}  // namespace holdfast

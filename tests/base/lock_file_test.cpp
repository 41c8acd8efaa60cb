// SPDX-License-Identifier: Apache-2.0
// One process at a time, and whoever is refused learns whom to wait for.
#include "base/lock_file.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

TEST(LockFile, IsHeldByOneAtATime) {
  const testing::TempFolder temp;
  {
    const auto first = LockFile::acquire(temp.at("lock"), "the first");
    ASSERT_TRUE(first.ok());
    const auto second = LockFile::acquire(temp.at("lock"), "the second");
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code(), Code::conflict);
    EXPECT_THAT(second.error().message(), HasSubstr("process " + std::to_string(::getpid())));
    EXPECT_THAT(second.error().message(), HasSubstr("(the first)"));
  }
  EXPECT_TRUE(LockFile::acquire(temp.at("lock"), "the third").ok());
}

TEST(LockFile, LeavesAFileThatIsNoLock) {
  const testing::TempFolder temp;
  for (const char* text : {"somebody's own\n", "{}", "process x on host\n", "process \n"}) {
    temp.write("lock", text);
    for (const LockRemains remains : {LockRemains::yes, LockRemains::no}) {
      const auto refused = LockFile::acquire(temp.at("lock"), "the second", remains);
      ASSERT_FALSE(refused.ok()) << text;
      EXPECT_EQ(refused.error().code(), Code::conflict);
      EXPECT_THAT(refused.error().message(), HasSubstr("somebody else's file"));
    }
    EXPECT_EQ(temp.read("lock"), text);
  }
}

TEST(LockFile, TakesOneThatWasLeftWholeOrTorn) {
  const testing::TempFolder temp;
  for (const char* text : {"", "proc", "process 12", "process 12 o", "process 12 on host (x)\n"}) {
    temp.write("lock", text);
    EXPECT_TRUE(LockFile::acquire(temp.at("lock"), "the second").ok()) << text;
  }
}

TEST(LockFile, EndsWithAProcessThatIsKilled) {
  const testing::TempFolder temp;
  int ready[2] = {};
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = LockFile::acquire(temp.at("lock"), "the child");
    if (!lock || ::write(ready[1], "x", 1) != 1) ::_exit(1);
    for (;;)
      ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto refused = LockFile::acquire(temp.at("lock"), "the parent");
  EXPECT_FALSE(refused.ok());
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_THAT(refused.error().message(), HasSubstr("process " + std::to_string(child)));
  EXPECT_TRUE(LockFile::acquire(temp.at("lock"), "the parent").ok());
}

TEST(LockFile, LeavesNothingWhereItIsToldSo) {
  const testing::TempFolder temp;
  {
    const auto lock = LockFile::acquire(temp.at("lock"), "the first", LockRemains::no);
    ASSERT_TRUE(lock.ok());
    EXPECT_EQ(::access(temp.at("lock").c_str(), F_OK), 0);
    const auto refused = LockFile::acquire(temp.at("lock"), "the second", LockRemains::no);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message(), HasSubstr("(the first)"));
  }
  EXPECT_NE(::access(temp.at("lock").c_str(), F_OK), 0);
}

TEST(LockFile, IsHeldByOneAtATimeThoughItsFileComesAndGoes) {
  const testing::TempFolder temp;
  constexpr int kThreads = 4;
  constexpr int kTimes = 300;
  constexpr int kMostTries = 1'000'000;  // only a lock that nobody ever gets needs so many
  std::atomic<int> inside{0};
  std::atomic<int> together{0};
  std::atomic<int> held{0};
  const auto work = [&] {
    int mine = 0;
    for (int tries = 0; mine < kTimes && tries < kMostTries; ++tries) {
      const auto lock = LockFile::acquire(temp.at("lock"), "a thread", LockRemains::no);
      if (!lock) continue;
      if (++inside > 1) ++together;
      std::this_thread::yield();
      ++mine;
      --inside;
    }
    held += mine;
  };
  std::vector<std::thread> crew;
  for (int i = 0; i < kThreads; ++i)
    crew.emplace_back(work);
  for (std::thread& each : crew)
    each.join();
  EXPECT_EQ(together.load(), 0);
  EXPECT_EQ(held.load(), kThreads * kTimes);
  EXPECT_NE(::access(temp.at("lock").c_str(), F_OK), 0);
}

TEST(LockFile, NeedsAFolder) {
  const auto lock = LockFile::acquire("/nowhere/lock", "nobody");
  ASSERT_FALSE(lock.ok());
  EXPECT_EQ(lock.error().code(), Code::not_found);
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// What HOLDFAST_FAILPOINTS makes a named place do.
#include "base/failpoint.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

class Failpoint : public ::testing::Test {
 public:
  Failpoint() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  ~Failpoint() override { ::unsetenv("HOLDFAST_FAILPOINTS"); }

 protected:
  static void set(const std::string& text) { ::setenv("HOLDFAST_FAILPOINTS", text.c_str(), 1); }
};

Status visit() {
  HOLDFAST_FAILPOINT("base.here");
  return {};
}

TEST_F(Failpoint, DoesNothingUnlessNamed) {
  EXPECT_TRUE(visit().ok());
  set("base.elsewhere=kill");
  EXPECT_TRUE(visit().ok());
}

TEST_F(Failpoint, ReturnsAnIoErrorThatNamesThePlace) {
  set("base.elsewhere=kill;base.here=error");
  const Status status = visit();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::io);
  EXPECT_EQ(status.error().message(), "failpoint base.here");
}

TEST_F(Failpoint, KillsTheProcess) {
  set("base.here=kill");
  EXPECT_EXIT(drop(visit(), "never gets here"), ::testing::KilledBySignal(SIGKILL), "");
}

TEST_F(Failpoint, LetsTheFirstVisitsPass) {
  set("base.here=3*error");
  EXPECT_TRUE(visit().ok());
  EXPECT_TRUE(visit().ok());
  EXPECT_FALSE(visit().ok());
  EXPECT_FALSE(visit().ok());
}

TEST_F(Failpoint, PausesUntilItsFileIsGone) {
  const testing::TempFolder temp;
  set("base.here=pause:" + temp.at("paused"));
  std::atomic<bool> passed{false};
  std::thread visitor([&] {
    EXPECT_TRUE(visit().ok());
    passed = true;
  });
  while (!std::filesystem::exists(temp.at("paused")))
    std::this_thread::yield();
  EXPECT_FALSE(passed);
  std::filesystem::remove(temp.at("paused"));
  visitor.join();
  EXPECT_TRUE(passed);
}

TEST_F(Failpoint, FailsWhereItCannotPause) {
  set("base.here=pause:/nowhere/at/all");
  EXPECT_FALSE(visit().ok());
}

TEST_F(Failpoint, Delays) {
  set("base.here=delay:30");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(visit().ok());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(30));
}

TEST_F(Failpoint, RefusesWhatItCannotRead) {
  for (const char* text :
       {"base.here", "base.here=", "=kill", "base.here=explode", "base.here=0*kill",
        "base.here=x*kill", "base.here=pause", "base.here=delay:soon", "base.here=kill:x"}) {
    set(text);
    const Status status = visit();
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().code(), Code::invalid) << text;
  }
}

}  // namespace
}  // namespace holdfast

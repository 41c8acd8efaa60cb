// SPDX-License-Identifier: Apache-2.0
// How a process stops when it is asked to: real signals, each in a process of its own.
#include "base/cancel.h"

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

namespace holdfast {
namespace {

class ProcessCancel : public ::testing::Test {
 protected:
  ProcessCancel() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(ProcessCancel, IsSetByTheFirstSignal) {
  const auto stop_politely = [] {
    watch_signals();
    if (process_cancel().requested() || received_signal() != 0) std::exit(1);
    std::raise(SIGTERM);
    if (!process_cancel().requested() || received_signal() != SIGTERM) std::exit(2);
    std::exit(0);
  };
  EXPECT_EXIT(stop_politely(), ::testing::ExitedWithCode(0), "");
}

TEST_F(ProcessCancel, EndsAtOnceOnTheSecondSignal) {
  const auto stop_impatiently = [] {
    watch_signals();
    std::raise(SIGINT);
    std::raise(SIGTERM);
    std::exit(0);
  };
  EXPECT_EXIT(stop_impatiently(), ::testing::KilledBySignal(SIGTERM), "");
}

TEST_F(ProcessCancel, ExitsByTheSignalItReceived) {
  const auto exit_by_signal = [] {
    watch_signals();
    exit_by_received_signal();  // none yet: returns
    std::raise(SIGINT);
    exit_by_received_signal();
    std::exit(0);
  };
  EXPECT_EXIT(exit_by_signal(), ::testing::KilledBySignal(SIGINT), "");
}

TEST_F(ProcessCancel, LosesNoOutputOnTheWayOut) {
  const auto print_and_exit = [] {
    watch_signals();
    static_cast<void>(std::freopen("/dev/stderr", "w", stdout));
    static_cast<void>(std::setvbuf(stdout, nullptr, _IOFBF, 4096));
    std::cout << "the summary";
    std::raise(SIGTERM);
    exit_by_received_signal();
  };
  EXPECT_EXIT(print_and_exit(), ::testing::KilledBySignal(SIGTERM), "the summary");
}

TEST(Cancel, IsSetOnRequest) {
  Cancel cancel;
  EXPECT_FALSE(cancel.requested());
  cancel.request();
  EXPECT_TRUE(cancel.requested());
}

}  // namespace
}  // namespace holdfast

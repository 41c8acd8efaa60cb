// SPDX-License-Identifier: Apache-2.0
// Rates as text, and the limiter on a clock that the test owns; one test in real time.
#include "base/rate_limit.h"

#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

double seconds(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

TEST(Rate, ReadsDecimalAndBinaryUnits) {
  EXPECT_EQ(*parse_rate_bytes_per_s("50MB/s"), 50'000'000U);
  EXPECT_EQ(*parse_rate_bytes_per_s("50 MiB/s"), 50U << 20U);
  EXPECT_EQ(*parse_rate_bytes_per_s("800KB"), 800'000U);
  EXPECT_EQ(*parse_rate_bytes_per_s("800kB"), 800'000U);
  EXPECT_EQ(*parse_rate_bytes_per_s("1.5GB/s"), 1'500'000'000U);
  EXPECT_EQ(*parse_rate_bytes_per_s("0.5KiB/s"), 512U);
  EXPECT_EQ(*parse_rate_bytes_per_s("1B"), 1U);
  EXPECT_EQ(*parse_rate_bytes_per_s("1000TB/s"), kMaxRateBytesPerS);
}

TEST(Rate, RefusesWhatIsNoRate) {
  for (const char* text : {"",           "0MB/s",   "0.1B/s",   "50",
                           "MB/s",       "50Mb/s",  "50mb",     "-5MB/s",
                           "5MB/m",      "5MB/s/s", "5  MB",    "5.MB",
                           ".5MB",       "1.2.3MB", "1001TB/s", "9999999999999999999999MB",
                           "5MB /s",     "5MB ",    " 5MB",     "1e6B",
                           "5 \xC2\xB5", "5/s",     "inf MB"}) {
    const auto parsed = parse_rate_bytes_per_s(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code(), Code::invalid);
  }
}

TEST(RateLimiter, KeepsTheRateWhateverTheSizeOfThePieces) {
  for (const std::uint64_t rate : {7ULL, 1'000ULL, 50'000'000ULL, 3'000'000'000ULL}) {
    ManualClock clock({0});
    RateLimiter limiter(rate, clock);
    std::mt19937_64 random(rate);
    std::uint64_t taken = 0;
    while (clock.monotonic() < 20s) {
      const std::uint64_t piece = 1 + random() % std::max<std::uint64_t>(rate / 20, 1);
      limiter.take(piece);
      taken += piece;
      // The clock counts whole nanoseconds.
      const double allowed = static_cast<double>(rate) * (seconds(clock.monotonic() + 1ns) + 0.1);
      ASSERT_LE(static_cast<double>(taken), allowed) << rate;
    }
    EXPECT_NEAR(static_cast<double>(taken) / 20 / static_cast<double>(rate), 1.0, 0.05) << rate;
  }
}

TEST(RateLimiter, DoesNotDriftOverManySmallPieces) {
  ManualClock clock({0});
  RateLimiter limiter(30'000'000, clock);
  for (int i = 0; i < 3'000'000; ++i)
    limiter.take(1);  // 33.33 ns each
  EXPECT_EQ(clock.monotonic(), 0ms) << "all of it is inside the burst";
  for (int i = 0; i < 3'000'000; ++i)
    limiter.take(1);
  EXPECT_EQ(clock.monotonic(), 100ms) << "6 MB are 200 ms, of which 100 ms are the burst";
}

TEST(RateLimiter, SavesNoMoreThanATenthOfASecondWhileIdle) {
  ManualClock clock({0});
  RateLimiter limiter(1'000'000, clock);
  clock.advance(1h);
  const nanoseconds before = clock.monotonic();
  limiter.take(100'000);
  EXPECT_EQ(clock.monotonic(), before) << "the burst";
  limiter.take(1);
  EXPECT_EQ(clock.monotonic() - before, 1us) << "and not a byte more";
  limiter.take(1'000'000);
  EXPECT_EQ(clock.monotonic() - before, 1us + 1s);
}

TEST(RateLimiter, HoldsManyThreadsTogether) {
  ManualClock clock({0});
  RateLimiter limiter(1'000'000, clock);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k)
        limiter.take(2'000);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(clock.monotonic(), 16s - 100ms) << "16 MB at 1 MB/s, less the burst";
}

TEST(RateLimiter, StopsWaitingWhenAskedTo) {
  ManualClock clock({0});
  RateLimiter limiter(1'000, clock);
  Cancel cancel;
  EXPECT_TRUE(limiter.take(5'100, &cancel));
  EXPECT_EQ(clock.monotonic(), 5s);
  cancel.request();
  EXPECT_FALSE(limiter.take(3'600'000, &cancel));
  EXPECT_EQ(clock.monotonic(), 5s) << "at once";
  EXPECT_TRUE(limiter.take(0, nullptr));
}

TEST(RateLimiter, StandsHugePiecesAtTinyRates) {
  ManualClock clock({0});
  RateLimiter limiter(1, clock);
  Cancel cancel;
  cancel.request();
  EXPECT_FALSE(limiter.take(std::numeric_limits<std::uint64_t>::max(), &cancel));
}

TEST(RateLimiter, HoldsTheRateInRealTime) {
  RateLimiter limiter(20'000'000, system_clock());
  const nanoseconds start = system_clock().monotonic();
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k)
        limiter.take(100'000);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  // 40 MB at 20 MB/s are 2 s, less the burst of 0.1 s; never faster, and on a busy machine slower
  // by what the sleeps overshoot.
  EXPECT_GE(seconds(system_clock().monotonic() - start), 1.9);
  EXPECT_LE(seconds(system_clock().monotonic() - start), 4.0);
}

}  // namespace
}  // namespace holdfast

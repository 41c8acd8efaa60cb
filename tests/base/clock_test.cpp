// SPDX-License-Identifier: Apache-2.0
// Times as text and back, durations, and the two clocks.
#include "base/clock.h"

#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast {
namespace {

using namespace std::chrono_literals;

TEST(Clock, WritesTimesSoThatTextOrderIsTimeOrder) {
  // date -u -d @1779069784 -Ins
  EXPECT_EQ(format_rfc3339({1779069784'123456789}), "2026-05-18T02:03:04.123456Z");
  EXPECT_EQ(format_rfc3339({0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_rfc3339({-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339({-2208988800'000000000}), "1900-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_rfc3339({951782400'000000000}), "2000-02-29T00:00:00.000000Z");
}

TEST(Clock, ReadsRfc3339WithAnyOffset) {
  const auto ns = [](std::string_view text) { return parse_rfc3339(text).value().ns; };
  EXPECT_EQ(ns("2026-05-18T02:03:04Z"), 1779069784'000000000);
  EXPECT_EQ(ns("2026-05-18T02:03:04.1Z"), 1779069784'100000000);
  EXPECT_EQ(ns("2026-05-18t02:03:04.123456789z"), 1779069784'123456789);
  EXPECT_EQ(ns("2026-05-18 04:03:04+02:00"), 1779069784'000000000);
  EXPECT_EQ(ns("2026-05-17T20:33:04-05:30"), 1779069784'000000000);
  EXPECT_EQ(ns("1969-12-31T23:59:59.5Z"), -500'000'000);
  EXPECT_EQ(ns("2016-12-31T23:59:60Z"), ns("2017-01-01T00:00:00Z")) << "a leap second";
  EXPECT_EQ(ns("2017-01-01T00:59:60+01:00"), ns("2017-01-01T00:00:00Z"));
  EXPECT_EQ(ns("1678-01-01T00:00:00Z") < 0, true);
  EXPECT_EQ(ns("2261-12-31T23:59:59.999999999Z") > 0, true);
}

TEST(Clock, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2026",
                           "2026-05-18",
                           "2026-05-18T02:03:04",
                           "2026-05-18T02:03Z",
                           "2026-13-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-05-18T24:00:00Z",
                           "2026-05-18T02:60:00Z",
                           "2026-05-18T02:03:61Z",
                           "2026-05-18T02:03:60Z",
                           "2026-05-18T02:03:04.Z",
                           "2026-05-18T02:03:04.1234567890Z",
                           "2026-05-18T02:03:04+2:00",
                           "2026-05-18T02:03:04+0200",
                           "2026-05-18T02:03:04+24:00",
                           "2026-05-18T02:03:04+02:60",
                           "2026-05-18T02:03:04Zx",
                           " 2026-05-18T02:03:04Z",
                           "-026-05-18T02:03:04Z",
                           "1677-12-31T00:00:00Z",
                           "1678-01-01T00:00:00+00:01",
                           "2261-12-31T23:59:59-00:01",
                           "2262-01-01T00:00:00Z",
                           "2026-05-00T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026/05/18T02:03:04Z",
                           "2026-05-18T02:03:04,5Z",
                           "20260518T020304Z",
                           "2026-05-18T02:03:04\xC2\xB1",
                           "2026-05-18T+2:03:04Z"}) {
    const auto parsed = parse_rfc3339(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code(), Code::invalid);
    EXPECT_NE(parsed.error().message().find(text), std::string::npos);
  }
}

TEST(Clock, ReadsBackWhatItWrote) {
  std::mt19937_64 random(20260518);
  for (int i = 0; i < 5000; ++i) {
    const std::int64_t us =
        static_cast<std::int64_t>(random() % 18'000'000'000'000'000) - 9'000'000'000'000'000;
    const std::string text = format_rfc3339({us * 1000});
    ASSERT_TRUE(parse_rfc3339(text).ok()) << text;
    EXPECT_EQ(parse_rfc3339(text)->ns, us * 1000) << text;
  }
}

TEST(Clock, ReadsDurations) {
  EXPECT_EQ(*parse_duration("250ms"), 250ms);
  EXPECT_EQ(*parse_duration("90s"), 90s);
  EXPECT_EQ(*parse_duration("5m"), 5min);
  EXPECT_EQ(*parse_duration("12h"), 12h);
  EXPECT_EQ(*parse_duration("30d"), 30 * 24h);
  EXPECT_EQ(*parse_duration("2w"), 14 * 24h);
  EXPECT_EQ(*parse_duration("0s"), 0s);
  EXPECT_EQ(*parse_duration("36525d"), 36525 * 24h);
}

TEST(Clock, RefusesWhatIsNoDuration) {
  for (const char* text :
       {"", "s", "5", "-5s", "+5s", "5 s", " 5s", "5s ", "5S", "5min", "1.5h", "5sm", "36526d",
        "99999999999999999999999999s", "0x5s", "5\xC2\xB5s", "1h30m"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code(), Code::invalid);
  }
}

TEST(Clock, SaysAgesInTheLargestUnit) {
  EXPECT_EQ(format_age(-5s), "0 s");
  EXPECT_EQ(format_age(59s + 999ms), "59 s");
  EXPECT_EQ(format_age(60s), "1 min");
  EXPECT_EQ(format_age(3599s), "59 min");
  EXPECT_EQ(format_age(24h - 1s), "23 h");
  EXPECT_EQ(format_age(24h * 400), "400 d");
  EXPECT_EQ(format_span(-5s), "0 s");
  EXPECT_EQ(format_span(40s), "40 s");
  EXPECT_EQ(format_span(60s), "1 min");
  EXPECT_EQ(format_span(3599s), "59 min 59 s");
  EXPECT_EQ(format_span(1h + 52min + 9s), "1 h 52 min");
  EXPECT_EQ(format_span(24h + 59min), "1 d");
  EXPECT_EQ(format_span(49h), "2 d 1 h");
}

TEST(Clock, AnAgeOverALimitIsToldSoThatTheTwoDiffer) {
  EXPECT_EQ(format_age_over(24h * 40, 24h * 30), "40 d old, more than 30 d");
  EXPECT_EQ(format_age_over(3h + 40min, 90min), "3 h old, more than 1 h 30 min");
  EXPECT_EQ(format_age_over(100min, 90min), "1 h 40 min old, more than 1 h 30 min");
  EXPECT_EQ(format_age_over(24h * 30 + 5min + 9s, 24h * 30), "30 d 5 min old, more than 30 d");
  EXPECT_EQ(format_age_over(3ms, 1ms), "3 ms old, more than 1 ms");
  EXPECT_EQ(format_age_over(2s, 250ms), "2 s old, more than 250 ms");
  EXPECT_EQ(format_age_over(1ms + 1us, 1ms), "2 ms old, more than 1 ms");
  EXPECT_EQ(format_age_over(1us, 0s), "1 ms old, more than 0 s");
  EXPECT_EQ(format_age_over(24h * 30 + 1us, 24h * 30), "30 d 1 ms old, more than 30 d");
}

TEST(Clock, TheSystemClockGoesOn) {
  const auto before = system_clock().monotonic();
  const auto wall = system_clock().now();
  system_clock().sleep_for(2ms);
  EXPECT_GE(system_clock().monotonic() - before, 2ms);
  system_clock().sleep_until(before + 4ms);
  EXPECT_GE(system_clock().monotonic() - before, 4ms);
  system_clock().sleep_for(-1s);
  EXPECT_GT(system_clock().now(), wall);
}

TEST(Clock, AManualClockMovesOnlyWhenToldAndSideBySideSleepsDoNotAddUp) {
  ManualClock clock({1'000});
  EXPECT_EQ(clock.now().ns, 1'000);
  clock.sleep_for(1s);
  clock.sleep_for(-1s);
  clock.advance(1ns);
  EXPECT_EQ(clock.now().ns, 1'000'001'001);
  EXPECT_EQ(clock.monotonic().count(), clock.now().ns);
  std::vector<std::thread> sleepers;
  sleepers.reserve(8);
  for (int i = 0; i < 8; ++i)
    sleepers.emplace_back([&] { clock.sleep_until(5s); });
  for (std::thread& sleeper : sleepers)
    sleeper.join();
  EXPECT_EQ(clock.monotonic(), 5s);
}

}  // namespace
}  // namespace holdfast

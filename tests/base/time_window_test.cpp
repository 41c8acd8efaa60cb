// SPDX-License-Identifier: Apache-2.0
// Windows of the local day, in zones and nights whose clock changes.
#include "base/time_window.h"

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace holdfast {
namespace {

class TimeWindowIn : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* zone = std::getenv("TZ")) before_ = zone;
  }
  void TearDown() override {
    if (before_) {
      ASSERT_EQ(setenv("TZ", before_->c_str(), 1), 0);
    } else {
      ASSERT_EQ(unsetenv("TZ"), 0);
    }
    tzset();
  }
  static void live_in(const char* zone) {
    ASSERT_EQ(setenv("TZ", zone, 1), 0);
    tzset();
  }
  static Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }
  static TimeWindow window(std::string_view text) { return TimeWindow::parse(text).value(); }
  static std::string opens(std::string_view window_text, std::string_view from) {
    return format_rfc3339(window(window_text).next_open(at(from))).substr(0, 19);
  }
  static std::string closes(std::string_view window_text, std::string_view from) {
    return format_rfc3339(window(window_text).next_close(at(from))).substr(0, 19);
  }
  static bool inside(std::string_view window_text, std::string_view when) {
    return window(window_text).contains(at(when));
  }

 private:
  std::optional<std::string> before_;
};

TEST_F(TimeWindowIn, IsHalfOpen) {
  live_in("UTC");
  EXPECT_FALSE(inside("02:00-06:00", "2026-05-18T01:59:59.999999999Z"));
  EXPECT_TRUE(inside("02:00-06:00", "2026-05-18T02:00:00Z"));
  EXPECT_TRUE(inside("02:00-06:00", "2026-05-18T05:59:59.999999999Z"));
  EXPECT_FALSE(inside("02:00-06:00", "2026-05-18T06:00:00Z"));
  EXPECT_EQ(opens("02:00-06:00", "2026-05-18T06:00:00Z"), "2026-05-19T02:00:00");
  EXPECT_EQ(opens("02:00-06:00", "2026-05-18T03:00:00Z"), "2026-05-18T03:00:00");
  EXPECT_EQ(closes("02:00-06:00", "2026-05-18T03:00:00Z"), "2026-05-18T06:00:00");
  EXPECT_EQ(closes("02:00-06:00", "2026-05-18T06:00:00Z"), "2026-05-19T06:00:00");
}

TEST_F(TimeWindowIn, CrossesMidnight) {
  live_in("UTC");
  EXPECT_TRUE(inside("22:00-04:00", "2026-05-18T23:00:00Z"));
  EXPECT_TRUE(inside("22:00-04:00", "2026-05-19T00:00:00Z"));
  EXPECT_TRUE(inside("22:00-04:00", "2026-05-19T03:59:59Z"));
  EXPECT_FALSE(inside("22:00-04:00", "2026-05-19T04:00:00Z"));
  EXPECT_EQ(opens("22:00-04:00", "2026-05-19T04:00:00Z"), "2026-05-19T22:00:00");
  EXPECT_EQ(closes("22:00-04:00", "2026-05-18T23:00:00Z"), "2026-05-19T04:00:00");
  EXPECT_EQ(closes("22:00-04:00", "2026-05-19T01:00:00Z"), "2026-05-19T04:00:00");
  EXPECT_TRUE(inside("22:00-00:00", "2026-05-18T23:59:59Z"));
  EXPECT_FALSE(inside("22:00-00:00", "2026-05-19T00:00:00Z"));
}

TEST_F(TimeWindowIn, CountsLocalTime) {
  live_in("Europe/Berlin");
  EXPECT_EQ(opens("02:00-06:00", "2026-01-10T12:00:00Z"), "2026-01-11T01:00:00");
  EXPECT_EQ(opens("02:00-06:00", "2026-07-10T12:00:00Z"), "2026-07-11T00:00:00");
  live_in("America/New_York");
  EXPECT_EQ(opens("02:00-06:00", "2026-07-10T12:00:00Z"), "2026-07-11T06:00:00");
  EXPECT_TRUE(inside("22:00-04:00", "2026-07-11T02:00:00Z")) << "22:00 of the 10th there";
  live_in("Pacific/Kiritimati");
  EXPECT_EQ(opens("02:00-06:00", "2026-07-10T17:00:00Z"), "2026-07-11T12:00:00");
  live_in("Asia/Kathmandu");
  EXPECT_EQ(opens("02:00-06:00", "2026-07-10T12:00:00Z"), "2026-07-10T20:15:00");
}

// Clock changes of 2026 as `zdump -v` lists them: Berlin 2026-03-29 01:00Z and 2026-10-25 01:00Z,
// New York 2026-03-08 07:00Z and 2026-11-01 06:00Z.
TEST_F(TimeWindowIn, SkipsTheHourThatSpringTakesInBerlin) {
  live_in("Europe/Berlin");
  EXPECT_EQ(opens("02:30-06:00", "2026-03-28T23:00:00Z"), "2026-03-29T01:00:00");
  EXPECT_EQ(closes("02:30-06:00", "2026-03-28T23:00:00Z"), "2026-03-29T04:00:00");
  EXPECT_FALSE(inside("02:30-06:00", "2026-03-29T00:59:59Z"));
  EXPECT_TRUE(inside("02:30-06:00", "2026-03-29T01:00:00Z"));
  EXPECT_EQ(closes("01:00-02:30", "2026-03-29T00:30:00Z"), "2026-03-29T01:00:00");
  EXPECT_EQ(opens("02:00-03:00", "2026-03-28T23:00:00Z"), "2026-03-30T00:00:00")
      << "that night has no such hour";
  EXPECT_FALSE(inside("02:10-02:50", "2026-03-29T01:00:00Z"));
}

TEST_F(TimeWindowIn, CountsTheFirstOfTheHourThatAutumnGivesTwiceInBerlin) {
  live_in("Europe/Berlin");
  EXPECT_EQ(opens("02:30-06:00", "2026-10-24T22:00:00Z"), "2026-10-25T00:30:00");
  EXPECT_EQ(closes("02:30-06:00", "2026-10-24T22:00:00Z"), "2026-10-25T05:00:00");
  EXPECT_EQ(closes("02:00-02:30", "2026-10-25T00:00:00Z"), "2026-10-25T00:30:00");
  EXPECT_FALSE(inside("02:00-02:30", "2026-10-25T01:15:00Z")) << "the second 02:15";
  EXPECT_TRUE(inside("02:00-03:00", "2026-10-25T01:15:00Z")) << "03:00 is yet to come";
  EXPECT_EQ(opens("02:00-02:30", "2026-10-25T00:30:00Z"), "2026-10-26T01:00:00");
}

TEST_F(TimeWindowIn, HoldsBothChangesInNewYork) {
  live_in("America/New_York");
  EXPECT_EQ(opens("02:30-06:00", "2026-03-08T05:00:00Z"), "2026-03-08T07:00:00");
  EXPECT_EQ(closes("02:30-06:00", "2026-03-08T05:00:00Z"), "2026-03-08T10:00:00");
  EXPECT_EQ(opens("01:30-05:00", "2026-11-01T04:00:00Z"), "2026-11-01T05:30:00");
  EXPECT_EQ(closes("22:00-01:30", "2026-11-01T04:00:00Z"), "2026-11-01T05:30:00");
  EXPECT_FALSE(inside("22:00-01:30", "2026-11-01T06:15:00Z")) << "the second 01:15";
}

TEST_F(TimeWindowIn, HoldsAZoneThatSkippedADay) {
  live_in("Pacific/Apia");  // no 2011-12-30
  EXPECT_EQ(opens("02:00-06:00", "2011-12-29T18:00:00Z"), "2011-12-30T12:00:00");
  EXPECT_FALSE(inside("02:00-06:00", "2011-12-30T11:00:00Z"));
}

TEST_F(TimeWindowIn, ItsThreeAnswersAgreeOnEveryMinuteAroundEveryChange) {
  for (const char* zone : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                           "America/Sao_Paulo", "Pacific/Apia", "America/Havana"}) {
    live_in(zone);
    for (const char* text :
         {"02:00-06:00", "22:00-04:00", "00:00-00:30", "02:30-02:29", "01:45-02:15"}) {
      const TimeWindow nightly = window(text);
      for (const char* begin :
           {"2026-03-07T12:00:00Z", "2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z",
            "2026-10-31T12:00:00Z", "2026-04-04T00:00:00Z", "2018-11-03T12:00:00Z",
            "2018-02-17T12:00:00Z", "2011-12-29T06:00:00Z"}) {
        for (int minute = 0; minute < 48 * 60; minute += 5) {
          const Timestamp now{at(begin).ns + minute * 60'000'000'000LL};
          const Timestamp open = nightly.next_open(now);
          const Timestamp close = nightly.next_close(now);
          ASSERT_GE(open, now);
          ASSERT_GT(close, now);
          ASSERT_EQ(nightly.contains(now), open == now);
          ASSERT_TRUE(nightly.contains(open)) << zone << text << format_rfc3339(now);
          ASSERT_TRUE(nightly.contains({close.ns - 1})) << zone << text << format_rfc3339(now);
          ASSERT_GT(close, open) << zone << text << format_rfc3339(now);
        }
      }
    }
  }
}

TEST_F(TimeWindowIn, ReadsAndWritesItself) {
  EXPECT_EQ(window("02:00-06:00").text(), "02:00-06:00");
  EXPECT_EQ(window("22:05-00:00").text(), "22:05-00:00");
}

TEST_F(TimeWindowIn, RefusesWhatIsNoWindow) {
  for (const char* text :
       {"", "02:00", "02:00-", "-06:00", "02:00-02:00", "2:00-6:00", "02:00 - 06:00", "24:00-06:00",
        "02:00-24:00", "02:60-06:00", "02-06", "02:00-06:00 ", "02:00\xE2\x80\x93\x30\x36:00",
        "0a:00-06:00", "02:00-06:000", "+2:00-06:00"}) {
    const auto parsed = TimeWindow::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code(), Code::invalid);
    EXPECT_NE(parsed.error().message().find(text), std::string::npos);
  }
}

}  // namespace
}  // namespace holdfast

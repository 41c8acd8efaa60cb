// SPDX-License-Identifier: Apache-2.0
// Times as people give them.
#include "cli/moment.h"

#include <gtest/gtest.h>

namespace holdfast::cli {
namespace {

const Timestamp kNow = parse_rfc3339("2026-05-18T12:00:00Z").value();

TEST(Moment, ReadsAnAgeADateAndATimeInThePast) {
  EXPECT_EQ(format_rfc3339(*parse_past("24h", kNow)), "2026-05-17T12:00:00.000000Z");
  EXPECT_EQ(format_rfc3339(*parse_past("2026-05-01", kNow)), "2026-05-01T00:00:00.000000Z");
  EXPECT_EQ(format_rfc3339(*parse_past("2026-05-01T02:00:00+02:00", kNow)),
            "2026-05-01T00:00:00.000000Z");
}

TEST(Moment, ReadsADurationAndTheEndOfADateInTheFuture) {
  EXPECT_EQ(format_rfc3339(*parse_future("30d", kNow)), "2026-06-17T12:00:00.000000Z");
  EXPECT_EQ(format_rfc3339(*parse_future("2026-12-31", kNow)), "2026-12-31T23:59:59.000000Z");
}

TEST(Moment, RefusesWhatIsNoTimeAndNamesIt) {
  for (const char* text : {"", "soon", "2026-13-01", "2026-05-18T25:00:00Z", "-3d", "3x"}) {
    const auto past = parse_past(text, kNow);
    ASSERT_FALSE(past.ok()) << text;
    EXPECT_EQ(past.error().code(), Code::invalid);
    EXPECT_NE(past.error().message().find(text), std::string::npos);
    EXPECT_FALSE(parse_future(text, kNow).ok()) << text;
  }
}

}  // namespace
}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
// The progress line: what it says, and how often it says it on a terminal and elsewhere.
#include "core/progress_line.h"

#include <cstdlib>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Timestamp kNow{1779069784'000000000};  // 2026-05-18T02:03:04Z

BatchProgress done(std::int64_t finished, std::optional<std::int64_t> total) {
  BatchProgress progress;
  progress.items_pulled = finished + 10;
  progress.items_finished = finished;
  progress.items_committed = finished;
  progress.items_total = total;
  return progress;
}

TEST(ProgressLine, SaysShareRatesAndTimeLeft) {
  BatchProgress progress = done(3310, 7700);
  progress.size_bytes = 1;
  EXPECT_EQ(render_progress({"backfill"}, progress, {812.4, 50'200'000.0}, kNow),
            "backfill  42 %  3,310/7,700 items  812 items/s  50.2 MB/s  5 s left");
  EXPECT_EQ(render_progress({"backfill"}, progress, {4.0, 1'000.0}, kNow),
            "backfill  42 %  3,310/7,700 items  4.0 items/s  1.0 kB/s  18 min left");
  EXPECT_EQ(render_progress({"backfill"}, done(3, 7700), {0.05, 0.0}, kNow),
            "backfill   0 %  3/7,700 items  0.05 items/s  1 d left");
}

TEST(ProgressLine, SaysNoMoreThanItKnows) {
  EXPECT_EQ(render_progress({"verify"}, done(1'234'567, std::nullopt), {}, kNow),
            "verify  1,234,567 items");
  EXPECT_EQ(render_progress({"verify"}, done(0, 10), {0.0, 0.0}, kNow),
            "verify   0 %  0/10 items  0.00 items/s");
  EXPECT_EQ(render_progress({"verify"}, done(1, 1'000'000'000), {0.001, 0.0}, kNow),
            "verify   0 %  1/1,000,000,000 items  0.00 items/s")
      << "no forecast of decades";
}

TEST(ProgressLine, SaysAllOnlyOnceAllIsCommitted) {
  BatchProgress progress = done(1000, 1000);
  progress.items_committed = 999;
  EXPECT_THAT(render_progress({"b"}, progress, {}, kNow), HasSubstr("99 %"));
  progress.items_committed = 1000;
  EXPECT_EQ(render_progress({"b"}, progress, {}, kNow), "b 100 %  1,000/1,000 items");
  EXPECT_EQ(render_progress({"b"}, done(0, 0), {}, kNow), "b 100 %  0/0 items");
}

TEST(ProgressLine, SaysWhenTheWindowOpens) {
  BatchProgress progress = done(43, 100);
  progress.waiting_for_window = true;
  progress.window_opens_at = Timestamp{kNow.ns + std::chrono::nanoseconds(3h + 5min).count()};
  EXPECT_EQ(render_progress({"b"}, progress, {5.0, 5.0}, kNow),
            "b  43 %  43/100 items  waiting for the window, opens in 3 h (2026-05-18T05:08:04Z)");
}

class Written : public ::testing::Test {
 protected:
  ProgressLineOptions options(bool terminal, std::size_t width = 80) {
    ProgressLineOptions made;
    made.words.label = "b";
    made.terminal = terminal;
    made.width = width;
    made.clock = &clock_;
    made.write = [this](std::string_view text) { written_.emplace_back(text); };
    made.show = [this](std::string_view text) { written_.emplace_back(text); };
    return made;
  }
  // Twenty items and a megabyte a second, told every 50 ms.
  static void run(ProgressLine& line, std::chrono::milliseconds from,
                  std::chrono::milliseconds to) {
    for (auto at = from; at < to; at += 50ms) {
      BatchProgress progress = done(at.count() / 50, 10'000);
      progress.size_bytes = static_cast<std::uint64_t>(at.count()) * 1000;
      progress.elapsed = at;
      line.update(progress);
    }
  }
  ManualClock clock_{kNow};
  std::vector<std::string> written_;
};

TEST_F(Written, WritesAPlainLineEveryTenSecondsWhereThereIsNoTerminal) {
  ProgressLine line(options(false));
  run(line, 0ms, 35s);
  line.end();
  EXPECT_THAT(written_,
              ElementsAre("b   2 %  200/10,000 items  20 items/s  1.0 MB/s  8 min left\n",
                          "b   4 %  400/10,000 items  20 items/s  1.0 MB/s  8 min left\n",
                          "b   6 %  600/10,000 items  20 items/s  1.0 MB/s  7 min left\n"));
}

TEST_F(Written, ShowsItsLineFourTimesASecondAndWipesItAtTheEnd) {
  ProgressLine line(options(true));
  run(line, 0ms, 5s);
  EXPECT_EQ(written_.size(), 20U);
  for (const std::string& text : written_) {
    EXPECT_THAT(text, Not(HasSubstr("\n")));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  }
  EXPECT_EQ(written_.back(), "b   0 %  95/10,000 items  20 items/s  1.0 MB/s  8 min left");
  written_.clear();
  line.end();
  line.end();
  EXPECT_THAT(written_, ElementsAre(""));
}

TEST_F(Written, StaysInsideTheTerminalAndCountsInItsOwnWord) {
  ProgressLineOptions made = options(true, 20);
  made.words.noun = "rows";
  ProgressLine line(made);
  run(line, 0ms, 5s);
  EXPECT_EQ(written_.front(), "b   0 %  0/10,000 r");
  for (const std::string& text : written_)
    EXPECT_LT(text.size(), 20U);
}

TEST_F(Written, ForgetsItsRateOverAWait) {
  ProgressLine line(options(false));
  run(line, 0ms, 9s);
  BatchProgress progress = done(90, 10'000);
  progress.waiting_for_window = true;
  for (auto at = 9s; at < 3600s; at += 1s) {
    progress.elapsed = at;
    line.update(progress);
  }
  written_.clear();
  progress.waiting_for_window = false;
  progress.elapsed = 3700s;
  line.update(progress);
  EXPECT_THAT(written_, ElementsAre("b   0 %  90/10,000 items\n"));
}

TEST(ProgressLine, TakesStderrForNoTerminalWhereColourIsUnwanted) {
  EXPECT_EQ(setenv("NO_COLOR", "1", 1), 0);
  EXPECT_FALSE(stderr_progress({"b"}).terminal);
  EXPECT_EQ(unsetenv("NO_COLOR"), 0);
  EXPECT_EQ(setenv("TERM", "dumb", 1), 0);
  EXPECT_FALSE(stderr_progress({"b"}).terminal);
  EXPECT_EQ(stderr_progress({"b"}).words.label, "b");
}

}  // namespace
}  // namespace holdfast::core

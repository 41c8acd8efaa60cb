// SPDX-License-Identifier: Apache-2.0
// The decisions of a batch as a table, its window gate and its options.
#include "core/batch_pacing.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr BatchStep kWait = BatchStep::wait;
constexpr BatchStep kCommit = BatchStep::commit;
constexpr BatchStep kFetch = BatchStep::fetch;
constexpr BatchStep kEnd = BatchStep::end;

struct Case {
  const char* when;
  BatchLoad load;
  bool gate_open;
  BatchStep wanted;
};

BatchLoad load(std::int64_t queued, std::int64_t running, std::int64_t finished,
               std::int64_t ready) {
  BatchLoad made;
  made.queued = queued;
  made.running = running;
  made.finished = finished;
  made.ready = ready;
  made.ready_since = 100s;
  return made;
}
BatchLoad ended(BatchLoad made) {
  made.source_ended = true;
  return made;
}
BatchLoad stopping(BatchLoad made) {
  made.stopping = true;
  return made;
}
BatchLoad sink_failed(BatchLoad made) {
  made.stopping = made.sink_failed = true;
  return made;
}

// Two workers (low water 16), a commit every 20 items or 5 s, at most 50 on their way.
BatchPacing pacing() {
  BatchOptions options;
  options.commit_every_count = 20;
  options.in_flight_limit = 50;
  return {options, 2};
}

TEST(BatchPacing, DecidesByItsTable) {
  const Case cases[] = {
      {"at the start", load(0, 0, 0, 0), true, kFetch},
      {"little is queued", load(15, 2, 0, 0), true, kFetch},
      {"enough is queued", load(16, 2, 0, 0), true, kWait},
      {"a commit is due by count, before a page", load(0, 2, 20, 20), true, kCommit},
      {"a gap holds the commit up", load(16, 2, 30, 19), true, kWait},
      {"full, the front is running", load(0, 1, 49, 0), true, kWait},
      {"full, workers starve, some is ready", load(0, 1, 49, 3), true, kCommit},
      {"full, but there is work", load(5, 1, 44, 3), true, kWait},
      {"the window is closed, nothing in flight", load(5, 0, 0, 0), false, kWait},
      {"the window is closed, the rest is committed", load(5, 0, 3, 3), false, kCommit},
      {"the window is closed, one is still running", load(5, 1, 3, 3), false, kWait},
      {"the window is closed at the start", load(0, 0, 0, 0), false, kWait},
      {"the source ended, work is left", ended(load(5, 2, 3, 3)), true, kWait},
      {"the source ended, the last one runs", ended(load(0, 1, 3, 3)), true, kWait},
      {"the source ended, all is ready", ended(load(0, 0, 3, 3)), true, kCommit},
      {"the source ended, all is committed", ended(load(0, 0, 0, 0)), true, kEnd},
      {"the source ended, the window closed", ended(load(0, 0, 0, 0)), false, kEnd},
      {"the source ended, queued behind a closed window", ended(load(1, 0, 0, 0)), false, kWait},
      {"stopping, one is running", stopping(load(9, 1, 3, 3)), true, kWait},
      {"stopping, commit by count goes on", stopping(load(9, 1, 20, 20)), true, kCommit},
      {"stopping, the rest", stopping(load(9, 0, 3, 3)), true, kCommit},
      {"stopping, what is behind a gap is left", stopping(load(9, 0, 3, 0)), true, kEnd},
      {"stopping in a closed window", stopping(load(9, 0, 0, 0)), false, kEnd},
      {"the sink failed, one is running", sink_failed(load(9, 1, 30, 30)), true, kWait},
      {"the sink failed", sink_failed(load(9, 0, 30, 30)), true, kEnd},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(pacing().next(one.load, 101s, one.gate_open), one.wanted) << one.when;
  }
}

TEST(BatchPacing, CommitsByTimeAndWaitsNoLongerThanThat) {
  const BatchPacing made = pacing();
  const BatchLoad busy = load(16, 2, 1, 1);  // ready since 100 s
  EXPECT_EQ(made.next(busy, 105s - 1ns, true), kWait);
  EXPECT_EQ(made.next(busy, 105s, true), kCommit);
  EXPECT_EQ(made.patience(busy, 101s), kBatchLook);
  EXPECT_EQ(made.patience(busy, 105s - 3ms), 3ms);
  EXPECT_EQ(made.patience(busy, 106s), 0s);
  EXPECT_EQ(made.patience(load(16, 2, 1, 0), 200s), kBatchLook);
  EXPECT_EQ(made.patience(sink_failed(busy), 200s), kBatchLook);
  EXPECT_LE(kBatchLook, 200ms) << "cancel is looked at five times a second";
}

TEST(BatchPacing, CommitsBeforeAPageThatMayTakeLong) {
  BatchPacing made = pacing();
  const BatchLoad little = load(3, 2, 1, 1);
  EXPECT_EQ(made.next(little, 102s, true), kFetch);
  made.fetched(4, 3s);
  EXPECT_EQ(made.next(little, 102s, true), kCommit);
  EXPECT_EQ(made.next(little, 102s - 1ns, true), kFetch);
  EXPECT_EQ(made.next(load(3, 2, 0, 0), 102s, true), kFetch) << "nothing to commit";
}

TEST(BatchPacing, AsksForTheNextLargePageWhileHalfOfItIsLeft) {
  const BatchOptions options;
  BatchPacing made(options, 2);
  made.fetched(1000, 0s);
  EXPECT_EQ(made.next(load(500, 2, 0, 0), 0s, true), kWait);
  EXPECT_EQ(made.next(load(499, 2, 0, 0), 0s, true), kFetch);
}

TEST(BatchPacing, CountsItsWorkers) {
  BatchOptions options;
  EXPECT_GE(worker_count(options), 1);
  options.jobs = 3;
  EXPECT_EQ(worker_count(options), 3);
}

TEST(WindowGate, AnswersAsTheWindowDoesAlsoWhenTheClockIsSetBack) {
  ASSERT_EQ(setenv("TZ", "UTC", 1), 0);
  tzset();
  WindowGate open(std::nullopt);
  EXPECT_TRUE(open.always_open());
  EXPECT_TRUE(open.open({0}));
  const TimeWindow window = TimeWindow::parse("02:00-06:00").value();
  WindowGate gate(window);
  EXPECT_FALSE(gate.always_open());
  const std::int64_t start = parse_rfc3339("2026-05-18T00:00:00Z")->ns;
  for (const int hour : {1, 2, 3, 5, 6, 7, 23, 26, 3, 1, 31, 2, 100, 0, -3000}) {
    const Timestamp now{start + hour * 3'600'000'000'000LL};
    EXPECT_EQ(gate.open(now), window.contains(now)) << hour;
    if (!gate.open(now)) {
      EXPECT_EQ(gate.opens_at(), window.next_open(now)) << hour;
    }
  }
  ASSERT_EQ(unsetenv("TZ"), 0);
  tzset();
}

}  // namespace
}  // namespace holdfast::core

// SPDX-License-Identifier: Apache-2.0
// The batch engine's promises one by one; all of them at once under chance: batch_stress_test.cpp.
#include <cstdlib>
#include <ctime>
#include <future>
#include <memory>
#include <set>

#include <gmock/gmock.h>

#include "tests/core/batch_fixture.h"

namespace holdfast::core {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Le;
using testing::NumberBatch;
using testing::NumberFeed;

BatchEnd ended(const Result<BatchEnd>& result) {
  EXPECT_TRUE(result.ok()) << result.error().message();
  return result.ok() ? *result : BatchEnd{};
}

TEST(Batch, CommitsEveryItemOnceAndInOrder) {
  for (const int jobs : {0, 1, 2, 7}) {
    const NumberBatch batch(5000, 333);
    const BatchEnd end = ended(run_batch(batch.work, {.jobs = jobs}));
    batch.expect_clean_prefix();
    EXPECT_EQ(batch.committed.size(), 5000U);
    EXPECT_EQ(end.items_committed, 5000);
    EXPECT_EQ(end.size_bytes, 50'000U);
    EXPECT_FALSE(end.cancelled || end.limit_reached);
    EXPECT_THAT(batch.commit_sizes, Each(Le(200U)));
  }
}

TEST(Batch, EndsWithoutACommitWhereTheSourceIsEmpty) {
  const NumberBatch batch(0, 10);
  EXPECT_EQ(ended(run_batch(batch.work, {.jobs = 2})).items_committed, 0);
  EXPECT_TRUE(batch.commit_sizes.empty());
}

TEST(Batch, KeepsOrderWhenOutcomesComeBackwards) {
  NumberBatch batch(1003, 50);
  batch.work.worker = [](NumberFeed& feed) {
    return NumberBatch::in_lanes(feed, 4, [](std::size_t held) { return held - 1; });
  };
  EXPECT_EQ(ended(run_batch(batch.work, {.jobs = 3, .commit_every_count = 7})).items_committed,
            1003);
  batch.expect_clean_prefix();
  EXPECT_THAT(batch.commit_sizes, Each(Le(7U)));
}

TEST(Batch, CarriesItemsThatCanOnlyBeMoved) {
  BatchWork<std::unique_ptr<int>, std::unique_ptr<int>> work;
  int given = 0;
  int sum = 0;
  work.next_page = [&]() -> Result<std::vector<std::unique_ptr<int>>> {
    std::vector<std::unique_ptr<int>> page;
    if (given < 10) page.push_back(std::make_unique<int>(given++));
    return page;
  };
  work.worker = [](auto& feed) -> Status {
    while (const auto pulled = feed.pull()) {
      feed.finish(pulled->ticket, std::make_unique<int>(**pulled->item), 0);
    }
    return {};
  };
  work.commit = [&](const auto& done) -> Status {
    for (const auto& one : done)
      sum += *one.item + *one.outcome;
    return {};
  };
  EXPECT_EQ(ended(run_batch(work, {.jobs = 2})).items_committed, 10);
  EXPECT_EQ(sum, 90);
}

TEST(Batch, CommitsByTimeWhileALongItemIsInFlight) {
  ManualClock clock({0});
  NumberBatch batch(20, 20);
  std::promise<void> committed;
  batch.before_commit = [&, told = false]() mutable -> Status {
    if (!std::exchange(told, true)) committed.set_value();
    return {};
  };
  batch.work.worker = [&](NumberFeed& feed) {
    return NumberBatch::one_by_one(feed, [&](int item) {
      if (item != 10) return;
      clock.advance(6s);
      committed.get_future().wait();  // hangs for ever where time alone makes no commit
    });
  };
  ended(run_batch(batch.work, {.jobs = 1, .clock = &clock}));
  EXPECT_EQ(batch.commit_sizes[0], 10U);
  batch.expect_clean_prefix();
}

TEST(Batch, CommitsBetweenThePagesOfASlowSource) {
  ManualClock clock({0});
  NumberBatch batch(100, 5);
  std::atomic<int> finished{0};
  batch.work.worker = [&](NumberFeed& feed) -> Status {
    while (const auto pulled = feed.pull()) {
      feed.finish(pulled->ticket, 2 * *pulled->item, 0);
      ++finished;
    }
    return {};
  };
  batch.before_page = [&]() -> Status {
    EXPECT_LE(batch.given - batch.committed_count, 5) << "no page more than the one before";
    while (finished < batch.given)
      std::this_thread::yield();
    clock.advance(10s);
    return {};
  };
  ended(run_batch(batch.work, {.jobs = 2, .clock = &clock}));
  EXPECT_EQ(batch.committed.size(), 100U);
}

TEST(Batch, AsksForNoPageWhileTooMuchIsInFlight) {
  NumberBatch batch(1000, 10);
  std::atomic<int> finished{0};
  std::promise<void> enough;
  batch.before_page = [&]() -> Status {
    EXPECT_LT(batch.given - batch.committed_count, 50);
    return {};
  };
  batch.work.worker = [&](NumberFeed& feed) {
    return NumberBatch::one_by_one(feed, [&](int item) {
      if (item == 0) return enough.get_future().wait();  // the front holds all others up
      if (++finished == 49) enough.set_value();
    });
  };
  EXPECT_EQ(ended(run_batch(batch.work, {.jobs = 2, .in_flight_limit = 50})).items_committed, 1000);
  batch.expect_clean_prefix();
}

TEST(Batch, CommitsEarlyRatherThanStarveAtASmallLimit) {
  ManualClock clock({0});  // stands still: no commit by time
  const NumberBatch batch(100, 3);
  const BatchOptions options{
      .jobs = 2, .commit_every_count = 1000, .in_flight_limit = 4, .clock = &clock};
  EXPECT_EQ(ended(run_batch(batch.work, options)).items_committed, 100);
}

TEST(Batch, TakesNoMoreThanItsLimit) {
  for (const auto& [limit, reached] :
       {std::pair{0, true}, {1, true}, {57, true}, {100, true}, {101, false}}) {
    const NumberBatch batch(100, 30);
    const BatchEnd end = ended(run_batch(batch.work, {.jobs = 2, .limit = limit}));
    EXPECT_EQ(end.items_committed, std::min(limit, 100));
    EXPECT_EQ(end.limit_reached, reached) << limit;
    EXPECT_FALSE(end.cancelled);
    batch.expect_clean_prefix();
  }
}

TEST(Batch, LeavesOutWhatItDoesNotWantBeforeCountingIt) {
  NumberBatch batch(1000, 10);
  batch.work.wants = [](const int& item) { return item % 100 == 7; };
  EXPECT_EQ(ended(run_batch(batch.work, {.jobs = 2, .limit = 9})).items_committed, 9);
  EXPECT_EQ(batch.committed, (std::vector<int>{7, 107, 207, 307, 407, 507, 607, 707, 807}));
}

TEST(Batch, FinishesWhatIsInFlightWhenCancelled) {
  NumberBatch batch(100'000, 100);
  Cancel cancel;
  std::atomic<int> begun{0};
  batch.work.worker = [&](NumberFeed& feed) {
    return NumberBatch::one_by_one(feed, [&](int item) {
      ++begun;
      if (item == 500) cancel.request();
    });
  };
  const BatchEnd end = ended(run_batch(batch.work, {.jobs = 3, .cancel = &cancel}));
  EXPECT_TRUE(end.cancelled);
  EXPECT_EQ(end.items_committed, begun) << "what was begun was finished and committed, and no more";
  EXPECT_GE(begun, 501);
  EXPECT_LT(begun, 100'000);
  batch.expect_clean_prefix();
}

TEST(Batch, IsNotCancelledWhereAllWasDoneBefore) {
  NumberBatch batch(10, 100);
  Cancel cancel;
  batch.before_commit = [&]() -> Status {
    if (batch.given == 10) cancel.request();
    return {};
  };
  const BatchEnd end = ended(run_batch(batch.work, {.jobs = 1, .limit = 10, .cancel = &cancel}));
  EXPECT_EQ(end.items_committed, 10);
  EXPECT_FALSE(end.cancelled);
}

TEST(Batch, LetsAWorkerAbandonItsItemsWhenCancelled) {
  NumberBatch batch(100, 100);
  Cancel cancel;
  batch.work.worker = [&](NumberFeed& feed) -> Status {
    while (const auto pulled = feed.pull()) {
      if (*pulled->item == 30) {
        cancel.request();
        return Error(Code::cancelled, "in the middle of a large file");
      }
      feed.finish(pulled->ticket, 2 * *pulled->item, 0);
    }
    return {};
  };
  const BatchEnd end = ended(run_batch(batch.work, {.jobs = 1, .cancel = &cancel}));
  EXPECT_TRUE(end.cancelled);
  EXPECT_EQ(end.items_committed, 30);
  batch.expect_clean_prefix();
}

TEST(Batch, FinishesAndCommitsWhatWasBegunOnceItHasEnough) {
  NumberBatch batch(100'000, 100);
  const Cancel cancel;
  Cancel enough;
  std::atomic<int> begun{0};
  batch.work.worker = [&](NumberFeed& feed) {
    return NumberBatch::one_by_one(feed, [&](int item) {
      ++begun;
      if (item == 500) enough.request();
    });
  };
  const BatchEnd end =
      ended(run_batch(batch.work, {.jobs = 3, .cancel = &cancel, .enough = &enough}));
  EXPECT_TRUE(end.had_enough);
  EXPECT_FALSE(end.cancelled);
  EXPECT_EQ(end.items_committed, begun);
  EXPECT_GE(begun, 501);
  EXPECT_LT(begun, 100'000);
  batch.expect_clean_prefix();
}

TEST(Batch, LetsNoWorkerAbandonItsItemsBecauseItHasEnough) {
  NumberBatch batch(100, 100);
  Cancel enough;
  batch.work.worker = [&](NumberFeed& feed) -> Status {
    while (feed.pull()) {
      enough.request();
      return Error(Code::cancelled, "in the middle of a large file");
    }
    return {};
  };
  EXPECT_FALSE(run_batch(batch.work, {.jobs = 1, .enough = &enough}).ok());
}

TEST(Batch, CommitsUpToTheItemOnWhichAWorkerFails) {
  NumberBatch batch(1000, 10);
  batch.work.worker = [&](NumberFeed& feed) -> Status {
    while (const auto pulled = feed.pull()) {
      if (*pulled->item == 321) return Error(Code::io, "disk gone", "mend it");
      feed.finish(pulled->ticket, 2 * *pulled->item, 0);
    }
    return {};
  };
  const auto result = run_batch(batch.work, {.jobs = 3});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::io);
  EXPECT_EQ(result.error().message(), "disk gone");
  EXPECT_EQ(result.error().hint(), "mend it");
  EXPECT_EQ(batch.committed.size(), 321U);
  batch.expect_clean_prefix();
}

TEST(Batch, CommitsWhatWasBegunWhenTheSourceFails) {
  NumberBatch batch(1000, 10);
  batch.before_page = [&]() -> Status {
    if (batch.given == 200) return Error(Code::unavailable, "connection lost");
    return {};
  };
  std::atomic<int> begun{0};
  batch.work.worker = [&](NumberFeed& feed) {
    return NumberBatch::one_by_one(feed, [&](int) { ++begun; });
  };
  const auto result = run_batch(batch.work, {.jobs = 2});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::unavailable);
  EXPECT_EQ(batch.committed_count, begun);
  batch.expect_clean_prefix();
}

TEST(Batch, CommitsNothingMoreAfterACommitFailed) {
  NumberBatch batch(1000, 10);
  int calls = 0;
  batch.before_commit = [&]() -> Status {
    if (++calls == 4) return Error(Code::conflict, "the state moved");
    return {};
  };
  BatchProgress last;
  BatchOptions options{.jobs = 2, .commit_every_count = 20};
  options.on_progress = [&](const BatchProgress& now) { last = now; };
  const auto result = run_batch(batch.work, options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::conflict);
  EXPECT_EQ(calls, 4) << "not called again";
  EXPECT_EQ(last.items_committed, static_cast<std::int64_t>(batch.committed.size()));
  batch.expect_clean_prefix();
}

TEST(Batch, TellsBothErrorsWhenTheLastCommitFailsToo) {
  NumberBatch batch(10, 10);
  batch.work.worker = [&](NumberFeed& feed) -> Status {
    while (const auto pulled = feed.pull()) {
      if (*pulled->item == 5) return Error(Code::io, "disk gone");
      feed.finish(pulled->ticket, 2 * *pulled->item, 0);
    }
    return {};
  };
  batch.before_commit = []() -> Status { return Error(Code::unavailable, "database gone"); };
  const auto result = run_batch(batch.work, {.jobs = 1});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::io);
  EXPECT_EQ(result.error().message(), "disk gone; then: database gone");
}

TEST(Batch, CallsAWorkerThatLeavesEarlyOurOwnMistake) {
  NumberBatch batch(100, 10);
  batch.work.worker = [](NumberFeed& feed) -> Status {
    const auto pulled = feed.pull();
    if (pulled) feed.finish(pulled->ticket, 2 * *pulled->item, 0);
    return {};
  };
  auto result = run_batch(batch.work, {.jobs = 1});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::internal);
  EXPECT_THAT(result.error().message(), HasSubstr("before the source"));
  NumberBatch holding(100, 10);
  holding.work.worker = [](NumberFeed& feed) -> Status {
    while (feed.pull()) {
    }
    return {};
  };
  result = run_batch(holding.work, {.jobs = 1});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::internal);
  EXPECT_THAT(result.error().message(), HasSubstr("items unfinished"));
  EXPECT_TRUE(holding.committed.empty());
}

TEST(BatchDeathTest, StopsAtATicketThatIsHandedBackTwice) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  NumberBatch batch(100, 10);
  batch.work.worker = [](NumberFeed& feed) -> Status {
    const auto pulled = feed.pull();
    feed.finish(pulled->ticket, 0, 0);
    feed.finish(pulled->ticket, 0, 0);
    return {};
  };
  EXPECT_DEATH(static_cast<void>(run_batch(batch.work, {.jobs = 1})), "broken assumption");
}

TEST(Batch, NamesTheOptionThatIsOutOfRange) {
  const auto refused = [](const BatchOptions& options) {
    const NumberBatch batch(1, 1);
    const auto result = run_batch(batch.work, options);
    EXPECT_TRUE(batch.committed.empty());
    return result.ok() ? "" : result.error().message();
  };
  EXPECT_THAT(refused({.jobs = -1}), HasSubstr("jobs must be"));
  EXPECT_THAT(refused({.jobs = kMaxJobs + 1}), HasSubstr("jobs must be"));
  EXPECT_THAT(refused({.commit_every_count = 0}), HasSubstr("commit_every_count"));
  EXPECT_THAT(refused({.commit_every = 0s}), HasSubstr("commit_every must"));
  EXPECT_THAT(refused({.in_flight_limit = 0}), HasSubstr("in_flight_limit"));
  EXPECT_THAT(refused({.limit = -1}), HasSubstr("limit must"));
}

TEST(Batch, TellsBytesOfItemsThatAreNotFinished) {
  NumberBatch batch(1, 1);
  std::atomic<bool> seen{false};
  batch.work.worker = [&](NumberFeed& feed) -> Status {
    const auto pulled = feed.pull();
    feed.read(7);
    while (!seen)
      std::this_thread::yield();
    feed.read(3);
    feed.finish(pulled->ticket, 0, 10);
    EXPECT_FALSE(feed.pull());
    return {};
  };
  std::uint64_t last = 0;
  BatchOptions options{.jobs = 1};
  options.on_progress = [&](const BatchProgress& now) {
    if (now.size_bytes == 7 && now.items_finished == 0) seen = true;
    last = now.size_bytes;
  };
  ended(run_batch(batch.work, options));
  EXPECT_EQ(last, 10U);
}

TEST(Batch, TellsProgressOnTheCallingThreadAndTheWholeAtTheEnd) {
  ManualClock clock({0});
  NumberBatch batch(300, 10);
  batch.work.items_total = 300;
  batch.work.worker = [&](NumberFeed& feed) {
    return NumberBatch::one_by_one(feed, [&](int) { clock.advance(100ms); });
  };
  std::vector<BatchProgress> seen;
  BatchOptions options{.jobs = 1, .clock = &clock};
  options.on_progress = [&, home = std::this_thread::get_id()](const BatchProgress& now) {
    EXPECT_EQ(std::this_thread::get_id(), home);
    EXPECT_GE(now.items_pulled, now.items_finished);
    EXPECT_GE(now.items_finished, now.items_committed);
    seen.push_back(now);
  };
  const BatchEnd end = ended(run_batch(batch.work, options));
  EXPECT_GE(seen.size(), 2U);
  EXPECT_LE(seen.size(), 30 * 4 + 1U) << "30 s, four times a second, and once at the end";
  EXPECT_EQ(seen.back().items_committed, 300);
  EXPECT_EQ(seen.back().size_bytes, 3000U);
  EXPECT_EQ(seen.back().items_total, 300);
  EXPECT_EQ(end.elapsed, 30s);
}

class BatchWindow : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(setenv("TZ", "UTC", 1), 0);
    tzset();
  }
  void TearDown() override {
    ASSERT_EQ(unsetenv("TZ"), 0);
    tzset();
  }
  static Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }
  const TimeWindow night_ = TimeWindow::parse("02:00-06:00").value();
  ManualClock clock_{at("2026-05-18T01:00:00Z")};
};

TEST_F(BatchWindow, BeginsItemsOnlyInsideAndCommitsBeforeItWaits) {
  NumberBatch batch(400, 30);
  const Timestamp morning = at("2026-05-18T06:00:00Z");
  batch.work.worker = [&](NumberFeed& feed) {
    return NumberBatch::one_by_one(feed, [&](int) {
      EXPECT_TRUE(night_.contains(clock_.now())) << format_rfc3339(clock_.now());
      clock_.advance(1min);
    });
  };
  batch.before_page = [&]() -> Status {
    EXPECT_TRUE(night_.contains(clock_.now())) << format_rfc3339(clock_.now());
    if (clock_.now() > morning) {
      EXPECT_GE(batch.committed_count, 240);
    }
    return {};
  };
  bool waited = false;
  BatchOptions options{.jobs = 1, .window = night_, .clock = &clock_};
  options.on_progress = [&](const BatchProgress& now) {
    if (!now.waiting_for_window) return;
    waited = true;
    EXPECT_TRUE(now.window_opens_at == at("2026-05-18T02:00:00Z") ||
                now.window_opens_at == at("2026-05-19T02:00:00Z"));
    if (clock_.now() > morning) {
      EXPECT_EQ(now.items_committed, 240);
    }
  };
  EXPECT_EQ(ended(run_batch(batch.work, options)).items_committed, 400);
  EXPECT_TRUE(waited);
  EXPECT_EQ(clock_.now(), at("2026-05-19T04:40:00Z"));
  batch.expect_clean_prefix();
}

TEST_F(BatchWindow, DoesNotHoldUpAWorkerWithTicketsWhenItCloses) {
  clock_.advance(4h + 50min);  // 05:50
  NumberBatch batch(100, 100);
  std::atomic<int> held_at_close{0};
  batch.work.worker = [&](NumberFeed& feed) -> Status {
    std::vector<std::pair<std::uint64_t, int>> held;
    while (true) {
      const auto pulled = feed.pull();
      if (pulled) {
        held.emplace_back(pulled->ticket, *pulled->item);
        clock_.advance(4min);
        if (held.size() < 4) continue;
      }
      if (!pulled && held.empty()) return {};
      if (!pulled && !night_.contains(clock_.now())) held_at_close += static_cast<int>(held.size());
      for (const auto& [ticket, item] : held)
        feed.finish(ticket, 2 * item, 0);
      held.clear();
    }
  };
  const BatchOptions options{.jobs = 2, .window = night_, .clock = &clock_};
  EXPECT_EQ(ended(run_batch(batch.work, options)).items_committed, 100);
  EXPECT_GT(held_at_close, 0) << "the case that this test is about";
  batch.expect_clean_prefix();
}

TEST_F(BatchWindow, LooksAtCancelWhileItWaits) {
  const NumberBatch batch(100, 10);
  Cancel cancel;
  std::optional<Timestamp> asked;
  BatchOptions options{.jobs = 2, .window = night_, .cancel = &cancel, .clock = &clock_};
  options.on_progress = [&](const BatchProgress& now) {
    if (!now.waiting_for_window || asked || now.elapsed < 10min) return;
    asked = clock_.now();
    cancel.request();
  };
  const BatchEnd end = ended(run_batch(batch.work, options));
  EXPECT_TRUE(end.cancelled);
  EXPECT_EQ(batch.given, 0);
  ASSERT_TRUE(asked);
  EXPECT_LE(clock_.now().ns - asked->ns, std::chrono::nanoseconds(200ms).count());
}

}  // namespace
}  // namespace holdfast::core

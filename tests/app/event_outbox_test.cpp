// SPDX-License-Identifier: Apache-2.0
// The outbox: whatever a sink takes or refuses, and whoever delivers, every event gets there in order; what is repeated was unsure.
#include "app/event_outbox.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/event_refusals.h"
#include "catalog/claims.h"
#include "tests/support/test_catalog.h"

namespace holdfast::app {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

/// Takes as many events as it is allowed to, and remembers them.
class FakeSink final : public EventSink {
 public:
  explicit FakeSink(std::size_t group = 3) : group_(group) {}
  const SinkPlace& place() const override { return place_; }
  std::size_t group_size() const override { return group_; }
  Delivery deliver(std::span<const catalog::StoredEvent> events, const Cancel*) override {
    ++calls;
    Delivery done;
    for (const catalog::StoredEvent& stored : events) {
      if (allowed == 0) {
        done.problem = Error(Code::unavailable, "the sink is down");
        break;
      }
      --allowed;
      if (std::ranges::count(refuses, stored.event.seq) > 0) {
        done.refused.push_back({done.count++, "400 no"});
        continue;
      }
      got.push_back(stored.event.seq);
      ++done.count;
    }
    if (on_call) on_call();
    return done;
  }

  std::size_t allowed = 1'000'000;
  int calls = 0;
  std::vector<std::int64_t> got;
  std::vector<std::int64_t> refuses;
  std::function<void()> on_call;

 private:
  std::size_t group_;
  SinkPlace place_{"redis", "redis:fake", "fake"};
};

class EventOutbox : public testing::CatalogTest {
 protected:
  static void append(catalog::Catalog& catalog, int count) {
    std::vector<core::Event> events;
    for (int i = 0; i < count; ++i) {
      core::Event event;
      event.name = "check.ended";
      event.actor = "test";
      events.push_back(event);
    }
    const auto done = catalog::append_events(catalog, events);
    ASSERT_TRUE(done.ok()) << done.error().message();
  }
  static std::int64_t pending(catalog::Catalog& catalog, const EventSink& sink) {
    const auto found = pending_events(catalog, sink.place());
    EXPECT_TRUE(found.ok());
    return found.ok() ? found->count : -1;
  }
};

TEST_P(EventOutbox, DeliversAllInOrderAndThenNothing) {
  auto catalog = open_catalog();
  append(catalog, 8);
  FakeSink sink;
  const auto done = deliver_events(catalog, sink);
  ASSERT_TRUE(done.ok()) << done.error().message();
  EXPECT_EQ(done->delivered, 8);
  EXPECT_THAT(sink.got, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(deliver_events(catalog, sink)->delivered, 0);
  EXPECT_EQ(sink.calls, 3) << "a sink that has everything is not asked";
}

TEST_P(EventOutbox, GoesOnBehindWhatWasTaken) {
  auto catalog = open_catalog();
  append(catalog, 5);
  FakeSink sink;
  sink.allowed = 4;
  const auto failed = deliver_events(catalog, sink);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message(), "the sink is down");
  EXPECT_EQ(pending(catalog, sink), 1);
  sink.allowed = 10;
  EXPECT_EQ(deliver_events(catalog, sink)->delivered, 1);
  EXPECT_THAT(sink.got, ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(EventOutbox, SaysSinceWhenTheOldestWaits) {
  auto catalog = open_catalog();
  append(catalog, 1);
  const Timestamp first = clock().now();
  clock().advance(std::chrono::hours(1));
  append(catalog, 1);
  const FakeSink sink;
  const auto owed = pending_events(catalog, sink.place());
  ASSERT_TRUE(owed.ok());
  EXPECT_EQ(owed->count, 2);
  ASSERT_TRUE(owed->oldest_at);
  EXPECT_EQ(owed->oldest_at->ns / 1000, first.ns / 1000);
}

TEST_P(EventOutbox, DeliversWhatIsAppendedMeanwhile) {
  auto catalog = open_catalog();
  append(catalog, 3);
  FakeSink sink;
  sink.on_call = [&] {
    if (sink.calls == 1) append(catalog, 2);
  };
  EXPECT_EQ(deliver_events(catalog, sink)->delivered, 5);
  EXPECT_THAT(sink.got, ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(EventOutbox, LeavesItToWhoeverHasTheSink) {
  auto catalog = open_catalog();
  append(catalog, 2);
  FakeSink sink;
  const std::vector<std::string> key{sink.place().name};
  ASSERT_EQ(
      catalog::claim(catalog, "event_sink", key, "another host", std::chrono::seconds(600))->size(),
      1U);
  EXPECT_EQ(deliver_events(catalog, sink)->delivered, 0);
  EXPECT_EQ(sink.calls, 0);
  EXPECT_EQ(pending(catalog, sink), 2);
  clock().advance(std::chrono::seconds(601));
  EXPECT_EQ(deliver_events(catalog, sink)->delivered, 2) << "its lease is over";
}

TEST_P(EventOutbox, StopsWhereSomebodyElseMovedThePosition) {
  auto catalog = open_catalog();
  append(catalog, 4);
  FakeSink sink(2);
  sink.on_call = [&] {
    if (sink.calls == 1) execute("update event_sink set delivered_seq = 3");
  };
  const auto done = deliver_events(catalog, sink);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), Code::conflict);
  EXPECT_EQ(pending(catalog, sink), 1) << "their position stands";
}

TEST_P(EventOutbox, EndsWhenItsTimeIsOver) {
  auto catalog = open_catalog();
  append(catalog, 9);
  FakeSink sink;
  sink.on_call = [&] { clock().advance(std::chrono::seconds(6)); };
  EXPECT_EQ(deliver_events(catalog, sink, {std::chrono::seconds(10)})->delivered, 6);
  EXPECT_EQ(pending(catalog, sink), 3);
}

TEST_P(EventOutbox, EndsWhenItIsCancelled) {
  auto catalog = open_catalog();
  append(catalog, 9);
  FakeSink sink;
  Cancel cancel;
  sink.on_call = [&] { cancel.request(); };
  EXPECT_EQ(deliver_events(catalog, sink, {{}, &cancel})->delivered, 3);
}

TEST_P(EventOutbox, SetsAsideWhatIsRefusedAndGoesOn) {
  auto catalog = open_catalog();
  append(catalog, 5);
  FakeSink sink(2);
  sink.refuses = {2, 5};
  const auto done = deliver_events(catalog, sink);
  ASSERT_TRUE(done.ok()) << done.error().message();
  EXPECT_EQ(done->delivered, 3);
  EXPECT_EQ(done->refused, 2);
  EXPECT_THAT(sink.got, ElementsAre(1, 3, 4));
  EXPECT_EQ(pending(catalog, sink), 0);
  EXPECT_EQ(*refused_count(catalog, sink.place()), 2);
  sink.refuses = {5};
  EXPECT_EQ(*resend_refused(catalog, sink, {}, "test", nullptr), 1);
  EXPECT_THAT(sink.got, ElementsAre(1, 3, 4, 2));
  const auto left = refused_events(catalog, sink.place(), 0, 10);
  ASSERT_TRUE(left.ok());
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->front().seq, 5);
  EXPECT_EQ(left->front().reason, "400 no");
}

TEST_P(EventOutbox, GivesUpAnEventThatIsNamedTwiceOnce) {
  auto catalog = open_catalog();
  append(catalog, 3);
  FakeSink sink;
  sink.refuses = {1, 2, 3};
  ASSERT_EQ(deliver_events(catalog, sink)->refused, 3);
  const std::vector<std::int64_t> seqs{3, 2, 3};
  const auto given_up = dismiss_refused(catalog, sink.place(), seqs, {"test", "known"});
  ASSERT_TRUE(given_up.ok()) << given_up.error().message();
  EXPECT_EQ(*given_up, 2);
  EXPECT_EQ(*refused_count(catalog, sink.place()), 1);
  EXPECT_EQ(dismiss_refused(catalog, sink.place(), seqs, {"test", "known"}).error().code(),
            Code::not_found);
}

TEST_P(EventOutbox, TellsWhatWentWrongWithTheSinkAlsoWhereItCanNotBeGivenBack) {
  auto catalog = open_catalog();
  append(catalog, 2);
  FakeSink sink;
  sink.refuses = {1};
  ASSERT_EQ(deliver_events(catalog, sink)->refused, 1);
  sink.allowed = 0;
  sink.on_call = [&] { execute("drop table claim"); };
  const auto sent = resend_refused(catalog, sink, {}, "test", nullptr);
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().message(), "the sink is down");
}

TEST_P(EventOutbox, SetsNothingAsideWhereThePositionWasMovedByAnother) {
  auto catalog = open_catalog();
  append(catalog, 2);
  FakeSink sink(2);
  sink.refuses = {1};
  sink.on_call = [&] { execute("update event_sink set delivered_seq = 1"); };
  EXPECT_EQ(deliver_events(catalog, sink).error().code(), Code::conflict);
  EXPECT_EQ(*refused_count(catalog, sink.place()), 0);
}

TEST_P(EventOutbox, TakesTheSinkOverHalfAMinuteAfterItsHolderWentOut) {
  auto catalog = open_catalog();
  append(catalog, 1);
  FakeSink sink;
  sink.on_call = [&] { execute("update claim set owner = 'another host'"); };
  EXPECT_EQ(deliver_events(catalog, sink).error().code(), Code::conflict);
  append(catalog, 1);  // and the claim is left, as by a kill elsewhere
  sink.on_call = nullptr;
  EXPECT_EQ(deliver_events(catalog, sink)->delivered, 0);
  clock().advance(std::chrono::seconds(31));
  EXPECT_EQ(deliver_events(catalog, sink)->delivered, 1);
}

TEST_P(EventOutbox, GivesNothingMoreToASinkThatAnotherHasTakenOver) {
  auto catalog = open_catalog();
  append(catalog, 6);
  FakeSink sink(2);
  sink.on_call = [&] { execute("update claim set owner = 'another host'"); };
  const auto done = deliver_events(catalog, sink);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), Code::conflict);
  EXPECT_EQ(done.error().message(), "another process has taken over fake");
  EXPECT_THAT(sink.got, ElementsAre(1, 2));
  EXPECT_EQ(pending(catalog, sink), 4);
}

TEST_P(EventOutbox, SeesASinkTakenOverThoughItHoldsAnother) {
  auto catalog = open_catalog();
  append(catalog, 6);
  const std::vector<std::string> other{"redis:other"};
  ASSERT_TRUE(catalog::claim(catalog, "event_sink", other, catalog::current_owner(),
                             std::chrono::seconds(30))
                  .ok());
  FakeSink sink(2);
  sink.on_call = [&] {
    execute("update claim set owner = 'another host' where key = 'redis:fake'");
  };
  const auto done = deliver_events(catalog, sink);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), Code::conflict);
  EXPECT_THAT(sink.got, ElementsAre(1, 2));
}

TEST_P(EventOutbox, SendsNoRefusedEventAgainOnceAnotherHasTakenTheSinkOver) {
  auto catalog = open_catalog();
  append(catalog, 3);
  FakeSink sink;
  sink.refuses = {1, 2, 3};
  ASSERT_TRUE(deliver_events(catalog, sink).ok());
  sink.refuses = {};
  sink.on_call = [&] { execute("update claim set owner = 'another host'"); };
  EXPECT_EQ(resend_refused(catalog, sink, {}, "test", nullptr).error().code(), Code::conflict);
  EXPECT_THAT(sink.got, ElementsAre(1));
}

HOLDFAST_ON_BOTH_DATABASES(EventOutbox);

}  // namespace
}  // namespace holdfast::app

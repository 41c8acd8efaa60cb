// SPDX-License-Identifier: Apache-2.0
// All of the batch engine under chance: shapes, delays and failures drawn from a printed seed;
// whatever happens, what is committed is every item once and in order, or a clean beginning of it.
#include <random>

#include "tests/core/batch_fixture.h"

namespace holdfast::core {
namespace {

using namespace std::chrono_literals;
using testing::NumberBatch;
using testing::NumberFeed;

enum class Mishap : unsigned char { none, worker, source, sink, cancel, abandon };
constexpr int kMishaps = 6;
constexpr int kRounds = 240;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  int roll(int least, int most) {
    return least + static_cast<int>(random_() % static_cast<std::uint32_t>(most - least + 1));
  }

 private:
  std::mt19937 random_;
};

struct Round {
  explicit Round(std::uint32_t seed)
      : dice(seed),
        mishap(static_cast<Mishap>(seed % kMishaps)),
        count(dice.roll(0, 600)),
        unlucky(dice.roll(0, std::max(count, 1))),
        batch(count, dice.roll(1, 60)) {
    options.jobs = dice.roll(1, 6);
    options.commit_every_count = dice.roll(1, 80);
    options.commit_every = std::chrono::microseconds(dice.roll(1, 3000));
    options.in_flight_limit = dice.roll(1, 150);
    if (dice.roll(0, 3) == 0) options.limit = dice.roll(0, 700);
    options.cancel = &cancel;
    batch.before_page = [this] {
      return mishap == Mishap::source ? strike(batch.given) : Status();
    };
    batch.before_commit = [this] {
      EXPECT_FALSE(sink_failed) << "a commit after one that failed";
      const Status status = mishap == Mishap::sink ? strike(batch.committed_count) : Status();
      sink_failed = !status;
      return status;
    };
    batch.work.worker = [this](NumberFeed& feed) { return work(feed); };
  }

  Status strike(int at) const {
    return at >= unlucky ? Status(Error(Code::io, "struck")) : Status();
  }

  // Up to `lanes` tickets, finished in a random order, with yields in between; strikes at the
  // unlucky item.
  Status work(NumberFeed& feed) {
    Dice own(static_cast<std::uint32_t>(worker_seed++));
    const auto lanes = static_cast<std::size_t>(own.roll(1, 5));
    std::vector<std::pair<std::uint64_t, int>> held;
    while (true) {
      while (held.size() < lanes) {
        const auto pulled = feed.pull();
        if (!pulled) break;
        held.emplace_back(pulled->ticket, *pulled->item);
      }
      if (held.empty()) return {};
      for (int i = own.roll(0, 3); i > 0; --i)
        std::this_thread::yield();
      const auto chosen = static_cast<std::size_t>(own.roll(0, static_cast<int>(held.size()) - 1));
      const auto [ticket, item] = held[chosen];
      if (item == unlucky) {
        if (mishap == Mishap::worker) return Error(Code::io, "struck");
        if (mishap == Mishap::cancel || mishap == Mishap::abandon) cancel.request();
        if (mishap == Mishap::abandon) return Error(Code::cancelled, "abandoned");
      }
      feed.finish(ticket, 2 * item, 1);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
  }

  void check(const Result<BatchEnd>& result) {
    batch.expect_clean_prefix();
    for (const std::size_t size : batch.commit_sizes) {
      EXPECT_LE(static_cast<std::int64_t>(size), options.commit_every_count);
    }
    const auto all =
        static_cast<std::size_t>(std::min<std::int64_t>(count, options.limit.value_or(count)));
    if (!result.ok()) {
      EXPECT_EQ(result.error().message(), "struck");
      EXPECT_TRUE(mishap == Mishap::worker || mishap == Mishap::source || mishap == Mishap::sink);
      return;
    }
    EXPECT_EQ(static_cast<std::size_t>(result->items_committed), batch.committed.size());
    EXPECT_EQ(static_cast<std::size_t>(result->size_bytes), batch.committed.size());
    if (result->cancelled) {
      EXPECT_TRUE(mishap == Mishap::cancel || mishap == Mishap::abandon);
    } else {
      EXPECT_EQ(batch.committed.size(), all);
    }
  }

  Dice dice;
  Mishap mishap;
  int count;
  int unlucky;
  NumberBatch batch;
  BatchOptions options;
  Cancel cancel;
  bool sink_failed = false;
  std::atomic<int> worker_seed{1};
};

TEST(BatchStress, CommitsEveryItemOnceAndInOrderOrACleanBeginning) {
  constexpr std::uint32_t kSeed = 20260518;
  std::cout << "seed " << kSeed << ", " << kRounds << " rounds\n";
  for (std::uint32_t i = 0; i < kRounds; ++i) {
    SCOPED_TRACE("round seed " + std::to_string(kSeed + i));
    Round round(kSeed + i);
    round.check(run_batch(round.batch.work, round.options));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace holdfast::core

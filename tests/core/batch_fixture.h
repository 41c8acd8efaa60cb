// SPDX-License-Identifier: Apache-2.0
// What the tests of the batch engine share: numbers as items, a sink that remembers, workers with
// one or several lanes.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/batch_engine.h"

namespace holdfast::core::testing {

using NumberFeed = BatchFeed<int, int>;
using NumberWork = BatchWork<int, int>;

/// Numbers 0 … count - 1 in pages; outcome of n is 2 n. The sink holds that it gets them once, in
/// order, one call at a time and on the thread that made it.
class NumberBatch {
 public:
  NumberBatch(int count, int page_size) : count_(count), page_size_(page_size) {
    work.next_page = [this] { return next_page(); };
    work.commit = [this](const std::vector<NumberWork::Done>& done) { return commit(done); };
    work.worker = [](NumberFeed& feed) { return one_by_one(feed, [](int) {}); };
  }

  /// Pulls and finishes one item at a time; `during` runs while it is in flight.
  static Status one_by_one(NumberFeed& feed, const std::function<void(int)>& during) {
    while (const auto pulled = feed.pull()) {
      const int item = *pulled->item;
      during(item);
      feed.finish(pulled->ticket, 2 * item, 10);
    }
    return {};
  }

  /// Holds up to `lanes` tickets and finishes the one that `pick` names.
  static Status in_lanes(NumberFeed& feed, std::size_t lanes,
                         const std::function<std::size_t(std::size_t)>& pick) {
    std::vector<std::pair<std::uint64_t, int>> held;
    while (true) {
      while (held.size() < lanes) {
        const auto pulled = feed.pull();
        if (!pulled) break;
        held.emplace_back(pulled->ticket, *pulled->item);
      }
      if (held.empty()) return {};
      const std::size_t chosen = pick(held.size());
      feed.finish(held[chosen].first, 2 * held[chosen].second, 10);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
  }

  /// The committed items are 0 … n - 1.
  void expect_clean_prefix() const {
    std::vector<int> wanted(committed.size());
    std::iota(wanted.begin(), wanted.end(), 0);
    EXPECT_EQ(committed, wanted);
  }

  NumberWork work;
  std::vector<int> committed;
  std::vector<std::size_t> commit_sizes;
  std::atomic<int> committed_count{0};
  std::atomic<int> given{0};  // items that left the source
  std::function<Status()> before_page;
  std::function<Status()> before_commit;

 private:
  Result<std::vector<int>> next_page() {
    const InCall call(*this);
    if (before_page) TRY(before_page());
    std::vector<int> page;
    while (given < count_ && static_cast<int>(page.size()) < page_size_)
      page.push_back(given++);
    EXPECT_FALSE(ended_) << "asked again after the end";
    ended_ = page.empty();
    return page;
  }

  Status commit(const std::vector<NumberWork::Done>& done) {
    const InCall call(*this);
    EXPECT_FALSE(done.empty());
    if (before_commit) TRY(before_commit());
    for (const NumberWork::Done& one : done) {
      EXPECT_EQ(one.outcome, 2 * one.item);
      committed.push_back(one.item);
    }
    commit_sizes.push_back(done.size());
    committed_count = static_cast<int>(committed.size());
    return {};
  }

  // next_page and commit share a database connection: one at a time, on one thread.
  class InCall {
   public:
    explicit InCall(NumberBatch& batch) : batch_(batch) {
      EXPECT_FALSE(batch_.busy_.exchange(true));
      EXPECT_EQ(std::this_thread::get_id(), batch_.home_);
    }
    InCall(const InCall&) = delete;
    InCall& operator=(const InCall&) = delete;
    ~InCall() { batch_.busy_ = false; }

   private:
    NumberBatch& batch_;
  };

  int count_;
  int page_size_;
  bool ended_ = false;
  std::atomic<bool> busy_{false};
  std::thread::id home_ = std::this_thread::get_id();
};

}  // namespace holdfast::core::testing

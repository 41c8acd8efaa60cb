// SPDX-License-Identifier: Apache-2.0
// The engine behind core/batch.h. What to do next is decided in core/batch_pacing.h; here are the
// items and the threads.
//
// One mutex guards all of it. The calling thread loops: fetch, commit, or wait for a worker
// (finish, pull or end), for the time of the next commit, or for kBatchLook to look at `cancel`,
// `enough` and the window. It lets go of the mutex during next_page, wants, commit and on_progress. Workers wait
// only in pull(), and only when they hold no ticket.
//
//   slots_:  [ready … ready, finished or running …, queued …]     ticket = first_ticket_ + index
//             commit takes here                       pull takes here, pages are added at the end
//
// Refused: a queue per worker (order would need a merge), and commit on a thread of its own (the
// source would need a second database connection).
#pragma once
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/batch.h"
#include "core/batch_crew.h"
#include "core/batch_pacing.h"

namespace holdfast::core {

template <class Item, class Outcome>
class BatchEngine {
 public:
  using Work = BatchWork<Item, Outcome>;
  using Feed = BatchFeed<Item, Outcome>;

  BatchEngine(const Work& work, const BatchOptions& options)
      : work_(work),
        options_(options),
        clock_(options.clock != nullptr ? *options.clock : system_clock()),
        gate_(options.window),
        pacing_(options, worker_count(options)),
        started_(clock_.monotonic()),
        progress_due_(started_ + kProgressEvery) {}

  Result<BatchEnd> run() {
    load_.source_ended = options_.limit == 0;
    BatchCrew crew;
    TRY(crew.hire(worker_count(options_), [this](int) { run_worker(); }));
    if (Status looped = without_exceptions([this] { return loop(), Status(); }); !looped) {
      const std::scoped_lock lock(mutex_);
      fail(std::move(looped).error());
    }
    crew.join();
    if (options_.on_progress) options_.on_progress(progress());
    if (error_) return *std::move(error_);
    const bool all_done = load_.source_ended && items_committed_ == items_pulled_;
    return BatchEnd{.items_committed = items_committed_,
                    .size_bytes = size_bytes_committed_,
                    .elapsed = clock_.monotonic() - started_,
                    .cancelled = cancel_seen_ && !all_done,
                    .had_enough = enough() && !all_done,
                    .limit_reached = options_.limit == items_pulled_};
  }

 private:
  struct Slot {
    Item item;
    std::optional<Outcome> outcome;
    std::uint64_t size_bytes = 0;
    const void* worker = nullptr;  // whose ticket it is
  };

  class WorkerFeed final : public Feed {
   public:
    explicit WorkerFeed(BatchEngine& engine) : engine_(engine) {}
    std::optional<typename Feed::Pulled> pull() override { return engine_.pull(*this); }
    void finish(std::uint64_t ticket, Outcome outcome, std::uint64_t size_bytes) override {
      engine_.finish(*this, ticket, std::move(outcome), size_bytes);
    }
    void read(std::uint64_t size_bytes) override {
      engine_.size_bytes_read_.fetch_add(size_bytes, std::memory_order_relaxed);
    }
    std::int64_t held = 0;

   private:
    BatchEngine& engine_;
  };

  // ---- on worker threads ----

  void run_worker() {
    WorkerFeed feed(*this);
    const Status status = without_exceptions([&] { return work_.worker(feed); });
    const std::scoped_lock lock(mutex_);
    end_worker(status, feed.held);
  }

  void end_worker(const Status& status, std::int64_t held) {
    load_.running -= held;
    const bool abandoned =
        cancel_requested() && !status && status.error().code() == Code::cancelled;
    if (!status && !abandoned) {
      fail(status.error());
    } else if (status && held > 0) {
      fail({Code::internal, "a worker ended with " + std::to_string(held) + " items unfinished"});
    } else if (status && !no_more_to_begin()) {
      fail({Code::internal, "a worker ended before the source did"});
    }
    caller_.notify_one();
  }

  std::optional<typename Feed::Pulled> pull(WorkerFeed& feed) {
    std::unique_lock lock(mutex_);
    while (true) {
      if (no_more_to_begin()) return std::nullopt;
      if (load_.queued > 0 && gate_open()) break;
      if (feed.held > 0) return std::nullopt;
      workers_.wait(lock);
    }
    const std::size_t index = slots_.size() - static_cast<std::size_t>(load_.queued);
    slots_[index].worker = &feed;
    --load_.queued;
    ++load_.running;
    ++feed.held;
    wake_caller();
    return typename Feed::Pulled{first_ticket_ + index, &slots_[index].item};
  }

  void finish(WorkerFeed& feed, std::uint64_t ticket, Outcome outcome, std::uint64_t size_bytes) {
    const std::scoped_lock lock(mutex_);
    const std::uint64_t index = ticket - first_ticket_;
    HOLDFAST_ASSERT(ticket >= first_ticket_ && index < slots_.size());
    Slot& slot = slots_[index];
    HOLDFAST_ASSERT(slot.worker == &feed && !slot.outcome);
    slot.outcome.emplace(std::move(outcome));
    slot.size_bytes = size_bytes;
    size_bytes_ += size_bytes;
    --feed.held;
    --load_.running;
    ++load_.finished;
    ++items_finished_;
    advance_ready();
    wake_caller();
  }

  // ---- on the calling thread ----

  void loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (cancel_requested()) {
        cancel_seen_ = true;
        stop();
      }
      if (enough()) stop();
      report_progress(lock);
      switch (pacing_.next(load_, clock_.monotonic(), open_gate())) {
        case BatchStep::commit:
          commit(lock);
          break;
        case BatchStep::fetch:
          fetch(lock);
          break;
        case BatchStep::wait:
          wait(lock);
          break;
        case BatchStep::end:
          return stop();
      }
    }
  }

  void fetch(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    const auto before = clock_.monotonic();
    Result<std::vector<Item>> page = work_.next_page();
    const bool ended = page.ok() && page->empty();
    const auto page_items = page.ok() ? static_cast<std::int64_t>(page->size()) : 0;
    if (page.ok() && work_.wants) {
      std::erase_if(*page, [this](const Item& item) { return !work_.wants(item); });
    }
    lock.lock();
    pacing_.fetched(page_items, clock_.monotonic() - before);
    if (!page) return fail(std::move(page).error());
    for (Item& item : *page) {
      if (options_.limit == items_pulled_) break;
      slots_.push_back(Slot{std::move(item), std::nullopt});
      ++load_.queued;
      ++items_pulled_;
    }
    if (ended || options_.limit == items_pulled_) load_.source_ended = true;
    workers_.notify_all();
  }

  void commit(std::unique_lock<std::mutex>& lock) {
    const std::int64_t count = std::min(load_.ready, options_.commit_every_count);
    std::vector<typename Work::Done> run;
    run.reserve(static_cast<std::size_t>(count));
    std::uint64_t size_bytes = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      Slot& slot = slots_.front();
      run.push_back({std::move(slot.item), *std::move(slot.outcome)});
      size_bytes += slot.size_bytes;
      slots_.pop_front();
    }
    first_ticket_ += static_cast<std::uint64_t>(count);
    load_.ready -= count;
    load_.finished -= count;
    lock.unlock();
    Status committed = work_.commit(std::move(run));
    lock.lock();
    if (committed) {
      items_committed_ += count;
      size_bytes_committed_ += size_bytes;
      return;
    }
    load_.sink_failed = true;
    fail(std::move(committed).error());
  }

  void wait(std::unique_lock<std::mutex>& lock) {
    const auto now = clock_.monotonic();
    auto nap = pacing_.patience(load_, now);
    if (options_.on_progress) nap = std::min(nap, std::max(progress_due_ - now, kLeastNap));
    if (load_.running == 0 &&
        !gate_open()) {  // only time can change that, and the clock's owner may be a test
      nap = std::min(nap, std::chrono::nanoseconds{gate_.opens_at().ns - clock_.now().ns});
      lock.unlock();
      clock_.sleep_until(now + nap);
      return lock.lock();
    }
    caller_waits_ = true;
    caller_.wait_for(lock, std::max(nap, kLeastNap));
    caller_waits_ = false;
  }

  void report_progress(std::unique_lock<std::mutex>& lock) {
    if (!options_.on_progress || clock_.monotonic() < progress_due_) return;
    progress_due_ = clock_.monotonic() + kProgressEvery;
    const BatchProgress now = progress();
    lock.unlock();
    options_.on_progress(now);
    lock.lock();
  }

  // ---- with the mutex held (or, for progress(), without threads) ----

  BatchProgress progress() {
    BatchProgress now;
    now.items_pulled = items_pulled_;
    now.items_finished = items_finished_;
    now.items_committed = items_committed_;
    now.items_total = work_.items_total;
    now.size_bytes = std::max(size_bytes_, size_bytes_read_.load(std::memory_order_relaxed));
    now.elapsed = clock_.monotonic() - started_;
    if (load_.running == 0 && !no_more_to_begin() && !gate_open()) {
      now.waiting_for_window = true;
      now.window_opens_at = gate_.opens_at();
    }
    return now;
  }

  void advance_ready() {
    const std::int64_t before = load_.ready;
    while (static_cast<std::size_t>(load_.ready) < slots_.size() &&
           slots_[static_cast<std::size_t>(load_.ready)].outcome) {
      ++load_.ready;
    }
    if (before == 0 && load_.ready > 0) load_.ready_since = clock_.monotonic();
  }

  bool cancel_requested() const {
    return options_.cancel != nullptr && options_.cancel->requested();
  }
  bool enough() const { return options_.enough != nullptr && options_.enough->requested(); }
  bool no_more_to_begin() const {
    return load_.stopping || cancel_requested() || enough() ||
           (load_.source_ended && load_.queued == 0);
  }
  bool gate_open() { return gate_.always_open() || gate_.open(clock_.now()); }
  // The same, and wakes the workers when it has opened.
  bool open_gate() {
    const bool open = gate_open();
    if (open && !gate_was_open_) workers_.notify_all();
    gate_was_open_ = open;
    return open;
  }
  void stop() {
    load_.stopping = true;
    workers_.notify_all();
  }
  // Keeps the first error; a later one is told behind it.
  void fail(Error error) {
    if (error_) {
      error_ =
          Error(error_->code(), error_->message() + "; then: " + error.message(), error_->hint());
    } else {
      error_ = std::move(error);
    }
    stop();
  }
  void wake_caller() {
    if (!caller_waits_) return;
    if (pacing_.next(load_, clock_.monotonic(), gate_open()) != BatchStep::wait) {
      caller_.notify_one();
    }
  }

  static constexpr std::chrono::nanoseconds kLeastNap = std::chrono::milliseconds(1);

  const Work& work_;
  const BatchOptions& options_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable workers_;
  std::condition_variable caller_;
  bool caller_waits_ = false;
  WindowGate gate_;
  bool gate_was_open_ = true;
  BatchPacing pacing_;
  BatchLoad load_;
  std::deque<Slot> slots_;
  std::uint64_t first_ticket_ = 1;
  std::int64_t items_pulled_ = 0;
  std::int64_t items_finished_ = 0;
  std::int64_t items_committed_ = 0;
  std::uint64_t size_bytes_ = 0;                   // of finished items
  std::atomic<std::uint64_t> size_bytes_read_{0};  // of all items, where workers tell
  std::uint64_t size_bytes_committed_ = 0;
  bool cancel_seen_ = false;
  std::optional<Error> error_;
  const std::chrono::nanoseconds started_;
  std::chrono::nanoseconds progress_due_;
};

/// Runs a batch as core/batch.h describes it; blocks until all workers have ended. `invalid` names
/// an option out of range; else the first Error of next_page, a worker or commit.
template <class Item, class Outcome>
Result<BatchEnd> run_batch(const BatchWork<Item, Outcome>& work, const BatchOptions& options) {
  TRY(check_batch_options(options));
  return BatchEngine<Item, Outcome>(work, options).run();
}

}  // namespace holdfast::core

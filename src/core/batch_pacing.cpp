// SPDX-License-Identifier: Apache-2.0
#include "core/batch_pacing.h"

#include <algorithm>
#include <string>
#include <thread>

namespace holdfast::core {
namespace {

using std::chrono::nanoseconds;

// Per worker: four files are hashed at once, and as many again should be waiting when they are
// done.
constexpr std::int64_t kQueuedPerWorker = 8;

Status out_of_range(std::string_view option, std::string_view wanted) {
  return Error(Code::invalid, std::string(option) + " must be " + std::string(wanted));
}

}  // namespace

Status check_batch_options(const BatchOptions& options) {
  if (options.jobs < 0 || options.jobs > kMaxJobs) {
    return out_of_range("jobs", "0 (one for each processor) to " + std::to_string(kMaxJobs));
  }
  if (options.commit_every_count < 1) return out_of_range("commit_every_count", "1 or more");
  if (options.commit_every <= nanoseconds{0}) return out_of_range("commit_every", "more than 0");
  if (options.in_flight_limit < 1) return out_of_range("in_flight_limit", "1 or more");
  if (options.limit && *options.limit < 0) return out_of_range("limit", "0 or more");
  return {};
}

int worker_count(const BatchOptions& options) {
  if (options.jobs > 0) return options.jobs;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxJobs);
}

bool WindowGate::open(Timestamp now) {
  if (!window_) return true;
  if (now < from_ || now >= until_) {  // also where the clock was set back
    open_ = window_->contains(now);
    from_ = now;
    until_ = open_ ? window_->next_close(now) : window_->next_open(now);
  }
  return open_;
}

BatchPacing::BatchPacing(const BatchOptions& options, int workers)
    : commit_every_count_(options.commit_every_count),
      commit_every_(options.commit_every),
      in_flight_limit_(options.in_flight_limit),
      low_water_(kQueuedPerWorker * workers),
      least_low_water_(low_water_) {}

bool BatchPacing::commit_due(const BatchLoad& load, nanoseconds now) const {
  if (load.ready == 0) return false;
  return load.ready >= commit_every_count_ || now - load.ready_since >= commit_every_;
}

BatchStep BatchPacing::next(const BatchLoad& load, nanoseconds now, bool gate_open) const {
  if (load.sink_failed) return load.running > 0 ? BatchStep::wait : BatchStep::end;
  if (commit_due(load, now)) return BatchStep::commit;
  const bool source_open = !load.source_ended && !load.stopping;
  const bool full = load.queued + load.running + load.finished >= in_flight_limit_;
  if (source_open && gate_open && !full && load.queued < low_water_) {
    return commit_due(load, now + last_fetch_took_) ? BatchStep::commit : BatchStep::fetch;
  }
  const bool idle = load.running == 0 && (load.queued == 0 || load.stopping || !gate_open);
  const bool starving = source_open && full && load.queued == 0;
  if (load.ready > 0 && (idle || starving)) return BatchStep::commit;
  const bool nothing_to_come = load.stopping || (load.source_ended && load.queued == 0);
  return idle && nothing_to_come ? BatchStep::end : BatchStep::wait;
}

nanoseconds BatchPacing::patience(const BatchLoad& load, nanoseconds now) const {
  if (load.ready == 0 || load.sink_failed) return kBatchLook;
  return std::clamp(load.ready_since + commit_every_ - now, nanoseconds{0}, kBatchLook);
}

void BatchPacing::fetched(std::int64_t page_items, nanoseconds took) {
  low_water_ = std::max(least_low_water_, page_items / 2);
  last_fetch_took_ = took;
}

}  // namespace holdfast::core

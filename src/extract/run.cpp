// SPDX-License-Identifier: Apache-2.0
#include "extract/run.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "base/root_folder.h"
#include "core/batch_engine.h"
#include "core/canonical_json.h"
#include "extract/extraction_state.h"
#include "extract/group_commit.h"
#include "extract/output_session.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kPageItems = 200;
constexpr std::size_t kMaxWaiting = 256;  // rows of one worker that wait for the disk
constexpr std::chrono::milliseconds kWorthWaiting{
    50};  // an item that took longer is not to be repeated after a kill
constexpr std::chrono::seconds kTellFailures{10};  // between two manifests of a run that goes on
constexpr std::chrono::milliseconds kPauseSlice{100};
constexpr std::chrono::milliseconds kFirstPause{100};  // before the second try; doubles

struct Outcome {
  bool ok = false;
  std::string why;
  int tries = 0;
};

// `number`: of the row in the log; 0 where there is none.
struct Extracted {
  Outcome outcome;
  std::uint64_t number = 0;
};

struct Waiting {
  std::uint64_t ticket;
  std::uint64_t number;
  Outcome outcome;
};

using Work = core::BatchWork<Item, Outcome>;
using Feed = core::BatchFeed<Item, Outcome>;

class Run {
 public:
  Run(const ExtractionConfig& config, const ExtractorConfig& extractor, const RunOptions& options,
      OutputSession& session)
      : config_(config), extractor_(extractor), options_(options), session_(session) {
    manifest_.command = "run";
    manifest_.began_at = session.clock().now();
    manifest_.configured = configured_fingerprint(extractor);
  }

  Result<RunEnd> run() {
    TRY(session_.look(true));
    const ExtractionState& state = session_.state();
    RunCounts& counts = manifest_.counts;
    counts.items = state.item_count().value_or(0);
    counts.done_before = session_.accounts().done;
    counts.recovered_rows = state.staged.keys.size();
    if (session_.refuses()) return end("refused");
    TRY(require_merged());
    settle_order();
    counts.pending_at_start = todo_.size() + left_failed_.size();
    const bool is_noop = todo_.empty() && state.staging.size_bytes == 0;
    TRY(settle_extractor(is_noop));
    if (is_noop) return end_of_noop();
    TRY(session_.check_publishable(extractor_));
    // From here on nobody may take an older word for the state of things, nor go on with another extractor.
    TRY(write_running());
    auto ended = work();
    if (ended) return ended;
    if (ended.error().code() == Code::cancelled) return end_of_cancelled();
    manifest_.status = "failed";
    gather_failed();
    drop(session_.write_manifest(manifest_), "the error that ended the run says more");
    return ended;
  }

 private:
  Result<RunEnd> work() {
    key_column_ = session_.key_column();
    {
      TRY_ASSIGN(auto log, session_.open_log(extractor_.columns));
      GroupCommit group(log);
      TRY(group.start());
      TRY(extract_pending(group));
      TRY(group.close());
    }
    if (!failed_.empty()) TRY(write_running());  // what is told below is of these failures
    if (cancelled_) return end_of_cancelled();
    TRY(session_.publish(extractor_));
    if (session_.refuses()) return finish("refused");
    return finish(is_complete() ? "complete" : "incomplete");
  }

  Result<RunEnd> end_of_cancelled() {
    session_.ignore_cancel();
    TRY(session_.look(false));
    return finish("cancelled");
  }

  Status write_running() {
    manifest_.status = "running";
    manifest_.counts.ok = kept_;
    gather_failed();
    written_failed_ = failed_.size();
    written_at_ = session_.clock().monotonic();
    return session_.write_manifest(manifest_);
  }

  // What failed now, what failed before and is left out, and what failed before and was not tried yet.
  void gather_failed() {
    manifest_.failed = failed_;
    manifest_.failed.insert(manifest_.failed.end(), left_failed_.begin(), left_failed_.end());
    for (const auto& [key, item] : tried_before_)
      manifest_.failed.push_back(item);
  }

  // Their rows would be extracted a second time.
  Status require_merged() const {
    if (session_.state().shards.empty()) return {};
    return Error(Code::conflict,
                 "extract." + config_.name + ": rows of shards lie beside " +
                     printable_path(config_.out) + " and are not merged yet",
                 "holdfast extract merge " + config_.arguments);
  }

  // Who takes the whole ledger away wants everything extracted again (seed 004); what is published stands until then.
  std::vector<std::string> items_to_do() {
    const ExtractionState& state = session_.state();
    std::vector<std::string> out = session_.accounts().pending;
    if (state.seal || !state.items || state.ledger.size_bytes > 0) return out;
    for (const std::string& key : session_.accounts().unclaimed_published) {
      if (!state.items->keys.contains(key)) continue;
      out.push_back(key);
      --manifest_.counts.done_before;
    }
    return out;
  }

  // Items that never failed come first. What failed and is not tried now stays in the list.
  void settle_order() {
    std::unordered_map<std::string, const FailedItem*> failed;
    for (const FailedItem& item : session_.state().failed)
      failed.emplace(item.key, &item);
    const std::vector<std::string> pending = items_to_do();
    std::vector<std::string> again;
    for (const std::string& key : pending) {
      const auto found = failed.empty() ? failed.end() : failed.find(printable_path(key));
      if (found == failed.end()) {
        todo_.push_back(key);
      } else if (options_.skip_failed) {
        left_failed_.push_back(*found->second);
      } else {
        again.push_back(key);
        tried_before_.emplace(found->first, *found->second);
      }
    }
    todo_.insert(todo_.end(), again.begin(), again.end());
  }

  // A tool is looked at (a program of 170 MB is hashed) only where it is to be used.
  Status settle_extractor(bool is_noop) {
    if (is_noop && extractor_.video) {
      TRY_ASSIGN(const auto before, read_manifest(config_, session_.files()));
      manifest_.extractor = before ? before->extractor : "";
      manifest_.tool = before ? before->tool : "";
      return session_.require_configured(extractor_);
    }
    if (!todo_.empty()) TRY(require_program(extractor_));
    TRY(prepare_extractor(extractor_, options_.batch.cancel));
    manifest_.extractor = extractor_fingerprint(extractor_);
    manifest_.tool = extractor_tool(extractor_);
    return session_.require_extractor(extractor_);
  }

  Result<RunEnd> end_of_noop() {
    // Read in full where it is to be sealed.
    if (is_complete() && !session_.state().seal) {
      TRY(session_.let_times_settle());
      TRY(session_.look(false));
    }
    if (session_.refuses()) return end("refused");
    return finish(is_complete() ? "complete-noop" : "incomplete");
  }

  bool is_complete() const {
    return session_.report().verdict == core::Verdict::in_step && failed_.empty();
  }

  Status extract_pending(GroupCommit& log) {
    std::size_t next = 0;
    Work work;
    work.next_page = [&]() -> Result<std::vector<Item>> {
      std::vector<Item> page;
      for (; next < todo_.size() && page.size() < kPageItems; ++next) {
        const std::string& key = todo_[next];
        const std::string& folder = session_.state().items->folder;
        page.push_back({key, folder.empty() ? "" : folder + '/' + key});
      }
      return page;
    };
    work.items_total = static_cast<std::int64_t>(todo_.size());
    if (options_.batch.limit) work.items_total = std::min(*work.items_total, *options_.batch.limit);
    work.worker = [&](Feed& feed) { return extract_items(feed, log); };
    work.commit = [&](std::vector<Work::Done> done) -> Status {
      for (Work::Done& each : done)
        take(std::move(each));
      const bool is_due = session_.clock().monotonic() - written_at_ >= kTellFailures;
      return is_due && failed_.size() > written_failed_ ? write_running() : Status();
    };
    TRY_ASSIGN(const core::BatchEnd end, core::run_batch(work, options_.batch));
    cancelled_ = end.cancelled;
    return {};
  }

  void take(Work::Done done) {
    tried_before_.erase(printable_path(done.item.key));
    if (done.outcome.ok) return;
    FailedItem item{printable_path(done.item.key), std::move(done.outcome.why), done.outcome.tries};
    // That there are some is told at once: a run may take weeks. Each is told at the end, and is in the manifest meanwhile.
    if (failed_.empty())
      log_warning(
          "items can't be extracted; all are told at the end",
          {{"first", item.key}, {"meanwhile", "holdfast extract status " + config_.arguments}});
    failed_.push_back(std::move(item));
  }

  // One worker thread: its own extractor, the common log. An item is finished once its row is durable; after a short one the next is begun
  // meanwhile.
  Status extract_items(Feed& feed, GroupCommit& log) {
    const auto extractor = make_extractor(extractor_);
    std::deque<Waiting> waiting;
    const auto finish_durable = [&] {
      for (; !waiting.empty() && log.is_durable(waiting.front().number); waiting.pop_front())
        feed.finish(waiting.front().ticket, std::move(waiting.front().outcome), 0);
    };
    for (;;) {
      const auto pulled = feed.pull();
      if (!pulled && waiting.empty()) return {};
      if (!pulled || waiting.size() >= kMaxWaiting) TRY(log.wait(waiting.front().number));
      finish_durable();
      if (!pulled) continue;
      const auto began = session_.clock().monotonic();
      auto extracted = extract_item(*extractor, *pulled->item, log);
      const bool was_long = session_.clock().monotonic() - began >= kWorthWaiting;
      if (!extracted) {
        if (!waiting.empty()) TRY(log.wait(waiting.back().number));
        finish_durable();
        return extracted.error();
      }
      if (extracted->number == 0) {
        feed.finish(pulled->ticket, std::move(extracted->outcome), 0);
      } else {
        waiting.push_back({pulled->ticket, extracted->number, std::move(extracted->outcome)});
        if (was_long || options_.one_row_a_group) TRY(log.wait(waiting.back().number));
      }
      finish_durable();
    }
  }

  Result<Extracted> extract_item(Extractor& extractor, const Item& item, GroupCommit& log) {
    Extracted out;
    if (!core::is_utf8(item.key)) {
      out.outcome.why = "its name is not UTF-8, which no row can hold: rename it";
      return out;
    }
    for (int tries = 1;; ++tries) {
      out.outcome.tries = tries;
      auto row = extractor.extract(item, options_.batch.cancel);
      if (row) return keep(*row, log, std::move(out));
      if (row.error().code() == Code::cancelled) return std::move(row).error();
      out.outcome.why = row.error().message();
      if (tries >= options_.tries) return out;
      TRY(pause_before_next_try(tries));
    }
  }

  Status pause_before_next_try(int tries) const {
    const Cancel* cancel = options_.batch.cancel;
    for (auto left = kFirstPause * (1 << std::min(tries - 1, 6)); left.count() > 0;
         left -= kPauseSlice) {
      if (cancel != nullptr && cancel->requested()) return Error(Code::cancelled, "asked to stop");
      session_.clock().sleep_for(kPauseSlice);
    }
    return {};
  }

  // A row that the files can't hold (too long, a key of several lines in a ledger of bare ones) is its item's failure.
  Result<Extracted> keep(const Row& row, GroupCommit& log, Extracted out) {
    auto gathered = log.append(row.key, row_text(row, key_column_, extractor_.columns),
                               row_digest(row, extractor_.columns));
    if (gathered) ++kept_;
    if (!gathered && gathered.error().code() != Code::invalid) return std::move(gathered).error();
    if (gathered) {
      out.number = *gathered;
      out.outcome.ok = true;
    } else {
      out.outcome.why = gathered.error().message();
    }
    return out;
  }

  Result<RunEnd> finish(const char* status) {
    manifest_.status = status;
    manifest_.counts.ok = kept_;
    gather_failed();
    manifest_.counts.elapsed_s = elapsed_s();
    TRY(session_.write_manifest(manifest_));
    return end(status);
  }

  RunEnd end(const char* status) {
    manifest_.counts.elapsed_s = elapsed_s();
    return {.status = status,
            .report = session_.report(),
            .counts = manifest_.counts,
            .failed = std::move(failed_),
            .torn = session_.torn(),
            .publication = session_.publication()};
  }
  double elapsed_s() const {
    return std::chrono::duration<double>(session_.clock().monotonic() - began_).count();
  }

  const ExtractionConfig& config_;
  ExtractorConfig extractor_;
  const RunOptions& options_;
  OutputSession& session_;
  const std::chrono::nanoseconds began_ = session_.clock().monotonic();
  std::vector<std::string> todo_;
  std::vector<FailedItem> left_failed_;             // not to be tried now
  std::map<std::string, FailedItem> tried_before_;  // and to be tried now; those that were are gone
  std::vector<FailedItem> failed_;
  std::size_t written_failed_ = 0;  // of these, in the manifest that says "running"
  std::chrono::nanoseconds written_at_{0};
  std::atomic<std::uint64_t> kept_ =
      0;  // rows of this run, by whatever thread; durable once the log was closed
  Manifest manifest_;
  std::string key_column_;
  bool cancelled_ = false;
};

}  // namespace

Result<RunEnd> run_extraction(const ExtractionConfig& config, const ExtractorConfig& extractor,
                              const RunOptions& options) {
  if (!config.items && !config.items_file)
    return Error(Code::invalid, "extract." + config.name + " has no items",
                 "name them in [extract." + config.name + "]: items = \"clips/*.mp4\"");
  TRY(require_own_manifest(config, *options.files));
  Clock* clock = options.batch.clock != nullptr ? options.batch.clock : &system_clock();
  TRY_ASSIGN(auto session, OutputSession::open(config, "holdfast extract run " + config.arguments,
                                               {.files = options.files,
                                                .clock = clock,
                                                .cancel = options.batch.cancel,
                                                .version = options.version,
                                                .run_id = options.run_id}));
  return Run(config, extractor, options, session).run();
}

}  // namespace holdfast::extract

// SPDX-License-Identifier: Apache-2.0
#include "extract/run.h"

#include <algorithm>
#include <mutex>
#include <ranges>
#include <utility>

#include "base/failpoint.h"
#include "base/lock_file.h"
#include "base/log.h"
#include "base/root_folder.h"
#include "core/batch_engine.h"
#include "core/canonical_json.h"
#include "extract/extraction_state.h"
#include "extract/judge.h"
#include "extract/manifest.h"
#include "extract/row_log.h"
#include "extract/rules.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kPageItems = 200;
constexpr std::chrono::milliseconds kFirstPause{100};  // before the second try; doubles

struct Outcome {
  bool ok = false;
  std::string why;
  int tries = 0;
};

using Work = core::BatchWork<Item, Outcome>;
using Feed = core::BatchFeed<Item, Outcome>;

/// Whether all bad lines stand at the end of the file: the torn tail of a writer that was killed, which may be cut off. One in the middle
/// is not for us to take away, nor what stands behind it.
bool is_torn_tail(const std::vector<BadLine>& lines, std::uint64_t size_bytes) {
  std::uint64_t end = size_bytes;
  for (const BadLine& line : std::views::reverse(lines)) {
    if (line.offset + line.size_bytes != end) return false;
    end = line.offset;
  }
  return true;
}

bool has_rule(const core::SubjectReport& report, std::string_view rule) {
  return std::ranges::any_of(report.findings,
                             [&](const core::Finding& finding) { return finding.rule == rule; });
}

class Run {
 public:
  Run(const ExtractionConfig& config, const ExtractorConfig& extractor, const RunOptions& options)
      : config_(config),
        extractor_(extractor),
        options_(options),
        files_(*options.files),
        clock_(options.batch.clock != nullptr ? *options.batch.clock : system_clock()),
        began_(clock_.monotonic()) {}

  Result<RunEnd> run() {
    if (!config_.items && !config_.items_file)
      return Error(Code::invalid, "extract." + config_.name + " has no items",
                   "name them in [extract." + config_.name + "]: items = \"clips/*.mp4\"");
    TRY_ASSIGN(const auto lock,
               LockFile::acquire(config_.lock(), "holdfast extract run " + config_.name));
    TRY(look());
    if (refuses()) return finish("refused");
    TRY(prepare_extractor(extractor_, options_.batch.cancel));
    TRY(require_same_extractor());
    key_column_ = key_column();
    end_.items = state_.items->keys.size();
    end_.done_before = accounts_.done;
    end_.pending_at_start = accounts_.pending.size();
    end_.recovered_rows = state_.staged.keys.size();
    if (accounts_.pending.empty() && state_.staging.size_bytes == 0) {
      return write_manifest_as(end_.report.verdict == core::Verdict::in_step ? "complete-noop"
                                                                             : "incomplete");
    }
    TRY(check_publishable(config_, files_, publication_options()));
    // From here on nobody may take an older word for the state of things, nor go on with another extractor.
    TRY(write_manifest_now("running"));
    {
      TRY_ASSIGN(auto log,
                 RowLog::open(files_, config_.staging(), config_.ledger(), state_.ledger.format));
      for (const auto* torn : {&log.torn_staging(), &log.torn_ledger()}) {
        if (*torn) end_.torn.push_back(**torn);
      }
      TRY(claim_staged(log));
      TRY(extract_pending(log));
    }
    if (cancelled_) return write_manifest_as("cancelled");
    return publish_and_tell();
  }

 private:
  // What is there now, and what that means. Asked before anything is done, and again before anything is published.
  Status look() {
    TRY_ASSIGN(state_, read_state(config_, files_, Pages::not_read, options_.batch.cancel));
    accounts_ = accounts_of(state_);
    end_.report = judge(config_, state_, accounts_, clock_.now());
    return {};
  }
  bool refuses() const {
    return has_rule(end_.report, kRowsMissing) || has_rule(end_.report, kOutputUnreadable) ||
           has_rule(end_.report, kItemsUnreadable) ||
           !is_torn_tail(state_.staging.bad_lines, state_.staging.size_bytes) ||
           !is_torn_tail(state_.ledger.bad_lines, state_.ledger.size_bytes);
  }

  Status require_same_extractor() {
    TRY_ASSIGN(const auto in_manifest, recorded_extractor(config_, files_));
    const std::string now = extractor_fingerprint(extractor_);
    const bool same =
        in_manifest.value_or(now) == now && state_.published.extractor.value_or(now) == now;
    if (same || accounts_.done == 0) return {};
    TRY_ASSIGN(const std::string tool_before, recorded_tool(config_, files_));
    const std::string tool = extractor_tool(extractor_);
    const std::string why = tool == tool_before || tool_before.empty()
                                ? "command, columns or options"
                                : tool_before + "; now " + tool;
    return Error(Code::conflict,
                 "extract." + config_.name + ": the rows of " + printable_path(config_.out) +
                     " were made by another extractor (" + why + "); nothing was changed",
                 "go on with the one that made them, or publish into another file");
  }

  // Rows that a killed run staged and did not claim.
  Status claim_staged(RowLog& log) {
    KeySet unclaimed;
    for (const std::string& key : accounts_.unclaimed_staged)
      unclaimed.insert(key);
    if (unclaimed.empty()) return {};
    KeySet claimed;
    TRY(read_staging(files_, config_.staging(), config_.key_columns,
                     [&](const StagedRow& row) -> Status {
                       if (!unclaimed.contains(row.key) || !claimed.insert(row.key)) return {};
                       return log.claim(row.key, core::sha256(row.json));
                     }));
    return log.sync();
  }

  Status extract_pending(RowLog& log) {
    std::size_t next = 0;
    Work work;
    work.next_page = [&]() -> Result<std::vector<Item>> {
      std::vector<Item> page;
      for (; next < accounts_.pending.size() && page.size() < kPageItems; ++next) {
        const std::string& key = accounts_.pending[next];
        const std::string& folder = state_.items->folder;
        page.push_back({key, folder.empty() ? "" : folder + '/' + key});
      }
      return page;
    };
    work.items_total = static_cast<std::int64_t>(accounts_.pending.size());
    if (options_.batch.limit) work.items_total = std::min(*work.items_total, *options_.batch.limit);
    work.worker = [&](Feed& feed) { return extract_items(feed, log); };
    work.commit = [&](std::vector<Work::Done> done) -> Status {
      for (Work::Done& each : done)
        take(std::move(each));
      return {};
    };
    TRY_ASSIGN(const core::BatchEnd end, core::run_batch(work, options_.batch));
    cancelled_ = end.cancelled;
    return {};
  }

  void take(Work::Done done) {
    if (done.outcome.ok) {
      ++end_.ok;
      return;
    }
    log_warning("an item could not be extracted", {{"key", printable_path(done.item.key)},
                                                   {"tries", std::to_string(done.outcome.tries)},
                                                   {"why", done.outcome.why}});
    end_.failed.push_back(
        {std::move(done.item.key), std::move(done.outcome.why), done.outcome.tries});
  }

  // One worker thread: its own extractor, the common log.
  Status extract_items(Feed& feed, RowLog& log) {
    const auto extractor = make_extractor(extractor_);
    while (const auto pulled = feed.pull()) {
      TRY_ASSIGN(auto outcome, extract_item(*extractor, *pulled->item, log));
      feed.finish(pulled->ticket, std::move(outcome), 0);
    }
    return {};
  }

  // The column that names rows: of the files that are there, else the first that was configured.
  std::string key_column() const {
    if (!state_.published.key_column.empty()) return state_.published.key_column;
    return state_.staging.key_column.empty() ? config_.key_columns.front()
                                             : state_.staging.key_column;
  }

  // A row that the files can't hold (too long, a key of several lines in a ledger of bare ones) is its item's failure.
  Result<Outcome> keep(const Row& row, RowLog& log, Outcome out) {
    const std::lock_guard one_at_a_time(log_mutex_);
    auto gathered = log.append(row.key, row_text(row, key_column_, extractor_.columns));
    if (!gathered && gathered.error().code() != Code::invalid) return std::move(gathered).error();
    if (!gathered) {
      out.why = gathered.error().message();
      return out;
    }
    TRY(log.sync());
    out.ok = true;
    return out;
  }

  Result<Outcome> extract_item(Extractor& extractor, const Item& item, RowLog& log) {
    Outcome out;
    if (!core::is_utf8(item.key)) {
      out.why = "its name is not UTF-8, which no row can hold: rename it";
      return out;
    }
    for (out.tries = 1;; ++out.tries) {
      auto row = extractor.extract(item, options_.batch.cancel);
      if (row) return keep(*row, log, std::move(out));
      if (row.error().code() == Code::cancelled) return std::move(row).error();
      out.why = row.error().message();
      if (out.tries >= options_.tries) return out;
      clock_.sleep_for(kFirstPause * (1 << std::min(out.tries - 1, 6)));
    }
  }

  PublicationOptions publication_options() const {
    PublicationOptions out{.columns = extractor_.columns,
                           .key_column = key_column_,
                           .key_values = {{kExtractorKey, extractor_fingerprint(extractor_)}}};
    const std::string tool = extractor_tool(extractor_);
    if (!tool.empty()) out.key_values.emplace_back(kToolKey, tool);
    return out;
  }

  Result<RunEnd> publish_and_tell() {
    TRY(look());
    if (refuses()) return finish("refused");
    if (state_.staging.row_count > 0) {
      TRY_ASSIGN(end_.publication, publish(config_, files_, publication_options()));
      TRY(put_staging_away());
      HOLDFAST_FAILPOINT("extraction.staging_removed");
      TRY(files_.sync_folder(folder_of(config_.staging())));
      TRY(look());
    }
    const bool complete = end_.report.verdict == core::Verdict::in_step && end_.failed.empty();
    return write_manifest_as(complete ? "complete" : "incomplete");
  }

  // Its rows are published. Lines that were none are evidence of a crash: the file is kept under another name.
  Status put_staging_away() {
    if (state_.staging.bad_lines.empty()) return files_.remove(config_.staging());
    std::string time = format_rfc3339(clock_.now());
    std::ranges::replace(time, ':', '-');
    return files_.rename(config_.staging(), config_.staging() + ".malformed-" + time);
  }

  Status write_manifest_now(const char* status) {
    end_.status = status;
    end_.elapsed_s = elapsed();
    return write_manifest(config_, files_, end_,
                          {.extractor = extractor_fingerprint(extractor_),
                           .tool = extractor_tool(extractor_),
                           .version = options_.version,
                           .ended_at = clock_.now(),
                           .published_rows = state_.published.row_count});
  }

  Result<RunEnd> write_manifest_as(const char* status) {
    HOLDFAST_FAILPOINT("extraction.before_manifest");
    TRY(write_manifest_now(status));
    return std::move(end_);
  }

  Result<RunEnd> finish(std::string status) {
    end_.status = std::move(status);
    end_.elapsed_s = elapsed();
    return std::move(end_);
  }
  double elapsed() const {
    return std::chrono::duration<double>(clock_.monotonic() - began_).count();
  }

  const ExtractionConfig& config_;
  ExtractorConfig extractor_;
  const RunOptions& options_;
  FileSystem& files_;
  Clock& clock_;
  const std::chrono::nanoseconds began_;
  ExtractionState state_;
  Accounts accounts_;
  std::mutex log_mutex_;
  std::string key_column_;
  bool cancelled_ = false;
  RunEnd end_;
};

}  // namespace

Result<RunEnd> run_extraction(const ExtractionConfig& config, const ExtractorConfig& extractor,
                              const RunOptions& options) {
  return Run(config, extractor, options).run();
}

}  // namespace holdfast::extract

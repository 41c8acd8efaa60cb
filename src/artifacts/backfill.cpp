// SPDX-License-Identifier: Apache-2.0
// One backfill from beginning to end: what it may do, its passes, and how it is told.
#include "artifacts/backfill.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "artifacts/backfill_sink.h"
#include "artifacts/row_hasher.h"
#include "artifacts/row_queue.h"
#include "base/root_folder.h"
#include "catalog/check_runs.h"
#include "catalog/claims.h"
#include "catalog/event_log.h"
#include "core/batch_engine.h"

namespace holdfast::artifacts {
namespace {

constexpr std::string_view kOperation = "artifacts.backfill";
constexpr std::chrono::milliseconds kClaimPoll{200};
constexpr std::int64_t kRunsLookedAt = 50;  // for a recheck that was cut short

std::string_view mode_name(BackfillMode mode) {
  switch (mode) {
    case BackfillMode::write:
      return "write";
    case BackfillMode::dry_run:
      return "dry_run";
    case BackfillMode::report_only:
      return "report_only";
  }
  return {};
}

// After the beginning, where earlier chunks may be committed: a database that goes away is a failure, not an outside service that
// was never there; and a lock, a deadlock or a run that was ended by others is no refusal, for which nothing would have changed.
Error in_the_middle(Error error) {
  if (error.code() != Code::unavailable && error.code() != Code::conflict) return error;
  return {Code::io, error.message(), error.hint()};
}

// What two runs must share for the second to go on with the first one's recheck.
std::string parameters_of(const BackfillOptions& options, const std::vector<std::string>& types) {
  nlohmann::ordered_json text = {
      {"recheck", options.recheck}, {"types", types}, {"mode", mode_name(options.mode)}};
  if (options.shard) text["shard"] = options.shard->text();
  return text.dump();
}

// The moment a recheck with these parameters began that did not come to its end.
Result<std::optional<std::string>> unfinished_recheck(catalog::Catalog& catalog,
                                                      const std::string& source,
                                                      const std::string& parameters) {
  TRY_ASSIGN(const auto runs, catalog::list_batch_runs(catalog, kOperation, kRunsLookedAt));
  for (const catalog::BatchRun& run : runs) {  // newest first
    const auto cursor = nlohmann::json::parse(run.cursor, nullptr, false);
    if (run.target != source || !cursor.is_object() || cursor.value("parameters", "") != parameters)
      continue;
    const bool cut_short =
        run.outcome == "abandoned" || run.outcome == "cancelled" || run.outcome == "failed";
    const std::string before = cursor.value("marked_before", "");
    if (!cut_short || !parse_rfc3339(before)) break;
    return std::optional(before);
  }
  return std::optional<std::string>{};
}

class Backfill {
 public:
  Backfill(const SourceConfig& config, catalog::Catalog& catalog, const BackfillOptions& options)
      : config_(config),
        catalog_(catalog),
        options_(options),
        clock_(options.batch.clock != nullptr ? *options.batch.clock : catalog.clock()),
        began_(clock_.monotonic()) {}

  /// Opens what is needed; nothing is written before all of it is there.
  Status prepare() {
    TRY_ASSIGN(auto roots, Roots::open(config_.roots));
    roots_.emplace(std::move(roots));
    const bool writes = options_.mode == BackfillMode::write;
    TRY_ASSIGN(auto table, ArtifactTable::open(config_, catalog_,
                                               writes ? Access::read_write : Access::read_only));
    table_.emplace(std::move(table));
    query_.types = options_.types.empty() ? config_.types : options_.types;
    if (options_.rate_bytes_per_s) rate_.emplace(*options_.rate_bytes_per_s, clock_);
    if (!writes) return {};
    TRY_ASSIGN(const bool has_journal, table_->has_journal());
    if (has_journal) return {};
    return Error(Code::not_found,
                 table_->connection().name() + ": there is no table \"" + config_.journal +
                     "\" to journal changes in",
                 "holdfast artifacts prepare " + config_.name);
  }

  Result<BackfillEnd> run() {
    BackfillSummary summary;
    summary.source = config_.name;
    summary.mode = mode_name(options_.mode);
    summary.started_at = clock_.now();
    TRY_ASSIGN(summary.rows_total, rows_in_scope());
    if (summary.rows_total == 0) {
      summary.outcome = "empty";
      summary.ended_at = clock_.now();
      return BackfillEnd{.summary = std::move(summary), .stopped_by = {}};
    }
    TRY(begin(std::move(summary)));
    Status worked = passes();
    if (worked) worked = count_unmet();
    if (Status told = sink_->leave_held(); worked && !told) worked = std::move(told);
    return end(worked);
  }

 private:
  bool keeps_a_run() const { return options_.mode != BackfillMode::dry_run; }
  bool cancelled() const {
    return options_.batch.cancel != nullptr && options_.batch.cancel->requested();
  }

  Result<std::int64_t> rows_in_scope() {
    if (options_.only.empty())
      return table_->count({.selection = RowSelection::all, .types = query_.types});
    TRY(find_named());
    return std::ssize(named_);
  }

  // The rows of `only`, each once. All of them must be there: a name that was misspelt must not look like work that was done.
  Status find_named() {
    const std::set<std::string> asked(options_.only.begin(), options_.only.end());
    TRY_ASSIGN(named_, table_->rows(std::vector<std::string>(asked.begin(), asked.end())));
    std::set<std::string> found;
    for (const ArtifactRow& row : named_) {
      if (is_in_scope(row, query_.types)) found.insert(row.id);
    }
    for (const std::string& id : asked) {
      if (found.contains(id)) continue;
      return Error(Code::not_found,
                   table_->connection().name() + ": table \"" + config_.table + "\" has no row \"" +
                       printable_path(id) + "\" in its scope",
                   "the findings of 'holdfast check' and the table itself name the ids");
    }
    return {};
  }

  Status select() {
    parameters_ = parameters_of(options_, query_.types);
    query_.selection = options_.only.empty() ? RowSelection::unmarked : RowSelection::all;
    if (options_.older_than) {
      query_.selection = RowSelection::all;
      query_.marked_before =
          format_rfc3339(Timestamp{clock_.now().ns - options_.older_than->count()});
    } else if (options_.recheck) {
      query_.selection = RowSelection::all;
      std::optional<std::string> earlier;
      if (!options_.restart) {
        TRY_ASSIGN(earlier, unfinished_recheck(catalog_, config_.name, parameters_));
      }
      query_.marked_before = earlier.value_or(format_rfc3339(clock_.now()));
      if (earlier) resumed_ = *parse_rfc3339(*earlier);
    }
    return {};
  }

  // How many rows will be compared: what the breaker's share is of.
  Result<std::int64_t> recorded_count() {
    if (!options_.only.empty()) {
      return std::ranges::count_if(
          named_, [](const ArtifactRow& row) { return row.recorded_sha256.has_value(); });
    }
    PageQuery query = query_;
    query.selection = hashed_of(query_.selection);
    TRY_ASSIGN(std::int64_t count, options_.shard ? count_of_shard(query) : table_->count(query));
    if (options_.batch.limit) count = std::min(count, *options_.batch.limit);
    return count;
  }

  // Shards are not equally full: with the average, a fuller one would be sure of its breaker too early.
  Result<std::int64_t> count_of_shard(PageQuery query) {
    std::int64_t count = 0;
    query.limit = kQueuePageRows;
    for (;;) {
      TRY_ASSIGN(const auto rows, table_->page(query));
      count += std::ranges::count_if(
          rows, [&](const ArtifactRow& row) { return options_.shard->has(row.id); });
      if (std::ssize(rows) < query.limit) return count;
      query.after = RowCursor{.type = rows.back().type, .id = rows.back().id};
    }
  }

  Status begin(BackfillSummary summary) {
    if (keeps_a_run()) TRY(catalog::mark_abandoned_batch_runs(catalog_));
    TRY(select());
    std::int64_t selected = summary.rows_total;
    if (options_.only.empty()) {
      TRY_ASSIGN(selected, table_->count(query_));
    }
    summary.rows_marked = summary.rows_total - selected;
    summary.recheck_begun_at = resumed_;
    if (resumed_ && options_.on_resume)
      options_.on_resume({.begun_at = *resumed_,
                          .rows_done = summary.rows_marked,
                          .rows_total = summary.rows_total});
    if (!options_.shard) items_total_ = selected;
    TRY_ASSIGN(recorded_count_, recorded_count());
    catalog::BatchRun run;
    run.id = summary.run_id = catalog::new_run_id(clock_);
    run.operation = kOperation;
    run.target = config_.name;
    run.owner = catalog::current_owner();
    run.started_at = summary.started_at;
    run.outcome = "running";
    run.cursor = run_cursor(parameters_, query_.marked_before, {});
    std::optional<IncidentKeeper> incidents;
    if (keeps_a_run()) {
      TRY_ASSIGN(incidents, IncidentKeeper::open(catalog_, run.id, options_.actor));
      TRY(catalog::start_batch_run(catalog_, run));
    }
    queue_.emplace(*table_, catalog_,
                   RowQueueOptions{.query = query_,
                                   .shard = options_.shard,
                                   .takes_claims = keeps_a_run(),
                                   .cancel = options_.batch.cancel});
    sink_.emplace(BackfillSinkParts{.table = *table_,
                                    .catalog = catalog_,
                                    .queue = *queue_,
                                    .options = options_,
                                    .breaker = DriftBreaker(options_.max_drift, recorded_count_),
                                    .parameters = parameters_,
                                    .marked_before = query_.marked_before,
                                    .incidents = std::move(incidents)},
                  std::move(run), std::move(summary));
    return {};
  }

  Status pass(std::optional<std::int64_t> limit) {
    core::BatchOptions batch = options_.batch;
    batch.limit = limit;
    batch.clock = &clock_;
    batch.on_progress = [this](const core::BatchProgress& progress) {
      drop(queue_->renew(), "the lease lasts ten times as long as the pause between two renewals");
      if (options_.batch.on_progress) options_.batch.on_progress(progress);
    };
    const RowHasherOptions hashing{
        .rate = rate_ ? &*rate_ : nullptr, .cancel = options_.batch.cancel, .clock = &clock_};
    core::BatchWork<ArtifactRow, RowObservation> work;
    work.next_page = [this] { return queue_->next_page(); };
    work.items_total = items_total_;
    work.worker = [&, this](RowFeed& feed) { return hash_rows(feed, *roots_, shared_, hashing); };
    work.commit = [this](std::vector<BackfillSink::Done> done) {
      return sink_->commit(std::move(done));
    };
    TRY_ASSIGN(const core::BatchEnd end, core::run_batch(work, batch));
    pulled_ += end.items_committed;
    limit_reached_ = limit_reached_ || end.limit_reached;
    if (end.cancelled || cancelled()) return {};
    return sink_->end_pass();
  }

  // While the breaker could trip, the rows that can be compared come first: a wrong root is met before a row without a hash gets one
  // from it.
  Status list() {
    if (!options_.only.empty()) {
      std::vector<std::string> ids;
      for (const ArtifactRow& row : named_)
        ids.push_back(row.id);
      queue_->begin_pass(std::move(ids));
      return pass(options_.batch.limit);
    }
    if (options_.on_drift == OnDrift::refuse || sink_->breaker().cleared())
      return pass(options_.batch.limit);
    const auto selected = items_total_;
    if (selected) items_total_ = recorded_count_;
    queue_->begin_listing(ListedRows::hashed);
    TRY(pass(options_.batch.limit));
    if (cancelled() || limit_reached_) return {};
    if (selected) items_total_ = *selected - recorded_count_;
    queue_->begin_listing(ListedRows::unhashed);
    return pass(remaining_limit());
  }

  Status passes() {
    TRY(sink_->open_files());
    TRY(list());
    std::size_t fewest = 0;
    auto waiting_since = clock_.monotonic();
    while (!cancelled()) {
      std::vector<std::string> ids = sink_->take_requeued();
      std::vector<std::string> elsewhere = queue_->take_elsewhere();
      const bool leaves_them =
          limit_reached_ ||
          (!elsewhere.empty() && clock_.monotonic() - waiting_since > kClaimPatience);
      if (leaves_them) {
        sink_->summary().claimed_elsewhere += limit_reached_ ? 0 : std::ssize(elsewhere);
        claimed_elsewhere_.insert(elsewhere.begin(), elsewhere.end());
        elsewhere.clear();
      }
      if (elsewhere.size() < fewest || fewest == 0) waiting_since = clock_.monotonic();
      fewest = elsewhere.size();
      ids.insert(ids.end(), std::make_move_iterator(elsewhere.begin()),
                 std::make_move_iterator(elsewhere.end()));
      if (ids.empty()) return {};
      queue_->begin_pass(std::move(ids));
      TRY_ASSIGN(const bool has_more, queue_->has_more());
      if (has_more) {
        TRY(pass(remaining_limit()));
      } else {
        clock_.sleep_for(kClaimPoll);
      }
    }
    return {};
  }

  // The table is asked again what is left to do, by key: work that nobody met must not look like work that was done.
  Status count_unmet() {
    const bool listed_all = options_.mode == BackfillMode::write && options_.only.empty() &&
                            !limit_reached_ && !cancelled();
    if (!listed_all) return {};
    PageQuery query{
        .selection = RowSelection::unmarked, .limit = kQueuePageRows, .types = query_.types};
    for (;;) {
      TRY_ASSIGN(const auto rows, table_->page(query));
      sink_->summary().unmet += std::ranges::count_if(rows, [&](const ArtifactRow& row) {
        const bool is_ours = !options_.shard || options_.shard->has(row.id);
        const bool is_marked = row.computed_at && row.recorded_sha256;  // keys as we read them
        return is_ours && !is_marked && !sink_->left_unmarked(row.id) &&
               !claimed_elsewhere_.contains(row.id);
      });
      if (std::ssize(rows) < query.limit) return {};
      query.after = RowCursor{.type = rows.back().type, .id = rows.back().id};
    }
  }

  std::optional<std::int64_t> remaining_limit() const {
    if (!options_.batch.limit || limit_reached_) return {};
    return std::max<std::int64_t>(*options_.batch.limit - pulled_, 1);
  }

  Result<BackfillEnd> end(const Status& worked) {
    BackfillEnd out;
    const bool refuses = !worked && worked.error().code() == Code::conflict && sink_->refuses();
    if (!worked) out.stopped_by = refuses ? worked.error() : in_the_middle(worked.error());
    if (!out.stopped_by && !cancelled()) {  // a part of a list never takes the place of a whole one
      if (auto closed = sink_->close_files(); !closed)
        out.stopped_by = in_the_middle(std::move(closed).error());
    }
    if (!out.stopped_by && options_.mode == BackfillMode::dry_run && sink_->breaker().tripped() &&
        options_.on_drift != OnDrift::refuse) {
      out.stopped_by = sink_->breaker_error();
    }
    const bool refused = out.stopped_by && out.stopped_by->code() == Code::conflict;
    BackfillSummary& summary = sink_->summary();
    summary.done_elsewhere = queue_->done_elsewhere();
    summary.row_gone += queue_->gone();
    summary.ended_at = clock_.now();
    summary.elapsed_s = std::chrono::duration<double>(clock_.monotonic() - began_).count();
    summary.outcome = refused          ? "refused"
                      : out.stopped_by ? "failed"
                      : cancelled()    ? "cancelled"
                                       : "done";
    HOLDFAST_ASSERT(summary.adds_up());
    const Status kept = keep(summary);
    if (!kept && !out.stopped_by) out.stopped_by = in_the_middle(kept.error());
    out.summary = std::move(summary);
    return out;
  }

  // The run's end in the catalog. After a failure of the database it may not be there any more: then the next run finds this one
  // abandoned.
  Status keep(const BackfillSummary& summary) {
    if (!keeps_a_run()) return {};
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog_.connection()));
    catalog::BatchRun& run = sink_->run();
    run.outcome = summary.outcome;
    run.summary = to_json(summary);
    run.cursor = run_cursor(parameters_, query_.marked_before, {});
    run.ended_at = summary.ended_at;
    TRY(catalog::end_batch_run(catalog_, run));
    TRY(queue_->release_all());
    if (summary.total.scanned > 0 || summary.outcome != "done") {
      core::Event event;
      event.name = "artifact.backfill_ended";
      const bool went_well = summary.outcome == "done" && !summary.has_findings();
      event.level = went_well ? core::Level::note : core::Level::warning;
      event.actor = options_.actor;
      event.run_id = run.id;
      event.fields = to_fields(summary);
      std::array<core::Event, 1> events{std::move(event)};
      TRY(catalog::append_events(catalog_, events));
    }
    return transaction.commit();
  }

  const SourceConfig& config_;
  catalog::Catalog& catalog_;
  const BackfillOptions& options_;
  Clock& clock_;
  const std::chrono::nanoseconds began_;
  std::optional<Roots> roots_;
  std::optional<ArtifactTable> table_;
  std::optional<RateLimiter> rate_;
  SharedDigests shared_;
  PageQuery query_;
  std::vector<ArtifactRow> named_;  // of `only`
  std::string parameters_;
  std::optional<Timestamp> resumed_;  // when the recheck began that this run goes on with
  std::optional<std::int64_t> items_total_;
  std::int64_t recorded_count_ = 0;
  std::optional<RowQueue> queue_;
  std::optional<BackfillSink> sink_;
  std::int64_t pulled_ = 0;
  bool limit_reached_ = false;
  std::unordered_set<std::string> claimed_elsewhere_;
};

}  // namespace

Result<BackfillEnd> backfill(const SourceConfig& config, catalog::Catalog& catalog,
                             const BackfillOptions& options) {
  Backfill work(config, catalog, options);
  TRY(work.prepare());
  return work.run();
}

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// 1. Go through all rows once: how much there is, how old its proofs are (memory: one page). A look that is dated
//    in the future counts as none.
// 2. Go through the looks, oldest first: how much is due now.
// 3. Read: what was never looked at, as far as can be told, in the table's order; then the due prefix of the looks.
// 4. Go through all rows again: what is left, and whether the promise holds.
#include "artifacts/scrub.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "artifacts/observations.h"
#include "artifacts/proofs.h"
#include "artifacts/rules.h"
#include "artifacts/run_records.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 1000;
constexpr std::int64_t kCommitRows = 100;
constexpr std::int64_t kInFlightRows = 500;  // a slice that ends leaves what was not begun unread

using LookMap = std::unordered_map<std::string, Look>;

Result<LookMap> looks_of(catalog::Catalog& catalog, const std::string& source,
                         const std::vector<ArtifactRow>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const ArtifactRow& row : rows)
    ids.push_back(row.id);
  TRY_ASSIGN(auto looks, load_looks(catalog, source, ids));
  LookMap by_id;
  for (Look& look : looks) {
    std::string id = look.artifact_id;
    by_id.emplace(std::move(id), std::move(look));
  }
  return by_id;
}

/// The size that is known without looking at the file.
std::optional<std::uint64_t> known_size(const ArtifactRow& row, const Look* look) {
  if (look != nullptr && look->proved_at) return look->size_bytes;
  if (row.recorded_size_bytes && *row.recorded_size_bytes >= 0)
    return static_cast<std::uint64_t>(*row.recorded_size_bytes);
  return {};
}

struct Slice {
  std::uint64_t due_cost = 0;
  std::optional<std::uint64_t> limit_bytes;
  Timestamp started_at;
};

/// The rows of one slice, page by page, in the order in which they are due.
class DueRows {
 public:
  DueRows(ArtifactTable& table, catalog::Catalog& catalog, RowPager fresh, const Slice& slice)
      : table_(table),
        catalog_(catalog),
        fresh_(std::move(fresh)),
        due_cost_(slice.due_cost),
        limit_bytes_(slice.limit_bytes),
        started_at_(slice.started_at) {}

  Result<std::vector<ArtifactRow>> next() {
    std::vector<ArtifactRow> rows;
    while (rows.empty() && !ended_ && !limited_) {
      if (!fresh_ended_) {
        TRY_ASSIGN(rows, next_fresh());
      } else {
        TRY_ASSIGN(rows, next_due());
      }
    }
    return rows;
  }
  bool limited() const { return limited_; }

 private:
  Result<std::vector<ArtifactRow>> next_fresh() {
    TRY_ASSIGN(auto page, fresh_.next());
    if (page.empty()) fresh_ended_ = true;
    TRY_ASSIGN(const LookMap looks, looks_of(catalog_, source(), page));
    std::vector<ArtifactRow> rows;
    for (ArtifactRow& row : page) {
      const auto look = looks.find(row.id);
      const bool dated = look != looks.end() && !is_in_future(look->second.looked_at, started_at_);
      if (!dated && within_bytes(known_size(row, nullptr))) rows.push_back(std::move(row));
    }
    return rows;
  }

  Result<std::vector<ArtifactRow>> next_due() {
    TRY_ASSIGN(auto looks, oldest_looks(catalog_, source(), after_, kPageRows));
    if (looks.empty()) ended_ = true;
    std::vector<std::string> ids;
    LookMap by_id;
    for (Look& look : looks) {
      // What this slice looked at itself stands behind all the rest.
      if (look.looked_at >= started_at_ || cost_ >= due_cost_) {
        ended_ = true;
        break;
      }
      cost_ += DueWork::cost(look.size_bytes);
      ids.push_back(look.artifact_id);
      after_ = look;
      by_id.emplace(look.artifact_id, std::move(look));
    }
    return rows_in_order(ids, by_id);
  }

  /// In the order of their looks. A row that is gone, or asks for no proof any more, is forgotten.
  Result<std::vector<ArtifactRow>> rows_in_order(const std::vector<std::string>& ids,
                                                 const LookMap& looks) {
    std::vector<ArtifactRow> rows;
    if (ids.empty()) return rows;
    TRY_ASSIGN(auto found, table_.rows(ids));
    std::unordered_map<std::string_view, ArtifactRow*> by_id;
    for (ArtifactRow& row : found)
      by_id.emplace(row.id, &row);
    std::vector<std::string> gone;
    std::vector<ArtifactRow*> order;
    for (const std::string& id : ids) {
      const auto row = by_id.find(id);
      if (row == by_id.end() || !asks_for_proof(*row->second)) {
        gone.push_back(id);
      } else if (is_in_scope(*row->second) &&
                 within_bytes(known_size(*row->second, &looks.at(id)))) {
        order.push_back(row->second);
      }
    }
    TRY(forget_proofs(catalog_, source(), gone));
    for (ArtifactRow* row : order)
      rows.push_back(std::move(*row));
    return rows;
  }

  bool is_in_scope(const ArtifactRow& row) const {
    const auto& types = table_.config().types;
    return types.empty() || std::ranges::find(types, row.type) != types.end();
  }

  bool within_bytes(std::optional<std::uint64_t> size_bytes) {
    if (limit_bytes_ && given_bytes_ >= *limit_bytes_) {
      limited_ = true;
      return false;
    }
    given_bytes_ += size_bytes.value_or(0);
    return true;
  }

  const std::string& source() const { return table_.config().name; }

  ArtifactTable& table_;
  catalog::Catalog& catalog_;
  RowPager fresh_;
  bool fresh_ended_ = false;
  bool ended_ = false;
  bool limited_ = false;
  std::uint64_t due_cost_;
  std::uint64_t cost_ = 0;
  std::optional<std::uint64_t> limit_bytes_;
  std::uint64_t given_bytes_ = 0;
  std::optional<Look> after_;
  Timestamp started_at_;
};

class Scrub {
 public:
  Scrub(const SourceConfig& config, catalog::Catalog& catalog, const ScrubOptions& options,
        const JudgedSink& sink)
      : config_(config),
        catalog_(catalog),
        options_(options),
        sink_(sink),
        clock_(options.clock != nullptr ? *options.clock : catalog.clock()) {}

  Result<ScrubEnd> run() {
    if (options_.terms.every_byte_within.count() <= 0)
      return Error(Code::invalid, "--every-byte-within must be more than nothing");
    TRY_ASSIGN(auto table, ArtifactTable::open(config_, catalog_, Access::read_only));
    TRY_ASSIGN(const Roots roots, Roots::open(config_.roots));
    TRY_ASSIGN(auto record, start_run(catalog_, config_, "artifacts scrub"));
    end_.run_id = record.id();
    end_.started_at = record.started_at();
    if (Status done = slice(table, roots); !done) {
      record.fail(done.error(), options_.actor);
      return std::move(done).error();
    }
    Tally told = end_.tally;
    told.add_findings(*end_.promise);
    end_.conclusion = conclude(told, gaps());
    end_.conclusion.part = part_;
    TRY(record.end(end_of(told, end_.conclusion, detail()), options_.actor));
    return std::move(end_);
  }

 private:
  Status slice(ArtifactTable& table, const Roots& roots) {
    TRY_ASSIGN(end_.before, measure(table));
    end_.forecast = forecast(options_.terms, end_.before, end_.started_at);
    if (options_.on_plan) options_.on_plan(end_.before, end_.forecast);
    TRY_ASSIGN(auto keeper, IncidentKeeper::open(catalog_, end_.run_id, options_.actor));
    TRY_ASSIGN(const std::uint64_t due, due_cost());
    something_due_ = due > 0 || end_.before.never_looked_at > 0;
    const Slice slice{due, options_.limit_bytes, end_.started_at};
    DueRows rows(table, catalog_, RowPager(table, hashed_rows()), slice);
    TRY(read(table, roots, rows, keeper));
    end_.ended_at = clock_.now();
    TRY_ASSIGN(end_.after, measure(table));
    TRY(look_for_unread());
    TRY(keep_promise(keeper));
    end_.incidents = keeper.changes();
    if (end_.after.rows > end_.tally.total.rows)
      part_ = Part{end_.tally.total.rows, end_.after.rows, keeper.open_unseen(config_)};
    return {};
  }

  PageQuery hashed_rows() const {
    return {.selection = RowSelection::asks_for_proof,
            .after = {},
            .limit = kPageRows,
            .types = config_.types,
            .marked_before = {}};
  }

  /// Also sets next_expiry, from the oldest look.
  Result<ScrubLoad> measure(ArtifactTable& table) {
    ScrubLoad load;
    RowPager pager(table, hashed_rows());
    const Timestamp now = clock_.now();
    std::optional<Timestamp> oldest_look;
    while (true) {
      TRY_ASSIGN(const auto rows, pager.next());
      if (rows.empty()) break;
      TRY_ASSIGN(const LookMap looks, looks_of(catalog_, config_.name, rows));
      for (const ArtifactRow& row : rows) {
        const auto found = looks.find(row.id);
        const Look* look = found == looks.end() ? nullptr : &found->second;
        const bool dated = look != nullptr && !is_in_future(look->looked_at, now);
        if (look != nullptr && !dated) ++load.in_future;
        add_to(load, row, dated ? look : nullptr, now);
        if (dated && (!oldest_look || look->looked_at < *oldest_look))
          oldest_look = look->looked_at;
      }
    }
    if (oldest_look)
      end_.next_expiry = Timestamp{oldest_look->ns + options_.terms.every_byte_within.count()};
    return load;
  }

  Status look_for_unread() {
    if (end_.after.never_looked_at == 0) return {};
    TRY_ASSIGN(const auto since, unread_since(catalog_, run_name(config_)));
    end_.unread_since = since.value_or(end_.started_at);
    const Timestamp expiry{end_.unread_since->ns + options_.terms.every_byte_within.count()};
    end_.next_expiry = std::min(end_.next_expiry.value_or(expiry), expiry);
    return {};
  }

  bool unread_too_long() const {
    return end_.unread_since &&
           end_.ended_at.ns - end_.unread_since->ns > options_.terms.every_byte_within.count();
  }

  std::vector<std::string> gaps() const {
    std::vector<std::string> gaps;
    if (end_.before.rows == 0)
      gaps.push_back("no row records a hash; holdfast artifacts backfill " + config_.name +
                     " records them");
    if (end_.tally.not_told() > 0)
      gaps.push_back(rows_text(end_.tally.not_told()) + " could not be told");
    if (end_.cancelled) gaps.emplace_back("it was stopped");
    if (end_.after.in_future > 0)
      gaps.push_back("the last reading of " + rows_text(end_.after.in_future) +
                     " is dated in the future: the clock was wrong then or is wrong now");
    else if (end_.after.never_looked_at > 0)
      gaps.push_back(rows_text(end_.after.never_looked_at) + " never read yet");
    else if (end_.slice_over && something_due_ && end_.tally.total.rows == 0)
      gaps.emplace_back("rows are due and the slice ended before it read one");
    return gaps;
  }

  void add_to(ScrubLoad& load, const ArtifactRow& row, const Look* look, Timestamp now) const {
    ++load.rows;
    const auto size = known_size(row, look);
    if (!size) ++load.unknown_sizes;
    load.size_bytes += size.value_or(0);
    if (look == nullptr) {
      ++load.never_looked_at;
      load.never_looked_at_bytes += size.value_or(0);
    } else if (now.ns - look->looked_at.ns > options_.terms.every_byte_within.count()) {
      ++load.too_old;
    }
    if (look == nullptr || !look->proved_at) {
      ++load.never_proved;
    } else if (!load.oldest_proof || *look->proved_at < *load.oldest_proof) {
      load.oldest_proof = look->proved_at;
    }
  }

  Result<std::uint64_t> due_cost() {
    DueWork work(options_.terms, end_.before, end_.started_at);
    std::optional<Look> after;
    while (true) {
      TRY_ASSIGN(auto looks, oldest_looks(catalog_, config_.name, after, kPageRows));
      if (looks.empty()) return work.due_cost();
      for (const Look& look : looks)
        work.add(look.looked_at, look.size_bytes);
      after = std::move(looks.back());
    }
  }

  Status read(ArtifactTable& table, const Roots& roots, DueRows& rows, IncidentKeeper& keeper) {
    Cancel enough;
    const auto deadline = options_.terms.once_for
                              ? std::optional(clock_.monotonic() + *options_.terms.once_for)
                              : std::nullopt;
    const auto look_around = [&] {
      if (deadline && clock_.monotonic() >= *deadline) enough.request();
    };
    std::optional<RateLimiter> rate;
    if (options_.terms.rate_bytes_per_s) rate.emplace(*options_.terms.rate_bytes_per_s, clock_);
    RowPass pass;
    pass.table = &table;
    pass.batch.jobs = options_.jobs;
    pass.batch.commit_every_count = kCommitRows;
    pass.batch.in_flight_limit = kInFlightRows;
    pass.batch.limit = options_.limit;
    pass.batch.window = options_.terms.window;
    pass.batch.cancel = options_.cancel;
    pass.batch.enough = &enough;  // what was begun is finished: else the next slice begins it again
    pass.batch.clock = &clock_;
    pass.batch.on_progress = [&](const core::BatchProgress& progress) {
      look_around();
      // A window that opens only after the slice is over: do not wait for it.
      if (deadline && progress.waiting_for_window && progress.window_opens_at &&
          clock_.monotonic() + until(*progress.window_opens_at) >= *deadline) {
        enough.request();
      }
      if (options_.on_progress) options_.on_progress(progress);
    };
    pass.before_begin = look_around;
    pass.rate = rate ? &*rate : nullptr;
    pass.next_page = [&] { return rows.next(); };
    pass.on_judged = [&](std::span<Judged> judged) { return take(judged, keeper); };
    pass.within = [&](std::span<const Judged> judged) { return keeper.keep(judged); };
    TRY_ASSIGN(const core::BatchEnd end, pass_over_rows(config_, catalog_, roots, pass));
    end_.cancelled = options_.cancel != nullptr && options_.cancel->requested();
    end_.slice_over = !end_.cancelled && (end.had_enough || end.limit_reached || rows.limited());
    return {};
  }

  std::chrono::nanoseconds until(Timestamp at) const {
    return std::chrono::nanoseconds(at.ns - clock_.now().ns);
  }

  Status take(std::span<Judged> judged, const IncidentKeeper& keeper) {
    for (Judged& each : judged) {
      keeper.mark_waived(each.report);
      end_.tally.add(each.row, each.report, each.seen.size_bytes_read);
    }
    return sink_ ? sink_(judged) : Status();
  }

  Status keep_promise(IncidentKeeper& keeper) {
    core::SubjectReport report;
    report.subject = {"source", config_.name};
    report.observed_at = end_.ended_at;
    report.basis = "ages of proofs";
    report.verdict = core::Verdict::in_step;
    report.proved_at = end_.after.oldest_proof;
    if (!end_.forecast.can_keep || end_.after.too_old > 0 || unread_too_long()) {
      report.verdict = core::Verdict::drifted;
      report.findings.push_back(broken_promise());
    }
    keeper.mark_waived(report);
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog_.connection()));
    const Observation observation{"", "", report};
    TRY(save_observations(catalog_, config_.name, {&observation, 1}));
    TRY(keeper.keep(std::span<const core::SubjectReport>(&report, 1)));
    end_.promise = std::move(report);
    return transaction.commit();
  }

  /// "3 artifacts were last read more than 30 d ago, and for 40 d …".
  std::string what_is_late(const std::string& promise) const {
    std::string out;
    if (end_.after.too_old > 0)
      out = std::to_string(end_.after.too_old) + " artifacts were last read more than " + promise +
            " ago";
    if (!unread_too_long()) return out;
    if (!out.empty()) out += ", and ";
    const std::chrono::nanoseconds age(end_.ended_at.ns - end_.unread_since->ns);
    return out + "for " + format_age(age) + " there always were artifacts that were never read (" +
           std::to_string(end_.after.never_looked_at) + " now)";
  }

  core::Finding broken_promise() const {
    const std::string promise = format_age(options_.terms.every_byte_within);
    core::Finding finding;
    finding.subject = {"source", config_.name};
    finding.rule = kScrubPromiseBroken;
    finding.level = core::find_rule(rules(), kScrubPromiseBroken)->level;
    finding.recorded = "every byte within " + promise;
    finding.observed = end_.forecast.can_keep ? "slices too seldom" : "rate too low";
    finding.message = finding.subject.text() + ": " +
                      (end_.forecast.can_keep ? "the promise is broken: " + what_is_late(promise)
                                              : end_.forecast.text);
    finding.witness = {
        {"rows", end_.after.rows},
        {"size_bytes", static_cast<std::int64_t>(end_.after.size_bytes)},
        {"needed_bytes_per_s", end_.forecast.needed_bytes_per_s},
        {"too_old", end_.after.too_old},
        {"never_read", end_.after.never_looked_at},
        {"never_proved", end_.after.never_proved},
    };
    if (end_.unread_since)
      finding.witness.push_back({"unread_since", format_rfc3339(*end_.unread_since)});
    if (options_.terms.rate_bytes_per_s)
      finding.witness.push_back(
          {"rate_bytes_per_s", static_cast<std::int64_t>(*options_.terms.rate_bytes_per_s)});
    if (end_.forecast.one_pass)
      finding.witness.push_back({"one_pass_s", end_.forecast.one_pass->count() / 1'000'000'000});
    finding.hint = end_.forecast.can_keep
                       ? "run holdfast artifacts scrub " + config_.name + " more often"
                       : "raise --rate, widen --window, or promise less with --every-byte-within";
    return finding;
  }

  core::Fields detail() const {
    return {{"depth", std::string("full")},
            {"every_byte_within_s", options_.terms.every_byte_within.count() / 1'000'000'000},
            {"rows", end_.after.rows},
            {"never_read", end_.after.never_looked_at},
            {"slice_over", end_.slice_over},
            {"cancelled", end_.cancelled}};
  }

  const SourceConfig& config_;
  catalog::Catalog& catalog_;
  const ScrubOptions& options_;
  const JudgedSink& sink_;
  Clock& clock_;
  bool something_due_ = false;
  std::optional<Part> part_;
  ScrubEnd end_;
};

}  // namespace

Result<ScrubEnd> scrub(const SourceConfig& config, catalog::Catalog& catalog,
                       const ScrubOptions& options, const JudgedSink& sink) {
  return Scrub(config, catalog, options, sink).run();
}

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
#include "artifacts/verify.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "artifacts/proofs.h"
#include "artifacts/rules.h"
#include "artifacts/run_records.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 1000;
constexpr std::int64_t kCommitRows = 500;

std::string utc_day(Timestamp at) {
  return format_rfc3339(at).substr(0, 10);
}

core::BatchOptions batch_options(const VerifyOptions& options, Clock& clock) {
  core::BatchOptions batch;
  batch.jobs = options.jobs;
  batch.commit_every_count = kCommitRows;
  batch.limit = options.limit;
  batch.window = options.window;
  batch.cancel = options.cancel;
  batch.clock = &clock;
  batch.on_progress = options.on_progress;
  return batch;
}

/// The row that a larger sample would have first. Asked by one thread at a time (core/batch.h).
struct NearestRow {
  std::optional<std::string> id;
  double rank = 0;
};

std::function<bool(const ArtifactRow&)> filter_of(const VerifyOptions& options, Timestamp now,
                                                  NearestRow& nearest) {
  if (!options.sample_share && !options.shard) return {};
  return
      [share = options.sample_share, shard = options.shard, now, &nearest](const ArtifactRow& row) {
        if (shard && !shard->has(row.id)) return false;
        if (!share) return true;
        const double rank = sample_rank(row.id, now);
        if (!nearest.id || rank < nearest.rank) nearest = {row.id, rank};
        return rank < *share;
      };
}

core::Fields detail_of(const VerifyOptions& options, const VerifyEnd& end) {
  core::Fields fields = {
      {"depth", std::string(options.depth == core::Depth::full ? "full" : "quick")}};
  if (options.sample_share) fields.push_back({"sample_share", *options.sample_share});
  if (end.cancelled) fields.push_back({"cancelled", true});
  if (end.limit_reached) fields.push_back({"limit_reached", true});
  return fields;
}

class Verification {
 public:
  Verification(const SourceConfig& config, catalog::Catalog& catalog, const VerifyOptions& options,
               const JudgedSink& sink)
      : config_(config),
        catalog_(catalog),
        options_(options),
        sink_(sink),
        clock_(options.clock != nullptr ? *options.clock : catalog.clock()) {}

  Result<VerifyEnd> run() {
    TRY_ASSIGN(auto types, effective_types(config_, options_.types));
    TRY_ASSIGN(auto table, ArtifactTable::open(config_, catalog_, Access::read_only));
    TRY_ASSIGN(const Roots roots, Roots::open(config_.roots));
    TRY_ASSIGN(auto record, start_run(catalog_, config_, "artifacts verify"));
    end_.run_id = record.id();
    end_.depth = options_.depth;
    end_.started_at = record.started_at();
    types_ = std::move(types);
    if (Status done = pass(table, roots); !done) {
      record.fail(done.error(), options_.actor);
      return std::move(done).error();
    }
    end_.ended_at = clock_.now();
    end_.identity_changed = end_.tally.count_of(kIdentityChanged);
    judge_age();
    end_.conclusion = conclude(end_.tally, gaps());
    end_.conclusion.part = part_;
    TRY(record.end(end_of(end_.tally, end_.conclusion, detail_of(options_, end_)), options_.actor));
    return std::move(end_);
  }

 private:
  static PageQuery rows_with_a_claim(const std::vector<std::string>& types) {
    return {.selection = RowSelection::asks_for_proof,
            .after = {},
            .limit = kPageRows,
            .types = types,
            .marked_before = {}};
  }

  Status pass(ArtifactTable& table, const Roots& roots) {
    const PageQuery query = rows_with_a_claim(types_);
    TRY_ASSIGN(auto keeper, IncidentKeeper::open(catalog_, end_.run_id, options_.actor));
    std::optional<RateLimiter> rate;
    if (options_.rate_bytes_per_s) rate.emplace(*options_.rate_bytes_per_s, clock_);
    RowPager pager(table, query);
    RowPager again(table, query);
    NearestRow nearest;
    RowPass pass;
    pass.table = &table;
    pass.depth = options_.depth;
    pass.max_age = max_age();
    pass.batch = batch_options(options_, clock_);
    pass.rate = rate ? &*rate : nullptr;
    pass.next_page = [&] { return pager.next(); };
    pass.wants = filter_of(options_, end_.started_at, nearest);
    if (!pass.wants) {
      TRY_ASSIGN(pass.items_total, table.count(query));
      if (options_.limit) pass.items_total = std::min(*pass.items_total, *options_.limit);
    }
    pass.on_judged = [&](std::span<Judged> judged) { return take(judged, keeper); };
    pass.within = [&](std::span<const Judged> judged) { return keeper.keep(judged); };
    TRY_ASSIGN(core::BatchEnd end, pass_over_rows(config_, catalog_, roots, pass));
    if (nearest.id && end_.tally.total.rows == 0 && !end.cancelled && !end.limit_reached) {
      // A share of a few rows may be none, and a sample of nothing proves nothing.
      pass.next_page = [&] { return again.next(); };
      pass.wants = [id = *nearest.id](const ArtifactRow& row) { return row.id == id; };
      TRY_ASSIGN(end, pass_over_rows(config_, catalog_, roots, pass));
    }
    end_.incidents = keeper.changes();
    end_.cancelled = end.cancelled;
    end_.limit_reached = end.limit_reached;
    return tell_part(table, keeper);
  }

  Status tell_part(ArtifactTable& table, const IncidentKeeper& keeper) {
    const bool asked = options_.sample_share || options_.shard || !options_.types.empty();
    if (!asked && !end_.limit_reached && !end_.cancelled) return {};
    TRY_ASSIGN(const std::int64_t rows, table.count(rows_with_a_claim(config_.types)));
    if (rows > end_.tally.total.rows)
      part_ = Part{end_.tally.total.rows, rows, keeper.open_unseen(config_)};
    return {};
  }

  // What a reading found is told where a look at the identity can't tell of it. What is kept is the look alone: it must not take the
  // place of the reading.
  Status take(std::span<Judged> judged, const IncidentKeeper& keeper) {
    std::vector<std::pair<Judged*, core::SubjectReport>> looks;
    for (Judged& each : judged) {
      keeper.mark_waived(each.report);
      if (keeper.is_open(each.report.subject)) {
        looks.emplace_back(&each, each.report);
        TRY(catalog::carry_over(catalog_, each.report));
        keeper.mark_waived(each.report);
      }
      end_.tally.add(each.row, each.report, each.seen.size_bytes_read);
    }
    const Status told = sink_ ? sink_(judged) : Status();
    for (auto& [each, look] : looks)
      each->report = std::move(look);
    return told;
  }

  std::optional<std::chrono::nanoseconds> max_age() const {
    return options_.max_age ? options_.max_age : config_.max_age;
  }

  void judge_age() {
    if (!max_age()) return;
    const std::optional<Timestamp>& oldest = end_.tally.oldest_proof;
    const bool old = oldest && (end_.ended_at.ns - oldest->ns > max_age()->count() ||
                                is_in_future(*oldest, end_.ended_at));
    end_.proof_too_old = old || end_.tally.never_proved > end_.tally.never_proved_waived;
  }

  std::string why_nothing(std::int64_t planned) const {
    if (planned > 0) return "nothing could be evaluated";
    if (!part_)
      return "no row of " + config_.name + " records a hash; holdfast artifacts backfill " +
             config_.name + " records them";
    if (end_.cancelled) return "no row was looked at";
    return "no row is in the part that was asked for";
  }

  std::vector<std::string> gaps() const {
    std::vector<std::string> gaps;
    const core::CheckCounts counts = end_.tally.counts();
    if (counts.evaluated == 0) gaps.push_back(why_nothing(counts.planned));
    if (end_.tally.not_told() > 0)
      gaps.push_back(rows_text(end_.tally.not_told()) + " could not be told");
    if (end_.proof_too_old)
      gaps.emplace_back(end_.tally.never_proved > end_.tally.never_proved_waived
                            ? "rows without any proof are older than any --max-age"
                            : "the oldest proof is older than --max-age");
    if (end_.cancelled) gaps.emplace_back("it was stopped");
    return gaps;
  }

  const SourceConfig& config_;
  catalog::Catalog& catalog_;
  const VerifyOptions& options_;
  const JudgedSink& sink_;
  Clock& clock_;
  std::vector<std::string> types_;
  std::optional<Part> part_;
  VerifyEnd end_;
};

}  // namespace

Result<VerifyEnd> verify(const SourceConfig& config, catalog::Catalog& catalog,
                         const VerifyOptions& options, const JudgedSink& sink) {
  return Verification(config, catalog, options, sink).run();
}

bool in_sample(std::string_view id, double share, Timestamp day) {
  return sample_rank(id, day) < share;
}

double sample_rank(std::string_view id, Timestamp day) {
  const core::Sha256Digest digest = core::sha256(std::string(id) + '\n' + utc_day(day));
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < 8; ++i)
    head = (head << 8U) | digest[i];
  return std::ldexp(static_cast<double>(head), -64);
}

Result<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  const std::string_view digits = percent ? text.substr(0, text.size() - 1) : text;
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  if (percent) value /= 100;
  if (read.ec != std::errc() || read.ptr != end || !(value > 0) || value > 1) {
    return Error(Code::invalid, "'" + std::string(text) +
                                    "' is no share: write \"5%\" or \"0.05\", above 0 and at "
                                    "most 100%");
  }
  return value;
}

Result<std::vector<std::string>> effective_types(const SourceConfig& config,
                                                 const std::vector<std::string>& asked) {
  if (asked.empty()) return config.types;
  if (config.types.empty()) return asked;
  for (const std::string& type : asked) {
    if (std::ranges::find(config.types, type) == config.types.end()) {
      return Error(Code::invalid,
                   "type '" + type + "' is not among the types of [artifacts." + config.name + "]");
    }
  }
  return asked;
}

}  // namespace holdfast::artifacts

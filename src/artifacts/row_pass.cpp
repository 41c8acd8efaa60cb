// SPDX-License-Identifier: Apache-2.0
#include "artifacts/row_pass.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "artifacts/observations.h"
#include "artifacts/proofs.h"
#include "base/failpoint.h"
#include "core/batch_engine.h"

namespace holdfast::artifacts {
namespace {

using Work = core::BatchWork<ArtifactRow, RowObservation>;

constexpr std::size_t kReadAgainAtOnce = 1000;

/// Looks at the file without opening it for reading.
RowObservation look_at(const ArtifactRow& row, const Roots& roots, Clock& clock) {
  RowObservation seen;
  seen.observed_at = clock.now();
  if (!row.path || row.path->empty()) {
    seen.state = RowState::no_path;
    return seen;
  }
  Roots::Resolved resolved = roots.resolve(*row.path);
  seen.found_path = std::move(resolved.path);
  if (resolved.root != nullptr) seen.root = resolved.root->path();
  seen.reason = std::move(resolved.opened.reason);
  seen.refusal = resolved.opened.refusal;
  seen.identity = resolved.opened.identity;
  if (resolved.opened.refusal != OpenRefusal::none) {
    seen.state = RowState::refused;
  } else {
    seen.state = resolved.opened.found ? RowState::hashed : RowState::missing;
  }
  return seen;
}

/// Hands on only what records a hash; of the rest it looks whether the file is there.
class HashedRowsFeed final : public RowFeed {
 public:
  HashedRowsFeed(RowFeed& inner, const Roots& roots, Clock& clock,
                 const std::function<void()>& before_begin)
      : inner_(inner), roots_(roots), clock_(clock), before_begin_(before_begin) {}
  std::optional<Pulled> pull() override {
    if (before_begin_) before_begin_();
    while (auto pulled = inner_.pull()) {
      if (pulled->item->recorded_sha256) return pulled;
      inner_.finish(pulled->ticket, look_at(*pulled->item, roots_, clock_), 0);
    }
    return {};
  }
  void read(std::uint64_t size_bytes) override { inner_.read(size_bytes); }
  void finish(std::uint64_t ticket, RowObservation outcome, std::uint64_t size_bytes) override {
    inner_.finish(ticket, std::move(outcome), size_bytes);
  }

 private:
  RowFeed& inner_;
  const Roots& roots_;
  Clock& clock_;
  const std::function<void()>& before_begin_;
};

class Pass {
 public:
  Pass(const SourceConfig& config, catalog::Catalog& catalog, const RowPass& pass)
      : config_(config), catalog_(catalog), pass_(pass) {}

  Status commit(std::vector<Work::Done> done) {
    for (const Work::Done& each : done)
      TRY(check_shortage(each.outcome.refusal, each.outcome.reason));
    TRY_ASSIGN(auto judged, judge_all(std::move(done)));
    HOLDFAST_FAILPOINT("artifacts.before_telling");
    TRY(leave_overtaken(judged));
    if (pass_.on_judged) TRY(pass_.on_judged(judged));
    return save(judged);
  }

 private:
  Result<std::vector<Judged>> judge_all(std::vector<Work::Done> done) {
    std::vector<std::string> ids;
    ids.reserve(done.size());
    for (const auto& each : done)
      ids.push_back(each.item.id);
    TRY_ASSIGN(const auto proofs, load_proofs(catalog_, config_.name, ids));
    std::unordered_map<std::string_view, const Proof*> by_id;
    for (const Proof& proof : proofs)
      by_id.emplace(proof.artifact_id, &proof);
    std::vector<Judged> judged;
    judged.reserve(done.size());
    for (auto& each : done) {
      const auto found = by_id.find(each.item.id);
      judged.push_back(judge_one(std::move(each), found == by_id.end() ? nullptr : found->second));
    }
    return judged;
  }

  // A finding on what a row said minutes ago would open an incident that nothing could end where the row is gone by now.
  Status leave_overtaken(std::vector<Judged>& judged) {
    std::vector<const ArtifactRow*> told;
    for (const Judged& each : judged) {
      if (!each.report.findings.empty()) told.push_back(&each.row);
    }
    TRY_ASSIGN(const auto overtaken, overtaken_rows(*pass_.table, told));
    for (Judged& each : judged) {
      if (!overtaken.contains(each.row.id)) continue;
      each.overtaken = true;
      each.report = overtaken_report(config_, each.row, each.seen.observed_at);
    }
    return {};
  }

  Judged judge_one(Work::Done done, const Proof* proof) const {
    Judged out{false, std::move(done.item), std::move(done.outcome), {}, {}};
    if (proof != nullptr && proves_record(*proof, out.row))
      out.proved_size_bytes = proof->identity.size_bytes;
    out.report = pass_.depth == core::Depth::full
                     ? judge(config_, out.row, out.seen, proof)
                     : judge_quick(config_, out.row, out.seen, proof, pass_.max_age);
    return out;
  }

  Status save(std::span<const Judged> judged) {
    std::vector<Proof> proofs;
    std::vector<Look> looks;
    std::vector<Observation> observations;
    observations.reserve(judged.size());
    for (const Judged& each : judged) {
      if (each.overtaken) continue;
      observations.push_back({each.row.id, each.row.type, each.report});
      if (pass_.depth != core::Depth::full || !asks_for_proof(each.row)) continue;
      if (auto proof = proof_of(each.row, each.seen)) {
        proofs.push_back(std::move(*proof));
      } else {
        looks.push_back({each.row.id, each.seen.observed_at, {}, 0});
      }
    }
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(catalog_.connection()));
    TRY(save_proofs(catalog_, config_.name, proofs));
    TRY(save_looks(catalog_, config_.name, looks));
    TRY(save_observations(catalog_, config_.name, observations));
    if (pass_.within) TRY(pass_.within(judged));
    return transaction.commit();
  }

  const SourceConfig& config_;
  catalog::Catalog& catalog_;
  const RowPass& pass_;
};

Status look_at_rows(RowFeed& feed, const Roots& roots, Clock& clock) {
  while (const auto pulled = feed.pull())
    feed.finish(pulled->ticket, look_at(*pulled->item, roots, clock), 0);
  return {};
}

}  // namespace

Result<std::set<std::string>> overtaken_rows(ArtifactTable& table,
                                             const std::vector<const ArtifactRow*>& rows) {
  std::set<std::string> out;
  for (std::size_t begin = 0; begin < rows.size(); begin += kReadAgainAtOnce) {
    const auto some =
        std::span(rows).subspan(begin, std::min(kReadAgainAtOnce, rows.size() - begin));
    std::vector<std::string> ids;
    for (const ArtifactRow* row : some)
      ids.push_back(row->id);
    TRY_ASSIGN(const auto now, table.rows(ids));
    std::unordered_map<std::string_view, const ArtifactRow*> by_id;
    for (const ArtifactRow& row : now)
      by_id.emplace(row.id, &row);
    std::vector<std::string> not_found;
    for (const ArtifactRow* row : some) {
      const auto found = by_id.find(row->id);
      if (found == by_id.end()) {
        not_found.push_back(row->id);
      } else if (!records_the_same(*found->second, *row)) {
        out.insert(row->id);
      }
    }
    if (not_found.empty()) continue;
    TRY_ASSIGN(const auto listed, table.listed(not_found));
    out.insert(not_found.begin(), not_found.end());
    for (const std::string& id :
         listed)  // there, but not to be found by its id: nothing is known of it
      out.erase(id);
  }
  return out;
}

core::SubjectReport overtaken_report(const SourceConfig& config, const ArtifactRow& row,
                                     Timestamp observed_at) {
  core::SubjectReport report;
  report.subject = artifact_subject(config, row.id);
  report.observed_at = observed_at;
  report.basis = "nothing";
  return report;
}

Result<core::BatchEnd> pass_over_rows(const SourceConfig& config, catalog::Catalog& catalog,
                                      const Roots& roots, const RowPass& pass) {
  Clock& clock = pass.batch.clock != nullptr ? *pass.batch.clock : system_clock();
  SharedDigests shared;
  const RowHasherOptions hashing{.rate = pass.rate, .cancel = pass.batch.cancel, .clock = &clock};
  Pass sink(config, catalog, pass);
  Work work;
  work.next_page = pass.next_page;
  work.wants = pass.wants;
  work.items_total = pass.items_total;
  work.worker = [&](RowFeed& feed) -> Status {
    if (pass.depth == core::Depth::quick) return look_at_rows(feed, roots, clock);
    HashedRowsFeed hashed(feed, roots, clock, pass.before_begin);
    return hash_rows(hashed, roots, shared, hashing);
  };
  work.commit = [&](std::vector<Work::Done> done) { return sink.commit(std::move(done)); };
  return core::run_batch(work, pass.batch);
}

Result<std::vector<ArtifactRow>> RowPager::next() {
  TRY_ASSIGN(auto rows, table_.page(query_));
  if (!rows.empty()) query_.after = RowCursor{rows.back().type, rows.back().id};
  return rows;
}

}  // namespace holdfast::artifacts

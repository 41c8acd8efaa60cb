// SPDX-License-Identifier: Apache-2.0
#include "artifacts/latest_reports.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "artifacts/judge.h"
#include "artifacts/observations.h"
#include "artifacts/proofs.h"
#include "artifacts/row_pass.h"
#include "catalog/waivers.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 1000;

/// A proof that stands: of what is recorded now, not contradicted by a later reading, and not from a
/// future in which it would hide every reading until then.
bool stands(const Proof& proof, const ArtifactRow& row, Timestamp now) {
  return proves_record(proof, row) && !is_contradicted(proof) &&
         !is_in_future(proof.proved_at, now);
}

/// What the reading that made the proof says of what the row records now.
core::SubjectReport proved_report(const SourceConfig& config, const ArtifactRow& row,
                                  const Proof& proof) {
  RowObservation seen;
  seen.state = RowState::hashed;
  seen.digest = proof.digest;
  seen.identity = proof.identity;
  seen.observed_at = proof.proved_at;
  return judge(config, row, seen, &proof);
}

/// Whether what was seen then is about what is recorded now. A finding names its record; in step without
/// one was only ever said on a proof of it, and of its size.
bool is_of_record(const core::SubjectReport& seen, const ArtifactRow& row, const Proof* proof) {
  if (seen.verdict == core::Verdict::in_step) {
    return proof != nullptr && proves_record(*proof, row) &&
           proved_report({}, row, *proof).verdict == core::Verdict::in_step;
  }
  return std::ranges::all_of(seen.findings, [&row](const core::Finding& finding) {
    return artifacts::is_of_record(finding, row);
  });
}

LatestReport latest_of(const SourceConfig& config, const ArtifactRow& row, const Proof* proof,
                       Observation* seen, Timestamp now) {
  LatestReport out{&row, {}, true};
  const bool proved = proof != nullptr && stands(*proof, row, now);
  if (proved && (seen == nullptr || proof->proved_at >= seen->report.observed_at)) {
    out.report = proved_report(config, row, *proof);
    return out;
  }
  if (seen != nullptr && is_of_record(seen->report, row, proof)) {
    out.report = std::move(seen->report);
    return out;
  }
  out.observed = false;
  out.report.subject = artifact_subject(config, row.id);
  out.report.basis = "nothing";
  return out;
}

class LatestPass {
 public:
  LatestPass(ArtifactTable& table, catalog::Catalog& catalog, catalog::WaiverSet waivers,
             const std::function<Status(const LatestReport&)>& take)
      : table_(table), catalog_(catalog), waivers_(std::move(waivers)), take_(take) {}

  Status rows() {
    RowPager pager(table_, {.selection = RowSelection::all,
                            .after = {},
                            .limit = kPageRows,
                            .types = table_.config().types,
                            .marked_before = {}});
    while (true) {
      TRY_ASSIGN(const auto page, pager.next());
      if (page.empty()) return {};
      TRY(one_page(page));
    }
  }

  Status others() {
    std::string after;
    while (true) {
      TRY_ASSIGN(auto page, page_other_observations(catalog_, source(), after, kPageRows));
      if (page.empty()) return {};
      after = page.back().report.subject.text();
      for (Observation& other : page)
        TRY(give({nullptr, std::move(other.report), true}));
    }
  }

 private:
  const std::string& source() const { return table_.config().name; }

  Status one_page(const std::vector<ArtifactRow>& page) {
    std::vector<std::string> ids;
    ids.reserve(page.size());
    for (const ArtifactRow& row : page)
      ids.push_back(row.id);
    TRY_ASSIGN(const auto proofs, load_proofs(catalog_, source(), ids));
    TRY_ASSIGN(auto observations, load_observations(catalog_, source(), ids));
    std::unordered_map<std::string_view, const Proof*> proof_of_id;
    for (const Proof& proof : proofs)
      proof_of_id.emplace(proof.artifact_id, &proof);
    std::unordered_map<std::string_view, Observation*> seen_of_id;
    for (Observation& seen : observations)
      seen_of_id.emplace(seen.artifact_id, &seen);
    for (const ArtifactRow& row : page) {
      const auto proof = proof_of_id.find(row.id);
      const auto seen = seen_of_id.find(row.id);
      TRY(give(latest_of(table_.config(), row, proof == proof_of_id.end() ? nullptr : proof->second,
                         seen == seen_of_id.end() ? nullptr : seen->second,
                         catalog_.clock().now())));
    }
    return {};
  }

  Status give(LatestReport latest) {
    waivers_.mark(latest.report.findings);
    return take_(latest);
  }

  ArtifactTable& table_;
  catalog::Catalog& catalog_;
  catalog::WaiverSet waivers_;
  const std::function<Status(const LatestReport&)>& take_;
};

}  // namespace

Status for_each_latest(ArtifactTable& table, catalog::Catalog& catalog,
                       const std::function<Status(const LatestReport&)>& take) {
  TRY_ASSIGN(auto waivers, catalog::WaiverSet::load(catalog));
  LatestPass pass(table, catalog, std::move(waivers), take);
  TRY(pass.rows());
  return pass.others();
}

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// One ordered pass over rows that judges each and keeps what was learned: the common part of
// verify, scrub and the check.
//
//   next_page ─► workers: read the bytes, or look at the identity ─► judge ─► on_judged ─► save
//
// Saved in one transaction of the catalog for each commit of the batch: proofs of rows that were
// confirmed, looks of those that were read in vain, observations of all, and what `within` writes.
// The user's rows are never written.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "artifacts/artifact_table.h"
#include "artifacts/judge.h"
#include "artifacts/row_hasher.h"
#include "base/rate_limit.h"
#include "core/batch.h"
#include "core/check.h"

namespace holdfast::artifacts {

/// A row, what was seen of it, and what that means.
struct Judged {
  /// The row was changed or taken out while its file was looked at: the report says nothing, and nothing of it is kept.
  bool overtaken = false;
  ArtifactRow row;
  RowObservation seen;
  core::SubjectReport report;
  std::optional<std::uint64_t> proved_size_bytes;  // of the last proof of this record
};

/// Those of the rows that are gone, or record another path, hash or size by now, by id.
Result<std::set<std::string>> overtaken_rows(ArtifactTable& table,
                                             const std::vector<const ArtifactRow*>& rows);
/// What is said of such a row: that nothing is known.
core::SubjectReport overtaken_report(const SourceConfig& config, const ArtifactRow& row,
                                     Timestamp observed_at);

struct RowPass {
  ArtifactTable* table =
      nullptr;  // where the rows are: those with findings are read again before they are told
  core::Depth depth = core::Depth::full;
  std::optional<std::chrono::nanoseconds> max_age;  // quick only
  core::BatchOptions batch;                         // its clock, cancel and enough are the pass's
  RateLimiter* rate = nullptr;
  std::function<Result<std::vector<ArtifactRow>>()> next_page;
  std::function<bool(const ArtifactRow&)> wants;  // none: every row
  std::optional<std::int64_t> items_total;
  /// Called by worker threads before each file is begun; may request the batch's `enough`.
  std::function<void()> before_begin;
  /// In order, before they are saved; may change the findings (waivers). An Error stops the pass.
  std::function<Status(std::span<Judged>)> on_judged;
  /// Inside the transaction that saves them; may be none.
  std::function<Status(std::span<const Judged>)> within;
};

/// Depth full reads rows that record a hash (whatever it is) and only looks whether the others' files
/// are there.
Result<core::BatchEnd> pass_over_rows(const SourceConfig& config, catalog::Catalog& catalog,
                                      const Roots& roots, const RowPass& pass);

/// Pages of a table in its order, one after the other.
class RowPager {
 public:
  RowPager(ArtifactTable& table, PageQuery query) : table_(table), query_(std::move(query)) {}
  Result<std::vector<ArtifactRow>> next();

 private:
  ArtifactTable& table_;
  PageQuery query_;
};

}  // namespace holdfast::artifacts

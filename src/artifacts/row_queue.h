// SPDX-License-Identifier: Apache-2.0
// Where a backfill gets its rows: pages of the table in order, then, in further passes, rows by id that changed meanwhile or that
// another run held.
//
//   page ─► shard ─► claim ─► read again ─► hand out
//
// The second reading is what makes the claim worth something: a row that another run finished between our page and our claim has
// its marker now, and is dropped. A row that it does not give was deleted; where it is still in the table all the same, the reading
// is wrong, and the pass ends with `internal`. Claims are leases; renew() moves them on while long files are read.
#pragma once
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "artifacts/artifact_table.h"
#include "base/cancel.h"
#include "catalog/catalog.h"
#include "core/batch.h"

namespace holdfast::artifacts {

/// Rows of one page; also how many ids are claimed at once.
inline constexpr std::int64_t kQueuePageRows = 500;
/// A run on another host that died is taken over after this long; one on this host at once.
inline constexpr std::chrono::seconds kClaimLease{600};
inline constexpr std::chrono::seconds kClaimRenewEvery{60};

struct RowQueueOptions {
  PageQuery query;  // selection, types, marked_before
  std::optional<core::Shard> shard;
  bool takes_claims = true;  // a dry run takes none
  const Cancel* cancel = nullptr;
};

/// Which rows a listing of the table hands out.
enum class ListedRows : unsigned char {
  all,
  hashed,    // a hash is recorded: what can be compared
  unhashed,  // the rest
};

class RowQueue {
 public:
  RowQueue(ArtifactTable& table, catalog::Catalog& catalog, RowQueueOptions options);

  /// The next rows of this pass; empty at its end (or when asked to stop).
  Result<std::vector<ArtifactRow>> next_page();
  /// Begins a pass over the table from its start (the first one lists all without being asked).
  void begin_listing(ListedRows listed);
  /// Begins another pass, over these rows.
  void begin_pass(std::vector<std::string> ids);
  /// Fetches a page ahead; whether the pass has any.
  Result<bool> has_more();

  /// Rows that another run held when we asked; forgotten here.
  std::vector<std::string> take_elsewhere();
  /// Rows that another run had finished when we got them.
  std::int64_t done_elsewhere() const { return done_elsewhere_; }

  /// Rows that were deleted between their page, or their pass, and their claim.
  std::int64_t gone() const { return gone_; }

  /// Moves the leases on when it is time to.
  Status renew();
  Status release(std::span<const std::string> ids);
  Status release_all();

 private:
  Result<std::vector<ArtifactRow>> candidates();
  Result<std::vector<ArtifactRow>> claimed(std::vector<ArtifactRow> rows);
  Result<std::vector<ArtifactRow>> read_again(std::span<const std::string> ids);
  bool is_wanted(const ArtifactRow& row) const;

  ArtifactTable& table_;
  catalog::Catalog& catalog_;
  RowQueueOptions options_;
  std::optional<Timestamp> marked_before_;
  std::string resource_;
  std::string owner_;
  ListedRows listed_ = ListedRows::all;
  bool by_id_ = false;
  bool ended_ = false;
  std::optional<RowCursor> after_;
  std::deque<std::string> ids_;
  std::vector<ArtifactRow> ahead_;
  std::vector<std::string> elsewhere_;
  std::int64_t done_elsewhere_ = 0;
  std::int64_t gone_ = 0;
  std::chrono::nanoseconds renewed_at_{0};
};

}  // namespace holdfast::artifacts

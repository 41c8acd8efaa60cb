// SPDX-License-Identifier: Apache-2.0
// Paging, sharding and claiming of rows.
#include "artifacts/row_queue.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "catalog/claims.h"

namespace holdfast::artifacts {
namespace {

std::vector<std::string> ids_of(const std::vector<ArtifactRow>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const ArtifactRow& row : rows)
    ids.push_back(row.id);
  return ids;
}

}  // namespace

RowQueue::RowQueue(ArtifactTable& table, catalog::Catalog& catalog, RowQueueOptions options)
    : table_(table),
      catalog_(catalog),
      options_(std::move(options)),
      resource_("artifacts:" + table.config().name),
      owner_(catalog::current_owner()),
      renewed_at_(catalog.clock().monotonic()) {
  options_.query.limit = kQueuePageRows;
  if (options_.query.marked_before) {
    const auto at = parse_rfc3339(*options_.query.marked_before);
    HOLDFAST_ASSERT(at.ok());
    marked_before_ = *at;
  }
}

bool RowQueue::is_wanted(const ArtifactRow& row) const {
  if (options_.shard && !options_.shard->has(row.id)) return false;
  if (!row.computed_at) return true;
  if (options_.query.selection == RowSelection::unmarked) return false;
  if (!marked_before_) return true;
  const auto at = parse_rfc3339(*row.computed_at);
  return !at || *at < *marked_before_;
}

Result<std::vector<ArtifactRow>> RowQueue::candidates() {
  if (by_id_) {
    std::vector<std::string> ids;
    while (!ids_.empty() && std::ssize(ids) < kQueuePageRows) {
      ids.push_back(std::move(ids_.front()));
      ids_.pop_front();
    }
    ended_ = ids_.empty();
    if (ids.empty()) return std::vector<ArtifactRow>{};
    TRY_ASSIGN(auto rows, table_.rows(ids));
    gone_ += std::ssize(ids) - std::ssize(rows);
    return rows;
  }
  PageQuery query = options_.query;
  query.after = after_;
  if (listed_ == ListedRows::hashed) query.selection = hashed_of(query.selection);
  TRY_ASSIGN(auto rows, table_.page(query));
  ended_ = std::ssize(rows) < query.limit;
  if (!rows.empty()) after_ = RowCursor{.type = rows.back().type, .id = rows.back().id};
  if (listed_ == ListedRows::unhashed)
    std::erase_if(rows, [](const ArtifactRow& row) { return row.recorded_sha256.has_value(); });
  return rows;
}

// Those of the rows that are ours and still to be done, as they are now.
Result<std::vector<ArtifactRow>> RowQueue::claimed(std::vector<ArtifactRow> rows) {
  if (!options_.takes_claims || rows.empty()) return rows;
  const auto asked = ids_of(rows);
  TRY_ASSIGN(const auto got, catalog::claim(catalog_, resource_, asked, owner_, kClaimLease));
  const std::unordered_set<std::string> ours(got.begin(), got.end());
  std::copy_if(asked.begin(), asked.end(), std::back_inserter(elsewhere_),
               [&](const std::string& id) { return !ours.contains(id); });
  if (got.empty()) return std::vector<ArtifactRow>{};
  TRY_ASSIGN(auto now, table_.rows(got));
  std::unordered_set<std::string> left = ours;
  std::vector<ArtifactRow> wanted;
  for (ArtifactRow& row : now) {
    if (!is_wanted(row)) continue;
    left.erase(row.id);
    wanted.push_back(std::move(row));
  }
  // The others were finished, or deleted, since we read their page.
  done_elsewhere_ += std::ssize(left);
  TRY(release(std::vector<std::string>(left.begin(), left.end())));
  return wanted;
}

Result<std::vector<ArtifactRow>> RowQueue::next_page() {
  if (!ahead_.empty()) return std::exchange(ahead_, {});
  while (!ended_) {
    if (options_.cancel != nullptr && options_.cancel->requested()) break;
    TRY(renew());
    TRY_ASSIGN(auto rows, candidates());
    if (by_id_ && !rows.empty()) {
      const auto before = std::ssize(rows);
      std::erase_if(rows, [&](const ArtifactRow& row) { return !is_wanted(row); });
      done_elsewhere_ += before - std::ssize(rows);
    } else {
      std::erase_if(rows, [&](const ArtifactRow& row) { return !is_wanted(row); });
    }
    TRY_ASSIGN(auto ours, claimed(std::move(rows)));
    if (!ours.empty()) return ours;
  }
  return std::vector<ArtifactRow>{};
}

void RowQueue::begin_listing(ListedRows listed) {
  HOLDFAST_ASSERT(!by_id_);
  listed_ = listed;
  ended_ = false;
  after_.reset();
}

void RowQueue::begin_pass(std::vector<std::string> ids) {
  by_id_ = true;
  ended_ = false;
  ids_.assign(std::make_move_iterator(ids.begin()), std::make_move_iterator(ids.end()));
}

Result<bool> RowQueue::has_more() {
  TRY_ASSIGN(ahead_, next_page());
  return !ahead_.empty();
}

std::vector<std::string> RowQueue::take_elsewhere() {
  return std::exchange(elsewhere_, {});
}

Status RowQueue::renew() {
  if (!options_.takes_claims) return {};
  const auto now = catalog_.clock().monotonic();
  if (now - renewed_at_ < kClaimRenewEvery) return {};
  renewed_at_ = now;
  return catalog::renew_claims(catalog_, resource_, owner_, kClaimLease);
}

Status RowQueue::release(std::span<const std::string> ids) {
  if (!options_.takes_claims || ids.empty()) return {};
  return catalog::release_claims(catalog_, resource_, ids, owner_);
}

Status RowQueue::release_all() {
  if (!options_.takes_claims) return {};
  return catalog::release_all_claims(catalog_, resource_, owner_);
}

}  // namespace holdfast::artifacts

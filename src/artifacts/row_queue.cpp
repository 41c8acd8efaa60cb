// SPDX-License-Identifier: Apache-2.0
// Paging, sharding and claiming of rows.
#include "artifacts/row_queue.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "base/root_folder.h"
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

std::vector<std::string> missing_from(std::span<const std::string> ids,
                                      const std::vector<ArtifactRow>& rows) {
  std::unordered_set<std::string_view> there;
  for (const ArtifactRow& row : rows)
    there.insert(row.id);
  std::vector<std::string> missing;
  std::ranges::copy_if(ids, std::back_inserter(missing),
                       [&](const std::string& id) { return !there.contains(id); });
  return missing;
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
  const bool named = options_.query.selection == RowSelection::all && !marked_before_;
  return named || !is_marked(row, marked_before_, catalog_.clock().now());
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
    return read_again(ids);
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

// Those rows that are still there. A row is counted as deleted only where the table shows that it is.
Result<std::vector<ArtifactRow>> RowQueue::read_again(std::span<const std::string> ids) {
  TRY_ASSIGN(auto rows, table_.rows(ids));
  auto missed = missing_from(ids, rows);
  if (missed.empty()) return rows;
  TRY_ASSIGN(const auto listed, table_.listed(missed));
  if (!listed.empty()) {
    // Deleted when we read, and put back before we looked?
    TRY_ASSIGN(auto back, table_.rows(listed));
    const auto unreadable = missing_from(listed, back);
    if (!unreadable.empty()) {
      return Error(
          Code::internal,
          table_.connection().name() + ": table \"" + table_.config().table + "\": " +
              std::to_string(unreadable.size()) + " rows are listed and not found by their " +
              table_.config().columns.id + ", as \"" + printable_path(unreadable.front()) + '"',
          "map a column as id whose text names a row exactly (text, a whole number, a uuid)");
    }
    std::erase_if(missed, [&](const std::string& id) {
      return std::ranges::find(listed, id) != listed.end();
    });
    std::move(back.begin(), back.end(), std::back_inserter(rows));
  }
  gone_ += std::ssize(missed);
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
  TRY_ASSIGN(auto now, read_again(got));
  std::unordered_set<std::string> left = ours;
  std::vector<ArtifactRow> wanted;
  for (ArtifactRow& row : now) {
    if (!is_wanted(row)) {
      ++done_elsewhere_;
      continue;
    }
    left.erase(row.id);
    wanted.push_back(std::move(row));
  }
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
  // However many: none is ours between two pages, and a row that another run took over is written by neither of us over the other.
  TRY(catalog::renew_claims(catalog_, resource_, owner_, kClaimLease));
  return {};
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

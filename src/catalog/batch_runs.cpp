// SPDX-License-Identifier: Apache-2.0
#include "catalog/batch_runs.h"

#include <algorithm>

#include "catalog/claims.h"
#include "catalog/stored.h"

namespace holdfast::catalog {
namespace {

constexpr std::int64_t kListLimit = 10000;

std::string json_or_empty(const std::string& json) {
  return json.empty() ? "{}" : json;
}

/// A run that is not "running" any more was ended or abandoned by somebody: its row is not brought
/// back to life.
Status require_running(const sql::Rows& rows, const BatchRun& run) {
  if (rows.affected == 1) return {};
  return Error(
      Code::conflict,
      "batch run " + run.id + " (" + run.operation + ' ' + run.target + ") is not running any more",
      "run the same command again: it goes on where the last commit ended");
}

Result<BatchRun> stored_run(const sql::Rows& rows, std::size_t row) {
  BatchRun out;
  out.id = rows.text(row, 0);
  out.operation = rows.text(row, 1);
  out.target = rows.text(row, 2);
  out.owner = rows.text(row, 3);
  TRY_ASSIGN(out.started_at, stored_time(rows, row, 4));
  TRY_ASSIGN(out.updated_at, stored_time(rows, row, 5));
  TRY_ASSIGN(out.ended_at, stored_optional_time(rows, row, 6));
  out.outcome = rows.text(row, 7);
  out.cursor = rows.text(row, 8);
  out.summary = rows.text(row, 9);
  return out;
}

}  // namespace

Status start_batch_run(Catalog& catalog, const BatchRun& run) {
  TRY(catalog.connection().run(
      "batch_run.start", {{"id", run.id},
                          {"operation", run.operation},
                          {"target", run.target},
                          {"owner", run.owner},
                          {"started_at", format_rfc3339(run.started_at)},
                          {"updated_at", format_rfc3339(run.started_at)},
                          {"outcome", run.outcome.empty() ? std::string("running") : run.outcome},
                          {"cursor", json_or_empty(run.cursor)},
                          {"summary", json_or_empty(run.summary)}}));
  return {};
}

Status save_batch_progress(Catalog& catalog, const BatchRun& run) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("batch_run.save",
                                      {{"id", run.id},
                                       {"updated_at", format_rfc3339(catalog.clock().now())},
                                       {"cursor", json_or_empty(run.cursor)},
                                       {"summary", json_or_empty(run.summary)}}));
  return require_running(rows, run);
}

Status end_batch_run(Catalog& catalog, const BatchRun& run) {
  const std::string now = format_rfc3339(catalog.clock().now());
  TRY_ASSIGN(const auto rows,
             catalog.connection().run(
                 "batch_run.end", {{"id", run.id},
                                   {"updated_at", now},
                                   {"ended_at", run.ended_at ? format_rfc3339(*run.ended_at) : now},
                                   {"outcome", run.outcome},
                                   {"cursor", json_or_empty(run.cursor)},
                                   {"summary", json_or_empty(run.summary)}}));
  return require_running(rows, run);
}

Result<std::int64_t> mark_abandoned_batch_runs(Catalog& catalog) {
  auto& connection = catalog.connection();
  TRY_ASSIGN(const auto running, connection.run("batch_run.running_owners"));
  std::vector<std::string> gone;
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (owner_is_gone(running.text(i, 0))) gone.push_back(running.text(i, 0));
  }
  if (gone.empty()) return std::int64_t{0};
  TRY_ASSIGN(const auto rows,
             connection.run("batch_run.abandon", {{"owners", text_rows("owner", gone)},
                                                  {"now", format_rfc3339(catalog.clock().now())}}));
  return rows.affected;
}

Result<std::vector<BatchRun>> list_batch_runs(Catalog& catalog, std::string_view operation,
                                              std::int64_t limit) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("batch_run.list",
                                      {{"operation", std::string(operation)},
                                       {"limit", std::clamp<std::int64_t>(limit, 0, kListLimit)}}));
  return stored_rows(rows, stored_run);
}

}  // namespace holdfast::catalog

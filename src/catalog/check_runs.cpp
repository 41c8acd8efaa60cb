// SPDX-License-Identifier: Apache-2.0
#include "catalog/check_runs.h"

#include <algorithm>
#include <utility>

#include "base/root_folder.h"
#include "catalog/event_log.h"
#include "catalog/stored.h"

namespace holdfast::catalog {
namespace {

constexpr std::int64_t kListLimit = 10000;

std::string detail_or_empty(const std::string& detail) {
  return detail.empty() ? "{}" : detail;
}

Status end_locked(Catalog& catalog, const CheckRun& run, std::string_view actor) {
  TRY_ASSIGN(const auto rows, catalog.connection().run(
                                  "check_run.end", {{"id", run.id},
                                                    {"ended_at", time_value(run.ended_at)},
                                                    {"outcome", run.outcome},
                                                    {"planned", run.counts.planned},
                                                    {"evaluated", run.counts.evaluated},
                                                    {"skipped", run.counts.skipped},
                                                    {"unreadable", run.counts.unreadable},
                                                    {"size_bytes_read", run.counts.size_bytes_read},
                                                    {"notes", run.notes},
                                                    {"warnings", run.warnings},
                                                    {"errors", run.errors},
                                                    {"waived", run.waived},
                                                    {"detail", detail_or_empty(run.detail)}}));
  if (rows.affected == 0) return Error(Code::not_found, "no check run " + run.id);
  core::Event event;
  event.name = "check.ended";
  event.level = run.outcome == "in_step" ? core::Level::note : core::Level::warning;
  event.fields = {{"check", run.name},
                  {"domain", run.domain},
                  {"outcome", run.outcome},
                  {"planned", run.counts.planned},
                  {"evaluated", run.counts.evaluated},
                  {"skipped", run.counts.skipped},
                  {"unreadable", run.counts.unreadable},
                  {"notes", run.notes},
                  {"warnings", run.warnings},
                  {"errors", run.errors},
                  {"waived", run.waived}};
  event.actor = actor;
  event.run_id = run.id;
  event.dedup_key = "check.ended/" + run.id;
  TRY(append_events(catalog, {&event, 1}));
  return {};
}

Result<CheckRun> stored_run(const sql::Rows& rows, std::size_t row) {
  CheckRun out;
  out.id = rows.text(row, 0);
  out.name = rows.text(row, 1);
  out.domain = rows.text(row, 2);
  TRY_ASSIGN(out.started_at, stored_time(rows, row, 3));
  TRY_ASSIGN(out.ended_at, stored_optional_time(rows, row, 4));
  out.outcome = rows.text(row, 5);
  out.counts.planned = rows.integer(row, 6);
  out.counts.evaluated = rows.integer(row, 7);
  out.counts.skipped = rows.integer(row, 8);
  out.counts.unreadable = rows.integer(row, 9);
  out.counts.size_bytes_read = rows.integer(row, 10);
  out.notes = rows.integer(row, 11);
  out.warnings = rows.integer(row, 12);
  out.errors = rows.integer(row, 13);
  out.waived = rows.integer(row, 14);
  out.detail = rows.text(row, 15);
  return out;
}

}  // namespace

Status start_check_run(Catalog& catalog, const CheckRun& run) {
  TRY(catalog.connection().run(
      "check_run.start", {{"id", run.id},
                          {"name", run.name},
                          {"domain", run.domain},
                          {"started_at", format_rfc3339(run.started_at)},
                          {"outcome", run.outcome.empty() ? std::string("running") : run.outcome},
                          {"detail", detail_or_empty(run.detail)}}));
  return {};
}

Status end_check_run(Catalog& catalog, const CheckRun& run, std::string_view actor) {
  CheckRun ended = run;
  if (!ended.ended_at) ended.ended_at = catalog.clock().now();
  return in_transaction(catalog.connection(), [&] { return end_locked(catalog, ended, actor); });
}

Result<std::vector<CheckRun>> list_check_runs(Catalog& catalog, std::int64_t limit) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("check_run.list",
                                      {{"limit", std::clamp<std::int64_t>(limit, 0, kListLimit)}}));
  return stored_rows(rows, stored_run);
}

Result<CheckRunRecord> CheckRunRecord::start(Catalog& catalog, const CheckRunStart& begin) {
  CheckRunRecord record(catalog);
  record.run_.id = new_run_id(catalog.clock());
  record.run_.name = begin.name;
  record.run_.domain = begin.domain;
  record.run_.started_at = catalog.clock().now();
  record.run_.outcome = "running";
  TRY_ASSIGN(record.run_.detail, core::canonical_json({{"command", begin.command}}));
  TRY(start_check_run(catalog, record.run_));
  return record;
}

Status CheckRunRecord::end(CheckRunEnd end, std::string_view actor) {
  TRY_ASSIGN(core::Fields fields, core::parse_fields(run_.detail));
  for (core::Field& field : end.detail)
    fields.push_back(std::move(field));
  TRY_ASSIGN(run_.detail, core::canonical_json(fields));
  run_.ended_at = end.ended_at;
  run_.outcome = std::move(end.outcome);
  run_.counts = end.counts;
  run_.notes = end.notes;
  run_.warnings = end.warnings;
  run_.errors = end.errors;
  run_.waived = end.waived;
  return end_check_run(*catalog_, run_, actor);
}

void CheckRunRecord::fail(const Error& error, std::string_view actor) {
  drop(end({.outcome = "failed",
            .ended_at = {},
            .counts = {},
            .detail = {{"error", printable_path(error.message())}}},
           actor),
       "the run has failed already; its own error is what the user must see");
}

}  // namespace holdfast::catalog

// SPDX-License-Identifier: Apache-2.0
// The summary as counts, JSON and event.
#include "artifacts/backfill_summary.h"

#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

namespace holdfast::artifacts {
namespace {

using Json = nlohmann::ordered_json;

Json counts_json(const BackfillCounts& counts) {
  return {{"scanned", counts.scanned},
          {"updated", counts.updated},
          {"unchanged", counts.unchanged},
          {"skipped_no_file", counts.skipped_no_file},
          {"unstable", counts.unstable},
          {"refused", counts.refused},
          {"failed", counts.failed},
          {"drifted", counts.drifted},
          {"invalid_record", counts.invalid_record},
          {"missing", counts.missing},
          {"size_bytes", counts.size_bytes}};
}

Json problems_json(const std::vector<core::Finding>& problems) {
  Json out = Json::array();
  for (const core::Finding& finding : problems) {
    out.push_back({{"subject", finding.subject.text()},
                   {"rule", finding.rule},
                   {"level", std::string(core::level_name(finding.level))},
                   {"message", finding.message},
                   {"hint", finding.hint}});
  }
  return out;
}

}  // namespace

void BackfillCounts::add(RowEnd end) {
  ++scanned;
  switch (end) {
    case RowEnd::updated:
      ++updated;
      return;
    case RowEnd::unchanged:
      ++unchanged;
      return;
    case RowEnd::skipped_no_file:
      ++skipped_no_file;
      return;
    case RowEnd::unstable:
      ++unstable;
      return;
    case RowEnd::refused:
      ++refused;
      return;
    case RowEnd::failed:
      ++failed;
      return;
  }
}

void BackfillSummary::add(const std::string& type, RowEnd end) {
  total.add(end);
  by_type[type].add(end);
}

void BackfillSummary::add_problem(core::Finding finding) {
  ++problem_count;
  if (problems.size() < kMaxProblems) problems.push_back(std::move(finding));
}

bool BackfillSummary::has_findings() const {
  return total.drifted + total.invalid_record + total.missing + total.refused + total.failed +
             total.unstable >
         0;
}

bool BackfillSummary::adds_up() const {
  const auto sum = [](const BackfillCounts& c) {
    return c.updated + c.unchanged + c.skipped_no_file + c.unstable + c.refused + c.failed;
  };
  std::int64_t types = 0;
  for (const auto& [type, counts] : by_type) {
    if (sum(counts) != counts.scanned) return false;
    types += counts.scanned;
  }
  return sum(total) == total.scanned && types == total.scanned;
}

std::string to_json(const BackfillSummary& summary) {
  Json out = {
      {"operation", "artifacts.backfill"},
      {"source", summary.source},
      {"run_id", summary.run_id},
      {"mode", summary.mode},
      {"outcome", summary.outcome},
      {"started_at", format_rfc3339(summary.started_at)},
      {"ended_at", format_rfc3339(summary.ended_at)},
      {"rows_total", summary.rows_total},
      {"rows_marked", summary.rows_marked},
      {"recheck_begun_at",
       summary.recheck_begun_at ? Json(format_rfc3339(*summary.recheck_begun_at)) : Json()}};
  out.update(counts_json(summary.total));
  out["row_gone"] = summary.row_gone;
  out["done_elsewhere"] = summary.done_elsewhere;
  out["claimed_elsewhere"] = summary.claimed_elsewhere;
  out["unmet"] = summary.unmet;
  out["normalised"] = summary.normalised;
  out["size_bytes_read"] = summary.size_bytes_read;
  out["elapsed_s"] = summary.elapsed_s;
  out["bytes_per_s"] = std::round(summary.bytes_per_s());
  out["by_type"] = Json::object();
  for (const auto& [type, counts] : summary.by_type)
    out["by_type"][type] = counts_json(counts);
  out["by_reason"] = summary.by_reason;
  out["problem_count"] = summary.problem_count;
  out["problems"] = problems_json(summary.problems);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

core::Fields to_fields(const BackfillSummary& summary) {
  const BackfillCounts& total = summary.total;
  return {{"source", summary.source},
          {"outcome", summary.outcome},
          {"mode", summary.mode},
          {"rows_total", summary.rows_total},
          {"rows_marked", summary.rows_marked},
          {"scanned", total.scanned},
          {"updated", total.updated},
          {"unchanged", total.unchanged},
          {"drifted", total.drifted},
          {"invalid_record", total.invalid_record},
          {"skipped_no_file", total.skipped_no_file},
          {"missing", total.missing},
          {"unstable", total.unstable},
          {"refused", total.refused},
          {"failed", total.failed},
          {"claimed_elsewhere", summary.claimed_elsewhere},
          {"unmet", summary.unmet},
          {"size_bytes_read", static_cast<std::int64_t>(summary.size_bytes_read)},
          {"elapsed_ms", static_cast<std::int64_t>(std::llround(summary.elapsed_s * 1000))}};
}

}  // namespace holdfast::artifacts

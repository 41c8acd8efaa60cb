// SPDX-License-Identifier: Apache-2.0
// The summary as counts, JSON, table and event.
#include "artifacts/backfill_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/root_folder.h"
#include "base/size_text.h"

namespace holdfast::artifacts {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMega = 1e6;

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

using Line = std::vector<std::string>;

Line counts_line(const std::string& name, const BackfillCounts& counts) {
  return {name,
          std::to_string(counts.scanned),
          std::to_string(counts.updated),
          std::to_string(counts.unchanged),
          std::to_string(counts.drifted),
          std::to_string(counts.skipped_no_file),
          std::to_string(counts.unstable),
          std::to_string(counts.refused),
          std::to_string(counts.failed),
          size_text(static_cast<double>(counts.size_bytes))};
}

// Columns as wide as their widest cell; the first to the left, numbers to the right.
std::string aligned(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string gap(widths[i] - line[i].size(), ' ');
      if (i > 0) out += "  " + gap + line[i];
      if (i == 0) out += line[i] + gap;
    }
    out += '\n';
  }
  return out;
}

std::string headline(const BackfillSummary& summary) {
  std::array<char, 64> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.2f s", summary.elapsed_s);
  std::string out = "artifacts " + summary.source + ": backfill " + summary.outcome;
  if (summary.mode == "dry_run") out += " (dry run: nothing was written)";
  if (summary.mode == "report_only") out += " (report only: no row was written)";
  out += ", " + std::to_string(summary.total.scanned) + " of " +
         std::to_string(summary.rows_total) + " rows scanned";
  if (summary.rows_marked > 0)
    out += " (" + std::to_string(summary.rows_marked) + " had their hash)";
  return out + ", " + size_text(static_cast<double>(summary.size_bytes_read)) + " read in " +
         seconds.data() + ", " + size_text(summary.bytes_per_s()) + "/s\n";
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
  Json out = {{"operation", "artifacts.backfill"},
              {"source", summary.source},
              {"run_id", summary.run_id},
              {"mode", summary.mode},
              {"outcome", summary.outcome},
              {"started_at", format_rfc3339(summary.started_at)},
              {"ended_at", format_rfc3339(summary.ended_at)},
              {"rows_total", summary.rows_total},
              {"rows_marked", summary.rows_marked}};
  out.update(counts_json(summary.total));
  out["row_gone"] = summary.row_gone;
  out["done_elsewhere"] = summary.done_elsewhere;
  out["claimed_elsewhere"] = summary.claimed_elsewhere;
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

std::string to_table(const BackfillSummary& summary) {
  std::vector<Line> lines{{"type", "scanned", "updated", "unchanged", "drifted", "no file",
                           "unstable", "refused", "failed", "hashed"}};
  for (const auto& [type, counts] : summary.by_type)
    lines.push_back(counts_line(type.empty() ? "(none)" : printable_path(type), counts));
  lines.push_back(counts_line("total", summary.total));
  std::string out = headline(summary) + aligned(lines);
  if (!summary.by_reason.empty()) {
    out += "without a right hash:";
    for (const auto& [reason, count] : summary.by_reason)
      out += ' ' + std::to_string(count) + ' ' + reason + ',';
    out.back() = '\n';
  }
  const std::pair<std::int64_t, const char*> rest[] = {
      {summary.row_gone, "rows were deleted meanwhile"},
      {summary.done_elsewhere, "rows were done by another run meanwhile"},
      {summary.claimed_elsewhere, "rows are held by another run: run again later"}};
  for (const auto& [count, what] : rest) {
    if (count > 0) out += std::to_string(count) + ' ' + what + '\n';
  }
  return out;
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
          {"size_bytes_read", static_cast<std::int64_t>(summary.size_bytes_read)},
          {"elapsed_ms", static_cast<std::int64_t>(std::llround(summary.elapsed_s * 1000))}};
}

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
#include "cli/backfill_output.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include "app/text.h"
#include "artifacts/rules.h"
#include "base/size_text.h"
#include "core/sha256.h"

namespace holdfast::cli {
namespace {

using artifacts::BackfillCounts;
using artifacts::BackfillSummary;

constexpr std::size_t kProblemsShown = 20;

struct Column {
  const char* title;
  std::int64_t BackfillCounts::* count;
};
constexpr std::array kColumns = {
    Column{"scanned", &BackfillCounts::scanned},
    Column{"updated", &BackfillCounts::updated},
    Column{"unchanged", &BackfillCounts::unchanged},
    Column{"drifted", &BackfillCounts::drifted},
    Column{"no file", &BackfillCounts::skipped_no_file},
    Column{"unstable", &BackfillCounts::unstable},
    Column{"refused", &BackfillCounts::refused},
    Column{"failed", &BackfillCounts::failed},
};

// A type adds to the total, so what is 0 in total is 0 in every line.
std::vector<Column> columns_of(const BackfillSummary& summary) {
  std::vector<Column> columns;
  for (const Column& column : kColumns)
    if (column.count == &BackfillCounts::scanned || summary.total.*column.count != 0)
      columns.push_back(column);
  return columns;
}

std::vector<std::pair<std::string, const BackfillCounts*>> lines_of(
    const BackfillSummary& summary) {
  std::vector<std::pair<std::string, const BackfillCounts*>> lines;
  for (const auto& [type, counts] : summary.by_type)
    lines.emplace_back(type.empty() ? "(none)" : app::printable(type), &counts);
  lines.emplace_back("total", &summary.total);
  return lines;
}

std::string hashed(const BackfillCounts& counts) {
  return size_text(static_cast<double>(counts.size_bytes));
}

app::TextTable table_of(const BackfillSummary& summary) {
  const std::vector<Column> columns = columns_of(summary);
  app::TextTable table;
  table.titles = {"type"};
  for (const Column& column : columns)
    table.titles.emplace_back(column.title);
  table.titles.emplace_back("hashed");
  for (std::size_t i = 1; i < table.titles.size(); ++i)
    table.right_aligned.push_back(i);
  for (const auto& [name, counts] : lines_of(summary)) {
    std::vector<std::string> row{name};
    for (const Column& column : columns)
      row.push_back(app::with_thousands(counts->*column.count));
    row.push_back(hashed(*counts));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string sentences_of(const BackfillSummary& summary) {
  std::string out;
  for (const auto& [name, counts] : lines_of(summary)) {
    out += name + ": ";
    for (const Column& column : kColumns)
      if (column.count == &BackfillCounts::scanned || counts->*column.count != 0)
        out += app::with_thousands(counts->*column.count) + ' ' + column.title + ", ";
    out += hashed(*counts) + " hashed\n";
  }
  return out;
}

std::string counts_text(const BackfillSummary& summary, std::size_t width) {
  std::string out;
  for (const std::string& line : app::lines_of(table_of(summary), width)) {
    if (app::display_width(line) > width) return sentences_of(summary);
    out += line + '\n';
  }
  return out;
}

std::string headline(const BackfillSummary& summary) {
  std::array<char, 64> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.2f s", summary.elapsed_s);
  std::string out = "artifacts " + summary.source + ": backfill " + summary.outcome;
  if (summary.mode == "dry_run") out += " (dry run: nothing was written)";
  if (summary.mode == "report_only") out += " (report only: no row was written)";
  out += ", " + app::with_thousands(summary.total.scanned) + " of " +
         app::counted(summary.rows_total, "row") + " scanned";
  if (summary.rows_marked > 0)
    out += " (" + app::with_thousands(summary.rows_marked) + " had their hash)";
  return out + ", " + size_text(static_cast<double>(summary.size_bytes_read)) + " read in " +
         seconds.data() + ", " + size_text(summary.bytes_per_s()) + "/s\n";
}

// A drift is told by a log line before its row is written; a dry run finds it and tells no log. Records that can't be used at all
// (no path, no object) have the same rule as one that is no hash, but nothing was read.
bool was_logged(const BackfillSummary& summary, const core::Finding& finding) {
  constexpr std::array kLogged = {artifacts::kModified, artifacts::kChangedWithoutWrite,
                                  artifacts::kReplaced, artifacts::kInvalidRecord};
  const bool was_read = finding.observed.size() == 2 * core::Sha256Digest().size();
  return summary.mode != "dry_run" && was_read &&
         std::ranges::find(kLogged, finding.rule) != kLogged.end();
}

}  // namespace

std::string backfill_text(const BackfillSummary& summary, std::size_t width) {
  std::string out = headline(summary) + counts_text(summary, width);
  if (!summary.by_reason.empty()) {
    out += "without a right hash:";
    for (const auto& [reason, count] : summary.by_reason)
      out += ' ' + app::with_thousands(count) + ' ' + reason + ',';
    out.back() = '\n';
  }
  const std::pair<std::int64_t, const char*> rest[] = {
      {summary.row_gone, " deleted meanwhile"},
      {summary.done_elsewhere, " done by another run meanwhile"},
      {summary.claimed_elsewhere, " held by another run: run again later"},
      {summary.unmet, " without a hash that this run did not meet (added meanwhile?): run again"}};
  for (const auto& [count, what] : rest) {
    if (count > 0) out += app::counted(count, "row") + what + '\n';
  }
  return out;
}

std::string backfill_problems(const BackfillSummary& summary) {
  std::string out;
  std::size_t shown = 0;
  std::int64_t left = summary.problem_count;
  for (const core::Finding& finding : summary.problems) {
    const bool logged = was_logged(summary, finding);
    if (!logged && shown == kProblemsShown) continue;
    --left;
    if (logged) continue;
    ++shown;
    out += std::string(core::level_name(finding.level)) + ": " + finding.message + " [" +
           finding.rule + "]\n";
  }
  if (shown == kProblemsShown && left > 0)
    out += "… and " + app::with_thousands(left) + " more (--json shows " +
           std::to_string(BackfillSummary::kMaxProblems) + ")\n";
  return out;
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
#include "artifacts/tally.h"

#include <algorithm>

#include "artifacts/rules.h"

namespace holdfast::artifacts {
namespace {

bool is_no_file(const core::SubjectReport& report) {
  return report.verdict == core::Verdict::unrecorded && report.findings.size() == 1 &&
         report.findings[0].rule == kNoFile;
}

bool is_waived_unknown(const core::SubjectReport& report) {
  const auto waived = [](const core::Finding& finding) { return finding.waived; };
  return report.verdict == core::Verdict::unknown && !report.findings.empty() &&
         std::ranges::all_of(report.findings, waived);
}

void count(TypeCounts& counts, const core::SubjectReport& report, std::uint64_t size_bytes_read) {
  ++counts.rows;
  counts.size_bytes_read += size_bytes_read;
  switch (report.verdict) {
    case core::Verdict::in_step:
      ++counts.in_step;
      break;
    case core::Verdict::drifted:
      ++counts.drifted;
      break;
    case core::Verdict::missing:
      ++counts.missing;
      break;
    case core::Verdict::unrecorded:
      ++counts.unrecorded;
      if (is_no_file(report)) ++counts.no_file;
      break;
    case core::Verdict::unknown:
      ++counts.unknown;
      break;
  }
}

}  // namespace

void Tally::add(const ArtifactRow& row, const core::SubjectReport& report,
                std::uint64_t size_bytes_read) {
  count(total, report, size_bytes_read);
  count(types[row.type], report, size_bytes_read);
  add_findings(report);
  const bool accepted = is_waived_unknown(report);
  if (accepted) ++unknown_waived;
  if (!row.recorded_sha256) return;
  if (!report.proved_at) {
    ++never_proved;
    if (accepted) ++never_proved_waived;
    return;
  }
  ++proved;
  if (!oldest_proof || *report.proved_at < *oldest_proof) {
    oldest_proof = report.proved_at;
    oldest_proof_id = row.id;
  }
}

void Tally::add_findings(const core::SubjectReport& report) {
  for (const core::Finding& finding : report.findings) {
    ++rules[finding.rule];
    if (finding.waived) {
      ++waived;
      continue;
    }
    switch (finding.level) {
      case core::Level::note:
        ++notes;
        break;
      case core::Level::warning:
        ++warnings;
        break;
      case core::Level::error:
        ++errors;
        break;
    }
  }
}

std::int64_t Tally::count_of(std::string_view rule) const {
  const auto found = rules.find(std::string(rule));
  return found == rules.end() ? 0 : found->second;
}

bool Tally::has_active_findings() const {
  return warnings + errors > 0;
}

core::CheckCounts Tally::counts() const {
  core::CheckCounts out;
  out.planned = total.rows;
  out.skipped = total.no_file;
  out.unreadable = total.unknown;
  out.evaluated = total.rows - total.no_file - total.unknown;
  out.size_bytes_read = static_cast<std::int64_t>(total.size_bytes_read);
  return out;
}

}  // namespace holdfast::artifacts

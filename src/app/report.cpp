// SPDX-License-Identifier: Apache-2.0
#include "app/report.h"

#include <algorithm>
#include <array>

#include "app/text.h"

namespace holdfast::app {
namespace {

using core::Verdict;

constexpr std::array kFormats = {ReportFormat::table, ReportFormat::json,   ReportFormat::sarif,
                                 ReportFormat::junit, ReportFormat::github, ReportFormat::markdown};

constexpr std::array kVerdicts = {Verdict::in_step, Verdict::drifted, Verdict::missing,
                                  Verdict::unrecorded, Verdict::unknown};

void append(std::string& out, const std::string& part) {
  out += (out.empty() ? "" : ", ") + part;
}

// "12 in step, 1 unrecorded, 1 finding waived": nothing counts as in step that is not.
std::string verdicts_sentence(const CheckOutcome& outcome) {
  std::array<std::int64_t, 5> counts{};
  std::int64_t waived = 0;
  for (const CheckResult& check : outcome.checks) {
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts.at(i) += check.by_verdict.at(i);
    waived += check.findings.waived;
  }
  std::string out;
  for (const Verdict verdict : kVerdicts) {
    const std::int64_t count = counts.at(static_cast<std::size_t>(verdict));
    if (count > 0 || verdict == Verdict::in_step)
      append(out, with_thousands(count) + ' ' + verdict_words(verdict));
  }
  if (waived > 0) append(out, counted(waived, "finding") + " waived");
  return out;
}

std::int64_t subjects_of(const CheckOutcome& outcome) {
  std::int64_t count = 0;
  for (const CheckResult& check : outcome.checks)
    count += check.subject_count;
  return count;
}

}  // namespace

std::string_view report_format_name(ReportFormat format) {
  switch (format) {
    case ReportFormat::table:
      return "table";
    case ReportFormat::json:
      return "json";
    case ReportFormat::sarif:
      return "sarif";
    case ReportFormat::junit:
      return "junit";
    case ReportFormat::github:
      return "github";
    case ReportFormat::markdown:
      return "markdown";
  }
  return "table";
}

std::optional<ReportFormat> parse_report_format(std::string_view name) {
  for (const ReportFormat format : kFormats)
    if (report_format_name(format) == name) return format;
  return std::nullopt;
}

std::vector<std::string> report_format_names() {
  std::vector<std::string> names;
  for (const ReportFormat format : kFormats)
    names.emplace_back(report_format_name(format));
  return names;
}

std::string report_of(const CheckOutcome& outcome, ReportFormat format, const ReportStyle& style) {
  switch (format) {
    case ReportFormat::table:
      return report_table(outcome, style);
    case ReportFormat::json:
      return report_json(outcome);
    case ReportFormat::sarif:
      return report_sarif(outcome);
    case ReportFormat::junit:
      return report_junit(outcome);
    case ReportFormat::github:
      return report_github(outcome);
    case ReportFormat::markdown:
      return report_markdown(outcome);
  }
  return {};
}

std::string verdict_words(Verdict verdict) {
  std::string words(core::verdict_name(verdict));
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string counts_sentence(const CheckResult& check) {
  std::string out;
  append(out, with_thousands(check.counts.planned) + " planned");
  append(out, with_thousands(check.counts.evaluated) + " evaluated");
  for (const Verdict verdict : kVerdicts) {
    const std::int64_t count = check.by_verdict[static_cast<std::size_t>(verdict)];
    if (count > 0) append(out, with_thousands(count) + ' ' + verdict_words(verdict));
  }
  if (check.counts.skipped > 0) append(out, with_thousands(check.counts.skipped) + " skipped");
  if (check.findings.waived > 0) append(out, counted(check.findings.waived, "finding") + " waived");
  if (check.oldest_proof)
    append(out, "oldest proof " + format_age(std::chrono::nanoseconds(check.ended_at.ns -
                                                                      check.oldest_proof->ns)));
  return out;
}

std::string conclusion_sentence(const CheckOutcome& outcome) {
  std::int64_t failing = 0;
  std::int64_t other = 0;
  for (const CheckResult& check : outcome.checks) {
    failing += check.findings_that_fail;
    other += check.findings.notes + check.findings.warnings + check.findings.errors -
             check.findings_that_fail;
  }
  const std::string subjects = counted(subjects_of(outcome), "subject");
  std::string out;
  switch (outcome.conclusion) {
    case Conclusion::in_step:
      out = verdicts_sentence(outcome);
      break;
    case Conclusion::findings:
      out = counted(failing, "finding") + " among " + subjects;
      break;
    case Conclusion::incomplete:
      out = "incomplete: not everything that was planned could be vouched for";
      break;
  }
  if (other > 0)
    out += ", " + counted(other, "finding") + " below " +
           std::string(core::level_name(outcome.fail_on));
  if (outcome.conclusion == Conclusion::findings && !outcome.complete) out += ", and incomplete";
  return out + " (exit " + std::to_string(outcome.exit_code) +
         (outcome.exit_code == 0 && !outcome.complete ? ", fail open)" : ")");
}

}  // namespace holdfast::app

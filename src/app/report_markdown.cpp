// SPDX-License-Identifier: Apache-2.0
// The report as GitHub-flavoured Markdown: for pull requests, step summaries and mail.
#include "app/markdown.h"
#include "app/report.h"
#include "app/text.h"

namespace holdfast::app {
namespace {

std::string time_or_dash(const std::optional<Timestamp>& at) {
  return at ? format_rfc3339(*at) : "-";
}

void append_subject(std::string& out, const ShownSubject& shown) {
  const std::string begin = "| " + markdown_text(shown.report.subject.text()) + " | " +
                            verdict_words(shown.report.verdict) + " | ";
  const std::string end =
      " | " + time_or_dash(shown.since) + " | " + time_or_dash(shown.report.proved_at) + " |";
  if (shown.report.findings.empty()) out += begin + "-" + end + "  |  |\n";
  for (const core::Finding& finding : shown.report.findings)
    out += begin + (finding.waived ? "waived" : std::string(core::level_name(finding.level))) +
           end + ' ' + markdown_text(finding.rule) + ": " + markdown_text(finding.message) + " | " +
           (finding.hint.empty() ? "" : markdown_text(finding.hint)) + " |\n";
}

void append_check(std::string& out, const CheckResult& check) {
  out += "\n## " + markdown_text(check.name) + "\n\n" + counts_sentence(check) + ".\n";
  if (!check.remark.empty()) out += "\n**" + markdown_text(check.remark) + "**\n";
  for (const std::string& gap : check.gaps)
    out += "\n**Incomplete**: " + markdown_text(gap) + ".\n";
  if (!check.subjects.empty()) {
    out +=
        "\n| subject | verdict | level | since | last proof | finding | next "
        "|\n|---|---|---|---|---|---|---|\n";
    for (const ShownSubject& shown : check.subjects)
      append_subject(out, shown);
  }
  if (check.not_listed_count > 0)
    out += "\n" + counted(check.not_listed_count, "subject") + " not listed.\n";
}

}  // namespace

std::string report_markdown(const CheckOutcome& outcome) {
  std::string out = "# Holdfast check of " + markdown_text(outcome.workspace_name) + "\n\n";
  out += "**" + markdown_text(conclusion_sentence(outcome)) + "**, " +
         format_rfc3339(outcome.ended_at) + ".\n";
  for (const std::string& gap : outcome.gaps)
    out += "\n**Incomplete**: " + markdown_text(gap) + ".\n";
  for (const CheckResult& check : outcome.checks)
    append_check(out, check);
  return out;
}

}  // namespace holdfast::app

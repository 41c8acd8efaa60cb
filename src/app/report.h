// SPDX-License-Identifier: Apache-2.0
// The outcome of a run of checks as text: for people, for CI systems, for programs. Every format has its file, report_<format>.cpp;
// all of them say the same, since all are written from one CheckOutcome.
//
// Foreign text (names of files, messages) is made harmless first: no control characters, valid UTF-8, escaped as the format asks.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/check_run.h"

namespace holdfast::app {

enum class ReportFormat : unsigned char { table, json, sarif, junit, github, markdown };
std::string_view report_format_name(ReportFormat format);
std::optional<ReportFormat> parse_report_format(std::string_view name);
/// All of them, the table first.
std::vector<std::string> report_format_names();

struct ReportStyle {
  std::size_t width = 100;  // of the table, in columns
  bool colour = false;      // of the table
};

/// The whole report, with a newline at its end.
std::string report_of(const CheckOutcome& outcome, ReportFormat format, const ReportStyle& style);

std::string report_table(const CheckOutcome& outcome, const ReportStyle& style);
/// docs/schemas/check.schema.json
std::string report_json(const CheckOutcome& outcome);
/// SARIF 2.1.0 (OASIS standard): one run, rules of all domains, waived findings as suppressed results.
std::string report_sarif(const CheckOutcome& outcome);
/// JUnit XML as Jenkins and its kin read it: a suite per check, a case per subject listed.
std::string report_junit(const CheckOutcome& outcome);
/// Workflow commands of GitHub Actions: one annotation per finding.
std::string report_github(const CheckOutcome& outcome);
/// GitHub-flavoured Markdown, for pull requests and step summaries.
std::string report_markdown(const CheckOutcome& outcome);

/// One sentence on the whole: "1 finding among 17 subjects", "16 in step, 1 unrecorded", "incomplete: …".
std::string conclusion_sentence(const CheckOutcome& outcome);
/// The counts of one check: "17 planned, 17 evaluated, 16 in step, 1 drifted, oldest proof 3 d".
std::string counts_sentence(const CheckResult& check);
/// A verdict for people: "in step".
std::string verdict_words(core::Verdict verdict);

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// JUnit XML, in the part of it on which Jenkins' schema (xunit-plugin, junit-10.xsd) and the readers of GitLab, Azure and junitparser
// agree: a suite per check, a case per subject listed, at most one failure or error a case, attributes before everything else.
//
//   finding at or above --fail-on  → failure        could not be looked at → error (with --fail-open, where it was tried: skipped)
//   below it, or waived            → passed, told in system-out
#include <array>
#include <cstdio>

#include "app/report.h"
#include "app/text.h"

namespace holdfast::app {
namespace {

using core::Verdict;

std::string xml(std::string_view foreign) {
  std::string out;
  for (const char c : printable(foreign)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        out += c;
    }
  }
  // U+FFFE and U+FFFF are valid UTF-8 and no XML characters (XML 1.0, production 2).
  for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    for (std::size_t at = out.find(bad); at != std::string::npos; at = out.find(bad, at))
      out.replace(at, bad.size(), "?");
  return out;
}

struct Case {
  std::string name;
  std::string outcome;  // "", "failure", "error", "skipped"
  std::string type;
  std::string message;
  std::string text;  // lines, already printable
};

std::string lines_about(const core::SubjectReport& report) {
  std::string out;
  for (const core::Finding& finding : report.findings) {
    out +=
        finding.rule + (finding.waived ? " (waived): " : ": ") + printable(finding.message) + '\n';
    if (!finding.recorded.empty()) out += "  recorded: " + printable(finding.recorded) + '\n';
    if (!finding.observed.empty()) out += "  observed: " + printable(finding.observed) + '\n';
    if (!finding.hint.empty()) out += "  hint: " + printable(finding.hint) + '\n';
  }
  return out;
}

Case case_of(const ShownSubject& shown, const CheckOutcome& outcome) {
  Case made;
  made.name = shown.report.subject.text();
  made.text = lines_about(shown.report);
  for (const core::Finding& finding : shown.report.findings) {
    if (finding.waived || finding.level < outcome.fail_on || !made.outcome.empty()) continue;
    made.outcome = "failure";
    made.type = finding.rule;
    made.message = finding.message;
  }
  const bool waived = !shown.report.findings.empty() && !shown.level;
  if (made.outcome.empty() && shown.report.verdict == Verdict::unknown && !waived) {
    made.outcome = outcome.fail_open ? "skipped" : "error";
    made.type = "unknown";
    made.message = "could not be looked at";
  }
  return made;
}

std::vector<Case> cases_of(const CheckResult& check, const CheckOutcome& outcome) {
  std::vector<Case> cases;
  for (const ShownSubject& shown : check.subjects)
    cases.push_back(case_of(shown, outcome));
  if (check.not_listed_count > 0)
    cases.push_back(
        {counted(check.not_listed_count, "subject") + " in step, not listed", "", "", "", ""});
  for (const std::string& gap : check.gaps) {
    const std::string hint = check.error && !check.error->hint().empty()
                                 ? "hint: " + printable(check.error->hint()) + '\n'
                                 : "";
    cases.push_back({"completeness", outcome.is_forgiven(check) ? "skipped" : "error", "incomplete",
                     gap, hint});
  }
  return cases;
}

std::string seconds(Timestamp from, Timestamp to) {
  std::array<char, 32> text{};
  constexpr double kNsPerS = 1e9;
  std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(to.ns - from.ns) / kNsPerS);
  return text.data();
}

std::string attribute(std::string_view name, std::string_view value) {
  return ' ' + std::string(name) + "=\"" + xml(value) + '"';
}

std::string body_text(const std::string& lines) {
  std::string out;
  std::size_t at = 0;
  while (at < lines.size()) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    out += xml(std::string_view(lines).substr(at, end - at)) + '\n';
    at = end + 1;
  }
  return out;
}

void append_case(std::string& out, const Case& made, const std::string& check_name) {
  out += "    <testcase" + attribute("classname", check_name) + attribute("name", made.name) +
         attribute("time", "0");
  if (made.outcome.empty() && made.text.empty()) {
    out += "/>\n";
    return;
  }
  out += ">\n";
  if (made.outcome == "skipped")
    out += "      <skipped" + attribute("message", made.message) + "/>\n";
  if (made.outcome == "failure" || made.outcome == "error")
    out += "      <" + made.outcome + attribute("message", made.message) +
           attribute("type", made.type) + '>' + body_text(made.text) + "</" + made.outcome + ">\n";
  if (made.outcome.empty()) out += "      <system-out>" + body_text(made.text) + "</system-out>\n";
  out += "    </testcase>\n";
}

struct SuiteCounts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  void add(const Case& made) {
    ++tests;
    if (made.outcome == "failure") ++failures;
    if (made.outcome == "error") ++errors;
    if (made.outcome == "skipped") ++skipped;
  }
  std::string attributes() const {
    return attribute("tests", std::to_string(tests)) +
           attribute("failures", std::to_string(failures)) +
           attribute("errors", std::to_string(errors)) +
           attribute("skipped", std::to_string(skipped));
  }
};

std::string suite_of(const std::string& name, const std::vector<Case>& cases, Timestamp started_at,
                     const std::string& time) {
  SuiteCounts counts;
  for (const Case& made : cases)
    counts.add(made);
  // xs:dateTime without a zone, as the stricter schemas ask; it is UTC.
  std::string out = "  <testsuite" + attribute("name", name) + counts.attributes() +
                    attribute("time", time) +
                    attribute("timestamp", format_rfc3339(started_at).substr(0, 19)) + ">\n";
  for (const Case& made : cases)
    append_case(out, made, name);
  return out + "  </testsuite>\n";
}

}  // namespace

std::string report_junit(const CheckOutcome& outcome) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                    attribute("name", "holdfast " + outcome.workspace_name) + ">\n";
  for (const CheckResult& check : outcome.checks)
    out += suite_of(check.name, cases_of(check, outcome), check.started_at,
                    seconds(check.started_at, check.ended_at));
  std::vector<Case> gaps;
  for (const std::string& gap : outcome.gaps)
    gaps.push_back({"completeness", "error", "incomplete", gap, ""});
  if (!gaps.empty())
    out += suite_of("holdfast", gaps, outcome.started_at,
                    seconds(outcome.started_at, outcome.ended_at));
  return out + "</testsuites>\n";
}

}  // namespace holdfast::app

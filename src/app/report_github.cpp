// SPDX-License-Identifier: Apache-2.0
// Workflow commands of GitHub Actions ("Setting an error message"): ::LEVEL file=…,title=…::MESSAGE, one a finding that is not
// waived. In a message "%", CR and LF are escaped, in a property ":" and "," too.
#include "app/report.h"
#include "app/text.h"

namespace holdfast::app {
namespace {

std::string escaped(std::string_view foreign, bool property) {
  std::string out;
  for (const char c : printable(foreign)) {
    if (c == '%') {
      out += "%25";
    } else if (property && c == ':') {
      out += "%3A";
    } else if (property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view command_of(core::Level level) {
  switch (level) {
    case core::Level::note:
      return "notice";
    case core::Level::warning:
      return "warning";
    case core::Level::error:
      return "error";
  }
  return "error";
}

std::string annotation(std::string_view command, const std::string& file, const std::string& title,
                       const std::string& message) {
  std::string out = "::" + std::string(command) + ' ';
  if (!file.empty()) out += "file=" + escaped(file, true) + ',';
  return out + "title=" + escaped(title, true) + "::" + escaped(message, false) + '\n';
}

std::string annotations_of(const CheckResult& check) {
  std::string out;
  for (const ShownSubject& shown : check.subjects)
    for (const core::Finding& finding : shown.report.findings) {
      if (finding.waived) continue;
      const std::string hint = finding.hint.empty() ? "" : " Next: " + finding.hint;
      out +=
          annotation(command_of(finding.level), finding.file, finding.rule, finding.message + hint);
    }
  return out;
}

}  // namespace

std::string report_github(const CheckOutcome& outcome) {
  std::string out;
  for (const CheckResult& check : outcome.checks) {
    out += annotations_of(check);
    for (const std::string& gap : check.gaps)
      out += annotation(outcome.is_forgiven(check) ? "warning" : "error", "",
                        check.name + " incomplete", gap);
  }
  for (const std::string& gap : outcome.gaps)
    out += annotation("error", "", "holdfast incomplete", gap);
  for (const CheckResult& check : outcome.checks)
    out += check.name + ": " + counts_sentence(check) + '\n';
  return out + "holdfast: " + conclusion_sentence(outcome) + '\n';
}

}  // namespace holdfast::app

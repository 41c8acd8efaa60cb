// SPDX-License-Identifier: Apache-2.0
#include "core/report_json.h"

#include "base/clock.h"

namespace holdfast::core {

Fields finding_fields(const Finding& finding) {
  return {{"subject", finding.subject.text()},
          {"rule", finding.rule},
          {"level", std::string(level_name(finding.level))},
          {"recorded", finding.recorded},
          {"observed", finding.observed},
          {"message", finding.message},
          {"hint", finding.hint},
          {"file", finding.file.empty() ? FieldValue() : FieldValue(finding.file)},
          {"waived", finding.waived}};
}

Result<std::string> finding_json(const SubjectReport& report, const Finding& finding) {
  TRY_ASSIGN(const std::string witness, canonical_json(finding.witness));
  Fields fields = finding_fields(finding);
  fields.push_back({"verdict", std::string(verdict_name(report.verdict))});
  fields.push_back({"basis", report.basis});
  fields.push_back({"observed_at", format_rfc3339(report.observed_at)});
  fields.push_back({"proved_at", time_or_null(report.proved_at)});
  TRY_ASSIGN(std::string text, canonical_json(fields));
  text.pop_back();
  return text + ",\"witness\":" + witness + '}';
}

}  // namespace holdfast::core

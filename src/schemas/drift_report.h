// SPDX-License-Identifier: Apache-2.0
// The drift report: every key of the source's drift_report.json with its meaning, and what it left out (docs/schemas/schemas-check.schema.json).
// local_sha and registry_sha are the source's own hash, 12 digits, 64 where the registry has no such schema.
#pragma once
#include <string>

#include "schemas/comparison.h"
#include "schemas/drift.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

inline constexpr std::string_view kReportFormat = "holdfast.schema-drift/1";

/// Findings that are waived, as the check run counted them; none where there was none.
struct ReportExtras {
  bool is_complete = false;               // as the check run concluded
  std::vector<std::string> waived_rules;  // "NAME\nRULE"
};

/// Indented, with a line feed at its end.
std::string drift_report(const SchemasConfig& config, const DriftRun& run,
                         const ReportExtras& extras);

/// One change as an object of the report; `schemas diff` and `schemas explain` print it too.
std::string change_json(const Change& change);
/// {"backward": …, "forward": …, "full": …}.
std::string verdict_json(const Comparison& comparison);
/// The answer to both directions.
Answer full_answer(const Comparison& comparison);

}  // namespace holdfast::schemas

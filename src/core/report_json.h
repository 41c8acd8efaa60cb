// SPDX-License-Identifier: Apache-2.0
// A finding in its report as JSON, the same in every command.
#pragma once
#include <string>

#include "base/result.h"
#include "core/fields.h"
#include "core/finding.h"

namespace holdfast::core {

/// What every report tells of a finding beside its witness.
Fields finding_fields(const Finding& finding);
/// One object: subject, rule, level, verdict, recorded, observed, message, witness, hint, file, waived, basis, observed_at, proved_at
/// (docs/schemas/artifacts-verify.schema.json, "finding"). `invalid` where a witness is no canonical JSON.
Result<std::string> finding_json(const SubjectReport& report, const Finding& finding);

}  // namespace holdfast::core

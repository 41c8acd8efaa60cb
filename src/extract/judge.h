// SPDX-License-Identifier: Apache-2.0
// From what is there of an extraction to a verdict and findings. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "core/finding.h"
#include "extract/accounting.h"
#include "extract/extraction_config.h"
#include "extract/extraction_state.h"

namespace holdfast::extract {

/// "extraction:k150k".
core::Subject extraction_subject(const ExtractionConfig& config);

/// One report for the whole extraction. in_step: every finished key has exactly one row, every item is finished, and no line was torn;
/// unknown with a note where items are pending.
core::SubjectReport judge(const ExtractionConfig& config, const ExtractionState& state,
                          const Accounts& accounts, Timestamp observed_at);

}  // namespace holdfast::extract

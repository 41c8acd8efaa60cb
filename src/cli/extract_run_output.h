// SPDX-License-Identifier: Apache-2.0
// How a run or a merge of an extraction is told.
#pragma once
#include "cli/command.h"
#include "extract/merge.h"
#include "extract/run.h"

namespace holdfast::cli {

/// Prints how it ended and decides the exit; `cancelled` where it was asked to stop.
Result<Exit> tell_run(const Command& command, const extract::ExtractionConfig& config,
                      const extract::RunEnd& end);
Result<Exit> tell_merge(const Command& command, const extract::ExtractionConfig& config,
                        const extract::MergeEnd& end);

}  // namespace holdfast::cli

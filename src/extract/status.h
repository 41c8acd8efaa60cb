// SPDX-License-Identifier: Apache-2.0
// How far an extraction is: what its files, its lock and its last manifest say. Reads, and changes nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "core/finding.h"
#include "extract/extraction_config.h"
#include "extract/extraction_state.h"

namespace holdfast::extract {

struct ExtractionStatus {
  /// "running"; "killed" where the last run neither ended nor lives; "never run"; "foreign" where another program wrote the files; else what
  /// is true of the files now: "complete", "incomplete", "cancelled" (incomplete, and the last run was), "findings".
  std::string state;
  std::optional<std::string> holder;  // who writes it now
  std::optional<Manifest> manifest;
  ExtractionState files;
  Accounts accounts;
  core::SubjectReport report;
  std::uint64_t failed_count = 0;      // pending items that failed before
  std::optional<double> items_per_s;   // of the run that goes on
  std::optional<double> seconds_left;  // …until nothing is pending, at that rate
};

/// Errors of read_state().
Result<ExtractionStatus> status_of(const ExtractionConfig& config, FileSystem& files,
                                   const Clock& clock, const Cancel* cancel);

}  // namespace holdfast::extract

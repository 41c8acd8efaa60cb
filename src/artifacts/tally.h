// SPDX-License-Identifier: Apache-2.0
// Counts of a pass over rows: per type and verdict, and how old the proofs are.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "artifacts/artifact_table.h"
#include "core/check.h"
#include "core/finding.h"

namespace holdfast::artifacts {

struct TypeCounts {
  std::int64_t rows = 0;
  std::int64_t in_step = 0;
  std::int64_t drifted = 0;
  std::int64_t missing = 0;
  std::int64_t unrecorded = 0;
  std::int64_t unknown = 0;
  std::int64_t no_file = 0;  // of `unrecorded`: nothing recorded and nothing there
  std::uint64_t size_bytes_read = 0;
};

struct Tally {
  TypeCounts total;
  std::map<std::string, TypeCounts> types;
  std::map<std::string, std::int64_t> rules;  // findings by rule
  std::int64_t notes = 0;
  std::int64_t warnings = 0;
  std::int64_t errors = 0;
  std::int64_t waived = 0;  // not in the three above
  // Of total.unknown: rows whose owner waived exactly that (docs/decisions/0050).
  std::int64_t unknown_waived = 0;

  // Proofs of the rows that were counted and record a hash:
  std::int64_t proved = 0;
  std::int64_t never_proved = 0;
  std::int64_t never_proved_waived = 0;  // of these: could not be looked at, which was waived
  std::optional<Timestamp> oldest_proof;
  std::string oldest_proof_id;

  void add(const ArtifactRow& row, const core::SubjectReport& report,
           std::uint64_t size_bytes_read);
  /// Findings on what is no row (files, folders, the source).
  void add_findings(const core::SubjectReport& report);
  std::int64_t count_of(std::string_view rule) const;
  /// Findings at or above `warning` that are not waived.
  bool has_active_findings() const;
  /// Rows that could not be looked at, and nobody accepted it: they make a pass incomplete.
  std::int64_t not_told() const { return total.unknown - unknown_waived; }
  /// planned = evaluated + skipped (no_file) + unreadable (unknown).
  core::CheckCounts counts() const;
};

}  // namespace holdfast::artifacts

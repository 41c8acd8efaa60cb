// SPDX-License-Identifier: Apache-2.0
// The summary of a backfill: what was scanned and what came of each row. Printed, kept in batch_run, and told as an event.
//
//   scanned = updated + unchanged + skipped_no_file + unstable + refused + failed       (in total and for every type)
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "core/fields.h"
#include "core/finding.h"

namespace holdfast::artifacts {

/// What became of one row.
enum class RowEnd : unsigned char {
  updated,          // a new hash was written
  unchanged,        // the recorded hash is right
  skipped_no_file,  // no path, or nothing there
  unstable,         // changed during each of three readings
  refused,  // leaves the root, is no file, metadata that may not be written, drift that was not to be recorded
  failed,  // unreadable, or the row kept changing
};

struct BackfillCounts {
  std::int64_t scanned = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t skipped_no_file = 0;
  std::int64_t unstable = 0;
  std::int64_t refused = 0;
  std::int64_t failed = 0;
  // Of those above:
  std::int64_t drifted = 0;         // the recorded hash disagreed
  std::int64_t invalid_record = 0;  // what was recorded is no SHA-256
  std::int64_t missing = 0;         // a hash is recorded and the file is gone
  std::uint64_t size_bytes = 0;     // of the files that have a right hash now

  void add(RowEnd end);
  bool operator==(const BackfillCounts&) const = default;
};

struct BackfillSummary {
  static constexpr std::size_t kMaxProblems = 100;

  std::string run_id;
  std::string source;
  std::string mode;     // "write", "dry_run", "report_only"
  std::string outcome;  // "done", "cancelled", "failed", "refused", "empty"
  Timestamp started_at;
  Timestamp ended_at;
  double elapsed_s = 0;
  std::int64_t rows_total = 0;   // in scope, marked or not
  std::int64_t rows_marked = 0;  // of them, those that had their marker before: not scanned
  std::optional<Timestamp> recheck_begun_at;  // of a recheck that was cut short and went on here
  BackfillCounts total;
  std::map<std::string, BackfillCounts> by_type;
  std::map<std::string, std::int64_t>
      by_reason;                    // rows without a right hash, by the words of the residual list
  std::int64_t row_gone = 0;        // deleted meanwhile: not counted as scanned
  std::int64_t done_elsewhere = 0;  // another run did them first: not counted as scanned
  std::int64_t claimed_elsewhere = 0;  // another run holds them and does not go on
  std::int64_t unmet = 0;       // still without a marker at the end, and not met: added meanwhile?
  std::int64_t normalised = 0;  // of `unchanged`: written anew as 64 lower-case digits
  std::uint64_t size_bytes_read = 0;
  std::vector<core::Finding> problems;  // the first kMaxProblems at level warning or above
  std::int64_t problem_count = 0;

  void add(const std::string& type, RowEnd end);
  void add_problem(core::Finding finding);
  /// Whether there was any finding of level warning or above.
  bool has_findings() const;
  /// Whether the numbers add up.
  bool adds_up() const;
  double bytes_per_s() const {
    return elapsed_s > 0 ? static_cast<double>(size_bytes_read) / elapsed_s : 0;
  }
};

/// One object, keys as the members above; problems as {subject, rule, level, message, hint}.
std::string to_json(const BackfillSummary& summary);
/// The flat fields of the event `artifact.backfill_ended`.
core::Fields to_fields(const BackfillSummary& summary);

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// The report that a steward hands to an auditor, and the list that the auditor checks with
// `sha256sum -c`. Both look at nothing: the report tells the latest observation of every row and
// says from when it is; the list is what the rows record.
//
// A row's latest observation is its newest proof or its newest report, whichever is later. One that
// no longer fits the record (the hash was changed since) is `unknown`, and so is a row that was never
// observed: never evaluated is never in step.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "artifacts/artifact_table.h"
#include "artifacts/tally.h"
#include "catalog/catalog.h"

namespace holdfast::artifacts {

enum class ReportFormat : unsigned char { markdown, json };

/// Takes the text in pieces, in order.
using TextSink = std::function<Status(std::string_view)>;

struct ReportEnd {
  Tally tally;
  std::int64_t never_observed = 0;
  std::optional<Timestamp> first_observed_at;  // the oldest and the newest observation in it
  std::optional<Timestamp> last_observed_at;
  bool complete() const;
};
/// Memory: a page of rows, whatever their number. JSON: docs/schemas/artifacts-report.schema.json.
Result<ReportEnd> write_report(const SourceConfig& config, catalog::Catalog& catalog,
                               ReportFormat format, const TextSink& sink);

struct ExportEnd {
  std::int64_t exported = 0;
  std::int64_t left_out = 0;  // rows that record a hash which is none, or no path
};
/// One line per row that records a hash, in the table's order, as `sha256sum` writes them: names
/// relative to the root (one root) or absolute (several), escaped as coreutils does.
Result<ExportEnd> export_checksums(const SourceConfig& config, catalog::Catalog& catalog,
                                   const TextSink& sink);

/// "<64 hex>  name\n"; with a backslash, newline or carriage return in the name "\<64 hex>  name\n",
/// where they are "\\", "\n" and "\r" (coreutils 9.1, src/digest.c: what its --check reads back).
std::string checksum_line(const core::Sha256Digest& digest, std::string_view name);

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
// Observations: the latest report on every subject of a source, kept in Holdfast's own catalog
// (`artifact_observation`), so that a report can be written without looking again.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "core/finding.h"

namespace holdfast::artifacts {

struct Observation {
  std::string artifact_id;  // empty for what is no row: a file, the source itself
  std::string artifact_type;
  core::SubjectReport report;
};

/// Replaces what was known of these subjects, where it was not seen later; one statement. In the open transaction, or its own.
Status save_observations(catalog::Catalog& catalog, std::string_view source,
                         std::span<const Observation> observations);
/// The latest of these rows, where there is one, in any order.
Result<std::vector<Observation>> load_observations(catalog::Catalog& catalog,
                                                   std::string_view source,
                                                   std::span<const std::string> artifact_ids);
/// Drops what was seen of rows that are gone.
Status forget_observations(catalog::Catalog& catalog, std::string_view source,
                           std::span<const std::string> artifact_ids);
/// A page of those that belong to no row, in order of their subject, after `after_subject`.
Result<std::vector<Observation>> page_other_observations(catalog::Catalog& catalog,
                                                         std::string_view source,
                                                         std::string_view after_subject,
                                                         std::int64_t limit);
/// Forgets files without a row that a whole listing that began at `before` did not meet any more.
Status prune_file_observations(catalog::Catalog& catalog, std::string_view source,
                               Timestamp before);

}  // namespace holdfast::artifacts

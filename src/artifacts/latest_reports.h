// SPDX-License-Identifier: Apache-2.0
// The latest that is known of every row of a source, without looking again.
#pragma once
#include <functional>

#include "artifacts/artifact_table.h"
#include "catalog/catalog.h"
#include "core/finding.h"

namespace holdfast::artifacts {

struct LatestReport {
  const ArtifactRow* row = nullptr;  // none: a file without a row, the source itself
  core::SubjectReport report;
  bool observed = false;  // false: nobody ever looked, or at another record
};
/// Every row in the table's order, then what is no row, in order of subject. Waivers of now are
/// marked. Memory: one page.
Status for_each_latest(ArtifactTable& table, catalog::Catalog& catalog,
                       const std::function<Status(const LatestReport&)>& take);

}  // namespace holdfast::artifacts

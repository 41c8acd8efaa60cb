// SPDX-License-Identifier: Apache-2.0
// What the catalog keeps of a run, a merge or a repair: events, and the incident of what it saw.
#pragma once
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"
#include "extract/extraction_config.h"
#include "extract/repair_journal.h"
#include "extract/run.h"

namespace holdfast::extract {

struct RunRecord {
  std::string command;  // "run", "merge"
  std::string run_id;
  std::string actor;
};

/// Events `extract.published`, once for each publication, also one whose run was killed before it could tell, and `extract.run_ended`, unless
/// nothing was to be done; incidents of the subject, but for a shard, which is a part of it.
Status record_run(catalog::Catalog& catalog, const ExtractionConfig& config, const RunEnd& end,
                  const RunRecord& record);
/// Event `extract.repaired`, once for each repair, and incidents.
Status record_repair(catalog::Catalog& catalog, const ExtractionConfig& config,
                     const RepairCounts& repair, const core::SubjectReport& report,
                     const RunRecord& record);

}  // namespace holdfast::extract

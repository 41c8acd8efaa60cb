// SPDX-License-Identifier: Apache-2.0
// Whether files are such that a row is of them: before something else is written in their place.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "artifacts/source_config.h"
#include "base/clock.h"
#include "base/result.h"

namespace holdfast::artifacts {

struct FileOfRow {
  std::size_t index = 0;  // of the file among those that were asked for
  std::string id;         // of the row
};

/// A row of the source whose path leads to one of the files, below whichever of its roots that lies; where the file is not there, one whose
/// path names it. None where all lie below no root. Reads every row once in the worst case. Errors of the database: whether there is such a
/// row is unknown. `catalog_url` is opened where the rows are in the catalog.
Result<std::optional<FileOfRow>> row_of_files(const SourceConfig& config,
                                              const std::string& catalog_url, Clock& clock,
                                              const std::vector<std::string>& files);

}  // namespace holdfast::artifacts

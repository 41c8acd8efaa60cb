// SPDX-License-Identifier: Apache-2.0
// Whether one of some files is one that a row is of: before something else is written in its place.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "artifacts/source_config.h"
#include "base/clock.h"
#include "base/result.h"

namespace holdfast::artifacts {

/// The id of a row of the source whose path leads to one of these files, below whichever of its roots they lie; none where they are not there, or
/// below none of them. Reads every row in the worst case, once for all files. Errors of the database: whether there is such a row is
/// unknown. `catalog_url` is opened where the rows are in the catalog.
Result<std::optional<std::string>> row_of_files(const SourceConfig& config,
                                                const std::string& catalog_url, Clock& clock,
                                                std::span<const std::string> paths);

}  // namespace holdfast::artifacts

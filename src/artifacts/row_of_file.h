// SPDX-License-Identifier: Apache-2.0
// Whether a file is one that a row is of: before something else is written in its place.
#pragma once
#include <optional>
#include <string>

#include "artifacts/source_config.h"
#include "base/clock.h"
#include "base/result.h"

namespace holdfast::artifacts {

/// The id of a row of the source whose path leads to that file, below whichever of its roots the file lies; none where the file is not
/// there, or below none of them. Reads every row in the worst case. Errors of the database: whether there is such a row is unknown.
/// `catalog_url` is opened where the rows are in the catalog.
Result<std::optional<std::string>> row_of_file(const SourceConfig& config,
                                               const std::string& catalog_url, Clock& clock,
                                               const std::string& path);

}  // namespace holdfast::artifacts

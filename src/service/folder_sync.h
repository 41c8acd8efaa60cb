// SPDX-License-Identifier: Apache-2.0
// Publishes a folder of schema files, all of them or none: TRACK/NAME.json, NAME.schema.json or NAME.schema below a folder, or the files of one
// track directly in it. The version is the stamp $core_version, else what the caller says.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "schemas/published.h"
#include "service/published_catalog.h"

namespace holdfast::service {

struct SyncOptions {
  std::string folder;   // absolute; nothing outside it is ever read
  std::string path;     // below it
  std::string version;  // of files without a stamp; may be empty
  std::string actor;
};

struct Synced {
  std::size_t file_count = 0;
  std::vector<schemas::Published> changed;  // added, or deprecated otherwise
};

/// One transaction. `invalid` names the first file that is no schema or has no version, `conflict` the first whose version has another
/// content; `not_found`: there is no such path, or no schema below it.
Result<Synced> sync_folder(PublishedCatalog& catalog, const SyncOptions& options);

}  // namespace holdfast::service

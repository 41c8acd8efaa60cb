// SPDX-License-Identifier: Apache-2.0
// A new workspace: the commented holdfast.toml that `holdfast init` writes, and its catalog.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"

namespace holdfast::app {

struct NewWorkspaceOptions {
  std::string folder = ".";
  std::string name;     // empty: the folder's name
  std::string catalog;  // empty: SQLite beside the configuration
};

struct NewWorkspace {
  std::string folder;       // absolute
  std::string config_file;  // absolute
  std::string config_text;
  std::string catalog_url;               // absolute, not redacted
  std::string source_name;               // of the artifacts section
  std::string root;                      // as in the text
  std::vector<std::int64_t> migrations;  // applied now
};

/// What would be written. `conflict` where a holdfast.toml is there already; `invalid` names a bad name or URL.
Result<NewWorkspace> plan_workspace(const NewWorkspaceOptions& options);
/// Makes the catalog, then writes the configuration: where it is there, the catalog is too. Both are durable on return; run again
/// after a kill, it goes on.
Status make_workspace(NewWorkspace& plan, FileSystem& files, Clock& clock);

}  // namespace holdfast::app

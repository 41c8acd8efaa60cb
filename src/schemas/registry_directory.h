// SPDX-License-Identifier: Apache-2.0
// A registry that is a folder, or a folder in a revision of a git repository.
//
//   [TRACK/]NAME.json, NAME.schema.json or NAME.schema    one schema; its version is its stamp $core_version
//   [TRACK/]NAME/VERSION.json                              one schema in several versions
// Without TRACK/ only where no track is asked for, or the address itself ends with its name. The history of git gives further versions: commits.
#pragma once
#include <memory>

#include "schemas/registry.h"

namespace holdfast::schemas {

Result<std::unique_ptr<Registry>> open_directory_registry(const RegistryConfig& config,
                                                          const RegistryOptions& options);

/// `invalid` for what was meant for a URL ("ftp://h", "127.0.0.1:8081"): it is neither a folder that is there nor git:REVISION:PATH.
Status refuse_other_addresses(const RegistryConfig& config, const std::string& workspace_folder);

}  // namespace holdfast::schemas

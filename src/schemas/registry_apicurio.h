// SPDX-License-Identifier: Apache-2.0
// Apicurio Registry, API v3, below the address or below its /apis/registry/v3:
//
//   GET /search/artifacts?groupId=&artifactType=JSON&limit=&offset=      {artifacts: [{artifactId}], count}
//   GET /groups/{group}                                                  404 where there is none, whereas a search in it finds nothing
//   GET /groups/{group}/artifacts/{artifact}/versions                    {versions: [{version, createdOn, state}], count}
//   GET /groups/{group}/artifacts/{artifact}/versions/{version}          {version, state, artifactType}; "branch=latest" is a version
//   GET …/versions/{version}/content                                     the schema's bytes
// It has no tracks: `group` and `subjects` say where a name is.
#pragma once
#include <memory>

#include "schemas/registry.h"

namespace holdfast::schemas {

Result<std::unique_ptr<Registry>> open_apicurio_registry(const RegistryConfig& config,
                                                         const RegistryOptions& options);

}  // namespace holdfast::schemas

// SPDX-License-Identifier: Apache-2.0
// The registry of source 001, over HTTP:
//
//   GET /index                                  {tracks: {v1: {count, schemas: [{name, $schema_id, sha256, latest_core_version, deprecated}]}}, generated_at}
//   GET /schemas/{track}/{name}?version=        {name, track, core_version, sha256, $schema_id, content, deprecated, deprecation_note}
//   GET /schemas/{track}/{name}/versions        [{core_version, sha256, created_at, deprecated}]
// Names carry a ".schema" suffix there; a schema is asked for as the index has it.
#pragma once
#include <memory>

#include "schemas/registry.h"

namespace holdfast::schemas {

Result<std::unique_ptr<Registry>> open_plain_registry(const RegistryConfig& config,
                                                      const RegistryOptions& options);

}  // namespace holdfast::schemas

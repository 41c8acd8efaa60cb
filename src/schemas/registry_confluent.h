// SPDX-License-Identifier: Apache-2.0
// Confluent's registry and those that speak as it does (Karapace, Redpanda, Apicurio's compatible API):
//
//   GET /subjects                            ["telemetry.FeedbackEvent-value", …]
//   GET /subjects/{subject}/versions         [1, 2, 3]
//   GET /subjects/{subject}/versions/{n or latest}   {subject, version, id, schemaType, schema, references}
// It has no tracks: `subjects` says how a name becomes a subject. Only schemas of the type JSON are read.
#pragma once
#include <memory>

#include "schemas/registry.h"

namespace holdfast::schemas {

Result<std::unique_ptr<Registry>> open_confluent_registry(const RegistryConfig& config,
                                                          const RegistryOptions& options);

}  // namespace holdfast::schemas

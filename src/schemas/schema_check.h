// SPDX-License-Identifier: Apache-2.0
// Pins as checks of `holdfast check`: one subject a schema.
#pragma once
#include <memory>
#include <optional>

#include "catalog/catalog.h"
#include "core/check.h"
#include "schemas/drift.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

/// `config`, `catalog` and `seen` outlive it. `seen`, where it is given, gets what the run saw, for a report of its own.
std::unique_ptr<core::Check> make_schema_check(const SchemasConfig& config,
                                               catalog::Catalog& catalog,
                                               std::optional<DriftRun>* seen = nullptr);

}  // namespace holdfast::schemas

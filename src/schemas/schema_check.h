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

/// `config`, `catalog`, `seen` and `known` outlive it. `seen`, where it is given, gets what the run saw, for a report of its own, before the first
/// finding is told; `known` is of earlier looks of this process, which then are not sent again.
std::unique_ptr<core::Check> make_schema_check(const SchemasConfig& config,
                                               catalog::Catalog& catalog,
                                               std::optional<DriftRun>* seen = nullptr,
                                               KnownAnswers* known = nullptr);

}  // namespace holdfast::schemas

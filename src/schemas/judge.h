// SPDX-License-Identifier: Apache-2.0
// What one schema's state means: its verdict, and a finding for every difference, with its witness and the next safe command.
#pragma once
#include "base/clock.h"
#include "core/finding.h"
#include "schemas/drift.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

/// The level of a class: breaking and unknown are errors, safe a warning, the rest notes.
core::Level level_of(ChangeClass change);

/// One report a schema.
core::SubjectReport judge(const SchemasConfig& config, const SchemaState& state, Timestamp now);

}  // namespace holdfast::schemas

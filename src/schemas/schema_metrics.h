// SPDX-License-Identifier: Apache-2.0
// The metrics of this domain (docs/metrics.md), told from the catalog: what the last looks saw, whoever looked and however long ago.
#pragma once
#include <span>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "core/metric.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

/// Of these sections. Where two of them mean the same schema of the same registry, the worse of what they saw is told.
Result<std::vector<core::MetricFamily>> schema_metrics(catalog::Catalog& catalog,
                                                       std::span<const SchemasConfig> sections);

}  // namespace holdfast::schemas

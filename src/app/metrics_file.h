// SPDX-License-Identifier: Apache-2.0
// The last run of every check as a file for the textfile collector of Prometheus's node_exporter ([metrics] textfile).
#pragma once
#include <string>

#include "app/check_run.h"
#include "catalog/catalog.h"

namespace holdfast::app {

/// Prometheus text format 0.0.4. A check that is configured and not in `outcome` is told as the catalog has its newest run (decision 0142):
/// no command takes another check's series away. `last_success` of a check is its newest complete run without failing findings, from the catalog,
/// so that it stands still, and does not vanish, when a check begins to fail.
Result<std::string> metrics_text(const Workspace& workspace, const CheckOutcome& outcome,
                                 catalog::Catalog& catalog);
/// Writes it whole to the workspace's metrics_textfile; its name must end in ".prom" for the collector to see it.
Status write_metrics(const Workspace& workspace, const CheckOutcome& outcome,
                     catalog::Catalog& catalog);

}  // namespace holdfast::app

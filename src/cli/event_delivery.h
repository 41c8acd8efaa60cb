// SPDX-License-Identifier: Apache-2.0
// What commands hand on at their end: the new events to the [events] sinks of the workspace that was opened, and what a look found to
// its metrics file.
#pragma once
#include "app/check_run.h"
#include "cli/command.h"

namespace holdfast::cli {

/// Delivers what the sinks are owed; nothing where the command opened no workspace or it has none. A failure is a warning: the next
/// command delivers, in order. Each sink takes seconds at the most, and one that failed is left alone for some. For commands that go
/// on for long after each of their steps, too. `invalid` where the file of [events] jsonl is one that a row is of: it gets nothing.
Status deliver_owed_events(const Command& command);

/// Writes the metrics file anew after a look, where the workspace has one: what the sinks are owed first, since what is left is a metric.
/// A failure is a warning: it must not stop a check, and the next look writes the file again. `invalid` where that file, or that of
/// [events] jsonl, is one that a row is of: for after what was found is told.
Status write_metrics_after(const Command& command, const app::Workspace& workspace,
                           const app::CheckOutcome& outcome, catalog::Catalog& catalog);

}  // namespace holdfast::cli

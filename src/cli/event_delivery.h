// SPDX-License-Identifier: Apache-2.0
// What every command does at its end: hand the new events to the [events] sinks of the workspace it opened.
#pragma once
#include "cli/command.h"

namespace holdfast::cli {

/// Delivers what the sinks are owed; nothing where the command opened no workspace or it has none. A failure is a warning: the next
/// command delivers, in order. Each sink takes seconds at the most, and one that failed is left alone for some. For commands that go
/// on for long after each of their steps, too.
void deliver_owed_events(const Command& command);

}  // namespace holdfast::cli

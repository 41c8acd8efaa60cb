// SPDX-License-Identifier: Apache-2.0
// What every command does at its end: hand the new events to the [events] sink of the workspace it opened.
#pragma once
#include "cli/command.h"

namespace holdfast::cli {

/// Delivers what the sink is owed; nothing where the command opened no workspace or it has no sink. A failure is a warning: the
/// next command delivers, in order.
void deliver_owed_events(const Command& command);

}  // namespace holdfast::cli

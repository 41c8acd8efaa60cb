// SPDX-License-Identifier: Apache-2.0
// The commands of `holdfast events` that are about refused events; they are told apart from those that only read and deliver.
#pragma once

namespace CLI {
class App;
}

namespace holdfast::cli {

/// Adds them to the group `events`.
void add_event_refusal_commands(CLI::App& group);

}  // namespace holdfast::cli

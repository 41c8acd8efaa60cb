// SPDX-License-Identifier: Apache-2.0
// The command line: parses, calls app and the domains, prints, and maps outcomes to exit codes.
#pragma once

namespace holdfast::cli {
/// Runs one command and returns the process's exit code (docs/architecture.md, "Exit codes").
int run(int argc, char** argv);
}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
// `holdfast artifacts`: files that still are what their rows say.
#include "cli/artifacts_commands.h"

#include "cli/command.h"

namespace holdfast::cli {

void add_artifacts_commands(CLI::App& root) {
  CLI::App* group =
      add_group(root, "artifacts", "Keep the hashes of artifact rows in step with their files");
  add_artifacts_write_commands(*group);
  add_artifacts_read_commands(*group);
}

}  // namespace holdfast::cli

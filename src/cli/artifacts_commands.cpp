// SPDX-License-Identifier: Apache-2.0
// `holdfast artifacts`: files that still are what their rows say.
#include "cli/artifacts_commands.h"

#include <CLI/CLI.hpp>

#include "cli/command.h"

namespace holdfast::cli {

void add_source(CLI::App& command, std::string& source) {
  command.add_option("NAME", source,
                     "The source, [artifacts.NAME] (needed where there are several)");
}

std::optional<std::string_view> name_of(const std::string& source) {
  return source.empty() ? std::nullopt : std::optional<std::string_view>(source);
}

void add_artifacts_commands(CLI::App& root) {
  CLI::App* group =
      add_group(root, "artifacts", "Keep the hashes of artifact rows in step with their files");
  add_artifacts_write_commands(*group);
  add_artifacts_correct_commands(*group);
  add_artifacts_read_commands(*group);
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
// The list of commands of this binary, in the order of the help.
#include <algorithm>
#include <array>
#include <string_view>

#include "cli/command_tree.h"

namespace holdfast::cli {
namespace {

struct Domain {
  std::string_view group;
  void (*add)(CLI::App& root);
};
constexpr std::array kDomains = {Domain{"artifacts", add_artifacts_commands},
                                 Domain{"extract", add_extract_commands},
                                 Domain{"schemas", add_schemas_commands}};

}  // namespace

void add_commands(CLI::App& root, std::string_view first_word) {
  const auto* named = std::ranges::find(kDomains, first_word, &Domain::group);
  if (named != kDomains.end()) return named->add(root);
  add_workspace_commands(root);
  add_check_command(root);
  add_events_commands(root);
  add_incident_commands(root);
  add_waive_commands(root);
  add_doctor_command(root);
  add_explain_command(root);
  for (const Domain& domain : kDomains)
    domain.add(root);
  add_document_commands(root);
}

}  // namespace holdfast::cli

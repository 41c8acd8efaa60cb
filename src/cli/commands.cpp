// SPDX-License-Identifier: Apache-2.0
// The list of commands of this binary, in the order of the help.
#include "cli/command_tree.h"

namespace holdfast::cli {

void add_all_commands(CLI::App& root) {
  add_workspace_commands(root);
  add_check_command(root);
  add_events_commands(root);
  add_incident_commands(root);
  add_waive_commands(root);
  add_doctor_command(root);
  add_explain_command(root);
  add_artifacts_commands(root);
  add_extract_commands(root);
  add_document_commands(root);
}

}  // namespace holdfast::cli

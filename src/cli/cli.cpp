// SPDX-License-Identifier: Apache-2.0
// One run of the program: parse, run the chosen command's body, print its error, end with its exit
// code.
#include "cli/cli.h"

#include <csignal>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "base/cancel.h"
#include "cli/command_tree.h"
#include "cli/event_delivery.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

int number(Exit exit) {
  return static_cast<int>(exit);
}

void print_error(const Error& error) {
  write_to_stderr("holdfast: " + error.message() + '\n' +
                  (error.hint().empty() ? "" : "  hint: " + error.hint() + '\n'));
}

// Ends the process as any tool ends whose reader is gone, now that the work itself is done.
void end_by_closed_pipe() {
  static_cast<void>(std::signal(SIGPIPE, SIG_DFL));
  static_cast<void>(std::raise(SIGPIPE));
}

int report(const Error& error) {
  if (stdout_was_closed()) end_by_closed_pipe();
  print_error(error);
  if (error.code() == Code::cancelled) exit_by_received_signal();
  return number(exit_of(error.code()));
}

int print_or_report(const Command& command, const std::string& text) {
  const Status printed = command.print(text);
  return printed ? number(Exit::ok) : report(printed.error());
}

int run_chosen(const CommandTree& tree) {
  const Result<Command> command = tree.command();
  if (!command) return report(command.error());
  if (tree.wants_version()) return print_or_report(*command, "holdfast " HOLDFAST_VERSION "\n");
  const CLI::App& chosen = tree.chosen();
  const CommandTree::Entry* entry = tree.find(chosen);
  if (entry == nullptr) return report(missing_command(chosen));
  const Result<Exit> exit = entry->body(*command);
  deliver_owed_events(*command);
  if (stdout_was_closed()) end_by_closed_pipe();
  return exit ? number(*exit) : report(exit.error());
}

// CLI11 reports everything by exceptions; none leaves this function.
int parse_and_run(int argc, char** argv) {
  CommandTree tree;
  try {
    tree.root().parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return print_or_report(Command{}, help_text(tree, tree.chosen(), terminal_width()));
  } catch (const CLI::ParseError& error) {
    return report(usage_error(tree, error));
  }
  if (argc < 2) {
    std::fputs(help_text(tree, tree.root(), terminal_width()).c_str(), stderr);
    return number(Exit::usage);
  }
  return run_chosen(tree);
}

}  // namespace

int run(int argc, char** argv) {
  static_cast<void>(std::signal(
      SIGPIPE,
      SIG_IGN));  // a closed pipe is an error of the write, not the end in the middle of work
  watch_signals();
  return parse_and_run(argc, argv);
}

}  // namespace holdfast::cli

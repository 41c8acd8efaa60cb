// SPDX-License-Identifier: Apache-2.0
// One run of the program: parse, run the chosen command's body, print its error, end with its exit
// code.
#include "cli/cli.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <typeinfo>

#include <CLI/CLI.hpp>
#include <cxxabi.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/log.h"
#include "base/root_folder.h"
#include "base/system_error.h"
#include "cli/command_tree.h"
#include "cli/event_delivery.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

int number(Exit exit) {
  return static_cast<int>(exit);
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
  if (const Status words = check_words(chosen); !words) return report(words.error());
  const Result<Exit> exit = entry->body(*command);
  const Status owed = deliver_owed_events(*command);
  if (stdout_was_closed()) end_by_closed_pipe();
  if (!exit) return report(exit.error());
  return owed ? number(*exit) : report(owed.error());
}

// CLI11 reports everything by exceptions; none leaves this function.
int parse_and_run(int argc, char** argv) {
  CommandTree tree(
      CommandTree::Words(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0));
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

// An exception that nobody expected: one line, and whatever was not committed is as if it had not been.
int run_guarded(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("holdfast: out of memory\n", stderr);  // without asking for more
    std::fprintf(stderr, "  hint: %s\n", kShortageHint.data());
    return number(Exit::failed);
  } catch (const std::exception& error) {
    return report(Error(Code::internal, error.what()));
  }
}

// With many threads out of memory at once, the runtime has none left for their exceptions either and ends the process
// (__cxa_allocate_exception, Itanium C++ ABI 2.4.2): then no exception is current. What was not committed is as if it had not been.
[[noreturn]] void end_without_memory() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type != nullptr && *type != typeid(std::bad_alloc)) std::abort();
  std::fputs("holdfast: out of memory\n", stderr);
  ::_exit(number(Exit::failed));
}

// Many files are open at once with many --jobs; the soft limit is there for programs that use select(2).
void raise_descriptor_limit() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    log_debug("the limit of open files stays as it is", {});
}

}  // namespace

int run(int argc, char** argv) {
  static_cast<void>(std::signal(
      SIGPIPE,
      SIG_IGN));  // a closed pipe is an error of the write, not the end in the middle of work
  // As is a file that may not grow (ulimit -f): EFBIG names it, the signal does not.
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  std::set_terminate(end_without_memory);
  raise_descriptor_limit();
  watch_signals();
  return run_guarded(argc, argv);
}

}  // namespace holdfast::cli

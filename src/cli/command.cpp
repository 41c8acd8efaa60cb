// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <CLI/CLI.hpp>

#include "app/text.h"
#include "base/root_folder.h"
#include "base/standing_line.h"
#include "cli/command_tree.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

Status failed_to_print(int error) {
  if (error == EPIPE) return Error(Code::io, "nobody reads standard output any more");
  return Error(Code::io, "standard output: " + std::generic_category().message(error),
               "free some space, or write to another place");
}

}  // namespace

Exit exit_of(Code code) {
  switch (code) {
    case Code::invalid:
    case Code::not_found:
    case Code::unsupported:
    case Code::internal:
      return Exit::usage;
    case Code::unavailable:
      return Exit::incomplete;
    case Code::conflict:
      return Exit::refused;
    case Code::io:
    case Code::corrupt:
    case Code::cancelled:
      return Exit::failed;
  }
  return Exit::usage;
}

void Command::say(const std::string& line) const {
  if (quiet) return;
  write_to_stderr(printable_text(line) + '\n');
}

// Errors hold what others wrote: arguments, the environment, what a database raised.
void print_error(const Error& error) {
  write_to_stderr("holdfast: " + printable_text(error.message()) + '\n' +
                  (error.hint().empty() ? "" : "  hint: " + printable_text(error.hint()) + '\n'));
}

Result<Exit> ended(Exit own, const Status& written) {
  if (written) return own;
  const bool is_untold = exit_of(written.error().code()) == Exit::incomplete;
  if (!is_untold || own == Exit::ok) return written.error();
  print_error(written.error());
  return own;
}

void Command::progress(const std::string& line) const {
  if (quiet || !stderr_is_terminal()) return;
  // The last column would make some terminals wrap.
  set_standing_line(app::ended(line, static_cast<std::size_t>(progress_width()) - 1));
}

Status Command::print(const std::string& text) const {
  const WithoutStandingLine wiped;
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    const int error = errno;
    if (error == EPIPE) note_closed_stdout();
    return failed_to_print(error);
  }
  return {};
}

Result<std::string> format_of(const Command& command, const std::string& asked,
                              std::string_view usual) {
  if (command.output != OutputFormat::json) return asked.empty() ? std::string(usual) : asked;
  if (asked.empty() || asked == "json") return std::string("json");
  return Error(Code::invalid, "--json and --format " + asked + " are two formats",
               "take one of them");
}

CLI::App* add_group(CLI::App& parent, const std::string& name, const std::string& summary) {
  CLI::App* group = parent.add_subcommand(name, summary);
  group->require_subcommand(0, 1);
  return group;
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::vector<std::string>& examples, CommandBody body) {
  CLI::App* added = parent.add_subcommand(name, summary);
  added->require_subcommand(0, 1);
  CommandTree::of(parent).keep(*added, {examples, std::move(body)});
  return added;
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <system_error>

#include <CLI/CLI.hpp>

#include "cli/command_tree.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

// A progress line stands on the terminal and must go before anything else is written.
bool progress_shown = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables):
                              // commands run on the main thread

void clear_progress() {
  if (!progress_shown) return;
  progress_shown = false;
  std::fputs("\r\x1b[K", stderr);
}

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
  clear_progress();
  std::fprintf(stderr, "%s\n", line.c_str());
}

void Command::progress(const std::string& line) const {
  if (quiet || !stderr_is_terminal()) return;
  clear_progress();
  if (line.empty()) return;
  const auto width = static_cast<std::size_t>(progress_width()) -
                     1;  // the last column would make some terminals wrap
  std::fprintf(stderr, "%s", line.substr(0, width).c_str());
  std::fflush(stderr);
  progress_shown = true;
}

Status Command::print(const std::string& text) const {
  clear_progress();
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    const int error = errno;
    if (error == EPIPE) note_closed_stdout();
    return failed_to_print(error);
  }
  return {};
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

// SPDX-License-Identifier: Apache-2.0
// What every command shares: global options, the way out (exit codes), printing. CLI11 stays in
// .cpp files of this room; a group of commands is one file with one function that adds it to the
// tree (`add_artifacts_commands`), listed in commands.cpp.
#pragma once
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/guarded_files.h"
#include "app/workspace.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace CLI {
class App;
}

namespace holdfast::cli {

/// docs/architecture.md, "Exit codes". A finding beats incompleteness.
enum class Exit : unsigned char {
  ok = 0,
  findings = 1,
  usage = 2,
  incomplete = 3,
  refused = 4,
  failed = 5
};

/// One table from error codes to exits: invalid, not_found, unsupported, internal → 2; unavailable
/// → 3; conflict → 4; io, corrupt → 5; cancelled → by the signal (5 where there was none).
Exit exit_of(Code code);

enum class OutputFormat : unsigned char { text, json };

struct Command {
  app::WorkspaceOptions workspace;
  OutputFormat output = OutputFormat::text;  // --json
  bool quiet = false;                        // --quiet: results only
  bool colour = false;                       // stdout is a terminal, NO_COLOR unset
  Clock* clock = &system_clock();
  const Cancel* cancel = &process_cancel();

  /// Loads the workspace and opens its catalog. A command that was told to write files names them all here, before it does anything:
  /// app::check_outputs().
  struct Open {
    std::shared_ptr<const app::Workspace> workspace;
    std::unique_ptr<catalog::Catalog> catalog;
    bool outputs_are_told = true;  // false: ask app::check_outputs() again before one is written
  };
  /// Where it can't be told whether an output has a row, since a database is away.
  enum class Untold : unsigned char { ends, is_asked_again };
  Result<Open> open(const std::vector<app::NamedOutput>& outputs = {},
                    Untold untold = Untold::ends) const;
  /// Talk: one line on stderr, unless --quiet.
  void say(const std::string& line) const;
  /// Progress: a line on stderr that the next one (or say, or print) overwrites; nothing with
  /// --quiet or where stderr is no terminal. Empty takes the last one away.
  void progress(const std::string& line) const;
  /// Results: stdout, whole, flushed. A full stdout is an `io` Error; so is one whose reader is
  /// gone (`| head`), which cli.cpp ends in silence by SIGPIPE, as any other tool would.
  Status print(const std::string& text) const;
};

/// "holdfast: message" and its hint, on stderr.
void print_error(const Error& error);

/// How a command ends that decided `own` and was to write a file too: with the error of the file. But a finding, or a failure, beats a
/// file of which it can't be told whether it may be written (exit 3); the error is printed then.
Result<Exit> ended(Exit own, const Status& written);

/// The format of a report: what --format asked for, json of --json, else `usual`. `invalid` where --json stands beside another one.
Result<std::string> format_of(const Command& command, const std::string& asked,
                              std::string_view usual);

/// A command's body: what it decided, or the Error that cli.cpp prints with its hint ("holdfast:
/// message" / "  hint: …") and maps.
using CommandBody = std::function<Result<Exit>(const Command&)>;

/// Every command (commands.cpp). Where the command line begins with the group of a domain, that group only: all of them take half a
/// millisecond to make.
void add_commands(CLI::App& root, std::string_view first_word);
/// Adds a group: a command without a body that only holds others ("events").
CLI::App* add_group(CLI::App& parent, const std::string& name, const std::string& summary);
/// Adds a subcommand whose body runs when it was chosen. Examples ("holdfast check --json", with "
/// # why" behind where it helps) are shown at the end of --help, in the man page and in
/// docs/commands.md. The global options are added to every command by the tree.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::vector<std::string>& examples, CommandBody body);

// One function per group of commands, each in its own file; listed in commands.cpp.
void add_artifacts_commands(CLI::App& root);
void add_extract_commands(CLI::App& root);
void add_schemas_commands(CLI::App& root);
void add_workspace_commands(CLI::App& root);  // init, config, migrate
void add_check_command(CLI::App& root);
void add_events_commands(CLI::App& root);
void add_incident_commands(CLI::App& root);
void add_waive_commands(CLI::App& root);
void add_doctor_command(CLI::App& root);
void add_explain_command(CLI::App& root);
void add_document_commands(CLI::App& root);  // completion, man, commands

}  // namespace holdfast::cli

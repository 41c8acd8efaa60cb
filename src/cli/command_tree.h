// SPDX-License-Identifier: Apache-2.0
// The tree of commands: CLI11's, with the body and the examples of every command and the global
// options on all of them, so that `holdfast --json check` and `holdfast check --json` are the same.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace CLI {
class Option;
class ParseError;
}  // namespace CLI

namespace holdfast::cli {

class CommandTree {
 public:
  /// The words of a command line, without the program's name.
  using Words = std::span<const char* const>;
  /// The tree of this binary, with its global options; the root may parse once. Where `words` begin with a domain (add_commands()) and
  /// one of its commands, the other commands stay without them: nobody will ask.
  explicit CommandTree(Words words);
  ~CommandTree();
  CommandTree(const CommandTree&) = delete;
  CommandTree& operator=(const CommandTree&) = delete;
  /// The tree that a command belongs to.
  static CommandTree& of(const CLI::App& app);

  CLI::App& root() { return *root_; }
  const CLI::App& root() const { return *root_; }

  struct Entry {
    std::vector<std::string> examples;
    CommandBody body;
  };
  void keep(const CLI::App& app, Entry entry) { entries_[&app] = std::move(entry); }
  /// Null for a group without a body.
  const Entry* find(const CLI::App& app) const;
  /// The deepest command that the command line named; the tree itself when it named none.
  const CLI::App& chosen() const;
  /// What the global options said. `invalid` names a --set without "=" or a level that there is
  /// not.
  Result<Command> command() const;
  bool wants_version() const { return version_; }

 private:
  void add_global_options(CLI::App& app, Words words);

  std::unique_ptr<CLI::App> root_;
  std::map<const CLI::App*, Entry> entries_;
  std::string folder_;
  std::string config_file_;
  std::vector<std::string> overrides_;
  std::string log_level_;
  bool json_ = false;
  bool quiet_ = false;
  bool version_ = false;
};

/// "holdfast events list".
std::string command_path(const CLI::App& app);
/// The text of --help.
std::string help_text(const CommandTree& tree, const CLI::App& app, int width);
/// Whether an option is one of the global ones.
bool is_global(const CLI::Option& option);
/// What is wrong with the command line, as one Error with a hint ("did you mean").
Error usage_error(const CommandTree& tree, const CLI::ParseError& error);
/// Whether every word that is no path is UTF-8: names and reasons go into the catalog, which holds nothing else. `invalid` names the option.
Status check_words(const CLI::App& app);
/// A group was named without one of its commands.
Error missing_command(const CLI::App& group);

}  // namespace holdfast::cli

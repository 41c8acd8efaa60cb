// SPDX-License-Identifier: Apache-2.0
// The command tree as plain values: what --help, the man page, docs/commands.md and the shell
// completions are written from.
#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace holdfast::cli {

class CommandTree;

struct OptionDocument {
  std::string spelling;                  // "-q, --quiet", "--set KEY=VALUE …", "SUBJECT"
  std::string description;               // with its default where it has one
  std::vector<std::string> long_names;   // with "--"
  std::vector<std::string> short_names;  // with "-"
  std::vector<std::string> choices;      // where only some words are taken
  bool takes_value = false;
  bool positional = false;
  bool global = false;
};

struct CommandDocument {
  std::string name;   // "list"
  std::string path;   // "holdfast events list"
  std::string usage;  // "holdfast events list [OPTIONS]"
  std::string summary;
  std::vector<std::string> examples;
  std::vector<OptionDocument> options;
  std::vector<CommandDocument> commands;
};

/// One command and everything below it; hidden commands are left out.
CommandDocument document_of(const CommandTree& tree, const CLI::App& app);

std::string markdown_of(const CommandDocument& root);
/// roff for man(1), section 1.
std::string man_page_of(const CommandDocument& root);
/// `shell` is bash, zsh or fish.
std::string completion_of(const CommandDocument& root, const std::string& shell);

}  // namespace holdfast::cli

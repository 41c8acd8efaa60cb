// SPDX-License-Identifier: Apache-2.0
// `holdfast completion`, `holdfast man` and the hidden `holdfast commands`: what is made from the
// command definitions.
#include <CLI/CLI.hpp>

#include "base/nearest.h"
#include "cli/command_tree.h"
#include "cli/document.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

Result<Exit> print_text(const Command& command, const std::string& text) {
  TRY(command.print(text));
  return Exit::ok;
}

Result<Exit> print_help(const Command& command, const CommandTree& tree,
                        const std::vector<std::string>& words) {
  const CLI::App* app = &tree.root();
  for (const std::string& word : words) {
    const CLI::App* below = nullptr;
    std::vector<std::string> names;
    for (const CLI::App* each : app->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(each->get_name());
      if (each->get_name() == word) below = each;
    }
    if (below == nullptr) {
      return Error(
          Code::invalid,
          command_path(*app) + " has no command \"" + word + "\"" + did_you_mean(word, names),
          command_path(*app) + " --help");
    }
    app = below;
  }
  return print_text(command, help_text(tree, *app, terminal_width()));
}

}  // namespace

void add_document_commands(CLI::App& root) {
  const CommandTree* tree = &CommandTree::of(root);
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* help = add_command(
      root, "help", "Show the help of a command",
      {"holdfast help", "holdfast help artifacts verify"},
      [tree, words](const Command& command) { return print_help(command, *tree, *words); });
  help->add_option("COMMAND", *words, "Its name (none: all commands)")->expected(0, -1);

  const auto shell = std::make_shared<std::string>();
  CLI::App* completion = add_command(
      root, "completion", "Print the completion script of a shell",
      {"holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast",
       "holdfast completion zsh > ~/.zfunc/_holdfast",
       "holdfast completion fish > ~/.config/fish/completions/holdfast.fish"},
      [tree, shell](const Command& command) {
        return print_text(command, completion_of(document_of(*tree, tree->root()), *shell));
      });
  completion->add_option("SHELL", *shell, "The shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));

  add_command(root, "man", "Print the man page (roff)", {"holdfast man | man -l -"},
              [tree](const Command& command) {
                return print_text(command, man_page_of(document_of(*tree, tree->root())));
              });

  const auto markdown = std::make_shared<bool>(false);
  CLI::App* commands =
      add_command(root, "commands", "Print every command with its options", {},
                  [tree, markdown](const Command& command) {
                    const CommandDocument document = document_of(*tree, tree->root());
                    if (*markdown) return print_text(command, markdown_of(document));
                    return print_text(command, help_text(*tree, tree->root(), 100));
                  });
  commands->group("");  // hidden: for docs/commands.md and its test
  commands->add_flag("--markdown", *markdown, "As docs/commands.md");
}

}  // namespace holdfast::cli

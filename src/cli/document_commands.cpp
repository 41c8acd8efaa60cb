// SPDX-License-Identifier: Apache-2.0
// `holdfast completion`, `holdfast man` and the hidden `holdfast commands`: what is made from the
// command definitions.
#include <CLI/CLI.hpp>

#include "cli/command_tree.h"
#include "cli/document.h"

namespace holdfast::cli {
namespace {

Result<Exit> print_text(const Command& command, const std::string& text) {
  TRY(command.print(text));
  return Exit::ok;
}

}  // namespace

void add_document_commands(CLI::App& root) {
  const CommandTree* tree = &CommandTree::of(root);
  auto shell = std::make_shared<std::string>();
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

  auto markdown = std::make_shared<bool>(false);
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

// SPDX-License-Identifier: Apache-2.0
// The written forms of the command tree: docs/commands.md, the man page, and completion for three
// shells.
//
// Completion knows commands and options by name, the words of options and arguments that take only
// some, and rules; file names complete where nothing else does. All that is static: it works without
// a workspace and costs no process. Only the names of sources are asked of the program, which then
// reads the configuration and opens nothing.
#include <algorithm>
#include <string_view>

#include "app/domains.h"
#include "cli/document.h"
#include "cli/exit_codes.h"

namespace holdfast::cli {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// --- Markdown

std::string cell(const std::string& text) {
  return replaced(replaced(text, "|", "\\|"), "<", "&lt;");
}

void append_markdown(std::string& out, const CommandDocument& command) {
  out += "\n## " + command.path + "\n\n" + cell(command.summary) + ".\n\n```\n" + command.usage +
         "\n```\n";
  bool any = false;
  for (const OptionDocument& option : command.options) {
    if (option.global) continue;
    if (!any) out += "\n| option | meaning |\n|---|---|\n";
    any = true;
    out +=
        "| `" + replaced(option.spelling, "|", "\\|") + "` | " + cell(option.description) + " |\n";
  }
  if (!command.examples.empty()) {
    out += "\n```sh\n";
    for (const std::string& example : command.examples)
      out += example + '\n';
    out += "```\n";
  }
  for (const CommandDocument& below : command.commands)
    append_markdown(out, below);
}

// --- roff

// A leading dot or quote begins a request, a backslash an escape, and "-" would become a hyphen.
std::string roff(const std::string& text) {
  std::string out =
      replaced(replaced(replaced(text, "\\", "\\e"), "-", "\\-"), "\xE2\x80\xA6", "...");
  if (!out.empty() && (out.front() == '.' || out.front() == '\'')) out.insert(0, "\\&");
  return out;
}

void append_roff_options(std::string& out, const CommandDocument& command, bool global) {
  for (const OptionDocument& option : command.options) {
    if (option.global != global) continue;
    out += ".TP\n.B " + roff(option.spelling) + '\n' + roff(option.description) + ".\n";
  }
}

void append_roff(std::string& out, const CommandDocument& command) {
  out += ".SS " + roff(command.usage) + '\n' + roff(command.summary) + ".\n";
  append_roff_options(out, command, false);
  if (!command.examples.empty()) {
    out += ".PP\n.nf\n.RS\n";
    for (const std::string& example : command.examples)
      out += roff(example) + '\n';
    out += ".RE\n.fi\n";
  }
  for (const CommandDocument& below : command.commands)
    append_roff(out, below);
}

// --- completion

void flatten(const CommandDocument& command, std::vector<const CommandDocument*>& all) {
  all.push_back(&command);
  for (const CommandDocument& below : command.commands)
    flatten(below, all);
}

std::vector<const CommandDocument*> flattened(const CommandDocument& root) {
  std::vector<const CommandDocument*> all;
  flatten(root, all);
  return all;
}

// The words that arguments take where they take only some; for `explain` the rules.
std::string argument_words(const CommandDocument& command) {
  std::string words;
  for (const OptionDocument& option : command.options) {
    if (!option.positional) continue;
    for (const std::string& choice : option.choices)
      words += choice + ' ';
  }
  if (command.path == "holdfast explain")
    for (const app::Domain& domain : app::domains())
      for (const core::Rule& rule : domain.rules())
        words += std::string(rule.id) + ' ';
  return words;
}

std::string words_after(const CommandDocument& command) {
  std::string words;
  for (const CommandDocument& below : command.commands)
    words += below.name + ' ';
  for (const OptionDocument& option : command.options)
    for (const std::string& name : option.long_names)
      words += name + ' ';
  words += argument_words(command);
  if (!words.empty() && words.back() == ' ') words.pop_back();
  return words;
}

// A command that prints what its argument may be; empty where there is none. Plain names only: bash expands a list of words once
// more, and a configuration is not always one's own.
std::string argument_command(const CommandDocument& command) {
  const auto takes = [&](std::string_view spelling) {
    return std::ranges::any_of(command.options, [&](const OptionDocument& option) {
      return option.positional && option.spelling == spelling;
    });
  };
  const std::string shown = "holdfast config show 2>/dev/null | ";
  if (takes("[NAME]") && command.path.starts_with("holdfast artifacts "))
    return shown + R"(sed -n "s/^artifacts\.\([A-Za-z0-9_-]*\)\..*/\1/p" | sort -u)";
  if (takes("[DOMAIN]…"))
    return shown +
           R"(sed -n "s/^\([a-z]*\)\(\.[A-Za-z0-9_-]*\)\.root .*/\1 \1\2/p" | tr " " "\n" | sort -u)";
  return {};
}

std::string joined(const std::vector<std::string>& words, char separator) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : std::string(1, separator)) + word;
  return out;
}

std::string quoted(const std::string& text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

std::string bash_completion(const CommandDocument& root) {
  std::string out =
      "# bash completion for holdfast; made by: holdfast completion bash\n"
      "_holdfast() {\n"
      "  local word path words choices i\n"
      "  word=${COMP_WORDS[COMP_CWORD]}\n"
      "  path=holdfast\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path ${COMP_WORDS[i]}\" in\n";
  std::string commands;
  std::string words;
  std::string choices;
  for (const CommandDocument* command : flattened(root)) {
    if (command->path != root.path)
      commands += (commands.empty() ? "      " : " | ") + quoted(command->path);
    words += "    " + quoted(command->path) + ") words=" + quoted(words_after(*command));
    if (const std::string asked = argument_command(*command); !asked.empty())
      words += "\n      words+=\" \"$(" + asked + ")";
    words += " ;;\n";
    for (const OptionDocument& option : command->options) {
      if (option.choices.empty()) continue;
      for (const std::string& name : option.long_names)
        choices += "    " + quoted(command->path + " " + name) +
                   ") choices=" + quoted(joined(option.choices, ' ')) + " ;;\n";
    }
  }
  out += commands + ") path=\"$path ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n";
  out += "  case \"$path ${COMP_WORDS[COMP_CWORD - 1]}\" in\n" + choices +
         "    *) choices= ;;\n  esac\n";
  out +=
      "  if [ -n \"$choices\" ]; then\n    COMPREPLY=($(compgen -W \"$choices\" -- \"$word\"))\n   "
      " return\n  fi\n";
  out += "  case \"$path\" in\n" + words + "  esac\n";
  out +=
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\ncomplete -o default -F _holdfast "
      "holdfast\n";
  return out;
}

// zsh runs bash's functions through bashcompinit: one definition, one behaviour.
std::string zsh_completion(const CommandDocument& root) {
  return "#compdef holdfast\n# zsh completion for holdfast; made by: holdfast completion zsh\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_completion(root);
}

std::string fish_completion(const CommandDocument& root) {
  std::string out =
      "# fish completion for holdfast; made by: holdfast completion fish\n"
      "function __holdfast_at\n"
      "  set -l words (commandline -opc | string match -v -- '-*')\n"
      "  test \"$words\" = \"$argv\"; or string match -q -- \"$argv *\" \"$words\"\n"
      "end\n"
      "function __holdfast_exactly\n"
      "  set -l words (commandline -opc | string match -v -- '-*')\n"
      "  test \"$words\" = \"$argv\"\n"
      "end\n";
  for (const CommandDocument* command : flattened(root)) {
    for (const CommandDocument& below : command->commands)
      out += "complete -c holdfast -f -n " + quoted("__holdfast_exactly " + command->path) +
             " -a " + below.name + " -d " + quoted(below.summary) + '\n';
    std::string argument = argument_words(*command);
    if (const std::string asked = argument_command(*command); !asked.empty())
      argument = '(' + asked + ')';
    if (!argument.empty())
      out += "complete -c holdfast -f -n " + quoted("__holdfast_exactly " + command->path) +
             " -a " + quoted(argument) + '\n';
    for (const OptionDocument& option : command->options) {
      if (option.long_names.empty()) continue;
      out += "complete -c holdfast -n " + quoted("__holdfast_at " + command->path) + " -l " +
             option.long_names.front().substr(2);
      if (!option.short_names.empty()) out += " -s " + option.short_names.front().substr(1);
      if (option.takes_value) out += " -r";
      if (!option.choices.empty()) out += " -f -a " + quoted(joined(option.choices, ' '));
      out += " -d " + quoted(option.description) + '\n';
    }
  }
  return out;
}

}  // namespace

std::string markdown_of(const CommandDocument& root) {
  std::string out =
      "# Commands\n\nMade from the command definitions by `holdfast commands --markdown`; a test "
      "holds this page against them.\n\n"
      "Options that every command takes:\n\n| option | meaning |\n|---|---|\n";
  for (const OptionDocument& option : root.options)
    if (option.global) out += "| `" + option.spelling + "` | " + cell(option.description) + " |\n";
  out += "\n| exit code | means |\n|---|---|\n";
  for (const ExitMeaning& exit : exit_meanings())
    out += "| " + std::to_string(exit.code) + " | " + std::string(exit.summary) + " |\n";
  for (const CommandDocument& command : root.commands)
    append_markdown(out, command);
  return out;
}

std::string man_page_of(const CommandDocument& root) {
  std::string out = ".TH HOLDFAST 1 \"\" \"holdfast " HOLDFAST_VERSION "\" \"User Commands\"\n";
  out += ".SH NAME\nholdfast \\- keeps what is written down in step with what is true\n";
  out += ".SH SYNOPSIS\n.B " + roff(root.usage) + "\n.SH DESCRIPTION\n" + roff(root.summary) + "\n";
  out += ".SH GLOBAL OPTIONS\n";
  append_roff_options(out, root, true);
  append_roff_options(out, root, false);
  out += ".SH COMMANDS\n";
  for (const CommandDocument& command : root.commands)
    append_roff(out, command);
  out += ".SH EXIT STATUS\n";
  for (const ExitMeaning& exit : exit_meanings())
    out += ".TP\n.B " + std::to_string(exit.code) + '\n' + roff(std::string(exit.summary)) + ".\n";
  out +=
      ".SH ENVIRONMENT\n.TP\n.B HOLDFAST_SECTION_NAME_KEY\nOverrides one value of the "
      "configuration: HOLDFAST_WORKSPACE_CATALOG, "
      "HOLDFAST_ARTIFACTS_ATLAS_ROOT.\n.TP\n.B NO_COLOR\nNo colour when set to anything.\n.TP\n.B "
      "COLUMNS\nThe width of tables.\n";
  out += ".SH FILES\n.TP\n.I holdfast.toml\nThe configuration; its folder is the workspace.\n";
  return out;
}

std::string completion_of(const CommandDocument& root, const std::string& shell) {
  if (shell == "zsh") return zsh_completion(root);
  return shell == "fish" ? fish_completion(root) : bash_completion(root);
}

}  // namespace holdfast::cli

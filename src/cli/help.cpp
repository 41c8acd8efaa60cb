// SPDX-License-Identifier: Apache-2.0
// The text of --help: summary, usage, commands, arguments, options, examples; folded to the width
// of the terminal.
#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/command_tree.h"
#include "cli/document.h"

namespace holdfast::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kMostLeft = 30;  // a longer left column puts its description on the next line

// Words folded to `width`, continued at `indent`.
std::string folded(const std::string& text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t size = end - at;
    if (column > indent && column + 1 + size > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out.append(text, at, size);
    column += size;
    at = end + 1;
  }
  return out;
}

struct Line {
  std::string left;
  std::string right;
};

std::string block(const std::string& title, const std::vector<Line>& lines, std::size_t width) {
  if (lines.empty()) return {};
  std::size_t left = 0;
  for (const Line& line : lines)
    if (line.left.size() <= kMostLeft) left = std::max(left, line.left.size());
  std::string out = "\n" + title + ":\n";
  const std::size_t indent = kIndent + left + 2;
  for (const Line& line : lines) {
    out += std::string(kIndent, ' ') + line.left;
    out += line.left.size() <= left ? std::string(left - line.left.size() + 2, ' ')
                                    : "\n" + std::string(indent, ' ');
    out += folded(line.right, indent, width) + '\n';
  }
  return out;
}

std::string examples_of(const CommandDocument& document) {
  if (document.examples.empty()) return {};
  std::string out = "\nExamples:\n";
  for (const std::string& example : document.examples)
    out += "  " + example + '\n';
  return out;
}

}  // namespace

std::string help_text(const CommandTree& tree, const CLI::App& app, int width) {
  const auto columns = static_cast<std::size_t>(width);
  const CommandDocument document = document_of(tree, app);
  std::vector<Line> commands;
  for (const CommandDocument& command : document.commands)
    commands.push_back({command.name, command.summary});
  std::vector<Line> arguments;
  std::vector<Line> options;
  std::vector<Line> global;
  for (const OptionDocument& option : document.options)
    (option.positional ? arguments
     : option.global   ? global
                       : options)
        .push_back({option.spelling, option.description});
  std::string out = folded(document.summary, 0, columns) +
                    "\n\nUsage: " + folded(document.usage, 7, columns) + '\n';
  out += block("Commands", commands, columns);
  out += block("Arguments", arguments, columns);
  out += block("Options", options, columns);
  out += block("Global options", global, columns);
  out += examples_of(document);
  if (app.get_parent() == nullptr)
    out +=
        "\nExit codes: 0 in step, 1 findings, 2 usage, 3 incomplete, 4 refused, 5 failed (holdfast "
        "explain 3)\n";
  return out;
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/document.h"

#include <sstream>

#include <CLI/CLI.hpp>

#include "cli/command_tree.h"

namespace holdfast::cli {
namespace {

// What validators say of themselves; CLI11 hangs it on the type name: "LEVEL:{note,warning}", "N:INT in [1 - 9]".
std::vector<std::string> validators_of(const CLI::Option& option) {
  std::vector<std::string> said;
  constexpr int kMostValidators = 8;
  for (int i = 0; i < kMostValidators; ++i) {
    try {
      // get_validator is not const in CLI11 2.1, and changes nothing.
      said.push_back(const_cast<CLI::Option&>(option).get_validator(i)->get_description());
    } catch (const CLI::OptionNotFound&) {
      break;
    }
  }
  return said;
}

std::vector<std::string> choices_of(const CLI::Option& option) {
  std::vector<std::string> choices;
  for (const std::string& said : validators_of(option)) {
    if (!said.starts_with('{') || !said.ends_with('}')) continue;
    std::istringstream words(said.substr(1, said.size() - 2));
    for (std::string word; std::getline(words, word, ',');)
      choices.push_back(word);
  }
  return choices;
}

std::string value_name(const CLI::Option& option) {
  std::string name = option.get_type_name();
  for (const std::string& said : validators_of(option))
    if (const std::size_t at = name.find(':' + said); at != std::string::npos)
      name.erase(at, said.size() + 1);
  return name;
}

std::string spelling_of(const CLI::Option& option, const OptionDocument& document) {
  if (document.positional) {
    const std::string& name = option.get_single_name();
    const bool many = option.get_expected_max() > 1;
    return (option.get_required() ? name : "[" + name + "]") + (many ? "…" : "");
  }
  std::string out;
  for (const std::string& name : document.short_names)
    out += name + ", ";
  for (const std::string& name : document.long_names)
    out += (out.empty() || out.ends_with(", ") ? "" : ", ") + name;
  if (document.takes_value) out += " " + value_name(option);
  return out;
}

OptionDocument document_of(const CLI::Option& option) {
  OptionDocument document;
  document.positional = option.get_positional();
  for (const std::string& name : option.get_lnames())
    document.long_names.push_back("--" + name);
  for (const std::string& name : option.get_snames())
    document.short_names.push_back("-" + name);
  if (!document.long_names.empty()) document.positional = false;
  document.takes_value = option.get_items_expected_max() > 0;
  document.global = is_global(option);
  document.choices = choices_of(option);
  document.spelling = spelling_of(option, document);
  document.description = option.get_description();
  if (!document.choices.empty() && !document.global) {
    std::string words;
    for (const std::string& choice : document.choices)
      words += (words.empty() ? "" : ", ") + choice;
    document.description += ": " + words;
  }
  if (!option.get_default_str().empty())
    document.description += " (default: " + option.get_default_str() + ")";
  return document;
}

std::string usage_of(const CommandDocument& document, bool has_body) {
  std::string out = document.path;
  for (const OptionDocument& option : document.options)
    if (option.positional) out += " " + option.spelling;
  if (!document.commands.empty()) out += has_body ? " [COMMAND]" : " COMMAND";
  return out + " [OPTIONS]";
}

}  // namespace

CommandDocument document_of(const CommandTree& tree, const CLI::App& app) {
  CommandDocument document;
  document.name = app.get_name();
  document.path = command_path(app);
  document.summary = app.get_description();
  const CommandTree::Entry* entry = tree.find(app);
  if (entry != nullptr) document.examples = entry->examples;
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty()) document.options.push_back(document_of(*option));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!command->get_group().empty()) document.commands.push_back(document_of(tree, *command));
  document.usage = usage_of(document, entry != nullptr);
  return document;
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/command_tree.h"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>

#include "app/text.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/root_folder.h"
#include "base/utf8.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

// CLI11's App knows nothing of us: from its root back to the tree that owns it.
std::map<const CLI::App*, CommandTree*>& trees() {
  static std::map<const CLI::App*, CommandTree*> kept;
  return kept;
}

constexpr const char* kGlobalGroup = "Global options";

Result<std::pair<std::string, std::string>> split_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return Error(Code::invalid, "--set: \"" + text + "\" is not KEY=VALUE",
                 "for example: --set workspace.name=atlas");
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(app))
    names.push_back(command->get_name());
  return names;
}

// "events list: ", or nothing for the program itself.
std::string prefix_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? std::string()
                                     : command_path(app).substr(sizeof("holdfast")) + ": ";
}

// "; did you mean", also for a name that was only begun ("complete").
std::string meant(const std::string& word, const std::vector<std::string>& names) {
  std::string near = did_you_mean(word, names);
  constexpr std::size_t kLeastBegun = 3;
  if (!near.empty() || word.size() < kLeastBegun) return near;
  const std::string begun = word.substr(0, std::max(kLeastBegun, word.size() - 2));
  for (const std::string& name : names)
    if (name.starts_with(begun)) return "; did you mean \"" + name + "\"?";
  return near;
}

// A word that no command took: misspelt option, misspelt command, or one argument too many.
Error unexpected(const CommandTree& tree, const CLI::App& app, const std::string& word) {
  const std::string path = prefix_of(app);
  const std::string help = command_path(app) + " --help";
  if (word.size() > 1 && word.front() == '-') {
    const std::string name = word.substr(0, word.find('='));
    return {Code::invalid, path + "no option \"" + name + "\"" + meant(name, option_names(app)),
            help};
  }
  const std::vector<std::string> commands = command_names(app);
  if (commands.empty() || tree.find(app) != nullptr)
    return {Code::invalid, path + "one argument too many: \"" + word + "\"", help};
  std::string message = path + "no command \"" + word + "\"" + meant(word, commands);
  // `holdfast verify`: the word is a command of another group.
  for (const CLI::App* group : commands_of(tree.root())) {
    const std::vector<std::string> names = command_names(*group);
    if (std::find(names.begin(), names.end(), word) != names.end())
      message += "; there is \"" + command_path(*group) + " " + word + "\"";
  }
  return {Code::invalid, message, help};
}

// What stands before and behind a part of a text, by the last one: a value that somebody typed stands before ours.
std::optional<std::pair<std::string, std::string>> split_at(const std::string& text,
                                                            std::string_view part) {
  const std::size_t at = text.rfind(part);
  if (at == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + part.size()));
}

// "--format: xml" as "--format: \"xml\"". No name of an option holds ": ".
std::string with_quotes(const std::string& text) {
  const std::size_t at = text.find(": ");
  return at == std::string::npos ? text : text.substr(0, at + 2) + '"' + text.substr(at + 2) + '"';
}

// CLI11 says "--format: xml not in {table,json}", "--jobs: Value x not in range 1 to 256", "--jobs: 1 required N:INT in [1 - 256]
// missing" or "Could not convert: --quiet = x"; ours quotes the value and says what is a good one.
std::string reworded(const std::string& text) {
  if (const auto set = split_at(text, " not in {"); set && text.ends_with('}')) {
    std::string words;
    for (const char c : set->second.substr(0, set->second.size() - 1))
      c == ',' ? words += ", " : words += c;
    return with_quotes(set->first) + " is none of " + words;
  }
  if (const auto range = split_at(text, " not in range ")) {
    const std::size_t value = range->first.find(": Value ");
    if (value != std::string::npos)
      return range->first.substr(0, value) + ": \"" +
             range->first.substr(value + sizeof(": Value ") - 1) + "\" is no whole number from " +
             range->second;
  }
  if (const auto none = split_at(text, ": 1 required "); none && text.ends_with(" missing")) {
    const std::string kind = none->second.substr(0, none->second.rfind(' '));
    return none->first +
           " needs a value: " + kind.substr(0, std::min(kind.find(":INT in "), kind.find(":{")));
  }
  if (const auto more = split_at(text, ": At Most 1 required but received "))
    return more->first + " may be given once, and stands " + more->second + " times";
  // Numbers are checked before they are converted.
  if (const auto flag = split_at(text, "Could not convert: "); flag && flag->first.empty())
    return flag->second.substr(0, flag->second.find(" = ")) + " is a flag, and takes no value";
  return text;
}

// CLI11 begins with a capital letter ("The following …"), we don't.
std::string readable(std::string text) {
  text = reworded(text);
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() > 1 && is_capital(text[0]) && !is_capital(text[1]))
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

}  // namespace

CommandTree::CommandTree(Words words)
    : root_(std::make_unique<CLI::App>(
          "Keeps what a data or ML pipeline has written down in step with what is true.",
          "holdfast")) {
  trees()[root_.get()] = this;
  root_->set_help_flag("-h,--help", "Show this help and leave");
  root_->require_subcommand(0, 1);
  root_->add_flag("--version", version_, "Show the version and leave");
  add_commands(*root_, words.empty() ? "" : words.front());
  const bool is_one_domain = commands_of(*root_).size() == 1;
  add_global_options(*root_, is_one_domain ? words : Words());
}

CommandTree::~CommandTree() {
  trees().erase(root_.get());
}

CommandTree& CommandTree::of(const CLI::App& app) {
  const CLI::App* top = &app;
  while (top->get_parent() != nullptr)
    top = top->get_parent();
  const auto found = trees().find(top);
  HOLDFAST_ASSERT(found != trees().end());
  return *found->second;
}

void CommandTree::add_global_options(CLI::App& app, Words words) {
  for (CLI::Option* option : app.get_options())
    if (option->check_lname("help")) option->group(kGlobalGroup);
  const auto add = [&](CLI::Option* option) { option->group(kGlobalGroup); };
  const auto free = [&](const char* name) { return app.get_option_no_throw(name) == nullptr; };
  if (free("--json")) add(app.add_flag("--json", json_, "Print the result as JSON (docs/schemas)"));
  add(app.add_flag("-q,--quiet", quiet_, "Results only: no progress, no talk"));
  add(app.add_option("-C,--workspace", folder_,
                     "Look for holdfast.toml in FOLDER and the folders above it")
          ->type_name("FOLDER"));
  add(app.add_option("--config", config_file_,
                     "Use this configuration; its folder is the workspace")
          ->type_name("FILE"));
  add(app.add_option_function<std::vector<std::string>>(
             "--set",
             [this](const std::vector<std::string>& more) {
               overrides_.insert(overrides_.end(), more.begin(), more.end());
             },
             "Override one value of the configuration; may be repeated")
          ->type_name("KEY=VALUE")
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
  add(app.add_option("--log-level", log_level_,
                     "Write log lines of this level and above to stderr (default: warning)")
          ->type_name("LEVEL")
          ->check(CLI::IsMember({"debug", "info", "warning", "error"})));
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  const auto named = std::ranges::find_if(commands, [&](const CLI::App* command) {
    return !words.empty() && command->check_name(words.front());
  });
  if (named != commands.end()) return add_global_options(**named, words.subspan(1));
  for (CLI::App* command : commands)
    add_global_options(*command, {});
}

const CommandTree::Entry* CommandTree::find(const CLI::App& app) const {
  const auto found = entries_.find(&app);
  return found == entries_.end() ? nullptr : &found->second;
}

const CLI::App& CommandTree::chosen() const {
  const CLI::App* app = root_.get();
  while (!app->get_subcommands().empty())
    app = app->get_subcommands().front();
  return *app;
}

Result<Command> CommandTree::command() const {
  Command command;
  if (!folder_.empty()) command.workspace.start_folder = folder_;
  if (!config_file_.empty()) command.workspace.config_file = config_file_;
  for (const std::string& text : overrides_) {
    TRY_ASSIGN(auto pair, split_override(text));
    command.workspace.overrides.push_back(std::move(pair));
  }
  command.output = json_ ? OutputFormat::json : OutputFormat::text;
  command.quiet = quiet_;
  command.colour = !json_ && colour_welcome();
  if (!log_level_.empty()) set_log_level(log_level_);
  return command;
}

bool is_global(const CLI::Option& option) {
  return option.get_group() == kGlobalGroup;
}

std::string command_path(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : command_path(*app.get_parent()) + " " + app.get_name();
}

Error usage_error(const CommandTree& tree, const CLI::ParseError& error) {
  const CLI::App& app = tree.chosen();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    // Each App keeps its own extras; the first word that nobody took is what was misspelt.
    for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
      const std::vector<std::string> rest = at->remaining();
      if (!rest.empty()) return unexpected(tree, *at, rest.front());
    }
  }
  return {Code::invalid, prefix_of(app) + readable(error.what()), command_path(app) + " --help"};
}

Status check_words(const CLI::App& app) {
  // Paths are bytes. "URL" may be a folder, "DOCUMENT", "OLD" and "NEW" are files.
  static constexpr std::array<std::string_view, 8> kPaths = {"FILE", "FOLDER",   "PATH", "PATTERN",
                                                             "URL",  "DOCUMENT", "OLD",  "NEW"};
  const auto is_path = [](const std::string& word) {
    return std::ranges::find(kPaths, word) != kPaths.end();
  };
  // Elsewhere a SCHEMA is a name.
  const auto is_file_of_schema = [&](const CLI::Option& option) {
    return app.get_name() == "validate" && option.check_lname("schema");
  };
  for (const CLI::Option* option : app.get_options()) {
    if (is_global(*option) || is_file_of_schema(*option) || is_path(option->get_type_name()) ||
        is_path(option->get_name()))
      continue;
    for (const std::string& word : option->results())
      if (find_malformed_utf8(word) != std::string::npos)
        return Error(
            Code::invalid,
            prefix_of(app) + option->get_name() + ": \"" + printable_path(word) + "\" is not UTF-8",
            "the catalog holds no other text");
  }
  return {};
}

Error missing_command(const CLI::App& group) {
  return {Code::invalid,
          prefix_of(group) + "which command? There are: " + app::listed(command_names(group)),
          command_path(group) + " --help"};
}

}  // namespace holdfast::cli

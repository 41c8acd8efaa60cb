// SPDX-License-Identifier: Apache-2.0
// `holdfast init`, `holdfast config show` and `holdfast migrate`: the workspace and its catalog.
#include <filesystem>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/new_workspace.h"
#include "app/text.h"
#include "base/shell_word.h"
#include "catalog/migrations.h"
#include "cli/command_tree.h"
#include "cli/terminal.h"
#include "sql/connection.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// --- init

struct InitOptions {
  app::NewWorkspaceOptions workspace;
  bool dry_run = false;
};

Status print_new_workspace(const Command& command, const app::NewWorkspace& made, bool dry_run) {
  if (command.output == OutputFormat::json) {
    const Json json = {{"config_file", made.config_file},
                       {"catalog", sql::redacted(made.catalog_url)},
                       {"migrations_applied", made.migrations},
                       {"dry_run", dry_run},
                       {"config", made.config_text}};
    return command.print(text_of(json));
  }
  if (dry_run)
    return command.print("# " + made.config_file + " (dry run: nothing was written)\n" +
                         made.config_text);
  TRY(command.print("made " + app::printable(made.config_file) + "\nmade " +
                    app::printable(sql::redacted(made.catalog_url)) + "\n"));
  if (sql::redacted(made.catalog_url) != made.catalog_url)
    command.say(
        "note: the password of the catalog now stands in holdfast.toml; better: ${NAME} in its "
        "place, and NAME in the environment");
  if (made.root != ".") command.say("root: " + made.root + " (only what is below it is guarded)");
  app::TextTable next{
      {"next:", ""},
      {{"  holdfast artifacts import --from-folder " + made.root, "a row for every file"},
       {"  holdfast artifacts backfill", "a SHA-256 for every row"},
       {"  holdfast check", "the rows against the files"}},
      0,
      {}};
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  if (made.folder != here)
    next.rows.insert(
        next.rows.begin(),
        {"  cd " +
             shell_word(std::filesystem::path(made.folder).lexically_proximate(here).string()),
         "the new workspace"});
  command.say("");
  for (const std::string& line : app::lines_of(next, static_cast<std::size_t>(terminal_width())))
    command.say(line);
  return {};
}

Result<Exit> init(const Command& command, const InitOptions& options) {
  TRY_ASSIGN(app::NewWorkspace plan, app::plan_workspace(options.workspace));
  if (!options.dry_run) TRY(app::make_workspace(plan, real_file_system(), *command.clock));
  TRY(print_new_workspace(command, plan, options.dry_run));
  return Exit::ok;
}

void add_init(CLI::App& root) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* command = add_command(root, "init", "Make a workspace: holdfast.toml and its catalog",
                                  {"holdfast init", "holdfast init study --name atlas",
                                   "holdfast init --catalog 'postgresql://holdfast@db/holdfast'",
                                   "holdfast init --dry-run  # only show what would be written"},
                                  [options](const Command& with) { return init(with, *options); });
  command->add_option("FOLDER", options->workspace.folder, "The folder, made where it is not there")
      ->capture_default_str();
  command
      ->add_option("--name", options->workspace.name,
                   "The workspace's name (default: the folder's)")
      ->type_name("NAME");
  command
      ->add_option("--catalog", options->workspace.catalog,
                   "sqlite:PATH or postgresql://… (default: sqlite:.holdfast/catalog.db)")
      ->type_name("URL");
  command->add_flag("--dry-run", options->dry_run, "Print the configuration, write nothing");
}

// --- config show

Result<Exit> config_show(const Command& command, bool origin) {
  TRY_ASSIGN(const auto values, app::explain_config(command.workspace));
  if (command.output == OutputFormat::json) {
    Json list = Json::array();
    for (const app::ConfigValue& value : values)
      list.push_back({{"key", value.key}, {"value", value.value}, {"origin", value.origin}});
    TRY(command.print(text_of({{"values", list}})));
    return Exit::ok;
  }
  std::string out;
  if (origin) {
    app::TextTable table{{"KEY", "VALUE", "ORIGIN"}, {}, 1, {}};
    for (const app::ConfigValue& value : values)
      table.rows.push_back(
          {app::printable(value.key), app::printable(value.value), app::printable(value.origin)});
    out = app::text_of(table, static_cast<std::size_t>(terminal_width()));
  } else {
    for (const app::ConfigValue& value : values)
      out += app::printable(value.key) + " = " + app::printable(value.value) + '\n';
  }
  TRY(command.print(out));
  return Exit::ok;
}

void add_config(CLI::App& root) {
  CLI::App* group =
      add_group(root, "config", "Show the configuration and where its values came from");
  const auto origin = std::make_shared<bool>(false);
  CLI::App* show =
      add_command(*group, "show", "Print every value that holds, with secrets left out",
                  {"holdfast config show --origin",
                   "HOLDFAST_WORKSPACE_NAME=x holdfast config show --origin  # who won"},
                  [origin](const Command& with) { return config_show(with, *origin); });
  show->add_flag("--origin", *origin,
                 "Where each value came from: default, file, environment or flag");
}

// --- migrate

struct MigrateOptions {
  std::optional<std::int64_t> target;
  bool dry_run = false;
};

Result<catalog::Catalog> open_for_reading(const Command& command, const app::Workspace& workspace) {
  std::error_code error;
  if (const auto path = sql::sqlite_path(workspace.catalog_url);
      path && !std::filesystem::exists(*path, error))
    return Error(Code::not_found, "no catalog at " + workspace.catalog_url,
                 "holdfast migrate upgrade makes it");
  return catalog::Catalog::open_any_version(workspace.catalog_url, *command.clock);
}

std::string state_of(const catalog::MigrationState& state) {
  if (state.unknown) return "unknown to this holdfast";
  if (state.checksum_differs) return "applied with another text";
  return state.applied_at ? "applied" : "pending";
}

Json json_of(const std::vector<catalog::MigrationState>& states) {
  Json list = Json::array();
  for (const catalog::MigrationState& state : states)
    list.push_back(
        {{"version", state.version},
         {"name", state.name},
         {"checksum", state.checksum},
         {"applied_at", state.applied_at ? Json(format_rfc3339(*state.applied_at)) : Json()},
         {"checksum_differs", state.checksum_differs},
         {"unknown", state.unknown}});
  return list;
}

Result<Exit> migrate_status(const Command& command) {
  TRY_ASSIGN(const auto workspace, app::Workspace::load(command.workspace));
  TRY_ASSIGN(auto catalog, open_for_reading(command, workspace));
  TRY_ASSIGN(const auto states, catalog::migration_status(catalog));
  if (command.output == OutputFormat::json) {
    TRY(command.print(text_of({{"catalog", catalog.connection().name()},
                               {"newest", catalog::newest_migration()},
                               {"migrations", json_of(states)}})));
    return Exit::ok;
  }
  app::TextTable table{{"VERSION", "NAME", "STATE", "APPLIED AT"}, {}, 1, {0}};
  for (const catalog::MigrationState& state : states)
    table.rows.push_back({std::to_string(state.version), state.name, state_of(state),
                          state.applied_at ? format_rfc3339(*state.applied_at) : "-"});
  TRY(command.print(app::printable(catalog.connection().name()) + "\n" +
                    app::text_of(table, static_cast<std::size_t>(terminal_width()))));
  return Exit::ok;
}

Status print_steps(const Command& command, const std::string& direction,
                   const std::vector<std::int64_t>& versions, bool dry_run) {
  if (command.output == OutputFormat::json)
    return command.print(
        text_of({{"direction", direction}, {"versions", versions}, {"dry_run", dry_run}}));
  if (versions.empty()) return command.print("nothing to do: the catalog is there already\n");
  std::string list;
  for (const std::int64_t version : versions)
    list += (list.empty() ? "" : ", ") + std::to_string(version);
  const std::string verb = direction == "up" ? "applied" : "took back";
  return command.print(
      (dry_run ? "would have " + (direction == "up" ? std::string("applied") : "taken back")
               : verb) +
      " " + list + "\n");
}

std::vector<std::int64_t> planned(const std::vector<catalog::MigrationState>& states, bool up,
                                  std::optional<std::int64_t> target) {
  std::vector<std::int64_t> versions;
  for (const catalog::MigrationState& state : states) {
    const bool wanted =
        up ? !state.applied_at && state.version <= target.value_or(state.version)
           : state.applied_at.has_value() && state.version > target.value_or(state.version);
    if (wanted) versions.insert(up ? versions.end() : versions.begin(), state.version);
  }
  return versions;
}

Result<Exit> migrate(const Command& command, bool up, const MigrateOptions& options) {
  TRY_ASSIGN(const auto workspace, app::Workspace::load(command.workspace));
  std::vector<std::int64_t> versions;
  if (options.dry_run) {
    TRY_ASSIGN(auto catalog, open_for_reading(command, workspace));
    TRY_ASSIGN(const auto states, catalog::migration_status(catalog));
    versions = planned(states, up, options.target);
  } else {
    TRY_ASSIGN(auto catalog,
               catalog::Catalog::open_any_version(workspace.catalog_url, *command.clock));
    if (up) {
      TRY_ASSIGN(versions, catalog::migrate_up(catalog, options.target));
    } else {
      TRY_ASSIGN(versions, catalog::migrate_down(catalog, options.target.value_or(0)));
    }
  }
  TRY(print_steps(command, up ? "up" : "down", versions, options.dry_run));
  return Exit::ok;
}

void add_migrate(CLI::App& root) {
  CLI::App* group =
      add_group(root, "migrate", "Bring the catalog to the version of this holdfast, or back");
  add_command(*group, "status", "List the steps and which are applied", {"holdfast migrate status"},
              migrate_status);
  const auto up = std::make_shared<MigrateOptions>();
  CLI::App* upgrade =
      add_command(*group, "upgrade",
                  "Apply the steps that are missing; makes the catalog where it is not there",
                  {"holdfast migrate upgrade", "holdfast migrate upgrade --dry-run"},
                  [up](const Command& with) { return migrate(with, true, *up); });
  upgrade->add_option("--to", up->target, "Up to this version (default: the newest)")
      ->type_name("VERSION")
      ->check(CLI::NonNegativeNumber);
  upgrade->add_flag("--dry-run", up->dry_run, "Only say which steps");
  const auto down = std::make_shared<MigrateOptions>();
  CLI::App* downgrade = add_command(
      *group, "downgrade", "Take steps back, with what they keep",
      {"holdfast migrate downgrade --to 3 --dry-run", "holdfast migrate downgrade --to 3"},
      [down](const Command& with) { return migrate(with, false, *down); });
  downgrade->add_option("--to", down->target, "The version that stays")
      ->type_name("VERSION")
      ->required()
      ->check(CLI::NonNegativeNumber);
  downgrade->add_flag("--dry-run", down->dry_run, "Only say which steps");
}

}  // namespace

void add_workspace_commands(CLI::App& root) {
  add_init(root);
  add_config(root);
  add_migrate(root);
}

}  // namespace holdfast::cli

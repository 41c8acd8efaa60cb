// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas`: pinned schemas against a live registry.
#include "cli/schemas_commands.h"

#include <cstdlib>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "base/canonical_path.h"
#include "base/file.h"
#include "base/folder_exchange.h"
#include "base/root_folder.h"
#include "base/shell_word.h"
#include "base/utf8.h"
#include "catalog/check_runs.h"
#include "catalog/migrations.h"

namespace holdfast::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMemoryFolder = "/dev/shm";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string absolute(const std::string& path) {
  if (path.empty()) return path;  // a command that has no folder of pins
  std::error_code ignored;        // without a current folder it stays as it was given
  return absolute_path(path, fs::current_path(ignored).string());
}

Error usage(const std::string& message, const std::string& hint = "holdfast schemas --help") {
  return {Code::invalid, message, hint};
}

bool fits(const schemas::SchemasConfig& config, const SchemasWords& words) {
  if (!words.name.empty() && config.name != words.name) return false;
  if (!words.track.empty() && config.track != words.track) return false;
  return words.folder.empty() || config.fixtures == absolute(words.folder);
}

/// The sections that the words fit.
std::vector<const schemas::SchemasConfig*> fitting(const app::Workspace& workspace,
                                                   const SchemasWords& words) {
  std::vector<const schemas::SchemasConfig*> out;
  for (const schemas::SchemasConfig& config : workspace.schemas)
    if (fits(config, words)) out.push_back(&config);
  return out;
}

void set_registry(schemas::SchemasConfig& config, const std::string& address) {
  using schemas::RegistryKind;
  if (!schemas::has_same_origin(config.registry.address, address)) {
    // What is configured is for that registry alone.
    config.registry.user.clear();
    config.registry.password.clear();
    config.registry.token.clear();
  }
  const RegistryKind guessed = schemas::guessed_kind(address);
  const bool was_url = config.registry.kind != RegistryKind::directory;
  const bool is_url = guessed != RegistryKind::directory;
  if (config.registry.address.empty() || was_url != is_url) config.registry.kind = guessed;
  config.registry.address = address;
}

void override_with(schemas::SchemasConfig& config, const SchemasWords& words) {
  if (!words.registry_url.empty()) set_registry(config, words.registry_url);
  if (!words.track.empty()) config.track = words.track;
  if (!words.folder.empty()) config.fixtures = absolute(words.folder);
}

/// As the source's scripts: flags, then variables, then their defaults.
schemas::SchemasConfig unconfigured(const SchemasWords& words, const app::Workspace& workspace) {
  schemas::SchemasConfig config;
  config.workspace_folder = workspace.folder;
  config.repo = workspace.name;
  config.actor = workspace.actor;
  config.track = words.track.empty() ? variable("REGISTRY_TRACK") : words.track;
  if (config.track.empty()) config.track = "v1";
  config.name = config.track;
  config.fixtures = absolute(words.default_folder);
  const std::string url =
      words.registry_url.empty() ? variable("REGISTRY_URL") : words.registry_url;
  if (!url.empty()) set_registry(config, url);
  config.registry.token = variable("REGISTRY_TOKEN");
  return config;
}

/// What names these pins and this registry again: the section, or the flags.
void set_arguments(ChosenSchemas& chosen, const SchemasWords& words) {
  schemas::SchemasConfig& config = chosen.config;
  if (!chosen.is_configured || !words.track.empty()) {
    std::string& out = config.arguments;
    out += (out.empty() ? "" : " ") + ("--track " + shell_word(config.track));
  }
  if (!words.registry_url.empty())
    config.arguments += " --registry-url " + shell_word(config.registry.shown());
  config.fetch_arguments = config.arguments;
  if (words.folder.empty() && chosen.is_configured) return;
  const std::string folder =
      shell_word(words.folder.empty() ? words.default_folder
                                      : fs::path(words.folder).lexically_normal().string());
  if (!words.folder.empty()) config.arguments += " --schema-dir " + folder;
  config.fetch_arguments += " --output " + folder;
}

/// Whether what is looked at is not what the section says: then its incidents, episodes and registry state are none of ours.
bool is_another(const schemas::SchemasConfig& looked_at, const schemas::SchemasConfig& section) {
  const auto bare = [](std::string address) {
    while (address.size() > 1 && address.ends_with('/'))
      address.pop_back();
    return address;
  };
  return looked_at.track != section.track || looked_at.fixtures != section.fixtures ||
         bare(looked_at.registry.address) != bare(section.registry.address);
}

std::unique_ptr<app::Workspace> made_up_workspace() {
  auto workspace = std::make_unique<app::Workspace>();
  workspace->folder = absolute(".");
  workspace->name = printable_path(fs::path(workspace->folder).filename().string());
  workspace->actor = "holdfast";
  return workspace;
}

std::string names_of(const std::vector<const schemas::SchemasConfig*>& sections) {
  std::string out;
  for (const schemas::SchemasConfig* each : sections)
    out += (out.empty() ? "" : ", ") + each->name;
  return out;
}

std::string wanted_of(const SchemasWords& words) {
  std::string out;
  if (!words.track.empty()) out = "track " + printable_path(words.track);
  if (!words.folder.empty())
    out += (out.empty() ? "" : " and ") + ("folder " + printable_path(words.folder));
  return out.empty() ? "these words" : out;
}

/// "core is of track v1, in schemas/v1".
std::string shown(const app::Workspace& workspace) {
  std::string out;
  for (const schemas::SchemasConfig& each : workspace.schemas)
    out += (out.empty() ? "" : ", ") + each.name +
           (each.track.empty() ? " is of no track" : " is of track " + printable_path(each.track)) +
           " in " + printable_path(each.fixtures);
  return out;
}

}  // namespace

void add_pins_option(CLI::App& command, SchemasWords& words) {
  words.is_named_by_option = true;
  command
      .add_option("--pins", words.name, "The set of pins, [schemas.NAME], where there are several")
      ->type_name("NAME");
}

void add_reference_options(CLI::App& command, SchemasWords& words) {
  words.default_folder = "tests/fixtures/schemas";
  add_pins_option(command, words);
  command.add_option("--track", words.track, "The registry's track, as in holdfast schemas check")
      ->type_name("TRACK");
  command
      .add_option("--registry-url,--registry", words.registry_url,
                  "The registry of registry:NAME (default: as configured, else REGISTRY_URL)")
      ->type_name("URL");
  command
      .add_option("--schema-dir", words.folder,
                  "The folder of pin:NAME (default: as configured, else tests/fixtures/schemas)")
      ->type_name("FOLDER");
}

void add_schemas_choice(CLI::App& command, SchemasWords& words) {
  command.add_option("NAME", words.name,
                     "The set of pins, [schemas.NAME]; the one that fits where it is left out");
  command
      .add_option("--track", words.track,
                  "The registry's track (default: as configured, else REGISTRY_TRACK, else v1)")
      ->type_name("TRACK");
  command
      .add_option(
          "--registry-url,--registry", words.registry_url,
          "The registry: a URL, a folder or git:REVISION:PATH (default: as configured, else "
          "REGISTRY_URL)")
      ->type_name("URL");
}

void add_schemas_mode(CLI::App& command, std::string& mode) {
  command
      .add_option("--mode", mode,
                  "Which direction decides the class: BACKWARD (whatever was valid still is), "
                  "FORWARD (whatever is valid was valid before), both or none; _TRANSITIVE asks "
                  "every version, in holdfast schemas diff registry:NAME NEW")
      ->type_name("MODE")
      ->check(CLI::IsMember(schemas::level_names(), CLI::ignore_case));
}

Result<std::unique_ptr<TemporaryCatalog>> TemporaryCatalog::make(Clock& clock) {
  std::error_code ignored;
  const std::string above = fs::is_directory(kMemoryFolder, ignored)
                                ? std::string(kMemoryFolder)
                                : fs::temp_directory_path(ignored).string();
  const std::string folder = above + "/holdfast-" + catalog::new_run_id(clock);
  TRY(real_file_system().create_folder(folder));
  std::unique_ptr<TemporaryCatalog> out(new TemporaryCatalog(folder));
  TRY_ASSIGN(auto opened,
             catalog::Catalog::open_any_version("sqlite:" + folder + "/catalog.db", clock));
  out->catalog_ = std::make_unique<catalog::Catalog>(std::move(opened));
  TRY(catalog::migrate_up(*out->catalog_));
  return out;
}

TemporaryCatalog::~TemporaryCatalog() {
  catalog_.reset();
  drop(remove_flat_folder(folder_), "a temporary catalog; the system clears its folder");
}

Result<ChosenSchemas> chosen_pins(const Command& command, const SchemasWords& words) {
  ChosenSchemas out;
  auto loaded = app::Workspace::load(command.workspace);
  if (loaded) {
    out.workspace = std::make_unique<app::Workspace>(*std::move(loaded));
    out.has_workspace = true;
  } else {
    const bool is_absent = loaded.error().code() == Code::not_found &&
                           !command.workspace.config_file && words.name.empty();
    if (!is_absent) return std::move(loaded).error();
    out.workspace = made_up_workspace();
  }
  const auto sections = fitting(*out.workspace, words);
  if (!words.name.empty() && sections.empty()) {
    TRY_ASSIGN(const auto* named, out.workspace->schema_pins(words.name));
    out.config = *named;  // other words override what is configured
    out.is_configured = true;
  } else if (sections.size() > 1) {
    return usage(
        "which set of pins? There are: " + names_of(sections),
        words.is_named_by_option ? "--pins " + sections.front()->name : "name one of them");
  } else if (sections.size() == 1) {
    out.config = *sections.front();
    out.is_configured = true;
  } else {
    out.config = unconfigured(words, *out.workspace);
  }
  if (find_malformed_utf8(out.config.track) != std::string::npos)  // --track is told before
    return usage("REGISTRY_TRACK: \"" + printable_path(out.config.track) + "\" is not UTF-8");
  override_with(out.config, words);
  set_arguments(out, words);
  for (const schemas::SchemasConfig& section : out.workspace->schemas)
    if (section.name == out.config.name) out.is_one_off = is_another(out.config, section);
  return out;
}

Result<ChosenSchemas> chosen_schemas(const Command& command, const SchemasWords& words) {
  TRY_ASSIGN(ChosenSchemas out, chosen_pins(command, words));
  if (out.config.registry.address.empty() && !out.workspace->schemas.empty())
    return usage("no [schemas.NAME] is of " + wanted_of(words) + ": " + shown(*out.workspace),
                 "name one of them, or with --registry-url the registry that is meant");
  if (out.config.registry.address.empty())
    return usage(
        "which registry? Nothing configures one",
        "--registry-url URL, or the variable REGISTRY_URL, or [schemas.NAME] in holdfast.toml");
  return out;
}

Result<OpenedCatalog> open_catalog_of(const Command& command, const ChosenSchemas& chosen) {
  OpenedCatalog out;
  if (chosen.is_one_off)
    command.say("this is not what [schemas." + chosen.config.name +
                "] says, so nothing of it is recorded");
  if (chosen.has_workspace && !chosen.is_one_off) {
    TRY_ASSIGN(auto open, command.open());
    out.own = std::move(open.catalog);
    return out;
  }
  TRY_ASSIGN(out.temporary, TemporaryCatalog::make(*command.clock));
  return out;
}

void add_schemas_commands(CLI::App& root) {
  CLI::App* group = add_group(root, "schemas", "Pinned schemas against a live registry");
  add_schemas_fetch(*group);
  add_schemas_check(*group);
  add_schemas_diff(*group);
  add_schemas_history(*group);
  add_schemas_accept(*group);
  add_schemas_validate(*group);
  add_schemas_contract(*group);
  add_schemas_watch(*group);
  add_schemas_explain(*group);
  add_schemas_serve(*group);
}

}  // namespace holdfast::cli

// SPDX-License-Identifier: Apache-2.0
#include "app/config_file.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <system_error>

#include <unistd.h>

#include "app/domains.h"
#include "base/file.h"
#include "base/nearest.h"

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

constexpr int kMostFoldersAbove = 64;
constexpr std::string_view kPrefix = "HOLDFAST_";
constexpr std::array<std::string_view, 4> kFixedKeys = {"workspace.name", "workspace.catalog",
                                                        "workspace.actor", "metrics.textfile"};

Result<std::string> find_config(const WorkspaceOptions& options) {
  std::error_code error;
  if (options.config_file) {
    const fs::path path = fs::absolute(*options.config_file, error);
    TRY_ASSIGN(const bool there, real_file_system().exists(path.string()));
    if (!there)
      return Error(Code::not_found, "no configuration at " + *options.config_file,
                   "holdfast init makes one");
    return path.lexically_normal().string();
  }
  fs::path folder = fs::absolute(options.start_folder, error).lexically_normal();
  if (!fs::is_directory(folder, error))
    return Error(Code::not_found, "no folder " + options.start_folder + " to look for " +
                                      std::string(kConfigName) + " in");
  for (int above = 0; above < kMostFoldersAbove; ++above) {
    const fs::path path = folder / kConfigName;
    TRY_ASSIGN(const bool there, real_file_system().exists(path.string()));
    if (there) return path.string();
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return Error(
      Code::not_found,
      "no " + std::string(kConfigName) + " in " + options.start_folder + " or the folders above it",
      "holdfast init makes one; --workspace FOLDER looks elsewhere");
}

// Short where it lies in the current folder, as in "holdfast.toml:12".
std::string shown_name(const fs::path& path) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  if (!error && path.parent_path() == here) return path.filename().string();
  return path.string();
}

// Every variable that could override a value of this file: variable → dotted key.
Result<std::map<std::string, std::string>> known_variables(TomlTable& root) {
  std::map<std::string, std::string> known;
  for (const std::string_view key : kFixedKeys)
    known.emplace(variable_of(key), key);
  for (const std::string_view key : kEventsKeys)
    known.emplace(variable_of(key), key);
  for (const Domain& domain : domains()) {
    if (!root.has(domain.name)) continue;
    TRY_ASSIGN(const auto sections, root.tables(domain.name));
    for (const auto& [name, table] : sections)
      for (const std::string_view key : domain.keys()) {
        const std::string dotted = table.path() + '.' + std::string(key);
        const auto [at, added] = known.emplace(variable_of(dotted), dotted);
        if (!added && at->second != dotted && std::getenv(at->first.c_str()) != nullptr)
          return Error(Code::invalid,
                       "environment " + at->first + " could mean " + at->second + " or " + dotted,
                       "unset it and use --set KEY=VALUE");
      }
  }
  return known;
}

// A variable of one of our sections that no value has is misspelt; others (HOLDFAST_FAILPOINTS, …)
// are not configuration.
bool looks_like_configuration(std::string_view name) {
  for (const std::string_view section : {"WORKSPACE_", "EVENTS_", "METRICS_"})
    if (name.substr(kPrefix.size()).starts_with(section)) return true;
  return std::ranges::any_of(domains(), [&](const Domain& domain) {
    return name.starts_with(variable_of(domain.name) + '_');
  });
}

Status lay_environment(TomlTable& root) {
  TRY_ASSIGN(const auto known, known_variables(root));
  std::vector<std::string> names;
  for (const auto& [variable, key] : known)
    names.push_back(variable);
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const std::string variable(text.substr(0, equals));
    const auto found = known.find(variable);
    if (found != known.end()) {
      TRY(root.set(found->second, text.substr(equals + 1), TomlOrigin::environment, variable));
    } else if (looks_like_configuration(variable)) {
      return Error(Code::invalid,
                   "environment " + variable + ": the configuration has no such value" +
                       did_you_mean(variable, names),
                   "unset it, or: holdfast config show --origin");
    }
  }
  return {};
}

}  // namespace

std::string variable_of(std::string_view dotted_key) {
  std::string out(kPrefix);
  for (const char c : dotted_key) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += lower ? static_cast<char>(c - 'a' + 'A') : kept ? c : '_';
  }
  return out;
}

Result<ConfigFile> open_config(const WorkspaceOptions& options) {
  TRY_ASSIGN(const std::string path, find_config(options));
  const auto text = real_file_system().read(path, kMaxTomlSizeBytes);
  // Whatever keeps it from being read, it is bad configuration (exit 2), no failure in the middle of work.
  if (!text)
    return Error(Code::invalid, text.error().message(), "holdfast --config FILE reads another one");
  TRY_ASSIGN(TomlTable root, parse_toml(*text, shown_name(path)));
  for (const auto& [key, value] : options.overrides)
    TRY(root.set(key, value, TomlOrigin::flag, "--set"));
  TRY(lay_environment(root));
  TRY(lay_bus_defaults(root));
  return ConfigFile{folder_of(path), path, std::move(root)};
}

}  // namespace holdfast::app

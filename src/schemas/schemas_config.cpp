// SPDX-License-Identifier: Apache-2.0
#include "schemas/schemas_config.h"

#include <array>
#include <filesystem>

#include "base/canonical_path.h"
#include "base/clock.h"
#include "base/root_folder.h"
#include "base/shell_word.h"
#include "schemas/registry_directory.h"

namespace holdfast::schemas {
namespace {

namespace fs = std::filesystem;

// With those of the registry (schemas/registry_config.h).
constexpr std::array<std::string_view, 20> kKeys = {
    "track",    "fixtures",     "registry", "kind",     "user",    "password",
    "token",    "group",        "subjects", "attempts", "timeout", "request_timeout",
    "critical", "all",          "interval", "profile",  "mode",    "formats",
    "defaults", "declared_hash"};

Result<CompatibilityLevel> read_mode(const std::string& word, TomlTable& table) {
  const auto mode = parse_mode(word);
  if (!mode)
    return table.invalid("mode", "\"" + word + "\" is no mode: NONE, BACKWARD, FORWARD, FULL");
  if (is_transitive(*mode)) {
    const Error refusal = transitive_refusal(*mode);
    return table.invalid("mode", refusal.message() + "; " + refusal.hint());
  }
  return *mode;
}

Status read_comparison(TomlTable& table, ComparisonOptions& options) {
  TRY_ASSIGN(const std::string profile, table.string_or("profile", "contract"));
  const auto known = parse_profile(profile);
  if (!known)
    return table.invalid("profile", "\"" + profile +
                                        "\" is no profile: contract, inclusion, confluent-strict, "
                                        "confluent-lenient");
  options.profile = *known;
  TRY_ASSIGN(const auto mode, table.string("mode"));
  if (mode) {
    TRY_ASSIGN(options.mode, read_mode(*mode, table));
  }
  TRY_ASSIGN(const std::string formats, table.string_or("formats", "annotation"));
  const auto format = parse_format_mode(formats);
  if (!format)
    return table.invalid("formats", "\"" + formats + "\" is neither annotation nor assertion");
  options.format = *format;
  TRY_ASSIGN(const std::string missing, table.string_or("defaults", "ignore"));
  const auto defaults = parse_defaults(missing);
  if (!defaults) return table.invalid("defaults", "\"" + missing + "\" is neither ignore nor fill");
  options.defaults = *defaults;
  return {};
}

Result<DeclaredHash> read_declared_hash(TomlTable& table) {
  TRY_ASSIGN(const std::string name, table.string_or("declared_hash", "auto"));
  for (const DeclaredHash kind : {DeclaredHash::automatic, DeclaredHash::raw, DeclaredHash::seed,
                                  DeclaredHash::canonical, DeclaredHash::ignored})
    if (declared_hash_name(kind) == name) return kind;
  return table.invalid("declared_hash",
                       "\"" + name + "\" is none of auto, raw, seed, canonical, ignored");
}

Result<std::chrono::nanoseconds> read_interval(TomlTable& table) {
  TRY_ASSIGN(const std::string text, table.string_or("interval", "24h"));
  const auto interval = parse_duration(text);
  if (!interval || interval->count() <= 0)
    return table.invalid("interval", "\"" + text + "\" is no duration such as 10m or 24h");
  return *interval;
}

// Each is the name of a pin's file and stands in a subject.
Status check_critical(const TomlTable& table, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty()) return table.invalid("critical", "an empty name; none at all is []");
    TRY(table.require_utf8("critical", name));
    if (name.find('/') != std::string::npos)
      return table.invalid("critical", '"' + name + "\" is no name of a schema");
  }
  return {};
}

}  // namespace

std::string_view declared_hash_name(DeclaredHash kind) {
  switch (kind) {
    case DeclaredHash::automatic:
      return "auto";
    case DeclaredHash::raw:
      return "raw";
    case DeclaredHash::seed:
      return "seed";
    case DeclaredHash::canonical:
      return "canonical";
    case DeclaredHash::ignored:
      return "ignored";
  }
  return "auto";
}

Error transitive_refusal(CompatibilityLevel mode) {
  const std::string name(level_name(mode));
  return {
      Code::invalid,
      name + " asks every version of a schema, and a check holds the pins against the latest one",
      "of one schema: holdfast schemas diff registry:NAME NEW --mode " + name +
          "; of a check the mode is NONE, BACKWARD, FORWARD or FULL"};
}

Status refuse_own_registry(const SchemasConfig& config) {
  if (config.registry.kind != RegistryKind::directory ||
      config.registry.address.starts_with("git:"))
    return {};
  std::error_code ignored;
  const fs::path registry = fs::path(config.workspace_folder) / config.registry.address;
  for (const fs::path& each : {registry, registry / config.track})
    if (fs::equivalent(each, config.fixtures, ignored))
      return Error(Code::invalid,
                   printable_path(config.registry.address) +
                       " is the folder of the pins itself, and compared with itself it is always "
                       "the same",
                   "name the registry that the pins are of");
  return {};
}

std::span<const std::string_view> schemas_keys() {
  return kKeys;
}

Result<SchemasConfig> read_schemas_config(const std::string& name, TomlTable& table,
                                          const std::string& workspace_folder) {
  SchemasConfig config;
  config.name = name;
  config.workspace_folder = workspace_folder;
  config.arguments = config.fetch_arguments = shell_word(name);
  TRY_ASSIGN(config.track, table.string_or("track", ""));
  TRY_ASSIGN(const auto fixtures, table.string("fixtures"));
  TRY_ASSIGN(config.registry, read_registry_config(table));
  TRY_ASSIGN(config.critical, table.strings_or("critical", {}));
  TRY(check_critical(table, config.critical));
  TRY_ASSIGN(config.all, table.boolean_or("all", false));
  TRY_ASSIGN(config.check_interval, read_interval(table));
  TRY(read_comparison(table, config.comparison));
  TRY_ASSIGN(config.declared_hash, read_declared_hash(table));
  if (!fixtures || fixtures->empty() || config.registry.address.empty()) {
    TRY(table.finish());  // a misspelt key says more than the one that is missing
    if (!fixtures || fixtures->empty())
      return table.invalid("fixtures", "name the folder of pinned schemas");
    return table.invalid("registry", "name the registry: a URL, a folder or git:REVISION:PATH");
  }
  TRY(table.require_utf8("track", config.track));
  if (config.track.find('/') != std::string::npos || config.track.starts_with('.'))
    return table.invalid("track", "\"" + config.track + "\" is no name of a track");
  config.fixtures = absolute_path(*fixtures, workspace_folder);
  if (config.registry.kind != RegistryKind::directory) return config;
  const Status address = refuse_other_addresses(config.registry, workspace_folder);
  if (!address)
    return table.invalid("registry", address.error().message() + ": " + address.error().hint());
  return config;
}

}  // namespace holdfast::schemas

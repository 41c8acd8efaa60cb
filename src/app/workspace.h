// SPDX-License-Identifier: Apache-2.0
// A workspace: a folder with holdfast.toml, its configuration with the origin of every value, its
// catalog and its checks.
//
// Precedence of a value: flag (--set) > environment > file > default. The variable of a value is
// its dotted key in upper case, every byte that is no letter or digit as "_", behind "HOLDFAST_":
// HOLDFAST_WORKSPACE_CATALOG, HOLDFAST_ARTIFACTS_ATLAS_ROOT.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/events_config.h"
#include "artifacts/source_config.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "core/check.h"
#include "extract/extraction_config.h"
#include "schemas/schemas_config.h"

namespace holdfast::app {

/// Where nothing else is configured.
inline constexpr std::string_view kDefaultCatalog = "sqlite:.holdfast/catalog.db";

struct WorkspaceOptions {
  std::string start_folder = ".";  // holdfast.toml is looked for here and in the folders above
  std::optional<std::string>
      config_file;  // --config: this file instead; its folder is the workspace
  std::vector<std::pair<std::string, std::string>> overrides;  // --set artifacts.atlas.root=…
};

struct Workspace {
  std::string folder;       // absolute
  std::string config_file;  // absolute
  std::string name;
  std::string catalog_url;  // SQLite paths made absolute
  std::string actor;        // who acts: configured, or "user@host"
  EventsConfig events;      // [events]: where every event goes beside the catalog
  std::optional<std::string>
      metrics_textfile;  // [metrics] textfile: absolute; written whole after every check
  std::vector<artifacts::SourceConfig> artifacts;
  std::vector<extract::ExtractionConfig> extractions;
  std::vector<schemas::SchemasConfig> schemas;
  std::size_t section_count = 0;  // of all domains
  /// Absolute: what Holdfast itself writes or is told by, so nobody's artifact.
  std::vector<std::string> own_files;

  /// Finds, reads and checks the configuration. `not_found` (hint: holdfast init) when there is
  /// none; `invalid` names file, line, key; `unsupported` names a section of a domain that this
  /// binary does not have.
  static Result<Workspace> load(const WorkspaceOptions& options);
  /// The source of that name; with no name the only one. `invalid` lists the names.
  Result<const artifacts::SourceConfig*> artifact_source(
      std::optional<std::string_view> source_name) const;
  /// The extraction of that name, in the same way.
  Result<const extract::ExtractionConfig*> extraction(
      std::optional<std::string_view> extraction_name) const;
  /// The set of pins of that name, in the same way.
  Result<const schemas::SchemasConfig*> schema_pins(
      std::optional<std::string_view> section_name) const;
};

/// Where every value of the configuration came from, for `config show --origin`. Secrets are
/// redacted.
struct ConfigValue {
  std::string key;     // "artifacts.atlas.root"
  std::string value;   // as TOML text, redacted
  std::string origin;  // "default", "file holdfast.toml:12", "environment HOLDFAST_…", "flag --set"
};
Result<std::vector<ConfigValue>> explain_config(const WorkspaceOptions& options);

/// A check with what its configuration asks of it beside the check itself.
struct ConfiguredCheck {
  std::unique_ptr<core::Check> check;
  std::optional<std::chrono::nanoseconds>
      max_age;  // a proof older than this makes the check incomplete
};

/// Every configured check of the named domains, or so named itself (none named: all), in the order of the
/// configuration. `invalid` names a domain that there is not, with the nearest and all that there
/// are.
Result<std::vector<ConfiguredCheck>> make_checks(const Workspace& workspace,
                                                 catalog::Catalog& catalog,
                                                 const std::vector<std::string>& domains);

/// A sentence for each domain that was named and has no check among those that were made: its section may have been lost, and the
/// others being in step says nothing of it. For CheckRunOptions::gaps.
std::vector<std::string> gaps_of_named(const std::vector<std::string>& domains_wanted,
                                       const std::vector<ConfiguredCheck>& checks);

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// What the commands of `holdfast schemas` share: which pins and which registry are meant, with a configuration or, as the source's
// scripts, without one.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "cli/command.h"
#include "schemas/drift.h"
#include "schemas/schemas_config.h"

namespace holdfast::cli {

/// As they were written; empty where they were not.
struct SchemasWords {
  std::string name;
  std::string track;
  std::string registry_url;
  std::string folder;               // --schema-dir of check, --output of fetch
  std::string default_folder;       // where nothing is configured
  bool is_named_by_option = false;  // --pins NAME instead of [NAME]
};

/// --pins NAME, for commands whose words are of something else.
void add_pins_option(CLI::App& command, SchemasWords& words);
/// For commands that take registry:NAME and pin:NAME: --pins, --track, --registry-url, --schema-dir.
void add_reference_options(CLI::App& command, SchemasWords& words);
/// [NAME], --track, --registry-url.
void add_schemas_choice(CLI::App& command, SchemasWords& words);

/// --mode, for schemas::parse_mode(); empty where it is not given.
void add_schemas_mode(CLI::App& command, std::string& mode);

/// A catalog for one command where there is no workspace: in memory where the system has such a folder, gone with the object.
class TemporaryCatalog {
 public:
  static Result<std::unique_ptr<TemporaryCatalog>> make(Clock& clock);
  ~TemporaryCatalog();
  TemporaryCatalog(const TemporaryCatalog&) = delete;
  TemporaryCatalog& operator=(const TemporaryCatalog&) = delete;
  catalog::Catalog& catalog() { return *catalog_; }

 private:
  explicit TemporaryCatalog(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

/// What a command works on.
struct ChosenSchemas {
  schemas::SchemasConfig config;
  std::unique_ptr<app::Workspace>
      workspace;               // of the configuration, or made up of the current folder
  bool is_configured = false;  // by a [schemas.NAME] section
  bool has_workspace = false;  // there is a holdfast.toml
  bool is_one_off = false;     // a section has this name, and another folder, registry or track
};

/// The section that the words fit, with what they override; else what the words alone say: track from REGISTRY_TRACK or v1, registry from
/// REGISTRY_URL. `invalid` where several sections fit or no registry is named.
Result<ChosenSchemas> chosen_schemas(const Command& command, const SchemasWords& words);

/// The same where no registry is asked: none need be named.
Result<ChosenSchemas> chosen_pins(const Command& command, const SchemasWords& words);

/// The workspace's catalog, or a temporary one where there is none or the run is no section's.
struct OpenedCatalog {
  std::unique_ptr<catalog::Catalog> own;
  std::unique_ptr<TemporaryCatalog> temporary;
  catalog::Catalog& get() { return own ? *own : temporary->catalog(); }
};
Result<OpenedCatalog> open_catalog_of(const Command& command, const ChosenSchemas& chosen);

void add_schemas_fetch(CLI::App& group);
void add_schemas_check(CLI::App& group);
void add_schemas_diff(CLI::App& group);
void add_schemas_history(CLI::App& group);
void add_schemas_accept(CLI::App& group);
void add_schemas_validate(CLI::App& group);
void add_schemas_contract(CLI::App& group);
void add_schemas_watch(CLI::App& group);
void add_schemas_explain(CLI::App& group);
void add_schemas_serve(CLI::App& group);

}  // namespace holdfast::cli

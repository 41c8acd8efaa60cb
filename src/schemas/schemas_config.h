// SPDX-License-Identifier: Apache-2.0
// One set of pins against one track of one registry, `[schemas.NAME]`:
//
//   track = "v1"
//   fixtures = "schemas/v1"                    the folder of pins
//   registry = "http://127.0.0.1:8081"         and more keys of it: schemas/registry_config.h
//   critical = ["telemetry.FeedbackEvent"]     pins that must be there
//   all = false                                tell of each published schema that is not pinned
//   profile = "contract"                       contract, inclusion, confluent-strict, confluent-lenient
//   mode = "BACKWARD"                          which directions decide the class: NONE, BACKWARD, FORWARD, FULL; none: the profile
//   formats = "annotation"                     or "assertion"
//   defaults = "ignore"                        or "fill": readers put the default of a missing property in
//   interval = "24h"                           how often somebody looks, for the alert on checks that stopped
//   declared_hash = "auto"                     what the registry's own hash is of: auto, raw, seed, canonical, ignored
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/toml.h"
#include "core/finding.h"
#include "schemas/comparison_options.h"
#include "schemas/registry_config.h"

namespace holdfast::schemas {

/// What text the hash that a registry sends is of. Automatic: learned from the schemas that it fits.
enum class DeclaredHash : unsigned char { automatic, raw, seed, canonical, ignored };
std::string_view declared_hash_name(DeclaredHash kind);

struct SchemasConfig {
  std::string name;              // of the section; of a run without one, the track
  std::string workspace_folder;  // absolute; findings name files relative to it
  std::string repo;              // who has the pins, in reports and events: the workspace's name
  std::string actor;
  std::string track;
  std::string fixtures;  // absolute
  RegistryConfig registry;
  std::vector<std::string> critical;
  bool all = false;
  std::chrono::nanoseconds check_interval = std::chrono::hours(24);
  ComparisonOptions comparison;
  DeclaredHash declared_hash = DeclaredHash::automatic;
  std::string arguments;        // what names it to `holdfast schemas …`, as words of a shell
  std::string fetch_arguments;  // the same for `fetch`, which names its folder in another way

  /// "schema:core/telemetry.FeedbackEvent".
  core::Subject subject_of(const std::string& schema_name) const {
    return {"schema", name.empty() ? schema_name : name + '/' + schema_name};
  }
  /// The command that pins anew what these pins are of, for hints.
  std::string fetch_command() const { return "holdfast schemas fetch " + fetch_arguments; }
};

/// `invalid`: a check has no use for a mode that asks every version, and says where it works.
Error transitive_refusal(CompatibilityLevel mode);

/// `invalid` where the registry is the folder of the pins itself: whoever compares a thing with itself finds it in step for ever.
Status refuse_own_registry(const SchemasConfig& config);

/// Every key that read_schemas_config() asks for: a variable of the environment overrides no other.
std::span<const std::string_view> schemas_keys();
/// Errors name file, line, key and value.
Result<SchemasConfig> read_schemas_config(const std::string& name, TomlTable& table,
                                          const std::string& workspace_folder);

}  // namespace holdfast::schemas

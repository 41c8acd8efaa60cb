// SPDX-License-Identifier: Apache-2.0
// holdfast.toml as found, with the environment and --set laid over it: what workspace.cpp reads the
// values from.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "app/workspace.h"
#include "base/result.h"
#include "base/toml.h"

namespace holdfast::app {

inline constexpr std::string_view kConfigName = "holdfast.toml";

/// Of a section: the NAME of [artifacts.NAME].
inline constexpr std::size_t kMaxSectionNameBytes = 64;

struct ConfigFile {
  std::string folder;  // absolute
  std::string path;    // absolute
  TomlTable root;
};

/// Finds and parses it. `not_found` (hint: holdfast init), `io` names the file and errno, `invalid`
/// file, line and column.
Result<ConfigFile> open_config(const WorkspaceOptions& options);

/// "HOLDFAST_ARTIFACTS_ATLAS_ROOT" of "artifacts.atlas.root".
std::string variable_of(std::string_view dotted_key);

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// What counts as breaking: profile, mode, and how `format` and `default` are taken.
#pragma once
#include <optional>
#include <string_view>

#include "json_schema/change_class.h"
#include "json_schema/validator.h"
#include "schemas/compatibility_level.h"

namespace holdfast::schemas {

using json_schema::Defaults;
using json_schema::FormatMode;
using json_schema::parse_profile;
using json_schema::Profile;
using json_schema::profile_name;
using json_schema::profile_names;

/// "assertion".
std::string_view format_mode_name(FormatMode format);
std::optional<FormatMode> parse_format_mode(std::string_view name);
/// "fill".
std::string_view defaults_name(Defaults defaults);
std::optional<Defaults> parse_defaults(std::string_view name);

struct ComparisonOptions {
  Profile profile = Profile::contract;
  FormatMode format = FormatMode::annotation;
  Defaults defaults = Defaults::ignore;
  /// Whose directions decide the class; none: the profile alone does. `compare_schemas` compares two texts, so that a transitive one is to it
  /// what the other of the same directions is.
  std::optional<CompatibilityLevel> mode = {};
};

}  // namespace holdfast::schemas

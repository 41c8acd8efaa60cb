// SPDX-License-Identifier: Apache-2.0
// What counts as breaking.
#pragma once
#include <optional>
#include <string_view>

#include "schemas/compatibility_level.h"

namespace holdfast::schemas {

/// The profiles of json_schema/compare.h.
enum class Profile : unsigned char { contract, inclusion, confluent_strict, confluent_lenient };
/// "confluent-strict".
std::string_view profile_name(Profile profile);
std::optional<Profile> parse_profile(std::string_view name);

/// What a `format` is held for.
enum class Formats : unsigned char { annotation, assertion };

struct ComparisonOptions {
  Profile profile = Profile::contract;
  Formats formats = Formats::annotation;
  /// Whose directions decide the class; none: the profile alone does. `compare_schemas` compares two texts, so that a transitive one is to it
  /// what the other of the same directions is.
  std::optional<CompatibilityLevel> mode = {};
};

}  // namespace holdfast::schemas

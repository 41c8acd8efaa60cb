// SPDX-License-Identifier: Apache-2.0
// What a change of a schema has to keep: nothing, the readers of old data (backward), those who still read by the old schema (forward), or
// both; against the version before it or, transitive, against all of them. The words are Confluent's.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::schemas {

enum class CompatibilityLevel : unsigned char {
  none,
  backward,
  backward_transitive,
  forward,
  forward_transitive,
  full,
  full_transitive
};
/// "BACKWARD_TRANSITIVE".
std::string_view level_name(CompatibilityLevel level);
/// All of them, from the least to the most.
std::vector<std::string> level_names();
std::optional<CompatibilityLevel> parse_compatibility(std::string_view name);
/// The same as people type it: "backward" too.
std::optional<CompatibilityLevel> parse_mode(std::string_view word);

bool is_transitive(CompatibilityLevel level);
/// Whether it asks that whatever was valid still is; and that whatever is valid was valid before.
bool asks_backward(CompatibilityLevel level);
bool asks_forward(CompatibilityLevel level);

}  // namespace holdfast::schemas

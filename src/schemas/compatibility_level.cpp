// SPDX-License-Identifier: Apache-2.0
#include "schemas/compatibility_level.h"

#include <algorithm>
#include <array>

namespace holdfast::schemas {
namespace {

constexpr std::array kLevels = {CompatibilityLevel::none,
                                CompatibilityLevel::backward,
                                CompatibilityLevel::backward_transitive,
                                CompatibilityLevel::forward,
                                CompatibilityLevel::forward_transitive,
                                CompatibilityLevel::full,
                                CompatibilityLevel::full_transitive};

}  // namespace

std::string_view level_name(CompatibilityLevel level) {
  switch (level) {
    case CompatibilityLevel::none:
      return "NONE";
    case CompatibilityLevel::backward:
      return "BACKWARD";
    case CompatibilityLevel::backward_transitive:
      return "BACKWARD_TRANSITIVE";
    case CompatibilityLevel::forward:
      return "FORWARD";
    case CompatibilityLevel::forward_transitive:
      return "FORWARD_TRANSITIVE";
    case CompatibilityLevel::full:
      return "FULL";
    case CompatibilityLevel::full_transitive:
      return "FULL_TRANSITIVE";
  }
  return "BACKWARD";
}

std::vector<std::string> level_names() {
  std::vector<std::string> out;
  for (const CompatibilityLevel each : kLevels)
    out.emplace_back(level_name(each));
  return out;
}

std::optional<CompatibilityLevel> parse_compatibility(std::string_view name) {
  for (const CompatibilityLevel each : kLevels)
    if (level_name(each) == name) return each;
  return {};
}

std::optional<CompatibilityLevel> parse_mode(std::string_view word) {
  std::string name(word);
  std::ranges::transform(name, name.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return parse_compatibility(name);
}

bool is_transitive(CompatibilityLevel level) {
  return level == CompatibilityLevel::backward_transitive ||
         level == CompatibilityLevel::forward_transitive ||
         level == CompatibilityLevel::full_transitive;
}

bool asks_backward(CompatibilityLevel level) {
  return level == CompatibilityLevel::backward ||
         level == CompatibilityLevel::backward_transitive || level == CompatibilityLevel::full ||
         level == CompatibilityLevel::full_transitive;
}

bool asks_forward(CompatibilityLevel level) {
  return level == CompatibilityLevel::forward || level == CompatibilityLevel::forward_transitive ||
         level == CompatibilityLevel::full || level == CompatibilityLevel::full_transitive;
}

}  // namespace holdfast::schemas

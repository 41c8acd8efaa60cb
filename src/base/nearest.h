// SPDX-License-Identifier: Apache-2.0
// The nearest known name to a misspelt one, for "did you mean".
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast {

/// Longer names are never compared.
inline constexpr std::size_t kMaxNameSizeBytes = 128;

/// Damerau-Levenshtein distance over bytes: insertions, deletions, changes and swaps of neighbours,
/// each 1.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name at the smallest distance (the first of equals); none where the nearest differs in
/// more than a third of its letters. Upper and lower case, '-' and '_' count as equal.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known);

/// "; did you mean \"x\"?", or "".
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

}  // namespace holdfast

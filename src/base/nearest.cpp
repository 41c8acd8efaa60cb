// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/ascii.h"

namespace holdfast {
namespace {

// As a person reads a name: without case, and with '-' for '_'.
std::string folded(std::string_view name) {
  std::string out = ascii_lowered(name);
  std::ranges::replace(out, '_', '-');
  return out;
}

}  // namespace

// Damerau 1964 as Lowrance and Wagner (1975) compute it: d(i, j) also looks back to the last place
// at which both letters of a swap were seen, so that letters may be put in between ("ca" to "abc"
// is 2).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t far = a.size() + b.size();
  const std::size_t width = b.size() + 2;
  std::vector<std::size_t> table((a.size() + 2) * width, far);  // one row and column more in front
  const auto d = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return table[(i + 1) * width + j + 1];
  };
  for (std::size_t i = 0; i <= a.size(); ++i)
    d(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j)
    d(0, j) = j;
  std::array<std::size_t, 256> last_row{};  // the last row in which a letter of b was seen in a
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_column = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t row = last_row[static_cast<unsigned char>(b[j - 1])];
      const std::size_t column = last_column;
      const bool same = a[i - 1] == b[j - 1];
      if (same) last_column = j;
      d(i, j) = std::min({d(i - 1, j - 1) + (same ? 0U : 1U), d(i, j - 1) + 1, d(i - 1, j) + 1});
      if (row > 0 && column > 0) {
        const std::size_t swapped = d(row - 1, column - 1) + (i - row - 1) + 1 + (j - column - 1);
        d(i, j) = std::min(d(i, j), swapped);
      }
    }
    last_row[static_cast<unsigned char>(a[i - 1])] = i;
  }
  return d(a.size(), b.size());
}

std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known) {
  if (name.size() > kMaxNameSizeBytes) return std::nullopt;
  const std::string wanted = folded(name);
  std::optional<std::string> nearest;
  std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > kMaxNameSizeBytes) continue;
    const std::size_t distance = edit_distance(wanted, folded(candidate));
    if (distance >= least || distance >= candidate.size()) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> known) {
  const auto nearest = nearest_name(name, known);
  return nearest ? "; did you mean \"" + *nearest + "\"?" : "";
}

}  // namespace holdfast

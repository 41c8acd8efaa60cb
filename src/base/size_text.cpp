// SPDX-License-Identifier: Apache-2.0
#include "base/size_text.h"

#include <array>
#include <cstdio>

namespace holdfast {

std::string size_text(double size_bytes) {
  constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  // What would be rounded to "1000 kB" is "1.0 MB".
  constexpr double kNextUnitFrom = 999.5;
  std::size_t unit = 0;
  while (size_bytes >= kNextUnitFrom && unit + 1 < kUnits.size()) {
    size_bytes /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  const bool whole = unit == 0 || size_bytes >= 99.95;
  std::snprintf(text.data(), text.size(), whole ? "%.0f %s" : "%.1f %s", size_bytes,
                kUnits.at(unit));
  return text.data();
}

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// Letters of ASCII without their case, whatever the locale says.
#pragma once
#include <string>
#include <string_view>

namespace holdfast {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string ascii_lowered(std::string_view text);

}  // namespace holdfast

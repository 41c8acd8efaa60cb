// SPDX-License-Identifier: Apache-2.0
// Patterns of paths:
//
//   *    any run of bytes without '/'          ?   one byte that is no '/'
//   **   any run of bytes, '/' too             **/  any folders, or none, where a part of the path begins
//                                              all else stands for itself
#pragma once
#include <string_view>

namespace holdfast {

/// Whether the whole text fits the pattern. In time O(pattern x text), whatever they hold.
bool fits_pattern(std::string_view pattern, std::string_view text);

}  // namespace holdfast

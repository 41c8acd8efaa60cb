// SPDX-License-Identifier: Apache-2.0
// HOLDFAST_ASSERT: for our own mistakes only, on in release builds, stops the program. Never for input, files or the network.
#pragma once

namespace holdfast {
/// Prints the broken assumption to stderr and aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace holdfast

#define HOLDFAST_ASSERT(expression)    \
  ((expression) ? static_cast<void>(0) \
                : ::holdfast::assertion_failed(#expression, __FILE__, __LINE__))

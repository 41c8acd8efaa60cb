// SPDX-License-Identifier: Apache-2.0
// The end of a program whose own assumption is broken (base/assert.h): apart, for what is built without the rest of the room.
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace holdfast {

void assertion_failed(const char* expression, const char* file, int line) {
  static_cast<void>(std::fprintf(stderr, "%s:%d: broken assumption: %s\n", file, line, expression));
  std::abort();
}

}  // namespace holdfast

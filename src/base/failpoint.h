// SPDX-License-Identifier: Apache-2.0
// Failpoints: named places where durability changes hands, at which a test can stop the world.
//
//   HOLDFAST_FAILPOINTS="artifacts.after_event=kill;artifacts.before_commit=pause:FILE"
//
// Actions: kill (SIGKILL to itself), error (the place returns an io Error), pause:FILE (makes FILE,
// waits until it is gone), delay:MS; a leading "N*" ("3*kill") lets the first N-1 visits pass.
// Compiled out unless HOLDFAST_TESTING is defined. Every name must have a crash test under
// tests/crash: tools/check_style.py holds that.
#pragma once
#include <string_view>

#include "base/result.h"

namespace holdfast {
/// Does what HOLDFAST_FAILPOINTS says for this name; ok where it says nothing. Use the macro.
Status visit_failpoint(std::string_view name);
}  // namespace holdfast

#ifdef HOLDFAST_TESTING
#define HOLDFAST_FAILPOINT(name) TRY(::holdfast::visit_failpoint(name))
#else
#define HOLDFAST_FAILPOINT(name) \
  do {                           \
  } while (false)
#endif

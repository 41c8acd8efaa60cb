// SPDX-License-Identifier: Apache-2.0
// Paths as rows record them: relative to a root, without detours.
#pragma once
#include <string>
#include <string_view>

#include "artifacts/row_hasher.h"
#include "base/result.h"

namespace holdfast::artifacts {

/// "./a//b" as "a/b", an absolute path below a root as relative to it. `invalid`, with nothing but the reason ("no path"): a path that
/// is empty, has a NUL byte or "..", is no UTF-8, or is absolute and below none of the roots.
Result<std::string> recorded_path(std::string_view path, const Roots& roots);

}  // namespace holdfast::artifacts

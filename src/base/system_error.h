// SPDX-License-Identifier: Apache-2.0
// What errno says, as text and as an Error that names the call, the path and the reason.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// "No space left on device".
std::string errno_text(int error);

/// What to do where we ran out of descriptors or memory.
inline constexpr std::string_view kShortageHint =
    "use fewer --jobs, or raise the limits of open files (ulimit -n) and memory (ulimit -v)";

/// "write /a/b: No space left on device": `not_found` for ENOENT and ENOTDIR, `conflict` for
/// EEXIST, otherwise `io`; a full disk gets a hint.
Error system_error(std::string_view call, std::string_view path, int error);

}  // namespace holdfast

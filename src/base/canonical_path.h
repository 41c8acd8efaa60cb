// SPDX-License-Identifier: Apache-2.0
// Whether a path that somebody configured lies below a folder, by whatever links either is named.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace holdfast {

/// The path without links, "." and "..", as far as it is there.
std::filesystem::path canonical_path(const std::string& path);

/// What is left of `path` below `folder`; none where it is elsewhere. "" is the folder itself. Compares texts only.
std::optional<std::string> path_below(const std::filesystem::path& path,
                                      const std::filesystem::path& folder);

}  // namespace holdfast

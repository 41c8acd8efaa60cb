// SPDX-License-Identifier: Apache-2.0
// Paths that somebody configured: made absolute, and whether one lies below a folder, by whatever links either is named.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace holdfast {

/// The path as it is seen from `folder`, without "." and ".." and without a slash at its end. Links stay; nothing is opened.
std::string absolute_path(const std::string& path, const std::string& folder);
/// The same for a file. A slash at its end stays: whoever opens it is told that no file is named so.
std::string absolute_file_path(const std::string& path, const std::string& folder);

/// The path without links, "." and "..", as far as it is there.
std::filesystem::path canonical_path(const std::string& path);

/// What is left of `path` below `folder`; none where it is elsewhere. "" is the folder itself. Compares texts only.
std::optional<std::string> path_below(const std::filesystem::path& path,
                                      const std::filesystem::path& folder);

}  // namespace holdfast

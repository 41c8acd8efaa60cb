// SPDX-License-Identifier: Apache-2.0
#include "base/canonical_path.h"

#include <system_error>

namespace holdfast {

std::filesystem::path canonical_path(const std::string& path) {
  std::error_code error;
  const auto out = std::filesystem::weakly_canonical(path, error);
  return error ? std::filesystem::absolute(path, error).lexically_normal() : out;
}

std::optional<std::string> path_below(const std::filesystem::path& path,
                                      const std::filesystem::path& folder) {
  const auto rest = path.lexically_relative(folder);
  if (rest.empty() || *rest.begin() == "..") return {};
  return rest == "." ? std::string() : rest.string();
}

}  // namespace holdfast

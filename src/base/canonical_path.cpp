// SPDX-License-Identifier: Apache-2.0
#include "base/canonical_path.h"

#include <system_error>

namespace holdfast {

std::string absolute_path(const std::string& path, const std::string& folder) {
  std::string out = absolute_file_path(path, folder);
  while (out.size() > 1 && out.ends_with('/'))
    out.pop_back();
  return out;
}

std::string absolute_file_path(const std::string& path, const std::string& folder) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

std::filesystem::path canonical_path(const std::string& path) {
  std::error_code error;
  // Of "./x" and "x", where there is none, weakly_canonical makes two.
  const auto whole = std::filesystem::absolute(path, error);
  const auto out = std::filesystem::weakly_canonical(whole, error);
  return error ? whole.lexically_normal() : out;
}

std::optional<std::string> path_below(const std::filesystem::path& path,
                                      const std::filesystem::path& folder) {
  const auto rest = path.lexically_relative(folder);
  if (rest.empty() || *rest.begin() == "..") return {};
  return rest == "." ? std::string() : rest.string();
}

}  // namespace holdfast

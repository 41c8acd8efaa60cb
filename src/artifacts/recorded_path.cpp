// SPDX-License-Identifier: Apache-2.0
#include "artifacts/recorded_path.h"

#include <filesystem>

#include "base/canonical_path.h"
#include "core/canonical_json.h"

namespace holdfast::artifacts {

namespace fs = std::filesystem;

Result<std::string> recorded_path(std::string_view text, const Roots& roots) {
  if (text.empty()) return Error(Code::invalid, "no path");
  if (text.find('\0') != std::string_view::npos)
    return Error(Code::invalid, "a NUL byte in the path");
  if (!core::is_utf8(text)) return Error(Code::invalid, "not UTF-8, which no row can record");
  const fs::path path(text);
  if (path.is_absolute()) {
    for (const RootFolder& root : roots.folders()) {
      const auto rest =
          path_below(path.lexically_normal(), fs::path(root.path()).lexically_normal());
      if (rest && !rest->empty()) return *rest;
    }
    return Error(Code::invalid, "an absolute path outside of the roots");
  }
  std::string out;
  for (const fs::path& part : path) {
    if (part == "..") return Error(Code::invalid, "a path that leads out of the root");
    if (part.empty() || part == ".") continue;
    out += (out.empty() ? "" : "/") + part.string();
  }
  if (out.empty()) return Error(Code::invalid, "no path");
  return out;
}

}  // namespace holdfast::artifacts

// SPDX-License-Identifier: Apache-2.0
#include "artifacts/ignore_list.h"

#include <utility>

#include "base/file_pattern.h"

namespace holdfast::artifacts {

std::vector<std::string> default_ignore() {
  return {".git",        ".hg", ".svn", ".DS_Store", "__pycache__", ".venv", ".ipynb_checkpoints",
          "node_modules"};
}

Result<IgnoreList> IgnoreList::parse(const std::vector<std::string>& patterns) {
  IgnoreList list;
  for (const std::string& text : patterns) {
    if (text.empty() || text == "/")
      return Error(Code::invalid, "a pattern is empty: it would say nothing");
    if (text.size() > kMaxPatternSizeBytes) {
      return Error(Code::invalid, "a pattern is " + std::to_string(text.size()) +
                                      " bytes long, more than " +
                                      std::to_string(kMaxPatternSizeBytes));
    }
    std::string kept = text;
    const bool anchored = text.find('/') != std::string::npos;
    if (kept.front() == '/') kept.erase(0, 1);
    if (kept.back() == '/') kept.pop_back();
    const bool has_wildcard = kept.find_first_of("*?") != std::string::npos;
    list.patterns_.push_back({std::move(kept), anchored, has_wildcard});
  }
  return list;
}

void IgnoreList::add_path(std::string path) {
  patterns_.push_back({std::move(path), true, false});
}

bool IgnoreList::matches(std::string_view path) const {
  for (const Pattern& pattern : patterns_) {
    std::size_t begin = 0;
    while (begin <= path.size()) {
      const std::size_t slash = path.find('/', begin);
      const std::size_t end = slash == std::string_view::npos ? path.size() : slash;
      const std::string_view part =
          pattern.anchored ? path.substr(0, end) : path.substr(begin, end - begin);
      if (pattern.has_wildcard ? fits_pattern(pattern.text, part) : pattern.text == part)
        return true;
      begin = end + 1;
    }
  }
  return false;
}

}  // namespace holdfast::artifacts

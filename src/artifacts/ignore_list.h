// SPDX-License-Identifier: Apache-2.0
// Which files below a root need no row: the patterns of `ignore`.
// (base/file_pattern.h).
//
// A pattern without '/' is held against every part of the path ("*.tmp", ".git": a folder's name
// ignores all that is below it). One with '/' is held against the whole path from the root and
// against each folder of it ("build/*.log", "raw/**", "raw/").
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::artifacts {

inline constexpr std::size_t kMaxPatternSizeBytes = 1024;

/// Where `ignore` is not configured: what version control, systems and tools leave in folders.
std::vector<std::string> default_ignore();

class IgnoreList {
 public:
  /// `invalid` names an empty pattern or one that is longer than kMaxPatternSizeBytes.
  static Result<IgnoreList> parse(const std::vector<std::string>& patterns);
  /// A path from the root that stands for itself, whatever letters it has.
  void add_path(std::string path);
  bool matches(std::string_view path) const;

 private:
  struct Pattern {
    std::string text;
    bool anchored = false;  // held against the path from the root
    bool has_wildcard = false;
  };
  std::vector<Pattern> patterns_;
};

}  // namespace holdfast::artifacts

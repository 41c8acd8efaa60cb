// SPDX-License-Identifier: Apache-2.0
// Files below a folder, or below a path in a revision of a git repository: what a directory registry reads.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "schemas/problem.h"

namespace holdfast::schemas {

/// For one thread.
class FileTree {
 public:
  virtual ~FileTree() = default;
  /// Relative paths of all regular files, in byte order; links are not followed. `no_folder`, `unreadable`, `too_large` (kMostTreeFiles).
  virtual Looked<std::vector<std::string>> list() = 0;
  /// `not_found`, `unreadable`, `too_large`.
  virtual Looked<std::string> read(const std::string& path) = 0;
  /// When and as what (a commit) the file was written each time, oldest first; empty where there is no history.
  struct Past {
    std::string revision;
    std::string at;
  };
  virtual Looked<std::vector<Past>> past_of(const std::string& path) = 0;
  /// The file as it was in one of these.
  virtual Looked<std::string> read_at(const std::string& revision, const std::string& path) = 0;
};

inline constexpr std::size_t kMostTreeFiles = 200'000;

std::unique_ptr<FileTree> folder_tree(std::string folder);

struct GitPlace {
  std::string folder;    // in the repository
  std::string revision;  // what `git rev-parse` takes
  std::string path;      // below the folder; "" is the folder itself
};
/// Reads "git:REVISION:PATH"; none where the text is no such. `invalid` for a revision that git could take for an option.
Result<std::optional<GitPlace>> parse_git_place(const std::string& text, const std::string& folder);
/// Runs the git program under limits; it must be in PATH.
std::unique_ptr<FileTree> git_tree(GitPlace place, const Cancel* cancel);

}  // namespace holdfast::schemas

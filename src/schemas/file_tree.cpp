// SPDX-License-Identifier: Apache-2.0
#include "schemas/file_tree.h"

#include <optional>
#include <utility>

#include "base/readable_file.h"
#include "base/root_folder.h"
#include "schemas/schema_text.h"

namespace holdfast::schemas {
namespace {

class FolderTree final : public FileTree {
 public:
  explicit FolderTree(std::string folder) : folder_(std::move(folder)) {}

  Looked<std::vector<std::string>> list() override {
    if (auto problem = open()) return *problem;
    auto listing = root_->list();
    if (!listing) return Problem{ProblemKind::unreadable, listing.error().message()};
    if (!listing->unreadable.empty())
      return Problem{
          ProblemKind::unreadable,
          printable_path(folder_ + '/' + listing->unreadable.front()) + " can't be listed"};
    if (listing->files.size() > kMostTreeFiles)
      return Problem{ProblemKind::too_large, printable_path(folder_) + " has too many files"};
    return std::move(listing->files);
  }

  Looked<std::string> read(const std::string& path) override {
    if (auto problem = open()) return *problem;
    auto bytes = read_beneath(*root_, path, kMostSchemaBytes);
    if (bytes) return std::move(bytes).value();
    const Error& error = bytes.error();
    if (error.code() == Code::not_found) return Problem{ProblemKind::not_found, error.message()};
    if (error.code() == Code::invalid) return Problem{ProblemKind::too_large, error.message()};
    return Problem{ProblemKind::unreadable, error.message()};
  }

  Looked<std::vector<Past>> past_of(const std::string&) override { return std::vector<Past>(); }
  Looked<std::string> read_at(const std::string& revision, const std::string& path) override {
    return Problem{ProblemKind::not_found, printable_path(folder_ + '/' + path) +
                                               " has no version " + printable_path(revision)};
  }

 private:
  std::optional<Problem> open() {
    if (root_) return {};
    auto root = RootFolder::open(folder_);
    if (root) {
      root_.emplace(std::move(*root));
      return {};
    }
    const bool is_absent = root.error().code() == Code::not_found;
    return Problem{
        is_absent ? ProblemKind::no_folder : ProblemKind::unreadable,
        is_absent ? "there is no folder " + printable_path(folder_) : root.error().message()};
  }

  std::string folder_;
  std::optional<RootFolder> root_;
};

}  // namespace

std::unique_ptr<FileTree> folder_tree(std::string folder) {
  return std::make_unique<FolderTree>(std::move(folder));
}

}  // namespace holdfast::schemas

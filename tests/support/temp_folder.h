// SPDX-License-Identifier: Apache-2.0
// A folder of its own for one test, gone with everything in it afterwards.
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace holdfast::testing {

/// Readable by other users, so that a test may look at it with less rights.
class TempFolder {
 public:
  TempFolder() {
    std::string name = ::testing::TempDir() + "holdfast-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "can't make " << name;
    path_ = name;
    using std::filesystem::perms;
    std::filesystem::permissions(path_, perms::owner_all | perms::group_read | perms::group_exec |
                                            perms::others_read | perms::others_exec);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string at(std::string_view name) const { return (path_ / name).string(); }
  /// Makes a file with its folders.
  void write(std::string_view name, std::string_view content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream out(path_ / name, std::ios::binary | std::ios::trunc);
    out << content;
    ASSERT_TRUE(out.good()) << name;
  }
  std::string read(std::string_view name) const { return content_of(path_ / name); }
  static std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace holdfast::testing

// SPDX-License-Identifier: Apache-2.0
#include "extract/items.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/file_pattern.h"
#include "base/line_reader.h"
#include "base/root_folder.h"
#include "extract/bad_line.h"

namespace holdfast::extract {

namespace fs = std::filesystem;

SplitPattern split_pattern(const std::string& pattern) {
  const std::size_t wildcard = std::min(pattern.find_first_of("*?"), pattern.size());
  const std::size_t slash = pattern.rfind('/', wildcard);
  if (slash == std::string::npos) return {.folder = ".", .below = pattern};
  return {.folder = slash == 0 ? "/" : pattern.substr(0, slash),
          .below = pattern.substr(slash + 1)};
}

Result<Items> list_items(const std::string& base, const std::string& pattern) {
  if (pattern.empty() || pattern.ends_with('/'))
    return Error(Code::invalid, "items = \"" + printable_path(pattern) + "\" names no files",
                 "give a pattern such as \"clips/*.mp4\"");
  const SplitPattern split = split_pattern(pattern);
  const fs::path asked(split.folder);
  Items out;
  out.folder = (asked.is_absolute() ? asked : fs::path(base) / asked).lexically_normal().string();
  TRY_ASSIGN(const auto root, RootFolder::open(out.folder));
  TRY_ASSIGN(auto listing, root.list());
  out.unreadable = std::move(listing.unreadable);
  const bool goes_deeper = split.below.find('/') != std::string::npos;
  for (const std::string& link : listing.links) {
    std::error_code error;
    const auto kind = fs::status(fs::path(out.folder) / link, error).type();
    if (kind == fs::file_type::regular) {
      listing.files.push_back(link);
    } else if (kind == fs::file_type::directory ? goes_deeper : fits_pattern(split.below, link)) {
      out.unreadable.push_back(link);  // what it leads to, or what is below, is not known
    }
  }
  for (const std::string& special : listing.special) {
    if (fits_pattern(split.below, special)) out.unreadable.push_back(special);
  }
  if (!std::ranges::is_sorted(listing.files))
    std::ranges::sort(listing.files);  // links came behind
  for (const std::string& file : listing.files) {
    if (fits_pattern(split.below, file)) out.keys.insert(file);
  }
  out.listed = out.keys.size();
  return out;
}

Result<Items> read_items(FileSystem& files, const std::string& path) {
  Items out;
  LineReader lines(files, path, kMaxLineBytes);
  for (std::uint64_t number = 1;; ++number) {
    TRY_ASSIGN(const auto line, lines.next());
    if (!line) {
      out.listed = out.keys.size();
      return out;
    }
    std::string_view key = line->text;
    if (key.ends_with('\r')) key.remove_suffix(1);
    if (key.empty()) continue;
    const char* why = nullptr;
    if (line->is_too_long)
      why = "is too long for a key";
    else if (key.find('\0') != std::string_view::npos)
      why = "has a NUL byte";
    else if (!out.keys.insert(key))
      why = "stands there already";
    if (why != nullptr)
      return Error(Code::invalid,
                   printable_path(path) + ':' + std::to_string(number) + ": \"" +
                       printable_path(key.substr(0, 80)) + "\" " + why,
                   "name each item once");
  }
}

}  // namespace holdfast::extract

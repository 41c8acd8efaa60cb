// SPDX-License-Identifier: Apache-2.0
// The items of an extraction: what there is to be done, by key.
//
//   items = "clips/*.mp4"       every file that fits; the key is its path below "clips/", so "a.mp4"
//   items_file = "clips.txt"    one key a line, as given; for items that are no files here
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "extract/key_set.h"

namespace holdfast::extract {

/// `folder`: what keys are relative to; "" for a list.
struct Items {
  KeySet keys;
  std::uint64_t listed = 0;  // before a shard took its part
  std::string folder;
  std::vector<std::string>
      unreadable;  // folders that could not be listed, and what fits and is no file
};

/// The folder above the first part of a pattern that has a wildcard, "." where there is none, and the pattern below it.
struct SplitPattern {
  std::string folder;
  std::string below;
};
SplitPattern split_pattern(const std::string& pattern);

/// Files that fit the pattern, symbolic links to files too, in byte order. `base`: what the pattern is relative to. `not_found` names the
/// folder; `invalid` a pattern that ends with '/' or is empty.
Result<Items> list_items(const std::string& base, const std::string& pattern);
/// The lines of a list; blank ones count for nothing. `invalid` names list:line of a key that stands there twice, has a NUL or is longer
/// than kMaxLineBytes; `not_found`, `io`.
Result<Items> read_items(FileSystem& files, const std::string& path);

}  // namespace holdfast::extract

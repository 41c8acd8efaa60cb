// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_char_set.h"

#include <algorithm>
#include <utility>

namespace holdfast::json_schema {

CharSet::CharSet(std::vector<CharRange> ranges) : ranges_(std::move(ranges)) {
  const auto by_first = [](const CharRange& a, const CharRange& b) { return a.first < b.first; };
  if (!std::is_sorted(ranges_.begin(), ranges_.end(), by_first))
    std::sort(ranges_.begin(), ranges_.end(), by_first);
  std::size_t kept_count = 0;
  for (const CharRange& range : ranges_) {
    if (kept_count > 0 && range.first <= ranges_[kept_count - 1].last + 1)
      ranges_[kept_count - 1].last = std::max(ranges_[kept_count - 1].last, range.last);
    else
      ranges_[kept_count++] = range;
  }
  ranges_.resize(kept_count);
  ranges_.shrink_to_fit();
  for (const CharRange& range : ranges_) {
    if (range.first >= kAsciiCount) break;
    for (std::uint32_t c = range.first; c <= std::min(range.last, kAsciiCount - 1); ++c)
      ascii_[c >> 6U] |= std::uint64_t{1} << (c & 63U);
  }
}

bool CharSet::contains_beyond_ascii(std::uint32_t code_point) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), code_point,
                       [](std::uint32_t c, const CharRange& range) { return c < range.first; });
  return after != ranges_.begin() && code_point <= std::prev(after)->last;
}

CharSet CharSet::complement() const {
  std::vector<CharRange> others;
  std::uint32_t first = 0;
  for (const CharRange& range : ranges_) {
    if (range.first > first) others.push_back({first, range.first - 1});
    first = range.last + 1;
  }
  if (first <= kLastCodePoint) others.push_back({first, kLastCodePoint});
  return CharSet(std::move(others));
}

namespace {

CharSetPtr made(std::vector<CharRange> ranges) {
  return std::make_shared<const CharSet>(std::move(ranges));
}

}  // namespace

const CharSetPtr& any_set() {
  static const CharSetPtr kSet = made({{0, kLastCodePoint}});
  return kSet;
}

const CharSetPtr& dot_set() {
  static const CharSetPtr kSet = std::make_shared<const CharSet>(
      CharSet({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}).complement());
  return kSet;
}

const CharSetPtr& digit_set() {
  static const CharSetPtr kSet = made({{'0', '9'}});
  return kSet;
}

const CharSetPtr& word_set() {
  static const CharSetPtr kSet = made({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
  return kSet;
}

const CharSetPtr& space_set() {
  static const CharSetPtr kSet = made({{'\t', '\r'},
                                       {' ', ' '},
                                       {0xA0, 0xA0},
                                       {0x1680, 0x1680},
                                       {0x2000, 0x200A},
                                       {0x2028, 0x2029},
                                       {0x202F, 0x202F},
                                       {0x205F, 0x205F},
                                       {0x3000, 0x3000},
                                       {0xFEFF, 0xFEFF}});
  return kSet;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Sets of Unicode code points as sorted ranges: what a character, a class or a property of a pattern matches.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace holdfast::json_schema {

constexpr std::uint32_t kLastCodePoint = 0x10FFFF;

/// The code points from `first` to `last`, both of them included.
struct CharRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool operator==(const CharRange&) const = default;
};

/// An immutable set of code points, surrogates among them.
class CharSet {
 public:
  CharSet() = default;
  /// Of ranges in any order; they may overlap.
  explicit CharSet(std::vector<CharRange> ranges);
  bool contains(std::uint32_t code_point) const {
    if (code_point < kAsciiCount)
      return ((ascii_[code_point >> 6U] >> (code_point & 63U)) & 1U) != 0;
    return contains_beyond_ascii(code_point);
  }
  /// Sorted, disjoint, and none touches the next.
  const std::vector<CharRange>& ranges() const { return ranges_; }
  /// Every code point that is not in it.
  CharSet complement() const;
  bool operator==(const CharSet& other) const { return ranges_ == other.ranges_; }

 private:
  static constexpr std::uint32_t kAsciiCount = 128;
  bool contains_beyond_ascii(std::uint32_t code_point) const;

  std::vector<CharRange> ranges_;
  std::array<std::uint64_t, 2> ascii_{};
};

using CharSetPtr = std::shared_ptr<const CharSet>;

/// The sets of ECMA-262 22.2.2.9 that need no table; each call gives the same set.
const CharSetPtr& any_set();    // every code point: [^]
const CharSetPtr& dot_set();    // . : not \n, \r, U+2028, U+2029
const CharSetPtr& digit_set();  // \d : 0-9
const CharSetPtr& word_set();   // \w : A-Z a-z 0-9 _
const CharSetPtr& space_set();  // \s : WhiteSpace and LineTerminator, U+FEFF among them

/// The character that \b and \B ask for.
inline bool is_word(std::uint32_t code_point) {
  return (code_point >= 'a' && code_point <= 'z') || (code_point >= 'A' && code_point <= 'Z') ||
         (code_point >= '0' && code_point <= '9') || code_point == '_';
}

}  // namespace holdfast::json_schema

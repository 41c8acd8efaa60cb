// SPDX-License-Identifier: Apache-2.0
// The text of a pattern as the parser reads it: code points with a position, and Errors that name the byte. For pattern_parser.cpp and
// pattern_escape.cpp only.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::json_schema {

class PatternReader {
 public:
  /// `invalid` where the text is too long or not UTF-8.
  static Result<PatternReader> open(std::string_view text);

  bool at_end() const { return at_ == code_points_.size(); }
  std::size_t position() const { return at_; }
  void go_to(std::size_t position) { at_ = position; }
  /// The code point that is `ahead` of the position; 0 behind the end.
  char32_t peek(std::size_t ahead = 0) const {
    return code_points_.size() - at_ > ahead ? code_points_[at_ + ahead] : 0;
  }
  bool has(std::size_t ahead) const { return code_points_.size() - at_ > ahead; }
  char32_t take() { return code_points_[at_++]; }
  bool take_if(char32_t c) {
    if (at_end() || code_points_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_if(std::u32string_view text);
  /// The code points from a position up to here.
  std::u32string_view since(std::size_t position) const {
    return std::u32string_view(code_points_).substr(position, at_ - position);
  }
  /// An `invalid` that says what is wrong at a position.
  Error wrong(std::size_t position, std::string_view what) const;
  /// The same, `unsupported`, for what another engine understands.
  Error foreign(std::size_t position, std::string_view what) const;

 private:
  std::string place(std::size_t position) const;

  std::u32string code_points_;
  std::size_t at_ = 0;
};

}  // namespace holdfast::json_schema

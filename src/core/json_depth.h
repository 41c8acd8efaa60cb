// SPDX-License-Identifier: Apache-2.0
// How deep in JSON one stands, told by its brackets: for text that is not read as JSON yet, or never will be.
#pragma once
#include <cstddef>

namespace holdfast::core {

/// Begins outside of any value. Brackets in strings are none; neither is one that closes what was never opened.
class JsonDepth {
 public:
  void read(char c) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (in_string_) {
      is_escaped_ = c == '\\';
      in_string_ = c != '"';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '[' || c == '{') {
      ++open_count_;
    } else if ((c == ']' || c == '}') && open_count_ > 0) {
      --open_count_;
    }
  }
  /// Objects and arrays that are open.
  std::size_t open_count() const { return open_count_; }

 private:
  std::size_t open_count_ = 0;
  bool in_string_ = false;
  bool is_escaped_ = false;  // what comes next, by a backslash
};

}  // namespace holdfast::core

// SPDX-License-Identifier: Apache-2.0
// Walks JSON text without building anything, so that values stay the bytes they are: numbers of any precision, key order, white space,
// duplicate keys.
//
//   JsonScan scan(text);
//   scan.members([&](JsonSpan key, JsonSpan value) { … return true; });
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace holdfast::core {

/// A piece of the text that is scanned.
struct JsonSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// What counts as a number.
enum class JsonNumbers : unsigned char {
  rfc8259,
  python,  // NaN, Infinity and -Infinity too, as Python's json writes and reads them
};

/// A cursor over JSON text; `text` outlives it. Each member function skips what it names and is false where the text is no JSON there;
/// then nothing more may be asked. Strings must be well-formed escapes, but need not be UTF-8.
class JsonScan {
 public:
  explicit JsonScan(std::string_view text, JsonNumbers numbers = JsonNumbers::rfc8259,
                    int max_depth = 512)
      : text_(text), numbers_(numbers), max_depth_(max_depth) {}

  void skip_space();
  /// The next byte; NUL at the end.
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool at_end() const { return at_ == text_.size(); }
  std::size_t at() const { return at_; }
  bool take(char c);
  bool string();
  /// Any value, with the space before it.
  bool value();
  /// An object; `member` sees each of its members in order, the key with its quotes, and is false to stop: then members() is, too.
  bool members(const std::function<bool(JsonSpan key, JsonSpan value)>& member);

 private:
  bool value_at(int depth);
  bool word(std::string_view name);
  bool digits();
  bool number();
  bool escape();
  bool array(int depth);
  bool object(int depth);

  std::string_view text_;
  JsonNumbers numbers_;
  int max_depth_;
  std::size_t at_ = 0;
};

/// The text that a scanned string stands for, UTF-8 where its bytes were; lone surrogates become U+FFFD.
std::string json_unescaped(std::string_view quoted);

/// Whether a scanned string has a lone surrogate, which is no text: two that differ become one once they are unescaped.
bool has_lone_surrogate(std::string_view quoted);

}  // namespace holdfast::core

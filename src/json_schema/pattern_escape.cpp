// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_escape.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "json_schema/pattern_unicode.h"
#include "json_schema/pattern_utf8.h"

namespace holdfast::json_schema {
namespace {

bool is_ascii_digit(char32_t c) {
  return c >= '0' && c <= '9';
}
bool is_ascii_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::optional<std::uint32_t> hex_digit(char32_t c) {
  if (is_ascii_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// Exactly `count` hexadecimal digits; nothing is taken where they are not there.
std::optional<char32_t> take_hex(PatternReader& reader, std::size_t count) {
  char32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digit = hex_digit(reader.peek(i));
    if (!digit) return std::nullopt;
    value = value * 16 + *digit;
  }
  reader.go_to(reader.position() + count);
  return value;
}

// \u{…}, whose brace was taken.
Result<Characters> braced_code_point(PatternReader& reader, std::size_t began) {
  char32_t value = 0;
  std::size_t digit_count = 0;
  while (const auto digit = hex_digit(reader.peek())) {
    value = value * 16 + *digit;
    if (value > kLastCodePoint) return reader.wrong(began, "\\u{…} goes up to 10FFFF");
    reader.take();
    ++digit_count;
  }
  if (digit_count == 0 || !reader.take_if(U'}'))
    return reader.wrong(began, "expected hexadecimal digits and } after \\u{");
  return Characters(value);
}

// \u, which was taken. Two escapes that are a surrogate pair are one code point (22.2.1, RegExpUnicodeEscapeSequence).
Result<Characters> unicode_escape(PatternReader& reader, std::size_t began) {
  if (reader.take_if(U'{')) return braced_code_point(reader, began);
  const auto lead = take_hex(reader, 4);
  if (!lead) return reader.wrong(began, "expected four hexadecimal digits or {…} after \\u");
  if (*lead < 0xD800 || *lead > 0xDBFF) return Characters(*lead);
  const std::size_t after = reader.position();
  if (reader.take_if(U"\\u")) {
    const auto trail = take_hex(reader, 4);
    if (trail && *trail >= 0xDC00 && *trail <= 0xDFFF)
      return Characters(char32_t{0x10000} + ((*lead - 0xD800) << 10U) + (*trail - 0xDC00));
    reader.go_to(after);
  }
  return Characters(*lead);
}

// \p and \P, which were taken.
Result<Characters> property(PatternReader& reader, std::size_t began, Negated negated) {
  if (!reader.take_if(U'{'))
    return reader.wrong(began, "expected {…} with the name of a Unicode property");
  const std::size_t name_at = reader.position();
  while (!reader.at_end() && reader.peek() != '}')
    reader.take();
  if (reader.at_end()) return reader.wrong(began, "expected } after the name of the property");
  const std::string name = utf8_of(reader.since(name_at));
  reader.take();
  CharSetPtr set = unicode_property(name, negated);
  if (!set)
    return reader.wrong(began, "'" + name +
                                   "' is no Unicode property that ECMA-262 knows; names "
                                   "are exact (Lu, Script=Greek, Alphabetic)");
  return Characters(std::move(set));
}

CharSetPtr without(const CharSetPtr& set) {
  return std::make_shared<const CharSet>(set->complement());
}

std::optional<Characters> class_escape(char32_t c) {
  static const CharSetPtr kNoDigit = without(digit_set());
  static const CharSetPtr kNoWord = without(word_set());
  static const CharSetPtr kNoSpace = without(space_set());
  switch (c) {
    case 'd':
      return digit_set();
    case 'D':
      return kNoDigit;
    case 'w':
      return word_set();
    case 'W':
      return kNoWord;
    case 's':
      return space_set();
    case 'S':
      return kNoSpace;
    case 't':
      return U'\t';
    case 'n':
      return U'\n';
    case 'v':
      return U'\v';
    case 'f':
      return U'\f';
    case 'r':
      return U'\r';
    default:
      return std::nullopt;
  }
}

// An element of a class: `\b` is a backspace there, and nothing counts as an assertion or a reference.
Result<Characters> read_class_atom(PatternReader& reader) {
  const std::size_t began = reader.position();
  if (!reader.take_if(U'\\')) return Characters(reader.take());
  if (reader.take_if(U'b')) return Characters(U'\b');
  if (reader.peek() == 'B' || reader.peek() == 'k' ||
      (is_ascii_digit(reader.peek()) && reader.peek() != '0'))
    return reader.wrong(began, "this escape means nothing inside of a class");
  return read_escape(reader);
}

// What a class has. The sets of escapes are shared: one that is named again adds nothing.
class ClassParts {
 public:
  void add(const Characters& characters) {
    if (const auto* one = std::get_if<char32_t>(&characters))
      add({*one, *one});
    else if (const CharSetPtr& set = std::get<CharSetPtr>(characters); seen_.insert(set).second)
      ranges_.insert(ranges_.end(), set->ranges().begin(), set->ranges().end());
  }
  void add(CharRange range) { ranges_.push_back(range); }
  CharSet set() && { return CharSet(std::move(ranges_)); }

 private:
  std::vector<CharRange> ranges_;
  std::set<CharSetPtr> seen_;
};

}  // namespace

Result<Characters> read_escape(PatternReader& reader) {
  const std::size_t began = reader.position() - 1;
  if (reader.at_end()) return reader.wrong(began, "expected a character after \\");
  const char32_t c = reader.take();
  if (auto characters = class_escape(c)) return *std::move(characters);
  if (c == '0' && !is_ascii_digit(reader.peek())) return Characters(U'\0');
  if (c == 'x') {
    if (const auto value = take_hex(reader, 2)) return Characters(*value);
    return reader.wrong(began, "expected two hexadecimal digits after \\x");
  }
  if (c == 'u') return unicode_escape(reader, began);
  if (c == 'p' || c == 'P') return property(reader, began, c == 'P' ? Negated::yes : Negated::no);
  if (c == 'c') {
    if (is_ascii_letter(reader.peek()))
      return Characters(static_cast<char32_t>(reader.take() % 32));
    return reader.wrong(began, "expected a letter after \\c");
  }
  if (is_ascii_letter(c) || is_ascii_digit(c))
    return reader.wrong(began,
                        "'\\" + utf8_of(std::u32string_view(&c, 1)) + "' is no escape of ECMA-262");
  return Characters(c);
}

Result<CharSetPtr> read_class(PatternReader& reader) {
  const std::size_t began = reader.position() - 1;
  const bool negated = reader.take_if(U'^');
  ClassParts parts;
  while (!reader.take_if(U']')) {
    if (reader.at_end()) return reader.wrong(began, "expected ] for the class that begins here");
    const std::size_t first_at = reader.position();
    TRY_ASSIGN(const Characters first, read_class_atom(reader));
    if (reader.peek() != '-' || reader.peek(1) == ']' || !reader.has(1)) {
      parts.add(first);
      continue;
    }
    reader.take();
    TRY_ASSIGN(const Characters last, read_class_atom(reader));
    const auto* from = std::get_if<char32_t>(&first);
    const auto* to = std::get_if<char32_t>(&last);
    if (from == nullptr || to == nullptr) {  // [\w-.]: Annex B, each for itself
      parts.add(first);
      parts.add(last);
      parts.add(CharRange{'-', '-'});
    } else if (*from > *to) {
      return reader.wrong(first_at, "the range ends before it begins");
    } else {
      parts.add(CharRange{*from, *to});
    }
  }
  CharSet set = std::move(parts).set();
  return CharSetPtr(std::make_shared<const CharSet>(negated ? set.complement() : std::move(set)));
}

}  // namespace holdfast::json_schema

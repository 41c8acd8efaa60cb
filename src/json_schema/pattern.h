// SPDX-License-Identifier: Apache-2.0
// A pattern of JSON Schema (`pattern`, `patternProperties`; JSON Schema Core 2020-12, 6.4): a regular expression of ECMA-262 in unicode
// mode that is searched for anywhere in a string. How it is matched, and why: docs/decisions/0106-pattern-matching.md.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::json_schema {

struct Syntax;

/// A parsed pattern; immutable, and cheap to copy. Every const function may be called from any thread at any time.
class Pattern {
 public:
  /// Reads a pattern. `invalid` or `unsupported` name the byte and what was expected there (pattern_syntax.h tells what is taken).
  static Result<Pattern> parse(std::string_view text);

  /// Whether the pattern is found anywhere in the string, which is UTF-8 and counted in code points. Linear in the length of the string.
  /// `unsupported` says that the steps did not suffice: where is_linear() is false, or for megabytes of text and very large patterns.
  /// `invalid`: not UTF-8.
  Result<bool> matches(std::string_view utf8) const;

  /// The pattern as it was given.
  const std::string& text() const;
  /// False for back-references and for repetitions that are too large to be written out: those are matched by trying.
  bool is_linear() const;
  /// About how much memory it takes, without the sets that all patterns share.
  std::size_t kept_bytes() const;
  /// What was parsed, for automata.
  const Syntax& syntax() const;

 private:
  struct Compiled;
  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Languages: the sets of strings that patterns, enumerations and length bounds allow, and the questions a comparison of schemas asks of
// them. Every answer is yes, no or unknown; there is no wrong yes, and a no comes with a string that proves it, which was held against the
// patterns by the matcher (pattern.h) before it is told. How: docs/decisions/0107-languages.md.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json_schema/answer.h"
#include "json_schema/budget.h"
#include "json_schema/pattern.h"

namespace holdfast::json_schema {

struct LanguageNode;

/// How many code points a string has, both bounds included.
struct LengthRange {
  static constexpr std::uint64_t kNoBound = ~std::uint64_t{0};
  std::uint64_t least = 0;
  std::uint64_t most = kNoBound;
  bool operator==(const LengthRange&) const = default;
};

/// A set of strings over Unicode's code points without surrogates. Immutable, cheap to copy, safe to read from any thread.
class Language {
 public:
  static Language everything();
  static Language nothing();
  /// The strings in which the pattern is found. One that no automaton can have (back-references, repetitions that are too large, a
  /// look-ahead inside of a look-behind) is still a language, but questions about it mostly end as unknown.
  static Language of(const Pattern& pattern);
  /// These strings and no others. `invalid` where one is not UTF-8.
  static Result<Language> of_strings(const std::vector<std::string>& strings);
  /// Every string of a length (minLength, maxLength).
  static Language of_length(LengthRange range);
  /// What is in all of them; everything where there are none.
  static Language all_of(const std::vector<Language>& parts);
  /// What is in any of them; nothing where there are none.
  static Language any_of(const std::vector<Language>& parts);

  friend Language operator~(const Language& language);
  friend Language operator&(const Language& a, const Language& b) { return all_of({a, b}); }
  friend Language operator|(const Language& a, const Language& b) { return any_of({a, b}); }
  friend Language operator-(const Language& a, const Language& b) { return all_of({a, ~b}); }

  /// Whether a string belongs to it, by the matchers and without an automaton. Errors as of Pattern::matches().
  Result<bool> contains(std::string_view utf8) const;

  const std::shared_ptr<const LanguageNode>& node() const { return node_; }

 private:
  explicit Language(std::shared_ptr<const LanguageNode> node) : node_(std::move(node)) {}
  std::shared_ptr<const LanguageNode> node_;
};

/// How many steps a question may take where the caller has no wish of its own: some tens of milliseconds.
constexpr std::uint64_t kUsualSteps = 1'000'000;

/// The answer to one of the questions below.
struct Inclusion {
  Answer answer = Answer::unknown;
  /// Where the answer is no: a string that proves it. None is shorter, and of those it is made of characters that are good to read.
  std::string witness;
  /// Where it is unknown: why.
  std::string reason;
};

/// Whether every string of `sub` is in `super`; the witness is in `sub` only.
Inclusion includes(const Language& sub, const Language& super, Budget& budget);
/// Whether no string is in both; the witness is in both.
Inclusion disjoint(const Language& a, const Language& b, Budget& budget);
/// Whether no string is in it; the witness is.
Inclusion is_empty(const Language& language, Budget& budget);
/// Whether every string is in it; the witness is not.
Inclusion is_universal(const Language& language, Budget& budget);
/// Whether only finitely many strings are in it.
Answer is_finite(const Language& language, Budget& budget);

/// Strings of a language, all different, shorter ones first.
struct Members {
  std::vector<std::string> strings;
  bool is_all = false;  // there are no others
};

/// Up to `count` members, each of them confirmed by the matchers. Fewer where there are no more or the budget ran out.
Members sample(const Language& language, std::size_t count, Budget& budget);

}  // namespace holdfast::json_schema

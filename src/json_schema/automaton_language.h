// SPDX-License-Identifier: Apache-2.0
// What a language is made of; for the files of automaton*.cpp.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "json_schema/automaton.h"
#include "json_schema/pattern_program.h"

namespace holdfast::json_schema {

enum class LanguageKind : unsigned char { pattern, strings, length, all_of, any_of, complement };

using LanguageNodePtr = std::shared_ptr<const LanguageNode>;

/// An expression over patterns, finite sets and lengths. all_of nothing is everything; any_of nothing is nothing.
struct LanguageNode {
  LanguageKind kind = LanguageKind::all_of;
  std::optional<Pattern> pattern{};
  /// The pattern's program, LookAhead::forward. Where a length stands beside it in an all_of, it may have lost the bounds that the length
  /// has (counted_once() in automaton_language.cpp). None where no automaton can have the pattern.
  std::shared_ptr<const Program> program{};
  std::vector<std::u32string> strings{};  // sorted by length, then by code point; none twice
  LengthRange length{};
  std::vector<LanguageNodePtr> parts{};
  std::size_t depth = 0;
};

/// How deep expressions may be nested; what is deeper is a language of which nothing is known.
constexpr std::size_t kMostLanguageDepth = 500;

/// How many parts are compared before two expressions count as different.
constexpr std::size_t kMostCompared = 10'000;

/// Whether two expressions are the same, part by part, and so the same language.
bool is_same(const LanguageNode& a, const LanguageNode& b);

/// The members, or more than them, where an expression names them one by one; nothing where it does not.
const std::vector<std::u32string>* listed_strings(const LanguageNode& node);

}  // namespace holdfast::json_schema

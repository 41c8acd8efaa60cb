// SPDX-License-Identifier: Apache-2.0
// Matching as ECMA-262 22.2.2 writes it down, by trying one way after the other: for the patterns that no automaton can match
// (back-references) and those whose automaton would be too large. It is exponential in bad cases, so it counts its steps.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "json_schema/pattern_syntax.h"

namespace holdfast::json_schema {

enum class TryOp : unsigned char {
  character,      // takes the code point `value`
  set,            // takes one of sets[value]
  reference,      // takes what capture `value` took, or nothing where it took nothing
  save,           // register `value` becomes the position
  jump,           // goes to `other`
  fork,           // falls through, and tries `other` later
  text_start,     // as in pattern_program.h
  text_end,       //
  word_boundary,  //
  repeat_begin,   // register `value`, the count, becomes 0
  repeat_test,    // goes round once more, or to `other`, by the count; tries the other way later
  repeat_enter,   // register `value` + 1 becomes the position; the captures inside are forgotten
  repeat_next,  // counts and goes to `other`, the test; fails where a round that need not be took nothing
  look_begin,  // registers `value` and `value` + 1 become the number of open ways and the position
  look_end,  // drops the ways that were opened inside and goes back to the position, or fails where negated
  accept,
};

struct TryStep {
  TryOp op = TryOp::accept;
  bool negated = false;
  bool lazy = false;
  bool backward = false;  // takes what is in front of the position
  std::uint32_t value = 0;
  std::uint32_t other = 0;
  std::uint32_t least = 0;
  std::uint32_t most = 0;
  std::uint32_t first_capture = 0;
  std::uint32_t end_capture = 0;
};

struct TryProgram {
  std::vector<TryStep> steps;
  std::vector<CharSetPtr> sets;
  std::uint32_t register_count =
      0;  // captures (start and end of each, from 2 on), then what repetitions and looks keep
};

/// How many steps a match may take.
constexpr std::uint64_t kMostTrySteps = 2'000'000;

TryProgram compile_tries(const Syntax& syntax);

/// Whether the program matches anywhere in the text; nothing where kMostTrySteps did not suffice. Thread-safe.
std::optional<bool> try_match(const TryProgram& program, std::u32string_view text);

}  // namespace holdfast::json_schema

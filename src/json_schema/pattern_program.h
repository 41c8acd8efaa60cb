// SPDX-License-Identifier: Apache-2.0
// Patterns as programs of a nondeterministic automaton (Thompson's construction), which pattern_simulation.cpp runs over a text and
// automaton_pattern.cpp makes deterministic.
//
// A step falls through to the one behind it; `jump` and `split` name another. A repetition of a single character is one step `loop`, whose
// threads count, however large its numbers are; any other counted repetition is written out.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "json_schema/pattern_syntax.h"

namespace holdfast::json_schema {

enum class Op : unsigned char {
  character,      // takes the code point `value`
  set,            // takes one of sets[value]
  loop,           // takes `least` to `most` of sets[value]
  jump,           // goes to `other`
  split,          // falls through and goes to `other`
  text_start,     // goes on at the beginning of the text only
  text_end,       // goes on at its end only
  word_boundary,  // goes on where a word begins or ends; where it does not, if negated
  look,           // goes on where looks[value] holds
  accept,
};

struct Step {
  Op op = Op::accept;
  bool negated = false;
  std::uint32_t value = 0;
  std::uint32_t other = 0;
  std::uint32_t least = 0;
  std::uint32_t most = 0;
  bool operator==(const Step&) const = default;
};

/// What a look-ahead or look-behind asks for: its own steps from `entry` up to an `accept`.
struct Look {
  std::uint32_t entry = 0;
  bool negated = false;
  bool behind = false;
  bool operator==(const Look&) const = default;
};

struct Program {
  std::vector<Step> steps;
  std::vector<CharSetPtr> sets;
  std::vector<Look> looks;  // a look that is inside of another comes before it
  std::uint32_t entry = 0;
  bool is_anchored = false;  // every match begins at the beginning of the text
  bool has_word_boundary = false;
  bool has_behind = false;
  bool has_look_in_behind = false;

  bool takes(const Step& step, std::uint32_t code_point) const {
    return step.op == Op::character ? step.value == code_point
                                    : sets[step.value]->contains(code_point);
  }
};

/// The same steps over the same sets: the same language.
bool operator==(const Program& a, const Program& b);

/// How many steps a program may have: what longer ones would cost a character of text.
constexpr std::size_t kMostProgramSteps = 10'000;

/// How many looks it may have: each has a bit for every position of the text.
constexpr std::size_t kMostLooks = 100;

enum class LookAhead : unsigned char {
  reversed,  // its steps read the text backwards: a simulation from the end finds where it holds
  forward,   // its steps read on from where it stands
};

/// The program of a syntax tree without back-references. Nothing where it has any, or where it would have more than kMostProgramSteps
/// or kMostLooks.
std::optional<Program> compile(const Syntax& syntax, LookAhead direction);

}  // namespace holdfast::json_schema

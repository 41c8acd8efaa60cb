// SPDX-License-Identifier: Apache-2.0
// Searches in the product automaton of a question, for one interval of lengths.
//
// A string is at least as long as the interval's lower bound when it passes one of the states that are reached in exactly that many
// characters. Those sets of states are made one after the other; as soon as one comes again, all later ones are known, so that a bound of a
// million costs what the period costs. From there on it is a breadth-first search, which finds a shortest string.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json_schema/automaton_question.h"

namespace holdfast::json_schema {

/// A shortest string that the product accepts; nothing where there is none or, which the budget tells, the steps did not suffice.
std::optional<std::u32string> shortest_member(Product& product);

/// A state from which the product can still accept, and what leads there from others; for whoever needs the whole automaton.
struct Reach {
  std::vector<std::uint64_t>
      to_accept;  // by state: the least number of characters, kNever where there is no way
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
};

/// Makes every state of the product. Nothing where the steps did not suffice.
std::optional<Reach> explore(Product& product);

/// Whether the product accepts infinitely many strings, whatever the interval's upper bound.
bool has_useful_circle(Product& product, const Reach& reach);

/// Up to `count` strings that the product accepts, the shorter ones first.
struct Sample {
  std::vector<std::u32string> strings;
  bool is_all = false;
};
Sample sample_product(Product& product, const Reach& reach, std::size_t count);

}  // namespace holdfast::json_schema

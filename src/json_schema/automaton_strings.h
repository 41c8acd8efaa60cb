// SPDX-License-Identifier: Apache-2.0
// The deterministic automaton of a list of strings: its prefixes.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "json_schema/automaton_alphabet.h"

namespace holdfast::json_schema {

/// States as in automaton_pattern.h: 0 is kNoString, the others are prefixes.
class StringStates {
 public:
  /// Every character of the strings is a class of the alphabet by itself.
  StringStates(const std::vector<std::u32string>& strings, const Alphabet& alphabet);
  static std::uint32_t first() { return kRoot; }
  std::uint32_t next(std::uint32_t state, std::uint32_t in_class) const;
  bool accepts(std::uint32_t state) const { return prefixes_[state].is_whole; }

 private:
  struct Prefix {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> longer;  // class, state; sorted
    bool is_whole = false;
  };
  static constexpr std::uint32_t kRoot =
      2;  // behind kNoString and kEveryString, which a list never reaches

  std::vector<Prefix> prefixes_;
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
#include "json_schema/automaton_strings.h"

#include <algorithm>

#include "json_schema/automaton_pattern.h"

namespace holdfast::json_schema {

StringStates::StringStates(const std::vector<std::u32string>& strings, const Alphabet& alphabet)
    : prefixes_(kRoot + 1) {
  for (const std::u32string& string : strings) {
    std::uint32_t state = kRoot;
    for (const char32_t c : string) {
      const std::uint32_t in_class = alphabet.class_of(c);
      auto& longer = prefixes_[state].longer;
      const auto at =
          std::lower_bound(longer.begin(), longer.end(), std::pair(in_class, std::uint32_t{0}));
      if (at != longer.end() && at->first == in_class) {
        state = at->second;
        continue;
      }
      state = static_cast<std::uint32_t>(prefixes_.size());
      longer.insert(at, {in_class, state});
      prefixes_.emplace_back();
    }
    prefixes_[state].is_whole = true;
  }
}

std::uint32_t StringStates::next(std::uint32_t state, std::uint32_t in_class) const {
  const auto& longer = prefixes_[state].longer;
  const auto at =
      std::lower_bound(longer.begin(), longer.end(), std::pair(in_class, std::uint32_t{0}));
  return at != longer.end() && at->first == in_class ? at->second : kNoString;
}

}  // namespace holdfast::json_schema

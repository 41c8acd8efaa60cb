// SPDX-License-Identifier: Apache-2.0
// Numbers for sequences of numbers: an automaton's states are such sequences, and equal ones must be one state.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace holdfast::json_schema {

/// Keeps each different sequence once, in the order of arrival.
class WordStore {
 public:
  /// The number of the sequence; the next free one where it is new.
  std::uint32_t number_of(std::span<const std::uint32_t> words);
  /// Valid until the next number_of().
  std::span<const std::uint32_t> words(std::uint32_t number) const {
    return std::span(all_).subspan(begins_[number], begins_[number + 1] - begins_[number]);
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(begins_.size() - 1); }

 private:
  void grow();
  std::size_t slot_of(std::span<const std::uint32_t> words) const;

  std::vector<std::uint32_t> all_;
  std::vector<std::size_t> begins_{0};
  std::vector<std::uint32_t> slots_;  // open addressing; number + 1, 0 where free
};

}  // namespace holdfast::json_schema

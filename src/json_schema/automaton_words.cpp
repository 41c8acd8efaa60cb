// SPDX-License-Identifier: Apache-2.0
#include "json_schema/automaton_words.h"

#include <algorithm>

namespace holdfast::json_schema {
namespace {

std::size_t hash_of(std::span<const std::uint32_t> words) {
  std::uint64_t hash = 0x9E3779B97F4A7C15U ^ words.size();
  for (const std::uint32_t word : words) {
    hash = (hash ^ word) * 0xFF51AFD7ED558CCDU;
    hash ^= hash >> 32U;
  }
  return hash;
}

}  // namespace

std::size_t WordStore::slot_of(std::span<const std::uint32_t> words) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_of(words) & mask;
  while (slots_[slot] != 0 && !std::ranges::equal(this->words(slots_[slot] - 1), words))
    slot = (slot + 1) & mask;
  return slot;
}

void WordStore::grow() {
  slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), 0);
  for (std::uint32_t number = 0; number < size(); ++number)
    slots_[slot_of(words(number))] = number + 1;
}

std::uint32_t WordStore::number_of(std::span<const std::uint32_t> words) {
  if (2 * (std::size_t{size()} + 1) > slots_.size()) grow();
  const std::size_t slot = slot_of(words);
  if (slots_[slot] == 0) {
    all_.insert(all_.end(), words.begin(), words.end());
    begins_.push_back(all_.size());
    slots_[slot] = size();
  }
  return slots_[slot] - 1;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
#include "json_schema/automaton_alphabet.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>
#include <utility>

#include "base/assert.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint32_t kFirstSurrogate = 0xD800;
constexpr std::uint32_t kBehindSurrogates = 0xE000;
constexpr std::uint32_t kNoClass = std::numeric_limits<std::uint32_t>::max();

// What a person would best like to read in an example, the best first.
constexpr std::array<CharRange, 12> kLiked{{{'a', 'z'},
                                            {'0', '9'},
                                            {'A', 'Z'},
                                            {'-', '.'},
                                            {'_', '_'},
                                            {'!', '~'},
                                            {' ', ' '},
                                            {0xC0, 0x24F},
                                            {0x370, 0x58F},
                                            {0xA1, 0x1FFF},
                                            {0x2030, 0xD7FF},
                                            {0x1F300, 0x1FAFF}}};

struct Liking {
  std::size_t rank = kLiked.size();
  std::uint32_t code_point = 0;
};

Liking liking_of(std::uint32_t first, std::uint32_t last) {
  for (std::size_t rank = 0; rank < kLiked.size(); ++rank)
    if (first <= kLiked[rank].last && last >= kLiked[rank].first)
      return {rank, std::max(first, kLiked[rank].first)};
  return {kLiked.size(), first};
}

}  // namespace

Alphabet::Alphabet(const std::vector<const CharSet*>& sets, std::vector<std::uint32_t> singles) {
  std::sort(singles.begin(), singles.end());
  singles.erase(std::unique(singles.begin(), singles.end()), singles.end());
  cut(sets, singles);
  for (const CharSet* set : sets)
    refine(*set);
  for (const std::uint32_t single : singles) {
    const auto at =
        std::lower_bound(atoms_.begin(), atoms_.end(), single,
                         [](const Atom& atom, std::uint32_t c) { return atom.last < c; });
    if (at != atoms_.end() && at->first == single) at->in_class = class_count_++;
  }
  gather();
}

// Into stretches that no set divides.
void Alphabet::cut(const std::vector<const CharSet*>& sets,
                   const std::vector<std::uint32_t>& singles) {
  std::vector<std::uint32_t> begins{0, kFirstSurrogate, kBehindSurrogates, kLastCodePoint + 1};
  for (const CharSet* set : sets) {
    for (const CharRange& range : set->ranges()) {
      begins.push_back(range.first);
      begins.push_back(range.last + 1);
    }
  }
  for (const std::uint32_t single : singles) {
    begins.push_back(single);
    begins.push_back(single + 1);
  }
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  atoms_.reserve(begins.size());
  for (std::size_t i = 0; i + 1 < begins.size(); ++i)
    if (begins[i] < kFirstSurrogate || begins[i] >= kBehindSurrogates)
      atoms_.push_back({begins[i], begins[i + 1] - 1, 0});
}

// Each class becomes two: what is in the set, which gets a new number, and what is not.
void Alphabet::refine(const CharSet& set) {
  std::unordered_map<std::uint32_t, std::uint32_t> inside;  // what is in the set of each class
  auto atom = atoms_.begin();
  for (const CharRange& range : set.ranges()) {
    atom = std::lower_bound(atom, atoms_.end(), range.first,
                            [](const Atom& one, std::uint32_t c) { return one.first < c; });
    for (; atom != atoms_.end() && atom->last <= range.last; ++atom) {
      const auto [found, is_new] = inside.try_emplace(atom->in_class, class_count_);
      if (is_new) ++class_count_;
      atom->in_class = found->second;
    }
  }
}

// Numbers in use only, by liking.
void Alphabet::gather() {
  struct Ranked {
    Liking liking;
    std::uint32_t number;
  };
  std::vector<Liking> best(class_count_);
  std::vector<bool> used(class_count_, false);
  for (const Atom& atom : atoms_) {
    const Liking liking = liking_of(atom.first, atom.last);
    Liking& so_far = best[atom.in_class];
    if (!used[atom.in_class] || liking.rank < so_far.rank) so_far = liking;
    used[atom.in_class] = true;
  }
  std::vector<Ranked> order;
  for (std::uint32_t number = 0; number < class_count_; ++number)
    if (used[number]) order.push_back({best[number], number});
  std::sort(order.begin(), order.end(), [](const Ranked& a, const Ranked& b) {
    return std::pair(a.liking.rank, a.liking.code_point) <
           std::pair(b.liking.rank, b.liking.code_point);
  });
  std::vector<std::uint32_t> place(class_count_, kNoClass);
  for (const Ranked& ranked : order) {
    place[ranked.number] = static_cast<std::uint32_t>(classes_.size());
    classes_.push_back({ranked.liking.code_point, {}});
  }
  for (Atom& atom : atoms_) {
    atom.in_class = place[atom.in_class];
    classes_[atom.in_class].ranges.push_back({atom.first, atom.last});
  }
}

std::uint32_t Alphabet::class_of(std::uint32_t code_point) const {
  const auto after =
      std::upper_bound(atoms_.begin(), atoms_.end(), code_point,
                       [](std::uint32_t c, const Atom& atom) { return c < atom.first; });
  HOLDFAST_ASSERT(after != atoms_.begin());
  return std::prev(after)->in_class;
}

}  // namespace holdfast::json_schema

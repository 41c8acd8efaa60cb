// SPDX-License-Identifier: Apache-2.0
// Members of a language, level by level: all prefixes of one length, as far as each of them leads to a member. Since they do, no more of
// them are kept than members are wanted.
#include <algorithm>
#include <utility>

#include "json_schema/automaton_search.h"

namespace holdfast::json_schema {
namespace {

// Below this, each length has its own table of the states that can still make it (Sampler::fits()).
constexpr std::uint64_t kMostTabledLength = 100'000;

struct Prefix {
  std::u32string text;
  std::uint32_t state;
};

char32_t member_of(const Alphabet::Class& one, std::uint32_t index) {
  if (index == 0) return one.representative;
  --index;
  for (const CharRange& range : one.ranges) {
    const bool has_representative =
        one.representative >= range.first && one.representative <= range.last;
    const std::uint32_t count = range.last - range.first + 1 - (has_representative ? 1 : 0);
    if (index < count) {
      const std::uint32_t c = range.first + index;
      return has_representative && c >= one.representative ? c + 1 : c;
    }
    index -= count;
  }
  return 0;
}

std::uint32_t size_of(const Alphabet::Class& one) {
  std::uint32_t count = 0;
  for (const CharRange& range : one.ranges)
    count += range.last - range.first + 1;
  return count;
}

class Sampler {
 public:
  Sampler(Product& product, const Reach& reach, std::size_t count)
      : product_(product), reach_(reach), count_(count), budget_(product.question().budget()) {}

  Sample run() {
    Sample sample;
    const auto first = product_.first();
    if (!first) return {{}, true};
    if (!make_tables()) return sample;
    std::vector<Prefix> level;
    if (fits(*first, 0)) level.push_back({{}, *first});
    bool is_cut = false;
    for (std::uint64_t length = 0; !level.empty() && !budget_.exhausted(); ++length) {
      for (const Prefix& prefix : level) {
        if (length < product_.interval().least || !product_.accepts(prefix.state)) continue;
        if (sample.strings.size() == count_) return sample;
        sample.strings.push_back(prefix.text);
      }
      level = longer(level, length + 1, is_cut);
    }
    sample.is_all = !is_cut && !budget_.exhausted();
    return sample;
  }

 private:
  // The states from which exactly k more characters can lead to one that has the rest of the way within the interval.
  bool make_tables() {
    const LengthRange interval = product_.interval();
    const std::uint64_t slack =
        interval.most == LengthRange::kNoBound ? Reach::kNever - 1 : interval.most - interval.least;
    tables_.emplace_back();
    for (const std::uint64_t distance : reach_.to_accept)
      tables_.back().push_back(distance <= slack);
    if (interval.least > kMostTabledLength) return false;
    for (std::uint64_t k = 1; k <= interval.least; ++k) {
      std::vector<bool> table(reach_.to_accept.size(), false);
      for (std::uint32_t state = 0; state < table.size(); ++state)
        table[state] = std::ranges::any_of(product_.edges(state), [&](const Product::Edge& edge) {
          return tables_.back()[edge.state];
        });
      tables_.push_back(std::move(table));
      if (!budget_.spend(reach_.to_accept.size() * (1 + classes().size()))) return false;
    }
    return true;
  }

  // Whether a prefix of this length in this state is the beginning of a member.
  bool fits(std::uint32_t state, std::uint64_t length) const {
    const LengthRange interval = product_.interval();
    if (length <= interval.least) return tables_[interval.least - length][state];
    const std::uint64_t distance = reach_.to_accept[state];
    return distance != Reach::kNever && length <= interval.most &&
           distance <= interval.most - length;
  }

  struct Longer {
    std::size_t prefix;
    std::uint32_t in_class;
    std::uint32_t index;
    std::uint32_t state;
  };

  // Round by round: from every prefix over every edge, first the representatives, then the other characters. Those nearest to a member are
  // kept, or else the level could go round in circles for ever.
  std::vector<Prefix> longer(const std::vector<Prefix>& level, std::uint64_t length, bool& is_cut) {
    std::vector<Longer> found;
    bool goes_on = true;
    for (std::uint32_t round = 0; goes_on && found.size() <= count_; ++round)
      goes_on = add_round(level, length, round, found);
    const auto is_nearer = [&](const Longer& a, const Longer& b) {
      return reach_.to_accept[a.state] < reach_.to_accept[b.state];
    };
    if (found.size() > count_) {
      std::stable_sort(found.begin(), found.end(), is_nearer);
      found.resize(count_);
      is_cut = true;
    }
    std::vector<Prefix> next;
    next.reserve(found.size());
    for (const Longer& one : found)
      next.push_back(
          {level[one.prefix].text + member_of(classes()[one.in_class], one.index), one.state});
    return next;
  }

  bool add_round(const std::vector<Prefix>& level, std::uint64_t length, std::uint32_t round,
                 std::vector<Longer>& found) {
    const std::size_t before = found.size();
    for (std::size_t i = 0; i < level.size(); ++i) {
      for (const Product::Edge& edge : product_.edges(level[i].state)) {
        if (!budget_.spend()) return false;
        if (fits(edge.state, length) && round < size_of(classes()[edge.in_class]))
          found.push_back({i, edge.in_class, round, edge.state});
      }
    }
    return found.size() > before;
  }

  const std::vector<Alphabet::Class>& classes() const {
    return product_.question().alphabet().classes();
  }

  Product& product_;
  const Reach& reach_;
  std::size_t count_;
  Budget& budget_;
  std::vector<std::vector<bool>> tables_;
};

}  // namespace

Sample sample_product(Product& product, const Reach& reach, std::size_t count) {
  return Sampler(product, reach, count).run();
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
#include "json_schema/automaton_search.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace holdfast::json_schema {
namespace {

struct Arrival {  // how a state was first reached: from which, by which class
  std::uint32_t from = kNone;
  std::uint32_t in_class = 0;
};

char32_t representative(const Product& product, std::uint32_t in_class) {
  return product.question().alphabet().classes()[in_class].representative;
}

// The states that are reached in exactly n characters, for every n up to the interval's lower bound.
class Layers {
 public:
  explicit Layers(Product& product) : product_(product) {}

  // In the order of the best paths to them. Nothing where no string is that long, or the steps did not suffice.
  const std::vector<std::uint32_t>* states_at(std::uint64_t length) {
    const auto first = product_.first();
    if (!first) return nullptr;
    store({{*first}, {Arrival{}}, {}});
    for (std::uint64_t n = 0; n < length && period_ == 0; ++n)
      if (!extend()) return nullptr;
    return &layers_[index_of(length)].states;
  }

  // The characters that lead to a state of the layer of this length.
  void append_path(std::uint64_t length, std::uint32_t state, std::u32string& reversed) const {
    for (std::uint64_t n = length; n > 0; --n) {
      // The first layer of the circle is reached from the last one too.
      const bool comes_round =
          n >= circle_end_ && period_ != 0 && index_of(n) == circle_end_ - period_;
      const Arrival arrival = layers_[comes_round ? circle_end_ : index_of(n)].arrival_at(state);
      reversed.push_back(representative(product_, arrival.in_class));
      state = arrival.from;
    }
  }

 private:
  struct Layer {
    std::vector<std::uint32_t> states;
    std::vector<Arrival> arrivals;      // beside them
    std::vector<std::uint32_t> places;  // of the states in order

    Arrival arrival_at(std::uint32_t state) const {
      const auto place = std::lower_bound(
          places.begin(), places.end(), state,
          [&](std::uint32_t at, std::uint32_t wanted) { return states[at] < wanted; });
      return arrivals[*place];
    }
  };

  void store(Layer layer) {
    layer.places.resize(layer.states.size());
    std::iota(layer.places.begin(), layer.places.end(), 0U);
    std::sort(layer.places.begin(), layer.places.end(),
              [&](std::uint32_t a, std::uint32_t b) { return layer.states[a] < layer.states[b]; });
    std::vector<std::uint32_t> in_order;
    in_order.reserve(layer.places.size());
    for (const std::uint32_t place : layer.places)
      in_order.push_back(layer.states[place]);
    const std::uint32_t known = seen_.number_of(in_order);
    if (known < layers_.size()) period_ = layers_.size() - known;
    layers_.push_back(std::move(layer));
    circle_end_ = layers_.size() - 1;
  }

  // One more layer; false where it is empty or the steps did not suffice.
  bool extend() {
    Layer next;
    ++round_;
    for (const std::uint32_t state : layers_.back().states) {
      const auto edges = product_.edges(state);
      if (!product_.question().budget().spend(1 + edges.size())) return false;
      reached_in_.resize(product_.size(), 0);
      for (const Product::Edge& edge : edges) {
        if (std::exchange(reached_in_[edge.state], round_) == round_) continue;
        next.states.push_back(edge.state);
        next.arrivals.push_back({state, edge.in_class});
      }
    }
    if (next.states.empty()) return false;
    store(std::move(next));
    return true;
  }

  std::uint64_t index_of(std::uint64_t length) const {
    if (period_ == 0 || length < circle_end_) return length;
    const std::uint64_t circle_begin = circle_end_ - period_;
    return circle_begin + (length - circle_begin) % period_;
  }

  Product& product_;
  WordStore seen_;
  std::vector<Layer>
      layers_;  // the last one has the states of an earlier one where there is a period
  std::vector<std::uint64_t> reached_in_;  // by state: the round that it was last reached in
  std::uint64_t round_ = 0;
  std::uint64_t circle_end_ = 0;  // the last layer
  std::uint64_t period_ = 0;      // 0: none yet
};

}  // namespace

std::optional<std::u32string> shortest_member(Product& product) {
  Budget& budget = product.question().budget();
  const LengthRange interval = product.interval();
  Layers layers(product);
  const auto* starts = layers.states_at(interval.least);
  if (starts == nullptr || budget.exhausted()) return std::nullopt;
  std::vector<Arrival> steps(product.size());
  std::vector<bool> is_seen(product.size(), false);
  std::vector<std::uint32_t> queue(*starts);
  for (const std::uint32_t state : queue)
    is_seen[state] = true;
  std::size_t level_end = queue.size();
  std::uint64_t length = interval.least;
  for (std::size_t at = 0; at < queue.size(); ++at) {
    if (at == level_end) {
      level_end = queue.size();
      if (++length > interval.most) return std::nullopt;
    }
    const std::uint32_t state = queue[at];
    if (product.accepts(state)) {
      std::u32string reversed;
      std::uint32_t from = state;
      for (; steps[from].from != kNone; from = steps[from].from)
        reversed.push_back(representative(product, steps[from].in_class));
      if (!budget.spend(interval.least)) return std::nullopt;
      layers.append_path(interval.least, from, reversed);
      return std::u32string(reversed.rbegin(), reversed.rend());
    }
    for (const Product::Edge& edge : product.edges(state)) {
      if (edge.state >= is_seen.size()) {
        is_seen.resize(product.size(), false);
        steps.resize(product.size());
      }
      if (is_seen[edge.state]) continue;
      is_seen[edge.state] = true;
      steps[edge.state] = {state, edge.in_class};
      queue.push_back(edge.state);
    }
    if (budget.exhausted()) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Reach> explore(Product& product) {
  Budget& budget = product.question().budget();
  Reach reach;
  if (!product.first()) return reach;
  std::vector<std::vector<std::uint32_t>> back;
  for (std::uint32_t state = 0; state < product.size(); ++state) {
    for (const Product::Edge& edge : product.edges(state)) {
      if (edge.state >= back.size()) back.resize(edge.state + std::size_t{1});
      if (back[edge.state].empty() || back[edge.state].back() != state)
        back[edge.state].push_back(state);
    }
    if (!budget.spend()) return std::nullopt;
  }
  back.resize(product.size());
  reach.to_accept.assign(product.size(), Reach::kNever);
  std::vector<std::uint32_t> queue;
  for (std::uint32_t state = 0; state < product.size(); ++state)
    if (product.accepts(state)) {
      reach.to_accept[state] = 0;
      queue.push_back(state);
    }
  for (std::size_t at = 0; at < queue.size(); ++at)
    for (const std::uint32_t before : back[queue[at]])
      if (reach.to_accept[before] == Reach::kNever) {
        reach.to_accept[before] = reach.to_accept[queue[at]] + 1;
        queue.push_back(before);
      }
  if (budget.exhausted()) return std::nullopt;
  return reach;
}

// Kahn's order over the useful states: what can't be put in order lies on a circle or behind one.
bool has_useful_circle(Product& product, const Reach& reach) {
  std::vector<std::uint32_t> incoming(reach.to_accept.size(), 0);
  const auto is_useful = [&](std::uint32_t state) {
    return reach.to_accept[state] != Reach::kNever;
  };
  std::size_t useful_count = 0;
  for (std::uint32_t state = 0; state < incoming.size(); ++state) {
    if (!is_useful(state)) continue;
    ++useful_count;
    for (const Product::Edge& edge : product.edges(state))
      ++incoming[edge.state];
  }
  std::vector<std::uint32_t> queue;
  for (std::uint32_t state = 0; state < incoming.size(); ++state)
    if (is_useful(state) && incoming[state] == 0) queue.push_back(state);
  for (std::size_t at = 0; at < queue.size(); ++at)
    for (const Product::Edge& edge : product.edges(queue[at]))
      if (--incoming[edge.state] == 0 && is_useful(edge.state)) queue.push_back(edge.state);
  return queue.size() < useful_count;
}

}  // namespace holdfast::json_schema

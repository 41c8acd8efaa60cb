// SPDX-License-Identifier: Apache-2.0
#include "json_schema/automaton_question.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace holdfast::json_schema {
namespace {

// Beyond this many leaves without an automaton, not all combinations of what they could say are tried.
constexpr std::size_t kMostGuessedLeaves = 6;
// A leaf's state where the leaf no longer matters.
constexpr std::uint32_t kAnyState = kNone;
// What the making of an alphabet costs, beside a step of the search.
constexpr std::size_t kRangesPerStep = 8;
constexpr std::size_t kSetsPerStep = 8;

}  // namespace

Question::Question(const Language& language, Budget& budget) : budget_(budget) {
  add_term(*language.node());
  cut_lengths();
  make_leaves();
}

std::uint32_t Question::add_term(
    const LanguageNode& node) {  // NOLINT(misc-no-recursion): kMostLanguageDepth deep
  if (const auto known = term_of_.find(&node); known != term_of_.end()) return known->second;
  Term term{.kind = node.kind, .length = node.length, .parts = {}};
  if (!budget_.spend(1 + node.parts.size())) term.kind = LanguageKind::any_of;
  for (const LanguageNodePtr& part : node.parts)
    if (!budget_.exhausted()) term.parts.push_back(add_term(*part));
  if (node.kind == LanguageKind::pattern || node.kind == LanguageKind::strings)
    term.leaf = leaf_of(node);
  terms_.push_back(std::move(term));
  const auto number = static_cast<std::uint32_t>(terms_.size() - 1);
  term_of_.emplace(&node, number);
  return number;
}

std::uint32_t Question::leaf_of(const LanguageNode& node) {
  for (std::uint32_t i = 0; i < leaves_.size() && budget_.spend(); ++i)
    if (is_same(*leaves_[i].node, node)) return i;
  leaves_.push_back({&node, std::nullopt, std::nullopt});
  const auto leaf = static_cast<std::uint32_t>(leaves_.size() - 1);
  if (node.kind == LanguageKind::pattern && !node.program) opaque_leaves_.push_back(leaf);
  return leaf;
}

void Question::cut_lengths() {
  std::vector<std::uint64_t> begins{0};
  for (const Term& term : terms_) {
    if (term.kind != LanguageKind::length) continue;
    begins.push_back(term.length.least);
    if (term.length.most != LengthRange::kNoBound) begins.push_back(term.length.most + 1);
  }
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  for (std::size_t i = 0; i < begins.size(); ++i)
    intervals_.push_back(
        {begins[i], i + 1 < begins.size() ? begins[i + 1] - 1 : LengthRange::kNoBound});
}

void Question::make_leaves() {
  std::vector<const CharSet*> sets;
  std::vector<std::uint32_t> singles;
  std::unordered_set<const CharSet*> known;
  for (const Leaf& leaf : leaves_) {
    for (const std::u32string& string : leaf.node->strings)
      singles.insert(singles.end(), string.begin(), string.end());
    if (!leaf.node->program) continue;
    for (const CharSetPtr& set : leaf.node->program->sets)
      if (set != any_set() && known.insert(set.get()).second) sets.push_back(set.get());
    for (const Step& step : leaf.node->program->steps)
      if (step.op == Op::character) singles.push_back(step.value);
    if (leaf.node->program->has_word_boundary) sets.push_back(word_set().get());
  }
  std::size_t range_count = singles.size();
  for (const CharSet* set : sets)
    range_count += set->ranges().size();
  budget_.spend(range_count / kRangesPerStep * (1 + sets.size() / kSetsPerStep));
  if (budget_.exhausted()) {  // the answer is unknown already
    sets.clear();
    singles.clear();
  }
  alphabet_.emplace(sets, std::move(singles));
  for (const Leaf& leaf : leaves_)
    if (leaf.node->program)
      budget_.spend(leaf.node->program->sets.size() * alphabet_->size() /
                    (kRangesPerStep * kSetsPerStep));
  if (budget_.exhausted()) return;
  for (Leaf& leaf : leaves_) {
    if (leaf.node->program) leaf.pattern.emplace(*leaf.node->program, *alphabet_, budget_);
    if (leaf.node->kind == LanguageKind::strings)
      leaf.strings.emplace(leaf.node->strings, *alphabet_);
  }
}

Product::Product(Question& question, LengthRange interval)
    : question_(question),
      interval_(interval),
      truths_(question.terms_.size(), Truth::open),
      matters_(question.terms_.size()) {}

std::uint32_t Product::next_leaf(std::uint32_t leaf, std::uint32_t state, std::uint32_t in_class) {
  if (state == kAnyState || state <= kEveryString) return state;
  Question::Leaf& at = question_.leaves_[leaf];
  if (at.pattern) return at.pattern->next(state, in_class);
  return at.strings ? at.strings->next(state, in_class) : state;
}

bool Product::leaf_accepts(std::uint32_t leaf, std::uint32_t state) {
  if (state == kAnyState) return false;  // either answer will do
  if (state <= kEveryString) return state == kEveryString;
  Question::Leaf& at = question_.leaves_[leaf];
  if (at.pattern) return at.pattern->accepts(state);
  return at.strings && at.strings->accepts(state);
}

Product::Truth Product::truth_of(const Question::Term& term,
                                 const std::vector<std::uint32_t>& leaf_states) const {
  switch (term.kind) {
    case LanguageKind::pattern:
    case LanguageKind::strings: {
      const std::uint32_t state = leaf_states[term.leaf];
      if (state == kNoString) return Truth::no;
      return state == kEveryString ? Truth::yes : Truth::open;
    }
    case LanguageKind::length:
      return interval_.least >= term.length.least && interval_.most <= term.length.most ? Truth::yes
                                                                                        : Truth::no;
    case LanguageKind::complement: {
      const Truth part = truths_[term.parts.front()];
      if (part == Truth::open) return part;
      return part == Truth::yes ? Truth::no : Truth::yes;
    }
    case LanguageKind::all_of:
    case LanguageKind::any_of:
      break;
  }
  const Truth decisive = term.kind == LanguageKind::any_of ? Truth::yes : Truth::no;
  Truth truth = decisive == Truth::yes ? Truth::no : Truth::yes;
  for (const std::uint32_t part : term.parts) {
    if (truths_[part] == decisive) return decisive;
    if (truths_[part] == Truth::open) truth = Truth::open;
  }
  return truth;
}

// What the language says already, whatever follows. Leaves on which nothing depends any more lose their states.
Product::Truth Product::simplify(std::vector<std::uint32_t>& leaf_states) {
  const auto& terms = question_.terms_;
  for (std::size_t i = 0; i < terms.size(); ++i)
    truths_[i] = truth_of(terms[i], leaf_states);
  if (truths_.back() != Truth::open) return truths_.back();
  matters_.assign(terms.size(), false);
  matters_.back() = true;
  std::vector<bool> leaf_matters(leaf_states.size(), false);
  for (std::size_t i = terms.size(); i-- > 0;) {
    if (!matters_[i] || truths_[i] != Truth::open) continue;
    if (terms[i].leaf != kNone) leaf_matters[terms[i].leaf] = true;
    for (const std::uint32_t part : terms[i].parts)
      matters_[part] = true;
  }
  for (std::size_t leaf = 0; leaf < leaf_states.size(); ++leaf)
    if (!leaf_matters[leaf] && leaf_states[leaf] > kEveryString) leaf_states[leaf] = kAnyState;
  return Truth::open;
}

// The empty sequence is the state from which every string is in the language.
std::optional<std::uint32_t> Product::state_of(std::vector<std::uint32_t> leaf_states) {
  const Truth truth = simplify(leaf_states);
  if (truth == Truth::no) return std::nullopt;
  if (truth == Truth::yes) leaf_states.clear();
  const std::uint32_t state = states_.number_of(leaf_states);
  if (state >= known_.size()) known_.resize(state + 1);
  return state;
}

std::optional<std::uint32_t> Product::first() {
  std::vector<std::uint32_t> leaf_states;
  for (Question::Leaf& leaf : question_.leaves_) {
    std::uint32_t state =
        kEveryString + 1;  // without an automaton there is one state, which is open
    if (leaf.pattern) state = leaf.pattern->first();
    if (leaf.strings) state = StringStates::first();
    leaf_states.push_back(state);
  }
  return state_of(std::move(leaf_states));
}

std::span<const Product::Edge> Product::edges(std::uint32_t state) {
  if (!known_[state].has_edges) {
    const std::size_t first_edge = edges_.size();
    const auto words = states_.words(state);
    const std::vector<std::uint32_t> from(words.begin(), words.end());
    std::vector<std::uint32_t> to(from.size());
    for (std::uint32_t c = 0; c < question_.alphabet().size() && question_.budget_.spend(); ++c) {
      if (from.empty()) {
        edges_.push_back({c, state});
        continue;
      }
      for (std::uint32_t leaf = 0; leaf < from.size(); ++leaf)
        to[leaf] = next_leaf(leaf, from[leaf], c);
      if (const auto next = state_of(to)) edges_.push_back({c, *next});
    }
    known_[state].first_edge = first_edge;
    known_[state].edge_count = edges_.size() - first_edge;
    known_[state].has_edges = true;
  }
  return std::span(edges_).subspan(known_[state].first_edge, known_[state].edge_count);
}

// `guess` has one bit for each leaf without an automaton: what it would say.
bool Product::value_at_end(const std::vector<std::uint32_t>& leaf_states, std::uint64_t guess) {
  const auto& terms = question_.terms_;
  const auto& opaque = question_.opaque_leaves_;
  std::vector<bool> values(terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Question::Term& term = terms[i];
    const auto holds = [&](std::uint32_t part) { return values[part]; };
    if (term.leaf != kNone) {
      const auto guessed = std::find(opaque.begin(), opaque.end(), term.leaf);
      values[i] = guessed == opaque.end()
                      ? leaf_accepts(term.leaf, leaf_states[term.leaf])
                      : ((guess >> static_cast<unsigned>(guessed - opaque.begin())) & 1U) != 0;
    } else if (term.kind == LanguageKind::length) {
      values[i] = truth_of(term, leaf_states) == Truth::yes;
    } else if (term.kind == LanguageKind::complement) {
      values[i] = !values[term.parts.front()];
    } else if (term.kind == LanguageKind::all_of) {
      values[i] = std::all_of(term.parts.begin(), term.parts.end(), holds);
    } else {
      values[i] = std::any_of(term.parts.begin(), term.parts.end(), holds);
    }
  }
  return values.back();
}

bool Product::accepts(std::uint32_t state) {
  if (known_[state].accepts) return *known_[state].accepts;
  const auto words = states_.words(state);
  const std::vector<std::uint32_t> leaf_states(words.begin(), words.end());
  const std::size_t opaque_count = question_.opaque_leaves_.size();
  bool accepted = leaf_states.empty() || opaque_count > kMostGuessedLeaves;
  for (std::uint64_t guess = 0; !accepted && guess >> opaque_count == 0; ++guess) {
    question_.budget_.spend(question_.terms_.size());
    accepted = value_at_end(leaf_states, guess);
  }
  known_[state].accepts = accepted;
  return accepted;
}

}  // namespace holdfast::json_schema

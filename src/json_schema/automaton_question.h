// SPDX-License-Identifier: Apache-2.0
// A language as the automata that a search walks over. Its patterns and lists become leaves, each once, over one alphabet; its lengths cut
// the numbers into intervals, in each of which a length bound is simply true or false, so that no state ever counts the whole string.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "json_schema/automaton_alphabet.h"
#include "json_schema/automaton_language.h"
#include "json_schema/automaton_pattern.h"
#include "json_schema/automaton_strings.h"
#include "json_schema/automaton_words.h"
#include "json_schema/budget.h"

namespace holdfast::json_schema {

/// The language's leaves and the expression over them.
class Question {
 public:
  Question(const Language& language, Budget& budget);
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  const Alphabet& alphabet() const { return *alphabet_; }
  Budget& budget() const { return budget_; }
  /// False where a leaf has no automaton: what is found is then an upper bound of the language.
  bool is_exact() const { return opaque_leaves_.empty(); }
  /// The lengths between which no bound of the language lies, in order; together they are all lengths.
  const std::vector<LengthRange>& intervals() const { return intervals_; }

 private:
  friend class Product;
  struct Leaf {
    const LanguageNode* node;
    std::optional<PatternStates> pattern;
    std::optional<StringStates> strings;
  };
  struct Term {  // of the expression; its parts come before it
    LanguageKind kind;
    std::uint32_t leaf = kNone;
    LengthRange length;
    std::vector<std::uint32_t> parts;
  };

  std::uint32_t add_term(const LanguageNode& node);
  std::uint32_t leaf_of(const LanguageNode& node);
  void cut_lengths();
  void make_leaves();

  Budget& budget_;
  std::deque<Leaf> leaves_;
  std::vector<std::uint32_t> opaque_leaves_;
  std::vector<Term> terms_;  // the last one is the language
  std::unordered_map<const LanguageNode*, std::uint32_t> term_of_;
  std::vector<LengthRange> intervals_;
  std::optional<Alphabet> alphabet_;
};

/// The automaton of a question for strings of one interval of lengths: a state is one of each leaf, as far as they still matter.
class Product {
 public:
  struct Edge {
    std::uint32_t in_class;
    std::uint32_t state;
  };

  Product(Question& question, LengthRange interval);
  /// The state before the first character; nothing where no string is in the language.
  std::optional<std::uint32_t> first();
  /// Where a character leads to, but for what leads nowhere; the classes in order. Valid until the next call.
  std::span<const Edge> edges(std::uint32_t state);
  /// Whether a string that ends here is in the language, or could be as far as the leaves without an automaton are concerned.
  bool accepts(std::uint32_t state);
  std::uint32_t size() const { return states_.size(); }
  Question& question() const { return question_; }
  LengthRange interval() const { return interval_; }

 private:
  enum class Truth : std::uint8_t { no, yes, open };

  Truth simplify(std::vector<std::uint32_t>& leaf_states);
  Truth truth_of(const Question::Term& term, const std::vector<std::uint32_t>& leaf_states) const;
  std::optional<std::uint32_t> state_of(std::vector<std::uint32_t> leaf_states);
  bool value_at_end(const std::vector<std::uint32_t>& leaf_states, std::uint64_t guess);
  std::uint32_t next_leaf(std::uint32_t leaf, std::uint32_t state, std::uint32_t in_class);
  bool leaf_accepts(std::uint32_t leaf, std::uint32_t state);

  Question& question_;
  LengthRange interval_;
  WordStore states_;
  std::vector<Truth> truths_;  // by term
  std::vector<bool> matters_;  // by term
  std::vector<Edge> edges_;
  struct Known {
    std::size_t first_edge = 0;
    std::size_t edge_count = 0;
    bool has_edges = false;
    std::optional<bool> accepts;
  };
  std::vector<Known> known_;  // by state
};

}  // namespace holdfast::json_schema

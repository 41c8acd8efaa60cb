// SPDX-License-Identifier: Apache-2.0
// The deterministic automaton of a pattern, made state by state as a question asks for them (subset construction over the alphabet's
// classes). A state is a set of threads of the program:
//
//   thread = step, count (of a loop), duties
//   duty   = a state of a look-ahead that was passed on the way, and whether what follows must or must not belong to it
//
// so that look-aheads need no alternation: a thread dies with its duty, and one whose duties are a part of another's makes that other
// superfluous, as a smaller count does for a larger one. Where the program asks for word boundaries or looks behind, a state also has the
// kind of the character before it and one set of threads for each look-behind, which is the automaton of "anything, then that".
#pragma once
#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

#include "json_schema/automaton_alphabet.h"
#include "json_schema/automaton_words.h"
#include "json_schema/budget.h"
#include "json_schema/pattern_program.h"

namespace holdfast::json_schema {

/// The states that every automaton of a question shares: what follows can't, or can only, belong to the language.
constexpr std::uint32_t kNoString = 0;
constexpr std::uint32_t kEveryString = 1;

class PatternStates {
 public:
  /// Of a program compiled with LookAhead::forward that has no look-ahead inside of a look-behind. Every set and character of it is a union
  /// of the alphabet's classes; so is \w where it has a word boundary. Alphabet and budget outlive it.
  PatternStates(const Program& program, const Alphabet& alphabet, Budget& budget);

  /// The state before the first character.
  std::uint32_t first();
  /// The state behind one character of a class. Not to be believed once the budget is exhausted.
  std::uint32_t next(std::uint32_t state, std::uint32_t in_class);
  /// Whether a string that ends here belongs to the language.
  bool accepts(std::uint32_t state);

 private:
  enum class Side : std::uint32_t { text_edge, word, other };  // what stands beside a position
  struct Thread {
    std::uint32_t step;
    std::uint32_t count;
    std::uint32_t duties;
    auto operator<=>(const Thread&) const = default;
  };
  struct Place {  // a position in a text, with what is known of both sides
    Side before = Side::other;
    Side behind = Side::other;
    const std::vector<bool>* holds = nullptr;  // by look-behind
  };
  struct Threads {  // a state in the making
    std::vector<Thread> all;
    bool is_search = false;      // of a look-behind: an accept is no end
    bool is_everything = false;  // accepted with no duty left
    std::uint32_t generation = 0;
    std::unordered_set<std::uint64_t> seen_with_duties;
  };

  Threads start_threads(bool is_search);
  void follow(Threads& threads, std::uint32_t step, std::uint32_t duties, Side before);
  bool saw(Threads& threads, std::uint32_t step, std::uint32_t duties);
  bool pass_look(std::uint32_t look, std::uint32_t& duties, Side before);
  void settle(Threads& threads, const Place& place);
  bool holds(const Step& step, const Place& place) const;
  bool waits(const Step& step) const;
  Threads threads_of(std::uint32_t set);
  std::uint32_t number_of(Threads& threads);
  void drop_superfluous(std::vector<Thread>& all) const;
  void drop_by_duties(std::vector<Thread>& all) const;
  void advance(const Thread& thread, std::uint32_t in_class, const Place& place, Threads& into);
  std::uint32_t next_set(std::uint32_t set, std::uint32_t in_class, const Place& place,
                         bool is_search);
  bool next_duties(std::uint32_t& duties, std::uint32_t in_class, const Place& place);
  bool set_accepts(std::uint32_t set, const Place& place);
  bool duties_accept(std::uint32_t duties, const Place& place);
  std::vector<bool> behind_holds(std::span<const std::uint32_t> state, Place place);
  std::uint32_t next_in_context(std::uint32_t state, std::uint32_t in_class);
  std::uint32_t state_of(std::vector<std::uint32_t> words);
  Side side_of(std::uint32_t in_class) const {
    return is_word(alphabet_.classes()[in_class].representative) ? Side::word : Side::other;
  }

  Program program_;
  const Alphabet& alphabet_;
  Budget& budget_;
  bool has_context_;  // states are more than a set of threads
  std::uint32_t entry_ = 0;
  std::vector<std::uint32_t> behind_looks_;  // numbers of looks
  std::vector<std::uint32_t> behind_entries_;
  std::vector<std::uint32_t> behind_place_;  // by look
  std::vector<std::vector<bool>> takes_;     // by set, then by class
  std::vector<std::uint32_t> class_of_step_;
  std::vector<std::uint32_t> seen_;  // by step: the generation of the threads it was last added to
  std::uint32_t generation_ = 0;
  WordStore sets_;
  WordStore duties_;
  WordStore states_;
  std::vector<std::uint32_t> next_;    // by state and class; kNone where not known yet
  std::vector<std::uint8_t> accepts_;  // by state: 0 not known, 1 no, 2 yes
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
#include "json_schema/automaton_pattern.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint32_t kNoDuties = 0;
constexpr std::size_t kWordsPerThread = 3;

// Whether a ^ may stand behind a $ with no character between: only the empty text has both, so its position must be known.
bool asks_for_start_behind_end(const Program& program) {
  std::vector<bool> seen(program.steps.size(), false);
  std::vector<std::uint32_t> pending;
  for (std::uint32_t i = 0; i < program.steps.size(); ++i)
    if (program.steps[i].op == Op::text_end) pending.push_back(i + 1);
  while (!pending.empty()) {
    const std::uint32_t at = pending.back();
    pending.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    const Step& step = program.steps[at];
    if (step.op == Op::text_start) return true;
    if (step.op == Op::character || step.op == Op::set || step.op == Op::accept) continue;
    if (step.op == Op::loop && step.least > 0) continue;
    if (step.op == Op::jump || step.op == Op::split) pending.push_back(step.other);
    if (step.op == Op::look) pending.push_back(program.looks[step.value].entry);
    if (step.op != Op::jump) pending.push_back(at + 1);
  }
  return false;
}

}  // namespace

PatternStates::PatternStates(const Program& program, const Alphabet& alphabet, Budget& budget)
    : program_(program),
      alphabet_(alphabet),
      budget_(budget),
      has_context_(program.has_word_boundary || program.has_behind ||
                   asks_for_start_behind_end(program)),
      entry_(program.entry) {
  HOLDFAST_ASSERT(!program.has_look_in_behind);
  const auto any = static_cast<std::uint32_t>(program_.sets.size());
  program_.sets.push_back(any_set());
  const auto searched = [&](std::uint32_t entry) {  // anything, then that
    program_.steps.push_back({.op = Op::loop, .value = any, .most = kUnbounded});
    program_.steps.push_back({.op = Op::jump, .other = entry});
    return static_cast<std::uint32_t>(program_.steps.size() - 2);
  };
  if (!program.is_anchored) entry_ = searched(program.entry);
  behind_place_.resize(program.looks.size());
  for (std::uint32_t i = 0; i < program.looks.size(); ++i) {
    if (!program.looks[i].behind) continue;
    behind_place_[i] = static_cast<std::uint32_t>(behind_looks_.size());
    behind_looks_.push_back(i);
    behind_entries_.push_back(searched(program.looks[i].entry));
  }
  for (const CharSetPtr& set : program_.sets) {
    auto& takes = takes_.emplace_back();
    for (const Alphabet::Class& one : alphabet.classes())
      takes.push_back(set->contains(one.representative));
  }
  for (const Step& step : program_.steps) {
    const bool is_character =
        step.op == Op::character && (step.value < 0xD800 || step.value > 0xDFFF);
    class_of_step_.push_back(is_character ? alphabet.class_of(step.value) : kNone);
  }
  seen_.resize(program_.steps.size());
  sets_.number_of({});
  sets_.number_of(std::array<std::uint32_t, 1>{kEveryString});
  duties_.number_of({});
  states_.number_of(std::array<std::uint32_t, 1>{kNoString});
  states_.number_of(std::array<std::uint32_t, 1>{kEveryString});
}

PatternStates::Threads PatternStates::start_threads(bool is_search) {
  Threads threads;
  threads.is_search = is_search;
  threads.generation = ++generation_;
  return threads;
}

std::uint32_t PatternStates::state_of(std::vector<std::uint32_t> words) {
  if (words.front() <= kEveryString) words.resize(1);
  return states_.number_of(words);
}

std::uint32_t PatternStates::first() {
  Threads threads = start_threads(false);
  follow(threads, entry_, kNoDuties, Side::text_edge);
  const std::uint32_t set = number_of(threads);
  if (!has_context_) return set;
  std::vector<std::uint32_t> words{set, static_cast<std::uint32_t>(Side::text_edge)};
  for (const std::uint32_t entry : behind_entries_) {
    Threads behind = start_threads(true);
    follow(behind, entry, kNoDuties, Side::text_edge);
    words.push_back(number_of(behind));
  }
  return state_of(std::move(words));
}

bool PatternStates::saw(Threads& threads, std::uint32_t step, std::uint32_t duties) {
  if (duties == kNoDuties)
    return std::exchange(seen_[step], threads.generation) == threads.generation;
  return !threads.seen_with_duties.insert(std::uint64_t{step} << 32U | duties).second;
}

// Adds the threads that a step leads to without a character. What depends on the next one waits as a thread (settle()).
void PatternStates::follow(Threads& threads, std::uint32_t step, std::uint32_t duties,
                           Side before) {  // NOLINT(misc-no-recursion): as deep as the looks
  struct Pending {
    std::uint32_t step;
    std::uint32_t duties;
  };
  std::vector<Pending> pending{{step, duties}};
  while (!pending.empty() && !threads.is_everything && budget_.spend()) {
    Pending at = pending.back();
    pending.pop_back();
    if (saw(threads, at.step, at.duties)) continue;
    const Step& one = program_.steps[at.step];
    switch (one.op) {
      case Op::character:
      case Op::set:
      case Op::text_end:
      case Op::word_boundary:
        threads.all.push_back({at.step, 0, at.duties});
        break;
      case Op::loop:
        threads.all.push_back({at.step, 0, at.duties});
        if (one.least == 0) pending.push_back({at.step + 1, at.duties});
        break;
      case Op::jump:
        pending.push_back({one.other, at.duties});
        break;
      case Op::split:
        pending.push_back({one.other, at.duties});
        pending.push_back({at.step + 1, at.duties});
        break;
      case Op::text_start:
        if (before == Side::text_edge) pending.push_back({at.step + 1, at.duties});
        break;
      case Op::look:
        if (program_.looks[one.value].behind)
          threads.all.push_back({at.step, 0, at.duties});
        else if (pass_look(one.value, at.duties, before))
          pending.push_back({at.step + 1, at.duties});
        break;
      case Op::accept:
        threads.all.push_back({at.step, 0, at.duties});
        threads.is_everything = at.duties == kNoDuties && !threads.is_search;
        break;
    }
  }
}

// Takes the duty of a look-ahead that stands here; false where it can't be met.
bool PatternStates::pass_look(std::uint32_t look, std::uint32_t& duties,
                              Side before) {  // NOLINT(misc-no-recursion)
  Threads inside = start_threads(false);
  follow(inside, program_.looks[look].entry, kNoDuties, before);
  const std::uint32_t set = number_of(inside);
  const bool negated = program_.looks[look].negated;
  if (set <= kEveryString) return (set == kEveryString) != negated;
  const auto old = duties_.words(duties);
  std::vector<std::uint32_t> words(old.begin(), old.end());
  words.push_back(2 * set + (negated ? 1 : 0));
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  duties = duties_.number_of(words);
  return true;
}

bool PatternStates::waits(const Step& step) const {
  return step.op == Op::text_end || step.op == Op::word_boundary || step.op == Op::look;
}

bool PatternStates::holds(const Step& step, const Place& place) const {
  if (step.op == Op::text_end) return place.behind == Side::text_edge;
  if (step.op == Op::word_boundary)
    return ((place.before == Side::word) != (place.behind == Side::word)) != step.negated;
  HOLDFAST_ASSERT(place.holds != nullptr);
  return (*place.holds)[behind_place_[step.value]] != program_.looks[step.value].negated;
}

// Decides what waited for the next character, which is known now.
void PatternStates::settle(Threads& threads, const Place& place) {
  for (std::size_t i = 0; i < threads.all.size() && !threads.is_everything; ++i) {
    const Thread thread = threads.all[i];
    const Step& step = program_.steps[thread.step];
    if (waits(step) && holds(step, place))
      follow(threads, thread.step + 1, thread.duties, place.before);
  }
  std::erase_if(threads.all,
                [&](const Thread& thread) { return waits(program_.steps[thread.step]); });
}

PatternStates::Threads PatternStates::threads_of(std::uint32_t set) {
  Threads threads = start_threads(false);
  const auto words = sets_.words(set);
  threads.all.reserve(words.size() / kWordsPerThread);
  for (std::size_t i = 0; i < words.size(); i += kWordsPerThread)
    threads.all.push_back({words[i], words[i + 1], words[i + 2]});
  return threads;
}

std::uint32_t PatternStates::number_of(Threads& threads) {
  if (threads.is_everything) return kEveryString;
  if (!budget_.spend(threads.all.size())) return kNoString;
  drop_superfluous(threads.all);
  std::vector<std::uint32_t> words;
  words.reserve(threads.all.size() * kWordsPerThread);
  for (const Thread& thread : threads.all)
    words.insert(words.end(), {thread.step, thread.count, thread.duties});
  return sets_.number_of(words);
}

// Of the counts of one loop: those that can leave already, only the least is kept, or only the greatest where there is no end to count to.
void PatternStates::drop_superfluous(std::vector<Thread>& all) const {
  const auto by_loop = [](const Thread& a, const Thread& b) {
    return std::tuple(a.step, a.duties, a.count) < std::tuple(b.step, b.duties, b.count);
  };
  std::sort(all.begin(), all.end(), by_loop);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::size_t kept_count = 0;
  bool has_duties = false;
  for (const Thread& thread : all) {
    const Step& step = program_.steps[thread.step];
    has_duties = has_duties || thread.duties != kNoDuties;
    if (kept_count > 0 && step.op == Op::loop) {
      Thread& last = all[kept_count - 1];
      if (last.step == thread.step && last.duties == thread.duties) {
        if (step.most == kUnbounded) {
          last = thread;
          continue;
        }
        if (last.count >= step.least) continue;
      }
    }
    all[kept_count++] = thread;
  }
  all.resize(kept_count);
  if (has_duties) drop_by_duties(all);
}

void PatternStates::drop_by_duties(std::vector<Thread>& all) const {
  const auto makes_superfluous = [&](const Thread& less, const Thread& more) {
    if (less.step != more.step || less.count != more.count || less.duties == more.duties)
      return false;
    const auto few = duties_.words(less.duties);
    const auto many = duties_.words(more.duties);
    return std::includes(many.begin(), many.end(), few.begin(), few.end());
  };
  std::vector<Thread> kept;
  for (const Thread& thread : all) {
    if (!budget_.spend(all.size())) return;
    if (std::none_of(all.begin(), all.end(),
                     [&](const Thread& other) { return makes_superfluous(other, thread); }))
      kept.push_back(thread);
  }
  all = std::move(kept);
}

// Takes the duties over a character; false where one can't be met any more.
bool PatternStates::next_duties(std::uint32_t& duties, std::uint32_t in_class,
                                const Place& place) {  // NOLINT(misc-no-recursion)
  if (duties == kNoDuties) return true;
  const auto old = duties_.words(duties);
  const std::vector<std::uint32_t> before(old.begin(), old.end());
  std::vector<std::uint32_t> words;
  for (const std::uint32_t duty : before) {
    const bool negated = duty % 2 != 0;
    const std::uint32_t set = next_set(duty / 2, in_class, place, false);
    if (set > kEveryString)
      words.push_back(2 * set + duty % 2);
    else if ((set == kEveryString) == negated)
      return false;
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  duties = duties_.number_of(words);
  return true;
}

void PatternStates::advance(const Thread& thread, std::uint32_t in_class, const Place& place,
                            Threads& into) {  // NOLINT(misc-no-recursion)
  const Step& step = program_.steps[thread.step];
  if (step.op == Op::accept && into.is_search) return;  // a match that ended earlier
  if (step.op == Op::character && class_of_step_[thread.step] != in_class) return;
  if ((step.op == Op::set || step.op == Op::loop) && !takes_[step.value][in_class]) return;
  std::uint32_t duties = thread.duties;
  if (!next_duties(duties, in_class, place)) return;
  if (step.op == Op::accept) {
    into.all.push_back({thread.step, 0, duties});
    into.is_everything = into.is_everything || duties == kNoDuties;
    return;
  }
  if (step.op != Op::loop) {
    follow(into, thread.step + 1, duties, place.behind);
    return;
  }
  const bool is_endless = step.most == kUnbounded;
  const std::uint32_t count =
      is_endless ? std::min(thread.count + 1, step.least) : thread.count + 1;
  if (count >= step.least) follow(into, thread.step + 1, duties, place.behind);
  if (is_endless || count < step.most) into.all.push_back({thread.step, count, duties});
}

std::uint32_t PatternStates::next_set(std::uint32_t set, std::uint32_t in_class, const Place& place,
                                      bool is_search) {  // NOLINT(misc-no-recursion)
  if (set <= kEveryString) return set;
  const std::size_t at = std::size_t{set} * alphabet_.size() + in_class;
  if (!has_context_) {
    if (at >= next_.size()) next_.resize(std::max(at + alphabet_.size(), 2 * next_.size()), kNone);
    if (next_[at] != kNone) return next_[at];
  }
  Threads threads = threads_of(set);
  threads.is_search = is_search;
  if (has_context_) settle(threads, place);
  std::uint32_t number = kEveryString;
  if (!threads.is_everything) {
    Threads into = start_threads(is_search);
    for (const Thread& thread : threads.all) {
      if (into.is_everything || !budget_.spend()) break;
      if (program_.steps[thread.step].op != Op::text_end) advance(thread, in_class, place, into);
    }
    number = number_of(into);
  }
  if (!has_context_) next_[at] = number;
  return number;
}

bool PatternStates::duties_accept(std::uint32_t duties,
                                  const Place& place) {  // NOLINT(misc-no-recursion)
  const auto words = duties_.words(duties);
  const std::vector<std::uint32_t> all(words.begin(), words.end());
  return std::all_of(all.begin(), all.end(), [&](std::uint32_t duty) {
    return set_accepts(duty / 2, place) != (duty % 2 != 0);
  });
}

bool PatternStates::set_accepts(std::uint32_t set,
                                const Place& place) {  // NOLINT(misc-no-recursion)
  if (set <= kEveryString) return set == kEveryString;
  Threads threads = threads_of(set);
  settle(threads, place);
  return threads.is_everything ||
         std::any_of(threads.all.begin(), threads.all.end(), [&](const Thread& thread) {
           return program_.steps[thread.step].op == Op::accept &&
                  duties_accept(thread.duties, place);
         });
}

// The look-behinds in front of the next character; inner ones have lower numbers, so they are known when outer ones ask.
std::vector<bool> PatternStates::behind_holds(std::span<const std::uint32_t> state, Place place) {
  std::vector<bool> holds(behind_looks_.size(), false);
  place.holds = &holds;
  for (std::size_t i = 0; i < behind_looks_.size(); ++i) {
    Threads threads = threads_of(state[2 + i]);
    threads.is_search = true;
    settle(threads, place);
    holds[i] = std::any_of(threads.all.begin(), threads.all.end(), [&](const Thread& thread) {
      return program_.steps[thread.step].op == Op::accept;
    });
  }
  return holds;
}

std::uint32_t PatternStates::next_in_context(std::uint32_t state, std::uint32_t in_class) {
  const auto old = states_.words(state);
  const std::vector<std::uint32_t> words(old.begin(), old.end());
  Place place{static_cast<Side>(words[1]), side_of(in_class), nullptr};
  const std::vector<bool> holds = behind_holds(words, place);
  place.holds = &holds;
  std::vector<std::uint32_t> next{next_set(words[0], in_class, place, false),
                                  static_cast<std::uint32_t>(place.behind)};
  for (std::size_t i = 0; i < behind_looks_.size(); ++i)
    next.push_back(next_set(words[2 + i], in_class, place, true));
  return state_of(std::move(next));
}

std::uint32_t PatternStates::next(std::uint32_t state, std::uint32_t in_class) {
  if (state <= kEveryString) return state;
  if (!has_context_) return next_set(state, in_class, {}, false);
  const std::size_t at = std::size_t{state} * alphabet_.size() + in_class;
  if (at >= next_.size()) next_.resize(std::max(at + alphabet_.size(), 2 * next_.size()), kNone);
  if (next_[at] == kNone) {
    const std::uint32_t found = next_in_context(state, in_class);
    next_[at] = found;
  }
  return next_[at];
}

bool PatternStates::accepts(std::uint32_t state) {
  if (state <= kEveryString) return state == kEveryString;
  if (accepts_.size() <= state)
    accepts_.resize(std::max<std::size_t>(2 * accepts_.size(), state + 1), 0);
  if (accepts_[state] == 0) {
    bool accepted = false;
    if (has_context_) {
      const auto old = states_.words(state);
      const std::vector<std::uint32_t> words(old.begin(), old.end());
      Place place{static_cast<Side>(words[1]), Side::text_edge, nullptr};
      const std::vector<bool> holds = behind_holds(words, place);
      place.holds = &holds;
      accepted = set_accepts(words[0], place);
    } else {
      accepted = set_accepts(state, {.behind = Side::text_edge});
    }
    accepts_[state] = accepted ? 2 : 1;
  }
  return accepts_[state] == 2;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_simulation.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace holdfast::json_schema {
namespace {

// The counts of a loop, as the distances at which they began; the oldest first.
struct Counts {
  std::vector<std::size_t> began;
  std::size_t first = 0;
  std::size_t pass = 0;  // that they belong to
  bool leaves = false;   // one of them may go on behind the loop

  bool empty() const { return first == began.size(); }
  void clear() {
    began.clear();
    first = 0;
    leaves = false;
  }
};

// What a pass needs; kept by each thread, so that a short text costs no allocation.
struct Scratch {
  std::vector<std::uint32_t> now;
  std::vector<std::uint32_t> next;
  std::vector<std::uint32_t> pending;
  std::vector<std::size_t>
      seen;  // by step: when it was last added, which grows from position to position and pass to pass
  std::vector<Counts> counts;            // by step
  std::vector<std::vector<bool>> holds;  // by look, then by position
  std::size_t moment = 0;                // greater than all that were seen
};

class Pass {
 public:
  Pass(const Program& program, std::u32string_view text, Scratch& scratch,
       std::uint64_t& steps_left, bool is_backward)
      : program_(program),
        text_(text),
        scratch_(scratch),
        steps_left_(steps_left),
        is_backward_(is_backward) {
    if (scratch_.seen.size() < program.steps.size()) scratch_.seen.resize(program.steps.size(), 0);
    if (scratch_.counts.size() < program.steps.size()) scratch_.counts.resize(program.steps.size());
    began_ = scratch_.moment + 1;
    scratch_.moment = began_ + text.size();
  }

  // Whether a match ends anywhere.
  bool search(std::uint32_t entry) {
    scratch_.now.clear();
    for (distance_ = 0;; ++distance_) {
      if (distance_ == 0 || !program_.is_anchored) add(entry, scratch_.now);
      if (accepted_) return true;
      if (distance_ == text_.size()) return false;
      if (scratch_.now.empty() && program_.is_anchored) return false;
      if (!spend()) return false;
      advance();
    }
  }

  // For each position whether a match that began anywhere before ends there.
  void mark(std::uint32_t entry, std::vector<bool>& ends) {
    ends.assign(text_.size() + 1, false);
    scratch_.now.clear();
    for (distance_ = 0;; ++distance_) {
      add(entry, scratch_.now);
      ends[position()] = accepted_;
      if (distance_ == text_.size() || !spend()) return;
      advance();
    }
  }

 private:
  std::size_t position() const { return is_backward_ ? text_.size() - distance_ : distance_; }

  // For one character; false, with no step left, where there were not enough of them.
  bool spend() {
    const std::size_t cost = 1 + scratch_.now.size();
    steps_left_ = steps_left_ > cost ? steps_left_ - cost : 0;
    return steps_left_ > 0;
  }
  std::size_t now() const { return began_ + distance_; }

  // Over one character, with distance_ still in front of it.
  void advance() {
    const std::uint32_t c = text_[is_backward_ ? text_.size() - distance_ - 1 : distance_];
    accepted_ = false;
    // All counts first: what is added below may begin new ones, which this character does not belong to.
    for (const std::uint32_t at : scratch_.now)
      if (program_.steps[at].op == Op::loop)
        count(at, program_.sets[program_.steps[at].value]->contains(c));
    scratch_.next.clear();
    ++distance_;
    for (const std::uint32_t at : scratch_.now) {
      const Step& step = program_.steps[at];
      if (step.op != Op::loop) {
        if (program_.takes(step, c)) add(at + 1, scratch_.next);
        continue;
      }
      if (scratch_.counts[at].leaves) add(at + 1, scratch_.next);
      if (!scratch_.counts[at].empty() && scratch_.seen[at] != now()) {
        scratch_.seen[at] = now();
        scratch_.next.push_back(at);
      }
    }
    --distance_;
    scratch_.now.swap(scratch_.next);
  }

  void count(std::uint32_t at, bool takes) {
    Counts& counts = scratch_.counts[at];
    const Step& step = program_.steps[at];
    if (!takes) {
      counts.clear();
      return;
    }
    const std::size_t after = distance_ + 1;
    if (step.most != kUnbounded)
      while (!counts.empty() && after - counts.began[counts.first] > step.most)
        ++counts.first;
    counts.leaves = !counts.empty() && after - counts.began[counts.first] >= step.least;
  }

  // A count begins here. Where any number of characters will do, only the oldest matters; where none need be taken, only the youngest.
  void begin_count(std::uint32_t at) {
    Counts& counts = scratch_.counts[at];
    const Step& step = program_.steps[at];
    if (std::exchange(counts.pass, began_) != began_) counts.clear();
    if (!counts.empty() && (step.most == kUnbounded || counts.began.back() == distance_)) return;
    if (step.least <= 1 || counts.empty()) {
      counts.began.clear();
      counts.first = 0;
    }
    counts.began.push_back(distance_);
  }

  bool at_word_boundary() const {
    const std::size_t at = position();
    const bool before = at > 0 && is_word(text_[at - 1]);
    const bool behind = at < text_.size() && is_word(text_[at]);
    return before != behind;
  }

  // Follows from a step everything that takes no character; what takes one goes into the list.
  void add(std::uint32_t first, std::vector<std::uint32_t>& list) {
    std::vector<std::uint32_t>& pending = scratch_.pending;
    pending.push_back(first);
    while (!pending.empty()) {
      const std::uint32_t at = pending.back();
      pending.pop_back();
      const Step& step = program_.steps[at];
      if (step.op == Op::loop) {
        begin_count(at);
        if (step.least == 0) pending.push_back(at + 1);
      }
      if (scratch_.seen[at] == now()) continue;
      scratch_.seen[at] = now();
      follow(step, at, list);
    }
  }

  void follow(const Step& step, std::uint32_t at, std::vector<std::uint32_t>& list) {
    std::vector<std::uint32_t>& pending = scratch_.pending;
    switch (step.op) {
      case Op::character:
      case Op::set:
      case Op::loop:
        list.push_back(at);
        break;
      case Op::jump:
        pending.push_back(step.other);
        break;
      case Op::split:
        pending.push_back(step.other);
        pending.push_back(at + 1);
        break;
      case Op::text_start:
        if (position() == 0) pending.push_back(at + 1);
        break;
      case Op::text_end:
        if (position() == text_.size()) pending.push_back(at + 1);
        break;
      case Op::word_boundary:
        if (at_word_boundary() != step.negated) pending.push_back(at + 1);
        break;
      case Op::look:
        if (scratch_.holds[step.value][position()] != program_.looks[step.value].negated)
          pending.push_back(at + 1);
        break;
      case Op::accept:
        accepted_ = true;
        break;
    }
  }

  const Program& program_;
  std::u32string_view text_;
  Scratch& scratch_;
  std::uint64_t& steps_left_;
  bool is_backward_;
  bool accepted_ = false;
  std::size_t distance_ = 0;  // how many characters were passed
  std::size_t began_ = 0;
};

}  // namespace

std::optional<bool> simulate(const Program& program, std::u32string_view text) {
  thread_local Scratch scratch;
  std::uint64_t steps_left = kMostSimulationSteps;
  if (scratch.holds.size() < program.looks.size()) scratch.holds.resize(program.looks.size());
  for (std::size_t i = 0; i < program.looks.size() && steps_left > 0; ++i) {
    const Look& look = program.looks[i];
    Pass(program, text, scratch, steps_left, !look.behind).mark(look.entry, scratch.holds[i]);
  }
  if (steps_left == 0) return std::nullopt;
  const bool matched = Pass(program, text, scratch, steps_left, false).search(program.entry);
  if (!matched && steps_left == 0) return std::nullopt;
  return matched;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_backtrack.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace holdfast::json_schema {
namespace {

class TryCompiler {
 public:
  explicit TryCompiler(const Syntax& syntax) : syntax_(syntax) {}

  TryProgram compile() {
    program_.sets = syntax_.sets;
    program_.register_count = 2 * (syntax_.capture_count + 1);
    emit(syntax_.root);
    put({.op = TryOp::accept});
    return std::move(program_);
  }

 private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(program_.steps.size()); }
  std::uint32_t put(TryStep step) {
    step.backward = is_backward_;
    program_.steps.push_back(step);
    return here() - 1;
  }
  void lead_here(std::uint32_t step) { program_.steps[step].other = here(); }
  std::uint32_t registers(std::uint32_t count) {
    return std::exchange(program_.register_count, program_.register_count + count);
  }
  void emit(std::uint32_t node);
  void emit_children(const Node& node);
  void emit_choice(const Node& node);
  void emit_repeat(const Node& node);
  void emit_look(const Node& node);
  void emit_group(const Node& node);

  const Syntax& syntax_;
  TryProgram program_;
  bool is_backward_ = false;
};

void TryCompiler::emit(std::uint32_t node) {  // NOLINT(misc-no-recursion): as deep as the groups
  const Node& at = syntax_.nodes[node];
  switch (at.kind) {
    case NodeKind::empty:
      break;
    case NodeKind::character:
      put({.op = TryOp::character, .value = at.value});
      break;
    case NodeKind::set:
      put({.op = TryOp::set, .value = at.value});
      break;
    case NodeKind::sequence:
      emit_children(at);
      break;
    case NodeKind::choice:
      emit_choice(at);
      break;
    case NodeKind::repeat:
      emit_repeat(at);
      break;
    case NodeKind::group:
      emit_group(at);
      break;
    case NodeKind::text_start:
      put({.op = TryOp::text_start});
      break;
    case NodeKind::text_end:
      put({.op = TryOp::text_end});
      break;
    case NodeKind::word_boundary:
      put({.op = TryOp::word_boundary, .negated = at.negated});
      break;
    case NodeKind::look:
      emit_look(at);
      break;
    case NodeKind::back_reference:
      put({.op = TryOp::reference, .value = syntax_.references[at.value]});
      break;
  }
}

void TryCompiler::emit_children(const Node& node) {  // NOLINT(misc-no-recursion)
  std::vector<std::uint32_t> children;
  for (std::uint32_t child = node.child; child != kNone; child = syntax_.nodes[child].next)
    children.push_back(child);
  if (is_backward_) std::reverse(children.begin(), children.end());
  for (const std::uint32_t child : children)
    emit(child);
}

void TryCompiler::emit_choice(const Node& node) {  // NOLINT(misc-no-recursion)
  std::vector<std::uint32_t> ends;
  for (std::uint32_t child = node.child; child != kNone; child = syntax_.nodes[child].next) {
    if (syntax_.nodes[child].next == kNone) {
      emit(child);
      break;
    }
    const std::uint32_t fork = put({.op = TryOp::fork});
    emit(child);
    ends.push_back(put({.op = TryOp::jump}));
    lead_here(fork);
  }
  for (const std::uint32_t end : ends)
    lead_here(end);
}

void TryCompiler::emit_repeat(const Node& node) {  // NOLINT(misc-no-recursion)
  const std::uint32_t count = registers(2);
  put({.op = TryOp::repeat_begin, .value = count});
  const std::uint32_t test = put({.op = TryOp::repeat_test,
                                  .lazy = node.lazy,
                                  .value = count,
                                  .least = node.least,
                                  .most = node.most});
  put({.op = TryOp::repeat_enter,
       .value = count,
       .first_capture = node.first_capture,
       .end_capture = node.end_capture});
  emit(node.child);
  put({.op = TryOp::repeat_next, .value = count, .other = test, .least = node.least});
  lead_here(test);
}

void TryCompiler::emit_look(const Node& node) {  // NOLINT(misc-no-recursion)
  const std::uint32_t kept = registers(2);
  const std::uint32_t begin =
      put({.op = TryOp::look_begin, .negated = node.negated, .value = kept});
  const bool was_backward = std::exchange(is_backward_, node.behind);
  emit(node.child);
  is_backward_ = was_backward;
  put({.op = TryOp::look_end, .negated = node.negated, .value = kept});
  lead_here(begin);
}

void TryCompiler::emit_group(const Node& node) {  // NOLINT(misc-no-recursion)
  if (node.value == 0) {
    emit(node.child);
    return;
  }
  const std::uint32_t start = 2 * node.value;
  put({.op = TryOp::save, .value = is_backward_ ? start + 1 : start});
  emit(node.child);
  put({.op = TryOp::save, .value = is_backward_ ? start : start + 1});
}

// What clearing registers costs, beside a step.
constexpr std::uint32_t kRegistersPerStep = 8;
constexpr std::size_t kUnset = std::numeric_limits<std::size_t>::max();

class Trial {
 public:
  Trial(const TryProgram& program, std::u32string_view text) : program_(program), text_(text) {}

  std::optional<bool> search() {
    for (std::size_t start = 0; start <= text_.size(); ++start) {
      steps_left_ -=
          std::min<std::uint64_t>(steps_left_, program_.register_count / kRegistersPerStep);
      registers_.assign(program_.register_count, kUnset);
      ways_.clear();
      trail_.clear();
      step_ = 0;
      position_ = start;
      if (run()) return true;
      if (steps_left_ == 0) return std::nullopt;
    }
    return false;
  }

 private:
  struct Way {
    std::uint32_t step;
    std::size_t position;
    std::size_t trail_length;
  };
  struct Change {
    std::uint32_t at;
    std::size_t before;
  };

  bool run();
  bool take(const TryStep& step);
  bool take_reference(const TryStep& step);
  bool test(const TryStep& step);
  bool follow(const TryStep& step);
  bool next_round(const TryStep& step);

  void set(std::uint32_t at, std::size_t value) {
    trail_.push_back({at, registers_[at]});
    registers_[at] = value;
  }
  void open(std::uint32_t step) { ways_.push_back({step, position_, trail_.size()}); }
  bool give_up() {  // and take the last way that is open
    if (ways_.empty()) return false;
    const Way way = ways_.back();
    ways_.pop_back();
    while (trail_.size() > way.trail_length) {
      registers_[trail_.back().at] = trail_.back().before;
      trail_.pop_back();
    }
    step_ = way.step;
    position_ = way.position;
    return true;
  }

  const TryProgram& program_;
  std::u32string_view text_;
  std::vector<std::size_t> registers_;
  std::vector<Way> ways_;
  std::vector<Change> trail_;
  std::uint32_t step_ = 0;
  std::size_t position_ = 0;
  std::uint64_t steps_left_ = kMostTrySteps;
};

bool Trial::run() {
  while (steps_left_ > 0) {
    --steps_left_;
    const TryStep& step = program_.steps[step_];
    if (step.op == TryOp::accept) return true;
    ++step_;
    if (!follow(step) && !give_up()) return false;
  }
  return false;
}

bool Trial::take(const TryStep& step) {
  if (step.backward ? position_ == 0 : position_ == text_.size()) return false;
  const std::uint32_t c = text_[step.backward ? position_ - 1 : position_];
  position_ = step.backward ? position_ - 1 : position_ + 1;
  return step.op == TryOp::character ? c == step.value : program_.sets[step.value]->contains(c);
}

bool Trial::take_reference(const TryStep& step) {
  const std::size_t first = registers_[2 * std::size_t{step.value}];
  const std::size_t end = registers_[2 * std::size_t{step.value} + 1];
  if (first == kUnset || end == kUnset) return true;
  const std::u32string_view taken = text_.substr(first, end - first);
  steps_left_ -= std::min<std::uint64_t>(steps_left_, taken.size());
  if (step.backward) {
    if (!text_.substr(0, position_).ends_with(taken)) return false;
    position_ -= taken.size();
    return true;
  }
  if (!text_.substr(position_).starts_with(taken)) return false;
  position_ += taken.size();
  return true;
}

bool Trial::test(const TryStep& step) {
  const std::size_t count = registers_[step.value];
  if (count < step.least) return true;
  const std::uint32_t body = step_;
  if (step.most != kUnbounded && count >= step.most) {
    step_ = step.other;
  } else if (step.lazy) {
    open(body);
    step_ = step.other;
  } else {
    open(step.other);
  }
  return true;
}

bool Trial::next_round(const TryStep& step) {
  const std::size_t count = registers_[step.value];
  if (count >= step.least && registers_[step.value + 1] == position_) return false;
  set(step.value, count + 1);
  step_ = step.other;
  return true;
}

bool Trial::follow(const TryStep& step) {
  switch (step.op) {
    case TryOp::character:
    case TryOp::set:
      return take(step);
    case TryOp::reference:
      return take_reference(step);
    case TryOp::save:
      set(step.value, position_);
      return true;
    case TryOp::jump:
      step_ = step.other;
      return true;
    case TryOp::fork:
      open(step.other);
      return true;
    case TryOp::text_start:
      return position_ == 0;
    case TryOp::text_end:
      return position_ == text_.size();
    case TryOp::word_boundary: {
      const bool before = position_ > 0 && is_word(text_[position_ - 1]);
      const bool behind = position_ < text_.size() && is_word(text_[position_]);
      return (before != behind) != step.negated;
    }
    case TryOp::repeat_begin:
      set(step.value, 0);
      return true;
    case TryOp::repeat_test:
      return test(step);
    case TryOp::repeat_enter:
      set(step.value + 1, position_);
      steps_left_ -= std::min<std::uint64_t>(
          steps_left_, (step.end_capture - step.first_capture) / kRegistersPerStep);
      for (std::uint32_t at = 2 * step.first_capture; at < 2 * step.end_capture; ++at)
        if (registers_[at] != kUnset) set(at, kUnset);
      return true;
    case TryOp::repeat_next:
      return next_round(step);
    case TryOp::look_begin:
      set(step.value, ways_.size());
      set(step.value + 1, position_);
      if (step.negated) open(step.other);
      return true;
    case TryOp::look_end:
      ways_.resize(registers_[step.value]);
      position_ = registers_[step.value + 1];
      return !step.negated;
    case TryOp::accept:
      break;
  }
  return true;
}

}  // namespace

TryProgram compile_tries(const Syntax& syntax) {
  return TryCompiler(syntax).compile();
}

std::optional<bool> try_match(const TryProgram& program, std::u32string_view text) {
  return Trial(program, text).search();
}

}  // namespace holdfast::json_schema

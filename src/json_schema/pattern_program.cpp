// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_program.h"

#include <algorithm>
#include <utility>

namespace holdfast::json_schema {
namespace {

class Compiler {
 public:
  Compiler(const Syntax& syntax, LookAhead direction) : syntax_(syntax), direction_(direction) {}

  std::optional<Program> compile() {
    program_.is_anchored = is_anchored(syntax_.root);
    for (const Node& node : syntax_.nodes)
      if (node.kind == NodeKind::back_reference) return std::nullopt;
    lengths_ = lengths_of(syntax_);
    visits_left_ = syntax_.nodes.size() + 20 * kMostProgramSteps;
    set_numbers_.assign(syntax_.sets.size(), kNone);
    section(syntax_.root, false);
    program_.entry = entry_;
    if (is_too_large_) return std::nullopt;
    return std::move(program_);
  }

 private:
  bool is_anchored(std::uint32_t node) const;
  void section(std::uint32_t node, bool is_backward);
  void emit(std::uint32_t node);
  void emit_sequence(const Node& node);
  void emit_choice(const Node& node);
  void emit_repeat(const Node& node);
  bool emit_loop(const Node& node);
  void emit_look_sections(std::uint32_t node);

  std::uint32_t here() const { return static_cast<std::uint32_t>(program_.steps.size()); }
  std::uint32_t put(Step step) {
    if (program_.steps.size() >= kMostProgramSteps) is_too_large_ = true;
    if (!is_too_large_) program_.steps.push_back(step);
    return here() - 1;
  }
  // The program's number for a set of the syntax: it has only those that are used.
  std::uint32_t set_number(std::uint32_t set) {
    std::uint32_t& number = set_numbers_[set];
    if (number == kNone) {
      number = static_cast<std::uint32_t>(program_.sets.size());
      program_.sets.push_back(syntax_.sets[set]);
    }
    return number;
  }
  void lead_here(std::uint32_t step) {
    if (!is_too_large_) program_.steps[step].other = here();
  }

  const Syntax& syntax_;
  LookAhead direction_;
  Program program_;
  std::vector<NodeLength> lengths_;
  std::vector<std::uint32_t> set_numbers_;
  std::vector<std::uint32_t> look_of_node_;
  std::size_t visits_left_ = 0;  // copies of what makes no step cost time too
  std::uint32_t entry_ = 0;
  bool is_backward_ = false;
  bool is_in_behind_ = false;
  bool is_too_large_ = false;
};

bool Compiler::is_anchored(
    std::uint32_t node) const {  // NOLINT(misc-no-recursion): as deep as the groups
  const Node& at = syntax_.nodes[node];
  switch (at.kind) {
    case NodeKind::text_start:
      return true;
    case NodeKind::group:
      return is_anchored(at.child);
    case NodeKind::repeat:
      return at.least > 0 && is_anchored(at.child);
    case NodeKind::sequence:
      for (std::uint32_t child = at.child; child != kNone; child = syntax_.nodes[child].next)
        if (is_anchored(child)) return true;
      return false;
    case NodeKind::choice:
      for (std::uint32_t child = at.child; child != kNone; child = syntax_.nodes[child].next)
        if (!is_anchored(child)) return false;
      return true;
    case NodeKind::empty:
    case NodeKind::character:
    case NodeKind::set:
    case NodeKind::text_end:
    case NodeKind::word_boundary:
    case NodeKind::look:
    case NodeKind::back_reference:
      break;
  }
  return false;
}

// The steps of the looks inside come first, so that no look falls into them and inner ones have the lower numbers.
void Compiler::section(std::uint32_t node, bool is_backward) {  // NOLINT(misc-no-recursion)
  emit_look_sections(node);
  const bool was_backward = std::exchange(is_backward_, is_backward);
  entry_ = here();
  emit(node);
  put({.op = Op::accept});
  is_backward_ = was_backward;
}

void Compiler::emit_look_sections(std::uint32_t node) {  // NOLINT(misc-no-recursion)
  const Node& at = syntax_.nodes[node];
  if (is_too_large_) return;
  if (at.kind != NodeKind::look) {
    for (std::uint32_t child = at.child; child != kNone; child = syntax_.nodes[child].next)
      emit_look_sections(child);
    return;
  }
  if (is_in_behind_ && !at.behind) program_.has_look_in_behind = true;
  const bool was_in_behind = std::exchange(is_in_behind_, is_in_behind_ || at.behind);
  section(at.child, !at.behind && direction_ == LookAhead::reversed);
  is_in_behind_ = was_in_behind;
  program_.has_behind = program_.has_behind || at.behind;
  if (look_of_node_.empty()) look_of_node_.resize(syntax_.nodes.size());
  look_of_node_[node] = static_cast<std::uint32_t>(program_.looks.size());
  program_.looks.push_back({entry_, at.negated, at.behind});
  if (program_.looks.size() > kMostLooks) is_too_large_ = true;
}

void Compiler::emit(std::uint32_t node) {  // NOLINT(misc-no-recursion)
  if (visits_left_ == 0) is_too_large_ = true;
  if (is_too_large_) return;
  --visits_left_;
  const Node& at = syntax_.nodes[node];
  switch (at.kind) {
    case NodeKind::empty:
      break;
    case NodeKind::character:
      put({.op = Op::character, .value = at.value});
      break;
    case NodeKind::set:
      put({.op = Op::set, .value = set_number(at.value)});
      break;
    case NodeKind::sequence:
      emit_sequence(at);
      break;
    case NodeKind::choice:
      emit_choice(at);
      break;
    case NodeKind::repeat:
      emit_repeat(at);
      break;
    case NodeKind::group:
      emit(at.child);
      break;
    case NodeKind::text_start:
      put({.op = Op::text_start});
      break;
    case NodeKind::text_end:
      put({.op = Op::text_end});
      break;
    case NodeKind::word_boundary:
      program_.has_word_boundary = true;
      put({.op = Op::word_boundary, .negated = at.negated});
      break;
    case NodeKind::look:
      put({.op = Op::look, .value = look_of_node_[node]});
      break;
    case NodeKind::back_reference:
      break;  // refused before
  }
}

void Compiler::emit_sequence(const Node& node) {  // NOLINT(misc-no-recursion)
  std::vector<std::uint32_t> children;
  for (std::uint32_t child = node.child; child != kNone; child = syntax_.nodes[child].next)
    children.push_back(child);
  if (is_backward_) std::reverse(children.begin(), children.end());
  for (const std::uint32_t child : children)
    emit(child);
}

void Compiler::emit_choice(const Node& node) {  // NOLINT(misc-no-recursion)
  std::vector<std::uint32_t> ends;
  for (std::uint32_t child = node.child; child != kNone; child = syntax_.nodes[child].next) {
    const bool is_last = syntax_.nodes[child].next == kNone;
    const std::uint32_t fork = is_last ? 0 : put({.op = Op::split});
    emit(child);
    if (is_last) break;
    ends.push_back(put({.op = Op::jump}));
    lead_here(fork);
  }
  for (const std::uint32_t end : ends)
    lead_here(end);
}

// A single character that is repeated: one step, and its threads count.
bool Compiler::emit_loop(const Node& node) {
  const Node* one = &syntax_.nodes[node.child];
  while (one->kind == NodeKind::group)
    one = &syntax_.nodes[one->child];
  if (one->kind != NodeKind::character && one->kind != NodeKind::set) return false;
  if (node.most == 1) return false;
  std::uint32_t set = 0;
  if (one->kind == NodeKind::set) {
    set = set_number(one->value);
  } else {
    set = static_cast<std::uint32_t>(program_.sets.size());
    program_.sets.push_back(
        std::make_shared<const CharSet>(std::vector<CharRange>{{one->value, one->value}}));
  }
  put({.op = Op::loop, .value = set, .least = node.least, .most = node.most});
  return true;
}

void Compiler::emit_repeat(const Node& node) {  // NOLINT(misc-no-recursion)
  if (node.most == 0 || emit_loop(node)) return;
  // What only ever matches nothing asks for the same thing again and again.
  const bool is_empty = lengths_[node.child].most == 0;
  const std::uint32_t least = is_empty ? std::min(node.least, 1U) : node.least;
  const std::uint32_t most = is_empty ? 1 : node.most;
  for (std::uint32_t i = 0; i < least && !is_too_large_; ++i) {
    const std::uint32_t body = here();
    emit(node.child);
    if (most != kUnbounded || i + 1 < least) continue;
    const std::uint32_t fork = put({.op = Op::split});
    put({.op = Op::jump, .other = body});
    lead_here(fork);
    return;
  }
  if (most == kUnbounded) {
    const std::uint32_t fork = put({.op = Op::split});
    emit(node.child);
    put({.op = Op::jump, .other = fork});
    lead_here(fork);
    return;
  }
  std::vector<std::uint32_t> forks;
  for (std::uint32_t i = least; i < most && !is_too_large_; ++i) {
    forks.push_back(put({.op = Op::split}));
    emit(node.child);
  }
  for (const std::uint32_t fork : forks)
    lead_here(fork);
}

}  // namespace

bool operator==(const Program& a, const Program& b) {
  const auto same_set = [](const CharSetPtr& x, const CharSetPtr& y) { return x == y || *x == *y; };
  return a.entry == b.entry && a.is_anchored == b.is_anchored && a.steps == b.steps &&
         a.looks == b.looks &&
         std::equal(a.sets.begin(), a.sets.end(), b.sets.begin(), b.sets.end(), same_set);
}

std::optional<Program> compile(const Syntax& syntax, LookAhead direction) {
  return Compiler(syntax, direction).compile();
}

}  // namespace holdfast::json_schema

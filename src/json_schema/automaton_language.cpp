// SPDX-License-Identifier: Apache-2.0
#include "json_schema/automaton_language.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "json_schema/pattern_syntax.h"
#include "json_schema/pattern_utf8.h"

namespace holdfast::json_schema {
namespace {

LanguageNodePtr made(LanguageNode node) {
  for (const LanguageNodePtr& part : node.parts)
    node.depth = std::max(node.depth, part->depth + 1);
  return std::make_shared<const LanguageNode>(std::move(node));
}

const LanguageNodePtr& everything_node() {
  static const LanguageNodePtr kNode = made({.kind = LanguageKind::all_of});
  return kNode;
}

const LanguageNodePtr& nothing_node() {
  static const LanguageNodePtr kNode = made({.kind = LanguageKind::any_of});
  return kNode;
}

// Beyond the depth that may be walked, nothing is known any more: a pattern without a program or a matcher.
LanguageNodePtr bounded(LanguageNodePtr node) {
  if (node->depth < kMostLanguageDepth) return node;
  return made({.kind = LanguageKind::pattern});
}

bool is_everything(const LanguageNode& node) {
  return node.kind == LanguageKind::all_of && node.parts.empty();
}
bool is_nothing(const LanguageNode& node) {
  return node.kind == LanguageKind::any_of && node.parts.empty();
}

std::vector<std::uint32_t> top_terms(const Syntax& syntax) {
  std::uint32_t root = syntax.root;
  std::vector<std::uint32_t> terms;
  if (syntax.nodes[root].kind != NodeKind::sequence) return terms;
  for (std::uint32_t term = syntax.nodes[root].child; term != kNone; term = syntax.nodes[term].next)
    terms.push_back(term);
  return terms;
}

struct CountedOnce {
  Syntax syntax;  // without bounds
  LengthRange length{};
};

// ^F G{n,m} H$, where F, G and H have one length each: F G* H says the same together with the bounds of the whole length, which are numbers
// instead of n to m copies of states. Nothing where the pattern is not of this form.
std::optional<CountedOnce> counted_once(const Syntax& syntax) {
  const std::vector<std::uint32_t> terms = top_terms(syntax);
  if (terms.size() < 2 || syntax.nodes[terms.front()].kind != NodeKind::text_start ||
      syntax.nodes[terms.back()].kind != NodeKind::text_end)
    return std::nullopt;
  const std::vector<NodeLength> lengths = lengths_of(syntax);
  std::uint64_t fixed = 0;
  std::uint32_t counted = kNone;
  for (const std::uint32_t term : terms) {
    const NodeLength length = lengths[term];
    if (length.is_fixed()) {
      fixed += length.least;
      continue;
    }
    if (counted != kNone || syntax.nodes[term].kind != NodeKind::repeat) return std::nullopt;
    counted = term;
  }
  if (counted == kNone) return std::nullopt;
  const Node& repeat = syntax.nodes[counted];
  const NodeLength one = lengths[repeat.child];
  if (!one.is_fixed() || one.least == 0) return std::nullopt;
  CountedOnce once{syntax, {.least = fixed + one.least * repeat.least}};
  if (repeat.most != kUnbounded) once.length.most = fixed + one.least * repeat.most;
  once.syntax.nodes[counted].least = 0;
  once.syntax.nodes[counted].most = kUnbounded;
  return once;
}

bool by_length(const std::u32string& a, const std::u32string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

LanguageNodePtr strings_node(std::vector<std::u32string> strings) {
  if (strings.empty()) return nothing_node();
  std::sort(strings.begin(), strings.end(), by_length);
  strings.erase(std::unique(strings.begin(), strings.end()), strings.end());
  return made({.kind = LanguageKind::strings, .strings = std::move(strings)});
}

// The parts without those of the same kind, which give their own parts, and without those that change nothing.
std::vector<LanguageNodePtr> flattened(const std::vector<Language>& parts, LanguageKind kind) {
  std::vector<LanguageNodePtr> flat;
  std::unordered_set<const LanguageNode*> there;
  const auto add = [&](const LanguageNodePtr& node) {
    if (there.insert(node.get()).second) flat.push_back(node);
  };
  for (const Language& part : parts) {
    if (part.node()->kind != kind) {
      add(part.node());
      continue;
    }
    for (const LanguageNodePtr& inner : part.node()->parts)
      add(inner);
  }
  return flat;
}

// Lengths that all have to hold are one length.
void join_lengths(std::vector<LanguageNodePtr>& parts) {
  LengthRange joined;
  std::size_t count = 0;
  for (const LanguageNodePtr& part : parts) {
    if (part->kind != LanguageKind::length) continue;
    joined = {std::max(joined.least, part->length.least), std::min(joined.most, part->length.most)};
    ++count;
  }
  if (count < 2) return;
  std::erase_if(parts, [](const auto& part) { return part->kind == LanguageKind::length; });
  parts.push_back(joined.least > joined.most
                      ? nothing_node()
                      : made({.kind = LanguageKind::length, .length = joined}));
}

// Enumerations of which any will do are one enumeration.
void join_strings(std::vector<LanguageNodePtr>& parts) {
  std::vector<std::u32string> joined;
  std::size_t count = 0;
  for (const LanguageNodePtr& part : parts) {
    if (part->kind != LanguageKind::strings) continue;
    joined.insert(joined.end(), part->strings.begin(), part->strings.end());
    ++count;
  }
  if (count < 2) return;
  std::erase_if(parts, [](const auto& part) { return part->kind == LanguageKind::strings; });
  parts.push_back(strings_node(std::move(joined)));
}

bool same_program(const LanguageNode& a, const LanguageNode& b) {
  if (a.program && b.program) return a.program == b.program || *a.program == *b.program;
  return !a.program && !b.program && a.pattern && b.pattern &&
         a.pattern->text() == b.pattern->text();
}

Error too_deep() {
  return {Code::unsupported,
          "a language is nested deeper than " + std::to_string(kMostLanguageDepth)};
}

struct Text {
  std::string_view utf8;
  std::u32string code_points;
  std::unordered_map<const LanguageNode*, Result<bool>>
      known;  // parts that several others have are asked once
};

Result<bool> holds(const LanguageNode& node, Text& text);

// One part that decides is enough, even where another has no answer.
Result<bool> joined(const LanguageNode& node,
                    Text& text) {  // NOLINT(misc-no-recursion): kMostLanguageDepth deep
  const bool decisive = node.kind == LanguageKind::any_of;
  std::optional<Error> failed;
  for (const LanguageNodePtr& part : node.parts) {
    const Result<bool> one = holds(*part, text);
    if (!one)
      failed = one.error();
    else if (*one == decisive)
      return decisive;
  }
  if (failed) return *std::move(failed);
  return !decisive;
}

Result<bool> holds(const LanguageNode& node,
                   Text& text) {  // NOLINT(misc-no-recursion): kMostLanguageDepth deep
  switch (node.kind) {
    case LanguageKind::pattern:
      if (!node.pattern) return too_deep();
      return node.pattern->matches(text.utf8);
    case LanguageKind::strings:
      return std::binary_search(node.strings.begin(), node.strings.end(), text.code_points,
                                by_length);
    case LanguageKind::length:
      return text.code_points.size() >= node.length.least &&
             text.code_points.size() <= node.length.most;
    case LanguageKind::complement: {
      TRY_ASSIGN(const bool inside, holds(*node.parts.front(), text));
      return !inside;
    }
    case LanguageKind::all_of:
    case LanguageKind::any_of:
      break;
  }
  if (const auto known = text.known.find(&node); known != text.known.end()) return known->second;
  const auto answer = joined(node, text);
  if (node.depth > 1) text.known.emplace(&node, answer);
  return answer;
}

}  // namespace

Language Language::everything() {
  return Language(everything_node());
}
Language Language::nothing() {
  return Language(nothing_node());
}

Language Language::of(const Pattern& pattern) {
  LanguageNode leaf{.kind = LanguageKind::pattern, .pattern = pattern};
  const auto once = counted_once(pattern.syntax());
  auto program = compile(once ? once->syntax : pattern.syntax(), LookAhead::forward);
  if (program && !program->has_look_in_behind)
    leaf.program = std::make_shared<const Program>(*std::move(program));
  Language language(made(std::move(leaf)));
  if (!once || !language.node()->program) return language;
  return language & of_length(once->length);
}

Result<Language> Language::of_strings(const std::vector<std::string>& strings) {
  std::vector<std::u32string> decoded(strings.size());
  for (std::size_t i = 0; i < strings.size(); ++i)
    if (const auto wrong = decode_utf8(strings[i], decoded[i]))
      return Error(Code::invalid, "string " + std::to_string(i) +
                                      " of a list is not UTF-8 at byte " + std::to_string(*wrong));
  return Language(strings_node(std::move(decoded)));
}

Language Language::of_length(LengthRange range) {
  if (range == LengthRange{}) return everything();
  if (range.least > range.most) return nothing();
  return Language(made({.kind = LanguageKind::length, .length = range}));
}

Language Language::all_of(const std::vector<Language>& parts) {
  LanguageNode node{.kind = LanguageKind::all_of, .parts = flattened(parts, LanguageKind::all_of)};
  join_lengths(node.parts);
  for (const LanguageNodePtr& part : node.parts)
    if (is_nothing(*part)) return nothing();
  if (node.parts.size() == 1) return Language(node.parts.front());
  return Language(bounded(made(std::move(node))));
}

Language Language::any_of(const std::vector<Language>& parts) {
  LanguageNode node{.kind = LanguageKind::any_of, .parts = flattened(parts, LanguageKind::any_of)};
  join_strings(node.parts);
  for (const LanguageNodePtr& part : node.parts)
    if (is_everything(*part)) return everything();
  if (node.parts.size() == 1) return Language(node.parts.front());
  return Language(bounded(made(std::move(node))));
}

Language operator~(const Language& language) {
  const LanguageNode& node = *language.node();
  if (node.kind == LanguageKind::complement) return Language(node.parts.front());
  if (is_everything(node)) return Language::nothing();
  if (is_nothing(node)) return Language::everything();
  return Language(bounded(made({.kind = LanguageKind::complement, .parts = {language.node()}})));
}

Result<bool> Language::contains(std::string_view utf8) const {
  Text text{utf8, {}, {}};
  if (const auto wrong = decode_utf8(utf8, text.code_points))
    return Error(Code::invalid, "a string is not UTF-8 at byte " + std::to_string(*wrong));
  return holds(*node_, text);
}

namespace {

bool is_same(const LanguageNode& a, const LanguageNode& b,
             std::size_t& compared_count) {  // NOLINT(misc-no-recursion): kMostLanguageDepth deep
  if (&a == &b) return true;
  if (++compared_count > kMostCompared || a.kind != b.kind || a.depth != b.depth) return false;
  if (a.kind == LanguageKind::pattern) return same_program(a, b);
  return a.strings == b.strings && a.length == b.length &&
         std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(),
                    [&](const auto& x, const auto& y) { return is_same(*x, *y, compared_count); });
}

}  // namespace

bool is_same(const LanguageNode& a, const LanguageNode& b) {
  std::size_t compared_count = 0;
  return is_same(a, b, compared_count);
}

const std::vector<std::u32string>* listed_strings(const LanguageNode& node) {
  if (node.kind == LanguageKind::strings) return &node.strings;
  if (node.kind != LanguageKind::all_of) return nullptr;
  for (const LanguageNodePtr& part : node.parts)
    if (part->kind == LanguageKind::strings) return &part->strings;
  return nullptr;
}

}  // namespace holdfast::json_schema

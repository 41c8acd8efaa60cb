// SPDX-License-Identifier: Apache-2.0
// The parser of patterns: recursive descent over the grammar of ECMA-262 22.2.1, one function a production.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "json_schema/pattern_escape.h"
#include "json_schema/pattern_reader.h"
#include "json_schema/pattern_syntax.h"
#include "json_schema/pattern_unicode.h"

namespace holdfast::json_schema {
namespace {

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

struct Quantifier {
  std::uint32_t least;
  std::uint32_t most;
};

class Parser {
 public:
  explicit Parser(PatternReader reader) : reader_(std::move(reader)) {}
  Result<Syntax> parse();

 private:
  struct Reference {
    std::size_t position;
    std::uint32_t number;  // 0: by name
    std::u32string name;
  };

  Result<std::uint32_t> choice();
  Result<std::uint32_t> sequence();
  Result<std::uint32_t> term();
  Result<std::uint32_t> quantified(std::uint32_t atom, std::size_t began,
                                   std::uint32_t first_capture);
  Result<std::uint32_t> group(std::size_t began);
  Result<std::uint32_t> closed_group(Node node, std::size_t began);
  Result<std::uint32_t> named_group(std::size_t began);
  Result<std::uint32_t> escape(std::size_t began);
  Result<std::uint32_t> number_reference(std::size_t began);
  Result<std::u32string> group_name(std::size_t began);
  Result<std::optional<Quantifier>> quantifier();
  std::optional<Quantifier> braces();
  Result<std::optional<std::uint32_t>> assertion();
  Status resolve();

  std::uint32_t add(Node node) {
    syntax_.nodes.push_back(node);
    return static_cast<std::uint32_t>(syntax_.nodes.size() - 1);
  }
  std::uint32_t add_kind(NodeKind kind) { return add(Node{.kind = kind}); }
  Result<CharSetPtr> shared_class(std::size_t began);
  std::uint32_t add_characters(const Characters& characters);
  std::uint32_t add_parent(NodeKind kind, const std::vector<std::uint32_t>& children);
  std::uint32_t add_reference(Reference reference);

  PatternReader reader_;
  Syntax syntax_;
  std::uint32_t depth_ = 0;
  std::vector<Reference> references_;
  std::map<std::u32string, std::uint32_t> names_;
  std::map<std::u32string_view, CharSetPtr> classes_;  // by their text
};

// The class whose [ was taken. Ten characters may be a set of a thousand ranges, so what is written twice is kept once, and all is counted.
Result<CharSetPtr> Parser::shared_class(std::size_t began) {
  TRY_ASSIGN(const CharSetPtr made, read_class(reader_));
  const auto [known, is_new] = classes_.try_emplace(reader_.since(began), made);
  if (is_new) syntax_.class_range_count += known->second->ranges().size();
  if (syntax_.class_range_count > kMostClassRanges)
    return reader_.foreign(began, "the classes of a pattern have more than " +
                                      std::to_string(kMostClassRanges) + " ranges up to here");
  return known->second;
}

std::uint32_t Parser::add_characters(const Characters& characters) {
  if (const auto* one = std::get_if<char32_t>(&characters))
    return add(Node{.kind = NodeKind::character, .value = *one});
  syntax_.sets.push_back(std::get<CharSetPtr>(characters));
  return add(
      Node{.kind = NodeKind::set, .value = static_cast<std::uint32_t>(syntax_.sets.size() - 1)});
}

std::uint32_t Parser::add_parent(NodeKind kind, const std::vector<std::uint32_t>& children) {
  if (children.empty()) return add_kind(NodeKind::empty);
  if (children.size() == 1) return children.front();
  for (std::size_t i = 0; i + 1 < children.size(); ++i)
    syntax_.nodes[children[i]].next = children[i + 1];
  return add(Node{.kind = kind, .child = children.front()});
}

std::uint32_t Parser::add_reference(Reference reference) {
  references_.push_back(std::move(reference));
  return add(Node{.kind = NodeKind::back_reference,
                  .value = static_cast<std::uint32_t>(references_.size() - 1)});
}

Result<Syntax> Parser::parse() {
  TRY_ASSIGN(syntax_.root, choice());
  if (!reader_.at_end())
    return reader_.wrong(reader_.position(), "this ) closes no group; write \\) for the character");
  TRY(resolve());
  return std::move(syntax_);
}

Result<std::uint32_t> Parser::choice() {  // NOLINT(misc-no-recursion): at most kMostNesting deep
  std::vector<std::uint32_t> branches;
  do {
    TRY_ASSIGN(const std::uint32_t branch, sequence());
    branches.push_back(branch);
  } while (reader_.take_if(U'|'));
  return add_parent(NodeKind::choice, branches);
}

Result<std::uint32_t> Parser::sequence() {  // NOLINT(misc-no-recursion)
  std::vector<std::uint32_t> terms;
  while (!reader_.at_end() && reader_.peek() != '|' && reader_.peek() != ')') {
    TRY_ASSIGN(const std::uint32_t one, term());
    terms.push_back(one);
  }
  return add_parent(NodeKind::sequence, terms);
}

// ^, $, \b and \B, which no quantifier may follow.
Result<std::optional<std::uint32_t>> Parser::assertion() {
  const std::size_t began = reader_.position();
  std::optional<std::uint32_t> node;
  if (reader_.take_if(U'^')) {
    node = add_kind(NodeKind::text_start);
  } else if (reader_.take_if(U'$')) {
    node = add_kind(NodeKind::text_end);
  } else if (reader_.take_if(U"\\b") || reader_.take_if(U"\\B")) {
    const bool negated = reader_.since(began).back() == 'B';
    node = add(Node{.kind = NodeKind::word_boundary, .negated = negated});
  } else {
    return node;
  }
  const std::size_t after = reader_.position();
  TRY_ASSIGN(const auto repeated, quantifier());
  if (repeated) return reader_.wrong(after, "an assertion can't be repeated");
  return node;
}

Result<std::uint32_t> Parser::term() {  // NOLINT(misc-no-recursion)
  TRY_ASSIGN(const auto asserted, assertion());
  if (asserted) return *asserted;
  const std::size_t began = reader_.position();
  const std::uint32_t first_capture = syntax_.capture_count + 1;
  TRY_ASSIGN(const auto repeated, quantifier());
  if (repeated)
    return reader_.wrong(began, "nothing to repeat; write \\ before the character to mean itself");
  const char32_t c = reader_.take();
  std::uint32_t atom = kNone;
  if (c == '(') {
    TRY_ASSIGN(atom, group(began));
  } else if (c == '[') {
    TRY_ASSIGN(const CharSetPtr set, shared_class(began));
    atom = add_characters(set);
  } else if (c == '\\') {
    TRY_ASSIGN(atom, escape(began));
  } else {
    atom = c == '.' ? add_characters(dot_set()) : add_characters(c);
  }
  return quantified(atom, began, first_capture);
}

Result<std::uint32_t> Parser::quantified(std::uint32_t atom, std::size_t began,
                                         std::uint32_t first_capture) {
  const std::size_t at = reader_.position();
  TRY_ASSIGN(const auto range, quantifier());
  if (!range) return atom;
  const Node& repeated = syntax_.nodes[atom];
  if (repeated.kind == NodeKind::look && repeated.behind)
    return reader_.wrong(at, "a look-behind can't be repeated");
  if (range->least > range->most)
    return reader_.wrong(at, "the quantifier's numbers are out of order");
  if (reader_.peek() == '+')
    return reader_.foreign(began, "possessive quantifiers are no part of ECMA-262");
  return add(Node{.kind = NodeKind::repeat,
                  .lazy = reader_.take_if(U'?'),
                  .least = range->least,
                  .most = range->most,
                  .first_capture = first_capture,
                  .end_capture = syntax_.capture_count + 1,
                  .child = atom});
}

// A number too large to count to is as good as the largest that is not kUnbounded.
std::uint32_t take_number(PatternReader& reader) {
  std::uint64_t value = 0;
  while (is_digit(reader.peek()))
    value = std::min<std::uint64_t>(value * 10 + (reader.take() - '0'), kUnbounded - 1);
  return static_cast<std::uint32_t>(value);
}

// {n}, {n,} or {n,m}; anything else in braces is no quantifier (Annex B, ExtendedAtom).
std::optional<Quantifier> Parser::braces() {
  const std::size_t began = reader_.position();
  if (!reader_.take_if(U'{')) return std::nullopt;
  if (is_digit(reader_.peek())) {
    Quantifier range{};
    range.least = take_number(reader_);
    range.most = range.least;
    if (reader_.take_if(U','))
      range.most = is_digit(reader_.peek()) ? take_number(reader_) : kUnbounded;
    if (reader_.take_if(U'}')) return range;
  }
  reader_.go_to(began);
  return std::nullopt;
}

Result<std::optional<Quantifier>> Parser::quantifier() {
  if (reader_.at_end()) return std::optional<Quantifier>();
  if (reader_.take_if(U'*')) return std::optional(Quantifier{0, kUnbounded});
  if (reader_.take_if(U'+')) return std::optional(Quantifier{1, kUnbounded});
  if (reader_.take_if(U'?')) return std::optional(Quantifier{0, 1});
  return braces();
}

// The group whose ( was taken.
Result<std::uint32_t> Parser::group(std::size_t began) {  // NOLINT(misc-no-recursion)
  if (!reader_.take_if(U'?'))
    return closed_group({.kind = NodeKind::group, .value = ++syntax_.capture_count}, began);
  if (reader_.take_if(U':')) return closed_group({.kind = NodeKind::group}, began);
  if (reader_.take_if(U'=')) return closed_group({.kind = NodeKind::look}, began);
  if (reader_.take_if(U'!')) return closed_group({.kind = NodeKind::look, .negated = true}, began);
  if (reader_.take_if(U"<=")) return closed_group({.kind = NodeKind::look, .behind = true}, began);
  if (reader_.take_if(U"<!"))
    return closed_group({.kind = NodeKind::look, .negated = true, .behind = true}, began);
  if (reader_.take_if(U'<')) return named_group(began);
  if (reader_.peek() == 'P')
    return reader_.foreign(began, "(?P is Python's; ECMA-262 writes (?<name>…) and \\k<name>");
  if (reader_.peek() == '>' || reader_.peek() == '#' || reader_.peek() == '|' ||
      reader_.peek() == '(')
    return reader_.foreign(began, "this kind of group is no part of ECMA-262");
  if (reader_.peek() == 'i' || reader_.peek() == 'm' || reader_.peek() == 's' ||
      reader_.peek() == 'x' || reader_.peek() == '-')
    return reader_.foreign(began,
                           "flags inside of a pattern are not supported; spell out both "
                           "cases in a class, as in [aA]");
  return reader_.wrong(began, "expected :, =, !, <=, <! or <name> after (?");
}

Result<std::uint32_t> Parser::named_group(std::size_t began) {  // NOLINT(misc-no-recursion)
  TRY_ASSIGN(std::u32string name, group_name(began));
  const std::uint32_t number = ++syntax_.capture_count;
  if (!names_.emplace(std::move(name), number).second)
    return reader_.wrong(began, "two groups have this name");
  return closed_group({.kind = NodeKind::group, .value = number}, began);
}

Result<std::uint32_t> Parser::closed_group(Node node,
                                           std::size_t began) {  // NOLINT(misc-no-recursion)
  if (++depth_ > kMostNesting)
    return reader_.foreign(began, "groups are nested deeper than " + std::to_string(kMostNesting));
  TRY_ASSIGN(node.child, choice());
  --depth_;
  if (!reader_.take_if(U')'))
    return reader_.wrong(began, "expected ) for the group that begins here");
  return add(node);
}

Result<std::u32string> Parser::group_name(std::size_t began) {
  static const CharSetPtr kFirst = unicode_property("ID_Start");
  static const CharSetPtr kLater = unicode_property("ID_Continue");
  const std::size_t name_at = reader_.position();
  while (!reader_.at_end() && reader_.peek() != '>') {
    const char32_t c = reader_.take();
    const bool is_first = reader_.position() == name_at + 1;
    const bool fits = c == '$' || c == '_' || (is_first ? kFirst : kLater)->contains(c) ||
                      (!is_first && (c == 0x200C || c == 0x200D));
    if (!fits)
      return reader_.wrong(reader_.position() - 1, "expected a letter of the group's name, or >");
  }
  std::u32string name(reader_.since(name_at));
  if (name.empty() || !reader_.take_if(U'>'))
    return reader_.wrong(began, "expected a name and > after (?<");
  return name;
}

// The escape whose \ was taken, outside of a class.
Result<std::uint32_t> Parser::escape(std::size_t began) {
  if (reader_.take_if(U'k')) {
    if (!reader_.take_if(U'<')) return reader_.wrong(began, "expected <name> after \\k");
    TRY_ASSIGN(std::u32string name, group_name(began));
    return add_reference({began, 0, std::move(name)});
  }
  if (is_digit(reader_.peek()) && reader_.peek() != '0') return number_reference(began);
  TRY_ASSIGN(const Characters characters, read_escape(reader_));
  return add_characters(characters);
}

Result<std::uint32_t> Parser::number_reference(std::size_t began) {
  return add_reference({began, take_number(reader_), {}});
}

// References may stand before their group, so they are looked up at the end.
Status Parser::resolve() {
  for (const Reference& reference : references_) {
    std::uint32_t number = reference.number;
    if (number == 0) {
      const auto named = names_.find(reference.name);
      if (named == names_.end()) return reader_.wrong(reference.position, "no group has this name");
      number = named->second;
    }
    if (number > syntax_.capture_count)
      return reader_.wrong(reference.position,
                           "there is no group of this number (the pattern has " +
                               std::to_string(syntax_.capture_count) + ")");
    syntax_.references.push_back(number);
  }
  return {};
}

}  // namespace

Result<Syntax> parse_pattern(std::string_view text) {
  TRY_ASSIGN(PatternReader reader, PatternReader::open(text));
  return Parser(std::move(reader)).parse();
}

namespace {

std::uint64_t times(std::uint64_t length, std::uint64_t count) {
  if (length == 0 || count == 0) return 0;
  if (length >= kUnbounded || count >= kUnbounded) return kUnbounded;
  return std::min<std::uint64_t>(length * count, kUnbounded);
}

NodeLength length_of_parent(const Syntax& syntax, const Node& parent,
                            const std::vector<NodeLength>& lengths) {
  const bool is_choice = parent.kind == NodeKind::choice;
  NodeLength all{is_choice ? kUnbounded : 0, 0};
  for (std::uint32_t child = parent.child; child != kNone; child = syntax.nodes[child].next) {
    const NodeLength one = lengths[child];
    if (is_choice) {
      all = {std::min(all.least, one.least), std::max(all.most, one.most)};
    } else {
      all = {std::min<std::uint64_t>(all.least + one.least, kUnbounded),
             std::min<std::uint64_t>(all.most + one.most, kUnbounded)};
    }
  }
  return all;
}

NodeLength length_of(const Syntax& syntax, const Node& node,
                     const std::vector<NodeLength>& lengths) {
  switch (node.kind) {
    case NodeKind::character:
    case NodeKind::set:
      return {1, 1};
    case NodeKind::empty:
    case NodeKind::text_start:
    case NodeKind::text_end:
    case NodeKind::word_boundary:
    case NodeKind::look:
      return {0, 0};
    case NodeKind::back_reference:
      return {0, kUnbounded};
    case NodeKind::group:
      return lengths[node.child];
    case NodeKind::repeat:
      return {times(lengths[node.child].least, node.least),
              times(lengths[node.child].most, node.most)};
    case NodeKind::sequence:
    case NodeKind::choice:
      break;
  }
  return length_of_parent(syntax, node, lengths);
}

}  // namespace

// Children come before their parents.
std::vector<NodeLength> lengths_of(const Syntax& syntax) {
  std::vector<NodeLength> lengths;
  lengths.reserve(syntax.nodes.size());
  for (const Node& node : syntax.nodes)
    lengths.push_back(length_of(syntax, node, lengths));
  return lengths;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// The syntax tree of a pattern: what pattern_parser.cpp makes of the text, and what matchers and automata are made of.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json_schema/pattern_char_set.h"

namespace holdfast::json_schema {

/// No node; and as a repetition's `most`: without an end.
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kUnbounded = kNone;

enum class NodeKind : unsigned char {
  empty,          // matches the empty string
  character,      // `value` is the code point
  set,            // `value` counts in Syntax::sets
  sequence,       // children one after the other
  choice,         // one of the children
  repeat,         // one child, `least` to `most` times
  group,          // one child; `value` is the number of the capture, 0 for (?:…)
  text_start,     // ^
  text_end,       // $
  word_boundary,  // \b, \B where negated
  look,  // one child: look-ahead, look-behind where `behind`; `negated` for the negative ones
  back_reference,  // `value` counts in Syntax::references
};

struct Node {
  NodeKind kind = NodeKind::empty;
  bool lazy = false;
  bool negated = false;
  bool behind = false;
  std::uint32_t value = 0;
  std::uint32_t least = 0;
  std::uint32_t most = 0;
  std::uint32_t first_capture =
      0;  // repeat: the captures inside are first_capture up to end_capture - 1
  std::uint32_t end_capture = 0;
  std::uint32_t child = kNone;
  std::uint32_t next = kNone;  // the next child of the same parent
};

/// A parsed pattern. Nodes are never nested deeper than kMostNesting groups.
struct Syntax {
  std::vector<Node> nodes;
  std::vector<CharSetPtr> sets;
  std::vector<std::uint32_t>
      references;  // the number of the capture that each back-reference names
  std::uint32_t root = kNone;
  std::uint32_t capture_count = 0;
  std::size_t class_range_count = 0;  // of the sets that this pattern alone has: its classes
};

/// How deep groups may be nested.
constexpr std::uint32_t kMostNesting = 500;
/// How many bytes a pattern may have.
constexpr std::size_t kMostPatternBytes = std::size_t{1} << 20U;
/// How many ranges the classes of a pattern may have, those that are written the same counted once: 8 MB.
constexpr std::size_t kMostClassRanges = 1'000'000;

/// Reads a pattern of ECMA-262 (15th edition, 22.2.1) in unicode mode. Beyond that it takes what Annex B takes and real schemas use:
/// `]`, `{` and `}` for themselves, `\` before what is no ASCII letter or digit, `[\w-.]`, and `(?=a)*`. Errors name the byte and what was
/// expected there: `invalid`, or `unsupported` for the syntax of other engines that would mean something else.
Result<Syntax> parse_pattern(std::string_view text);

/// How many code points a node takes at least and at most (kUnbounded: without an end).
struct NodeLength {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  bool is_fixed() const { return least == most && most != kUnbounded; }
};
/// For every node of the tree, in their order.
std::vector<NodeLength> lengths_of(const Syntax& syntax);

}  // namespace holdfast::json_schema

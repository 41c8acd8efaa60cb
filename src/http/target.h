// SPDX-License-Identifier: Apache-2.0
// The target of a request as a server reads it: a path of decoded segments and a query. Strict, so that no two programs read it differently:
// origin form or "*" only, no dot segments, no empty segments in the middle, no control characters, valid UTF-8 after decoding, and no encoded
// slash, backslash or NUL in a path.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace holdfast::http {

inline constexpr std::size_t kMostTargetBytes = 8192;
inline constexpr std::size_t kMostSegments = 64;
inline constexpr std::size_t kMostQueryPairs = 256;

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Target {
  std::string path;  // as it came, without the query
  std::vector<std::string>
      segments;  // decoded; a trailing slash is an empty last one, "/" has none
  Pairs query;   // decoded, in order, "+" is a blank
};

/// `invalid` says what is wrong with it.
Result<Target> parse_target(std::string_view text);
/// The value of the first pair of this key, or nullptr.
const std::string* find_value(const Pairs& pairs, std::string_view key);

/// "/schemas/{track}/{name}": literal segments and parameters that take one non-empty segment each.
class PathPattern {
 public:
  /// `invalid` where it doesn't begin with '/', or a parameter has no name, a name twice or text beside it in its segment.
  static Result<PathPattern> parse(std::string_view text);
  /// The parameters, where the segments fit.
  std::optional<Pairs> match(const std::vector<std::string>& segments) const;
  /// Whether the same paths fit both.
  bool collides_with(const PathPattern& other) const;
  /// Orders by literal segments first: "/a/b" before "/a/{x}" before "/{x}/b".
  bool before(const PathPattern& other) const;
  const std::string& text() const { return text_; }

 private:
  struct Segment {
    std::string text;
    bool parameter = false;
  };
  std::string text_;
  std::vector<Segment> segments_;
};

}  // namespace holdfast::http

// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <algorithm>
#include <set>

#include "base/percent.h"
#include "core/canonical_json.h"

namespace holdfast::http {
namespace {

Error bad(std::string why) {
  return Error(Code::invalid, "request target: " + std::move(why));
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

Status check_segment(const std::string& segment) {
  if (segment == "." || segment == "..") return bad("a segment of dots");
  if (segment.find_first_of("/\\") != std::string::npos)
    return bad("an encoded slash or a backslash in a segment");
  if (std::any_of(segment.begin(), segment.end(), is_control)) return bad("a control character");
  if (!core::is_utf8(segment)) return bad("a segment that is not UTF-8");
  return {};
}

Status read_path(std::string_view path, Target& target) {
  target.path = path;
  if (path == "/") return {};
  for (std::size_t from = 1; from <= path.size();) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    if (target.segments.size() == kMostSegments) return bad("more than 64 segments");
    if (end == from && end != path.size()) return bad("an empty segment");
    TRY_ASSIGN(std::string segment, percent_decoded(path.substr(from, end - from)));
    TRY(check_segment(segment));
    target.segments.push_back(std::move(segment));
    from = end + 1;
  }
  return {};
}

Result<std::string> read_value(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  TRY_ASSIGN(std::string value, percent_decoded(blanks));
  if (value.find('\0') != std::string::npos) return bad("a NUL in the query");
  if (!core::is_utf8(value)) return bad("a query that is not UTF-8");
  return value;
}

Status read_query(std::string_view query, Target& target) {
  for (std::size_t from = 0; from < query.size();) {
    const std::size_t end = std::min(query.find('&', from), query.size());
    const std::string_view pair = query.substr(from, end - from);
    from = end + 1;
    if (pair.empty()) continue;
    if (target.query.size() == kMostQueryPairs) return bad("more than 256 values in the query");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    TRY_ASSIGN(std::string key, read_value(pair.substr(0, equals)));
    TRY_ASSIGN(std::string value,
               read_value(equals == pair.size() ? std::string_view() : pair.substr(equals + 1)));
    target.query.emplace_back(std::move(key), std::move(value));
  }
  return {};
}

Error bad_pattern(std::string_view text, std::string_view why) {
  return Error(Code::invalid, "route \"" + std::string(text) + "\": " + std::string(why));
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  Target target;
  if (text == "*") {
    target.path = text;
    return target;
  }
  if (text.size() > kMostTargetBytes) return bad("longer than 8192 bytes");
  if (!text.starts_with('/')) return bad("it begins with no '/'");
  const auto is_refused = [](char c) {
    return is_control(c) || c == ' ' || c == '#' || static_cast<unsigned char>(c) >= 0x80;
  };
  if (std::any_of(text.begin(), text.end(), is_refused))
    return bad("a character that must be percent-encoded");
  const std::size_t question = std::min(text.find('?'), text.size());
  TRY(read_path(text.substr(0, question), target));
  if (question < text.size()) TRY(read_query(text.substr(question + 1), target));
  return target;
}

const std::string* find_value(const Pairs& pairs, std::string_view key) {
  for (const auto& [name, value] : pairs)
    if (name == key) return &value;
  return nullptr;
}

Result<PathPattern> PathPattern::parse(std::string_view text) {
  if (!text.starts_with('/')) return bad_pattern(text, "it begins with no '/'");
  PathPattern pattern;
  pattern.text_ = text;
  std::set<std::string, std::less<>> names;
  for (std::size_t from = 1; from <= text.size() && text != "/";) {
    const std::size_t end = std::min(text.find('/', from), text.size());
    const std::string_view part = text.substr(from, end - from);
    from = end + 1;
    const bool parameter = part.size() > 2 && part.front() == '{' && part.back() == '}';
    const std::string_view name = parameter ? part.substr(1, part.size() - 2) : part;
    if (name.find_first_of("{}") != std::string_view::npos)
      return bad_pattern(text, "a parameter is a whole segment with a name: {name}");
    if (parameter && !names.emplace(name).second)
      return bad_pattern(text, "a parameter has its name twice");
    if (part.empty() && from <= text.size()) return bad_pattern(text, "an empty segment");
    pattern.segments_.push_back({std::string(name), parameter});
  }
  return pattern;
}

std::optional<Pairs> PathPattern::match(const std::vector<std::string>& segments) const {
  if (segments.size() != segments_.size()) return std::nullopt;
  Pairs parameters;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& mine = segments_[i];
    if (mine.parameter ? segments[i].empty() : segments[i] != mine.text) return std::nullopt;
    if (mine.parameter) parameters.emplace_back(mine.text, segments[i]);
  }
  return parameters;
}

bool PathPattern::collides_with(const PathPattern& other) const {
  if (segments_.size() != other.segments_.size()) return false;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const Segment& a = segments_[i];
    const Segment& b = other.segments_[i];
    if (a.parameter != b.parameter || (!a.parameter && a.text != b.text)) return false;
  }
  return true;
}

bool PathPattern::before(const PathPattern& other) const {
  const auto literal_first = [](const Segment& a, const Segment& b) {
    if (a.parameter != b.parameter) return !a.parameter;
    return !a.parameter && a.text < b.text;
  };
  return std::lexicographical_compare(segments_.begin(), segments_.end(), other.segments_.begin(),
                                      other.segments_.end(), literal_first);
}

}  // namespace holdfast::http

// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern_reader.h"

#include "json_schema/pattern_syntax.h"
#include "json_schema/pattern_utf8.h"

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kMostShownCodePoints = 80;
constexpr std::string_view kHint =
    "JSON Schema takes the regular expressions of ECMA-262 in unicode mode";

}  // namespace

Result<PatternReader> PatternReader::open(std::string_view text) {
  if (text.size() > kMostPatternBytes)
    return Error(Code::unsupported, "a pattern of " + std::to_string(text.size()) +
                                        " bytes: at most " + std::to_string(kMostPatternBytes) +
                                        " are taken");
  PatternReader reader;
  if (const auto wrong = decode_utf8(text, reader.code_points_))
    return Error(Code::invalid, "a pattern is not UTF-8 at byte " + std::to_string(*wrong));
  return reader;
}

bool PatternReader::take_if(std::u32string_view text) {
  if (!std::u32string_view(code_points_).substr(at_).starts_with(text)) return false;
  at_ += text.size();
  return true;
}

std::string PatternReader::place(std::size_t position) const {
  const std::u32string_view all = code_points_;
  std::string shown = utf8_of(all.substr(0, kMostShownCodePoints));
  if (all.size() > kMostShownCodePoints) shown += "…";
  return "pattern '" + shown + "', byte " +
         std::to_string(utf8_of(all.substr(0, position)).size()) + ": ";
}

Error PatternReader::wrong(std::size_t position, std::string_view what) const {
  return {Code::invalid, place(position).append(what), std::string(kHint)};
}

Error PatternReader::foreign(std::size_t position, std::string_view what) const {
  return {Code::unsupported, place(position).append(what), std::string(kHint)};
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Patterns: two of them and a text, a line each. Whatever the bytes, a pattern or an Error; the linear matcher and the one that tries say
// the same of the text, and an answer about both patterns is one that the text does not disprove.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "json_schema/automaton.h"
#include "json_schema/pattern_backtrack.h"
#include "json_schema/pattern_program.h"
#include "json_schema/pattern_simulation.h"
#include "json_schema/pattern_syntax.h"
#include "json_schema/pattern_utf8.h"

namespace {

using namespace holdfast;               // NOLINT: a program of a page
using namespace holdfast::json_schema;  // NOLINT

constexpr std::uint64_t kSteps = 20'000;
constexpr std::size_t kMostTextBytes = 2'000;

std::string_view cut_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

std::optional<Pattern> parse(std::string_view text) {
  const auto pattern = Pattern::parse(text);
  if (pattern) return *std::move(pattern);
  HOLDFAST_ASSERT(pattern.error().code() == Code::invalid ||
                  pattern.error().code() == Code::unsupported);
  HOLDFAST_ASSERT(!pattern.error().message().empty());
  return std::nullopt;
}

void match(const Pattern& pattern, std::string_view text) {
  std::u32string code_points;
  const bool is_utf8 = !decode_utf8(text, code_points);
  const auto matched = pattern.matches(text);
  HOLDFAST_ASSERT(is_utf8 || !matched.ok());
  if (!matched || !pattern.is_linear()) return;
  const auto tried = try_match(compile_tries(pattern.syntax()), code_points);
  HOLDFAST_ASSERT(!tried || *tried == *matched);
}

void hold(const Inclusion& answer, const Language& language, std::string_view text) {
  const auto inside = language.contains(text);
  if (answer.answer == Answer::yes) HOLDFAST_ASSERT(!inside || !*inside);
  if (answer.answer == Answer::no) HOLDFAST_ASSERT(*language.contains(answer.witness));
  HOLDFAST_ASSERT(answer.reason.find("does not confirm") == std::string::npos);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  std::string_view rest(reinterpret_cast<const char*>(data), size_bytes);
  const auto first = parse(cut_line(rest));
  const auto second = parse(cut_line(rest));
  const std::string_view text = rest.substr(0, kMostTextBytes);
  if (first) match(*first, text);
  if (second) match(*second, text);
  if (!first || !second) return 0;
  const Language a = Language::of(*first);
  const Language b = Language::of(*second);
  Budget budget(kSteps);
  hold(includes(a, b, budget), a - b, text);
  Budget other(kSteps);
  hold(disjoint(a, b & Language::of_length({1, 30}), other), a & b & Language::of_length({1, 30}),
       text);
  Budget third(kSteps);
  for (const std::string& member : sample(a, 3, third).strings)
    HOLDFAST_ASSERT(*a.contains(member));
  return 0;
}

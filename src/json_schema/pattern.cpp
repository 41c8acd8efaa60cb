// SPDX-License-Identifier: Apache-2.0
#include "json_schema/pattern.h"

#include <optional>
#include <utility>

#include "json_schema/pattern_backtrack.h"
#include "json_schema/pattern_program.h"
#include "json_schema/pattern_simulation.h"
#include "json_schema/pattern_syntax.h"
#include "json_schema/pattern_utf8.h"

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kMostShownBytes = 200;

std::string shown(const std::string& text) {
  return text.size() <= kMostShownBytes ? text : text.substr(0, kMostShownBytes) + "…";
}

}  // namespace

struct Pattern::Compiled {
  std::string text;
  Syntax syntax;
  std::optional<Program> program;
  TryProgram tries;  // only where there is no program
};

Result<Pattern> Pattern::parse(std::string_view text) {
  auto compiled = std::make_shared<Compiled>();
  compiled->text = text;
  TRY_ASSIGN(compiled->syntax, parse_pattern(text));
  compiled->program = compile(compiled->syntax, LookAhead::reversed);
  if (!compiled->program) compiled->tries = compile_tries(compiled->syntax);
  return Pattern(std::move(compiled));
}

Result<bool> Pattern::matches(std::string_view utf8) const {
  thread_local std::u32string code_points;
  if (const auto wrong = decode_utf8(utf8, code_points))
    return Error(Code::invalid, "a string to match is not UTF-8 at byte " + std::to_string(*wrong));
  const auto matched = compiled_->program ? simulate(*compiled_->program, code_points)
                                          : try_match(compiled_->tries, code_points);
  if (matched) return *matched;
  const std::uint64_t most_steps = compiled_->program ? kMostSimulationSteps : kMostTrySteps;
  return Error(Code::unsupported,
               "pattern '" + shown(text()) + "': no answer for a string of " +
                   std::to_string(code_points.size()) + " code points within " +
                   std::to_string(most_steps) + " steps",
               "back-references and very large repetitions have no linear matcher; write the "
               "pattern without them");
}

const std::string& Pattern::text() const {
  return compiled_->text;
}
bool Pattern::is_linear() const {
  return compiled_->program.has_value();
}
std::size_t Pattern::kept_bytes() const {
  const Compiled& all = *compiled_;
  const std::size_t step_bytes = all.program ? all.program->steps.size() * sizeof(Step)
                                             : all.tries.steps.size() * sizeof(TryStep);
  return sizeof(Compiled) + all.text.size() + all.syntax.nodes.size() * sizeof(Node) +
         all.syntax.class_range_count * sizeof(CharRange) + step_bytes;
}
const Syntax& Pattern::syntax() const {
  return compiled_->syntax;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// The names of verdicts and levels, as written in tables, JSON and the catalog.
#include "core/finding.h"

#include <algorithm>
#include <array>

namespace holdfast::core {
namespace {

constexpr std::array kVerdicts{Verdict::in_step, Verdict::drifted, Verdict::missing,
                               Verdict::unrecorded, Verdict::unknown};
constexpr std::array kLevels{Level::note, Level::warning, Level::error};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::in_step:
      return "in_step";
    case Verdict::drifted:
      return "drifted";
    case Verdict::missing:
      return "missing";
    case Verdict::unrecorded:
      return "unrecorded";
    case Verdict::unknown:
      return "unknown";
  }
  HOLDFAST_ASSERT(false && "a verdict outside its enum");
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::note:
      return "note";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  HOLDFAST_ASSERT(false && "a level outside its enum");
}

std::optional<Verdict> parse_verdict(std::string_view name) {
  for (const Verdict verdict : kVerdicts) {
    if (verdict_name(verdict) == name) return verdict;
  }
  return std::nullopt;
}

std::optional<Level> parse_level(std::string_view name) {
  for (const Level level : kLevels) {
    if (level_name(level) == name) return level;
  }
  return std::nullopt;
}

std::string difference_text(const Difference& difference) {
  std::string text;
  for (const std::string_view part :
       {difference.subject, difference.rule, difference.recorded, difference.observed})
    text.append(std::to_string(part.size())).append(1, ':').append(part);
  return text;
}

std::string difference_text(const Finding& finding) {
  const std::string subject = finding.subject.text();
  return difference_text(Difference{subject, finding.rule, finding.recorded, finding.observed});
}

const Rule* find_rule(std::span<const Rule> rules, std::string_view id) {
  const auto found = std::ranges::find(rules, id, &Rule::id);
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace holdfast::core

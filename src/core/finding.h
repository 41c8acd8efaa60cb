// SPDX-License-Identifier: Apache-2.0
// What a check says: subjects, verdicts, findings. The words are those of docs/architecture.md.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "core/fields.h"

namespace holdfast::core {

/// One thing with a recorded truth, written "kind:name" ("artifact:atlas/nb-0042").
struct Subject {
  std::string kind;
  std::string name;
  std::string text() const { return kind + ':' + name; }
  bool operator==(const Subject&) const = default;
};

/// Never evaluated is `unknown`, never `in_step`.
enum class Verdict : unsigned char { in_step, drifted, missing, unrecorded, unknown };
/// As in SARIF 2.1.0, section 3.27.10.
enum class Level : unsigned char { note, warning, error };

std::string_view verdict_name(Verdict verdict);
std::string_view level_name(Level level);
std::optional<Verdict> parse_verdict(std::string_view name);
std::optional<Level> parse_level(std::string_view name);

/// One difference between what is recorded and what is observed.
struct Finding {
  Subject subject;
  std::string rule;  // "artifact.modified": listed in docs/rules.md and known to `holdfast explain`
  Level level = Level::error;
  std::string recorded;  // as short text; empty where nothing is recorded
  std::string observed;  // as short text; empty where nothing is there
  std::string message;   // one sentence: subject, recorded, observed
  Fields witness;        // the smallest evidence
  std::string hint;      // the next safe command
  std::string file;      // path relative to the workspace, for SARIF and annotations; may be empty
  bool waived = false;   // set by the check run, never by a domain
};

/// What tells one difference from every other.
struct Difference {
  std::string_view subject;  // "artifact:atlas/nb-0042"
  std::string_view rule;
  std::string_view recorded;
  std::string_view observed;
};
/// One text for one exact difference, the same in every run; lengths keep "ab"+"c" and "a"+"bc" apart.
std::string difference_text(const Difference& difference);
std::string difference_text(const Finding& finding);

/// How a subject stands now.
struct SubjectReport {
  Subject subject;
  Verdict verdict = Verdict::unknown;
  Timestamp observed_at;  // when this check looked
  std::optional<Timestamp>
      proved_at;      // when everything that the record claims was last compared in full
  std::string basis;  // what was looked at: "bytes", "identity", "nothing"
  std::vector<Finding> findings;
  std::vector<std::string>
      not_looked_for;  // rules that this look can't tell of: what an earlier one found by them still holds
  std::string look_again;  // the command that can
};

/// What a rule means, for `holdfast explain`, SARIF's rule table and docs/rules.md.
struct Rule {
  std::string_view id;
  Level level;
  std::string_view summary;  // one sentence
  std::string_view help;     // why it matters and what to do next; a few sentences
};
/// The rule of that id; nullptr where there is none.
const Rule* find_rule(std::span<const Rule> rules, std::string_view id);

}  // namespace holdfast::core

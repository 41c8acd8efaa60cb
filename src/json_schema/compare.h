// SPDX-License-Identifier: Apache-2.0
// Compares two versions of a schema: is every document of the old one one of the new one (backward), and the other way round (forward)? Every
// "no" carries a document that the validator accepts on the one side and refuses on the other; a "yes" comes out of a proof; what neither
// could be found for in time is unknown, with the place where it stopped. How: docs/decisions/0113-comparing-schemas.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json_schema/answer.h"
#include "json_schema/change_class.h"
#include "json_schema/compare_rules.h"
#include "json_schema/schema.h"
#include "json_schema/validator.h"

namespace holdfast::json_schema {

/// How many steps each direction of a comparison may take where the caller has no wish of its own: about a second.
constexpr std::uint64_t kUsualCompareSteps = 2'000'000;

struct CompareOptions {
  Profile profile = Profile::contract;
  Defaults defaults = Defaults::ignore;
  FormatMode format = FormatMode::annotation;
  std::uint64_t steps = kUsualCompareSteps;
  /// How many changes are told; 0: the verdicts only, with the class of those alone.
  std::size_t most_changes = 1'000;
  /// For tests: other rules, and a keyword that the comparison does not see.
  const RuleTable* rules = nullptr;
  std::string_view blind_keyword;
};

/// One step of a proof: these subschemas can't both be so, and why.
struct ChainStep {
  std::string rule;
  std::string old_path;  // JSON Pointers, empty where no subschema of that side takes part
  std::string new_path;
};

struct Verdict {
  Answer answer = Answer::unknown;
  /// Where it is no: a document as JSON, valid on the one side and invalid on the other.
  std::string witness;
  /// Where it is yes: what was proved on the way, at most 200 steps. "identical" where there was nothing to prove.
  std::vector<ChainStep> chain;
  /// Where it is unknown: why, and the JSON Pointer of the subschema where it stopped.
  std::string reason;
  std::string stopped_at;
};

/// One place where the two texts differ.
struct Change {
  std::string old_path;  // JSON Pointers
  std::string new_path;
  std::string keyword;
  std::string_view rule;  // of the rule table
  ChangeClass change_class = ChangeClass::unknown;
  Answer backward = Answer::unknown;  // of this change where it stands, whatever is around it
  Answer forward = Answer::unknown;
  bool is_conditional =
      false;              // below not, if, oneOf or contains: more of it may be less of the whole
  std::string old_value;  // JSON, cut where it is long; empty: absent
  std::string new_value;
  std::string message;
  std::string backward_witness;  // a value at that place; left out where it is long
  std::string forward_witness;
};

struct Comparison {
  ChangeClass change_class = ChangeClass::unknown;
  Verdict backward;
  Verdict forward;
  std::vector<Change> changes;
  bool has_more_changes = false;
};

/// Compares. Errors: `internal` only; what can't be decided is a verdict. Thread-safe.
Result<Comparison> compare(const Schema& old_schema, const Schema& new_schema,
                           const CompareOptions& options = {});

}  // namespace holdfast::json_schema

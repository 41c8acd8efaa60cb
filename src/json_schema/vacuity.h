// SPDX-License-Identifier: Apache-2.0
// The vacuity guard: a copy of a schema that is known to be another one, so that a check can prove in every run that it would see a drift.
#pragma once
#include <string>

#include "base/result.h"
#include "json_schema/automaton.h"
#include "json_schema/compare.h"
#include "json_schema/schema.h"

namespace holdfast::json_schema {

struct Mutation {
  std::string text;     // the mutated schema as JSON
  std::string changed;  // what was changed, for people
  /// What a comparison of the schema with its mutation must say: no where `witness` proves it, otherwise unknown, which demands nothing.
  Answer backward = Answer::unknown;
  Answer forward = Answer::unknown;
  /// Valid on one side only; the validator said so.
  std::string witness;
};

/// Makes the least surprising mutation that is proved by a document: a new required name, a closed or negated schema, false, true. `not_found`
/// where none could be proved, which for schemas of this room's limits means that neither a valid nor an invalid document was found.
Result<Mutation> mutate(const Schema& schema, std::uint64_t steps = kUsualCompareSteps);

}  // namespace holdfast::json_schema

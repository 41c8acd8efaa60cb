// SPDX-License-Identifier: Apache-2.0
// Two texts of one schema, as this domain tells of them: class, verdict of each direction, and every change with its rule and witness.
// What decides is json_schema/compare.h; this adds what is known before (equal bytes) and after (rules of docs/rules.md).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json_schema/answer.h"
#include "json_schema/change_class.h"
#include "schemas/comparison_options.h"
#include "schemas/pins.h"
#include "schemas/problem.h"

namespace holdfast::schemas {

using json_schema::Answer;
using json_schema::answer_name;
using json_schema::answer_of_class;
using json_schema::both;
using json_schema::ChangeClass;
using json_schema::class_name;
using json_schema::parse_class;

struct Change {
  std::string path;  // JSON Pointer into the new schema, or into the old one where it is gone there
  std::string keyword;  // "required"
  std::string rule;     // "schema.required_added"
  ChangeClass change = ChangeClass::unknown;
  Answer backward = Answer::unknown;
  Answer forward = Answer::unknown;
  std::string old_value;  // JSON; empty where there is none
  std::string new_value;
  std::string message;                          // one sentence
  std::optional<std::string> backward_witness;  // JSON: valid before, no more now
  std::optional<std::string> forward_witness;   // JSON: valid now, not before
};

struct Comparison {
  ChangeClass change = ChangeClass::unknown;
  Answer backward = Answer::unknown;  // whatever was valid still is
  Answer forward = Answer::unknown;   // whatever is valid was valid before
  std::optional<std::string>
      backward_witness;  // JSON: a whole document, valid before and no more now
  std::optional<std::string> forward_witness;  // JSON: valid now, and not before
  std::string unknown_because;                 // where one of both could not be decided
  std::vector<Change> changes;
  bool has_more_changes = false;  // the list was cut; `change` and the answers are of all of them
  std::optional<CompatibilityLevel> mode;  // that decided the class; none: the profile did
  std::string old_dialect;                 // "2020-12", or what was inferred
  std::string new_dialect;
};

/// `old` and `now` have no problem of their own. A problem where one of them is no schema (unresolved references, an unknown dialect).
Looked<Comparison> compare_schemas(const Pin& old, const Pin& now,
                                   const ComparisonOptions& options);

/// `invalid` where a keyword has a value that it can't have, so that nobody can validate with it. References that lead elsewhere and dialects
/// that we don't know are others' to judge.
Status refuse_invalid(const Pin& schema);

/// The contract hash, the dialect and the problem of one schema. Empty texts where there is a problem.
struct SchemaFacts {
  std::string contract_sha256;  // empty, too, where its references lead too deep into each other
  std::string dialect;
  std::optional<Problem> problem;
};
SchemaFacts facts_of(const Pin& schema);

}  // namespace holdfast::schemas

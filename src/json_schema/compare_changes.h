// SPDX-License-Identifier: Apache-2.0
// Where two schemas differ, keyword by keyword, for people; the verdicts do not rely on it. Both graphs are walked side by side: properties
// by name, tuples by position, references to where they lead, parts of allOf, anyOf and oneOf by what they say.
#pragma once
#include <vector>

#include "json_schema/compare.h"
#include "json_schema/compare_compile.h"
#include "json_schema/compare_search.h"

namespace holdfast::json_schema {

/// The two schemas of a comparison, compiled and settled.
struct ComparedPair {
  const Schema& old_schema;
  const Schema& new_schema;
  const CompiledSchema& old_shapes;
  const CompiledSchema& new_shapes;
  ShapeBook& book;
  Search& search;
  Budget& budget;
  const CompareOptions& options;
  const Verdict& backward;  // of the roots
  const Verdict& forward;
};

struct FoundChanges {
  std::vector<Change> changes;
  bool has_more = false;
};

FoundChanges find_changes(const ComparedPair& pair);

}  // namespace holdfast::json_schema

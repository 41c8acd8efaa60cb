// SPDX-License-Identifier: Apache-2.0
// Each candidate is loaded and compared; it is taken only with a witness, which compare() tells only where the validator confirmed it.
#include "json_schema/vacuity.h"

#include <vector>

namespace holdfast::json_schema {
namespace {

struct Candidate {
  std::string text;
  std::string changed;
};

// The object with one more member, or another value for it; `value` is JSON.
std::string with_member(Value object, std::string_view key, const std::string& value) {
  DocumentMaker maker;
  const std::string name = json_text(maker.string(key));
  std::string out = "{";
  for (std::size_t i = 0; i < object.size(); ++i) {
    const Member member = object.member(i);
    if (member.key == key) continue;
    out += json_text(maker.string(member.key)) + ":" + json_text(member.value) + ",";
  }
  return out + name + ":" + value + "}";
}

std::vector<Candidate> candidates_of(Value root) {
  std::vector<Candidate> made;
  if (root.is_object()) {
    std::string names = "[";
    const Value required = root.find("required");
    for (std::size_t i = 0; required.is_array() && i < required.size(); ++i)
      names += json_text(required.at(i)) + ",";
    made.push_back({with_member(root, "required", names + "\"holdfast_vacuity\"]"),
                    "the name holdfast_vacuity is required"});
    made.push_back({with_member(root, "not", "{\"type\":\"object\"}"), "no object is allowed"});
    made.push_back({with_member(root, "not", "{}"), "nothing is allowed"});
  }
  made.push_back({"false", "the schema is false"});
  made.push_back({"true", "the schema is true"});
  return made;
}

}  // namespace

Result<Mutation> mutate(const Schema& schema, std::uint64_t steps) {
  CompareOptions options;
  options.steps = steps;
  options.most_changes = 0;
  SchemaOptions load;
  load.default_dialect = schema.dialect();
  for (const Candidate& candidate : candidates_of(schema.document_root())) {
    const auto mutated = Schema::parse(candidate.text, load);
    if (!mutated) continue;
    TRY_ASSIGN(const Comparison found, compare(schema, *mutated, options));
    const Verdict& verdict = found.backward.answer == Answer::no ? found.backward : found.forward;
    if (verdict.answer != Answer::no) continue;
    Mutation made;
    made.text = candidate.text;
    made.changed = candidate.changed;
    made.witness = verdict.witness;
    made.backward = found.backward.answer == Answer::no ? Answer::no : Answer::unknown;
    made.forward = found.forward.answer == Answer::no ? Answer::no : Answer::unknown;
    return made;
  }
  return Error(Code::not_found, "no mutation of the schema could be proved to be another schema",
               "validate a few documents against the schema by hand");
}

}  // namespace holdfast::json_schema

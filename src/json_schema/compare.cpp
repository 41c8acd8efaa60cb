// SPDX-License-Identifier: Apache-2.0
// Verdicts out of two searches, classes out of verdicts and changes.
#include "json_schema/compare.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "json_schema/compare_changes.h"
#include "json_schema/compare_compile.h"
#include "json_schema/compare_filled.h"
#include "json_schema/compare_search.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint64_t kConfirmSteps = 2'000'000;

struct Sides {
  const Schema& old_one;
  const Schema& new_one;
};

// Of which subschema a shape speaks, as a pointer.
std::string path_of(const ShapeBook& book, ShapeId shape, const Sides& sides) {
  const Place place = book.at(shape).place;
  if (place.node == kNoNode || place.side == Side::made) return {};
  return (place.side == Side::old_one ? sides.old_one : sides.new_one).pointer(place.node);
}

std::vector<ChainStep> chain_of(const Search& search, const ShapeBook& book, const Sides& sides) {
  std::vector<ChainStep> chain;
  for (const ProofStep& step : search.proof()) {
    ChainStep made;
    made.rule = step.rule;
    for (const Literal literal : step.goal) {
      const Place place = book.at(shape_of(literal)).place;
      if (place.node == kNoNode) continue;
      std::string& path = place.side == Side::old_one ? made.old_path : made.new_path;
      if (path.empty()) path = path_of(book, shape_of(literal), sides);
    }
    chain.push_back(std::move(made));
  }
  return chain;
}

struct Direction {
  ShapeId in;
  ShapeId out;
  const Schema& valid_in;
  const Schema& invalid_in;
  FormatMode format = FormatMode::annotation;
};

bool is_confirmed(const Direction& way, Value witness) {
  Budget budget(kConfirmSteps);
  ValidateOptions options;
  options.format = way.format;
  const auto accepted = is_valid(way.valid_in, witness, budget, options);
  const auto refused = is_valid(way.invalid_in, witness, budget, options);
  return accepted && refused && *accepted && !*refused;
}

Verdict identical_verdict() {
  Verdict verdict;
  verdict.answer = Answer::yes;
  verdict.chain = {{"identical", "", ""}};
  return verdict;
}

Verdict ask(const Direction& way, Search& search, const ShapeBook& book, const Sides& sides) {
  if (way.in == way.out) return identical_verdict();
  search.forget_proof();
  Goal goal{satisfy(way.in), break_it(way.out)};
  std::sort(goal.begin(), goal.end());
  const Outcome outcome = search.solve(goal);
  Verdict verdict;
  if (outcome.emptiness == Emptiness::empty && search.is_exhausted()) {
    verdict.reason = "the steps did not suffice";
    return verdict;
  }
  if (outcome.emptiness == Emptiness::empty) {
    verdict.answer = Answer::yes;
    verdict.chain = chain_of(search, book, sides);
    if (verdict.chain.empty()) verdict.chain = {{"the two say the same", "", ""}};
    return verdict;
  }
  if (outcome.value && is_confirmed(way, outcome.value)) {
    verdict.answer = Answer::no;
    verdict.witness = json_text(outcome.value);
    return verdict;
  }
  verdict.reason =
      outcome.emptiness == Emptiness::member
          ? "the validator does not confirm the witness " + short_json_text(outcome.value)
          : search.reason();
  verdict.stopped_at = path_of(book, search.stopped_at(), sides);
  return verdict;
}

// Confluent's rules compare what stands where, and so does its leniency.
bool is_lenient(const Change& change) {
  if (change.is_conditional) return change.change_class <= ChangeClass::annotation;
  return change.change_class <= ChangeClass::safe || change.backward == Answer::yes ||
         change.rule == "schema.property_added" || change.rule == "schema.property_removed" ||
         change.rule == "schema.rest_closed";
}

ChangeClass graver(ChangeClass a, ChangeClass b) {
  return std::max(a, b);
}

ChangeClass of_equal_languages(const Comparison& comparison) {
  if (comparison.has_more_changes) return ChangeClass::unknown;  // a removal may be among them
  ChangeClass made = ChangeClass::equivalent;
  for (const Change& change : comparison.changes)
    if (change.change_class <= ChangeClass::safe || change.rule == "schema.property_removed")
      made = graver(made, change.change_class);
  return made;
}

ChangeClass by_contract(const Comparison& comparison) {
  const Answer backward = comparison.backward.answer;
  const Answer forward = comparison.forward.answer;
  if (backward == Answer::yes && forward == Answer::yes) return of_equal_languages(comparison);
  // What was narrowed has to be among the changes: an addition that old documents may break.
  const bool is_safe =
      !comparison.has_more_changes &&
      std::any_of(comparison.changes.begin(), comparison.changes.end(),
                  [](const Change& change) {
                    return change.change_class == ChangeClass::safe &&
                           change.backward != Answer::yes;
                  }) &&
      std::all_of(comparison.changes.begin(), comparison.changes.end(),
                  [](const Change& change) { return change.change_class <= ChangeClass::safe; });
  const bool is_broken = backward == Answer::no || forward == Answer::no;
  if (is_safe && forward == Answer::yes && backward == Answer::no) return ChangeClass::safe;
  if (is_safe && forward == Answer::unknown) return ChangeClass::unknown;
  return is_broken ? ChangeClass::breaking : ChangeClass::unknown;
}

ChangeClass class_of(const Comparison& comparison, const CompareOptions& options) {
  const ChangeClass contract = by_contract(comparison);
  const bool is_same =
      comparison.backward.answer == Answer::yes && comparison.forward.answer == Answer::yes;
  switch (options.profile) {
    case Profile::contract:
      return contract;
    case Profile::inclusion:
      if (is_same) return std::min(contract, ChangeClass::annotation);
      return class_of_answer(both(comparison.backward.answer, comparison.forward.answer));
    case Profile::confluent_strict:
      if (is_same) return std::min(contract, ChangeClass::annotation);
      return class_of_answer(comparison.backward.answer);
    case Profile::confluent_lenient:
      if (is_same) return std::min(contract, ChangeClass::annotation);
      if (!comparison.changes.empty() && !comparison.has_more_changes &&
          std::all_of(comparison.changes.begin(), comparison.changes.end(), is_lenient))
        return ChangeClass::safe;
      return class_of_answer(comparison.backward.answer);
  }
  return ChangeClass::unknown;
}

Comparison identical() {
  Comparison comparison;
  comparison.change_class = ChangeClass::identical;
  comparison.backward = identical_verdict();
  comparison.forward = identical_verdict();
  return comparison;
}

// As a reader has a schema who fills defaults in. `unsupported`, with the reason, where no schema says that.
Result<Schema> reader_of(const Schema& schema, FormatMode format) {
  if (!has_defaults(schema)) return schema;
  if (!is_filled_exactly(schema, format))
    return Error(
        Code::unsupported,
        "a member that a default fills in could break its own schema or matter to other keywords");
  return filled(schema);
}

Verdict undecided(const Error& error) {
  Verdict verdict;
  verdict.reason = error.message();
  return verdict;
}

// Whose values one of two schemas is read by is another one where defaults are filled in, for each direction. The changes are those that a
// reader of the new one sees.
Result<Comparison> compare_filled(const Schema& old_schema, const Schema& new_schema,
                                  CompareOptions options) {
  if (is_same_text(old_schema, new_schema)) return identical();
  options.defaults = Defaults::ignore;
  const auto new_reader = reader_of(new_schema, options.format);
  const auto old_reader = reader_of(old_schema, options.format);
  TRY_ASSIGN(Comparison comparison,
             compare(old_schema, new_reader ? *new_reader : new_schema, options));
  if (!new_reader) comparison.backward = undecided(new_reader.error());
  options.most_changes = 0;
  if (old_reader) {
    TRY_ASSIGN(Comparison forward, compare(*old_reader, new_schema, options));
    comparison.forward = std::move(forward.forward);
  } else {
    comparison.forward = undecided(old_reader.error());
  }
  comparison.change_class = class_of(comparison, options);
  return comparison;
}

}  // namespace

Result<Comparison> compare(const Schema& old_schema, const Schema& new_schema,
                           const CompareOptions& options) {
  if (options.defaults == Defaults::fill) return compare_filled(old_schema, new_schema, options);
  if (is_same_text(old_schema, new_schema)) return identical();
  Budget budget(options.steps);
  ShapeBook book;
  const CompileOptions compile{options.format, options.blind_keyword};
  const CompiledSchema old_shapes = compile_schema(old_schema, Side::old_one, book, compile);
  const CompiledSchema new_shapes = compile_schema(new_schema, Side::new_one, book, compile);
  Comparison comparison;
  if (!book.settle()) {
    comparison.backward.reason = comparison.forward.reason =
        "references too entangled to be settled";
    return comparison;
  }
  DocumentMaker maker;
  std::optional<Search> search(std::in_place, book, maker, budget);
  const Sides sides{old_schema, new_schema};
  const ShapeId old_root = book.settled(old_shapes.root);
  const ShapeId new_root = book.settled(new_shapes.root);
  comparison.backward =
      ask({old_root, new_root, old_schema, new_schema, options.format}, *search, book, sides);
  // Nothing that an exhausted search found may be used: the other direction begins anew, and has as many steps.
  if (search->is_exhausted()) {
    budget = Budget(options.steps);
    search.emplace(book, maker, budget);
  }
  comparison.forward =
      ask({new_root, old_root, new_schema, old_schema, options.format}, *search, book, sides);
  if (options.most_changes > 0) {
    FoundChanges found =
        find_changes({old_schema, new_schema, old_shapes, new_shapes, book, *search, budget,
                      options, comparison.backward, comparison.forward});
    comparison.changes = std::move(found.changes);
    comparison.has_more_changes = found.has_more;
  }
  comparison.change_class = class_of(comparison, options);
  return comparison;
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
#include "schemas/comparison.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/root_folder.h"
#include "json_schema/compare.h"
#include "json_schema/document.h"
#include "json_schema/normal_form.h"
#include "json_schema/schema.h"

namespace holdfast::schemas {
namespace {

// A reference to another document is remote, one into this document that leads nowhere unresolved.
ProblemKind kind_of(const Error& error) {
  using json_schema::SchemaErrorKind;
  switch (json_schema::schema_error_kind(error)) {
    case SchemaErrorKind::local_not_schema:
      return ProblemKind::invalid_schema;
    case SchemaErrorKind::unsupported_dialect:
      return ProblemKind::unsupported_dialect;
    case SchemaErrorKind::unresolved_ref:
      return ProblemKind::unresolved_ref;
    case SchemaErrorKind::budget_exceeded:
      return ProblemKind::budget_exceeded;
  }
  return ProblemKind::invalid_schema;
}

Problem problem_of(const Error& error, const Pin& schema) {
  return {kind_of(error),
          (schema.name.empty() ? "" : printable_path(schema.name) + ": ") + error.message()};
}

// A reference that leads back to itself says nothing: whatever is held against it never ends.
std::optional<std::string> circle_in(const json_schema::Schema& schema) {
  using json_schema::NodeId;
  const auto next = [&](NodeId id) {
    const json_schema::SchemaNode& node = schema.node(id);
    return node.reference == nullptr ? json_schema::kNoNode : node.reference->ref;
  };
  enum class Seen : unsigned char { no, on_the_way, done };
  std::vector<Seen> seen(schema.node_count(), Seen::no);
  std::vector<NodeId> way;
  for (NodeId start = 0; start < seen.size(); ++start) {
    way.clear();
    NodeId at = start;
    for (; at != json_schema::kNoNode && seen[at] == Seen::no; at = next(at)) {
      seen[at] = Seen::on_the_way;
      way.push_back(at);
    }
    if (at != json_schema::kNoNode && seen[at] == Seen::on_the_way) return schema.pointer(at);
    for (const NodeId each : way)
      seen[each] = Seen::done;
  }
  return {};
}

// Whether a $ref names another document: what is not there may be elsewhere.
bool refers_elsewhere(json_schema::Value value, int depth = 0) {
  if (depth > kMostDepth) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value.is_array() && refers_elsewhere(value.at(i), depth + 1)) return true;
    if (!value.is_object()) continue;
    const json_schema::Member member = value.member(i);
    const bool is_ref = member.key == "$ref" && member.value.is_string();
    if (is_ref && member.value.string().find("://") != std::string_view::npos) return true;
    if (refers_elsewhere(member.value, depth + 1)) return true;
  }
  return false;
}

std::string dialect_text(const json_schema::Schema& schema) {
  const std::string out(json_schema::dialect_name(schema.dialect()));
  return schema.is_dialect_inferred() ? out + " (inferred)" : out;
}

Looked<json_schema::Schema> read(const Pin& schema) {
  // The text that drift is decided by: stamps are no annotations, and are told by nobody.
  const auto document = json_schema::Document::parse(schema.text.canonical);
  if (!document) return problem_of(document.error(), schema);
  auto found = json_schema::Schema::load(*document);
  if (!found) {
    Problem problem = problem_of(found.error(), schema);
    if (problem.kind == ProblemKind::unresolved_ref && refers_elsewhere(document->root()))
      problem.kind = ProblemKind::remote_ref;
    return problem;
  }
  if (const auto place = circle_in(*found))
    return Problem{ProblemKind::cyclic_ref, printable_path(schema.name) + ": the $ref at " +
                                                (place->empty() ? std::string("the top") : *place) +
                                                " leads back to itself"};
  return *std::move(found);
}

// --- the comparer's answer as this room tells it

json_schema::CompareOptions options_of(const ComparisonOptions& options) {
  json_schema::CompareOptions out;
  out.profile = options.profile;
  out.format = options.format;
  out.defaults = options.defaults;
  return out;
}

std::optional<std::string> if_any(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Change change_of(const json_schema::Change& told) {
  Change out;
  out.path = told.new_value.empty() ? told.old_path : told.new_path;
  out.keyword = told.keyword;
  out.rule = told.rule;
  out.change = told.change_class;
  out.backward = told.backward;
  out.forward = told.forward;
  out.old_value = told.old_value;
  out.new_value = told.new_value;
  out.message = told.message;
  out.backward_witness = if_any(told.backward_witness);
  out.forward_witness = if_any(told.forward_witness);
  return out;
}

void take(Comparison& out, const json_schema::Comparison& told) {
  out.change = told.change_class;
  out.backward = told.backward.answer;
  out.forward = told.forward.answer;
  out.backward_witness = if_any(told.backward.witness);
  out.forward_witness = if_any(told.forward.witness);
  for (const json_schema::Verdict* verdict : {&told.backward, &told.forward})
    if (verdict->answer == Answer::unknown && out.unknown_because.empty())
      out.unknown_because =
          verdict->reason + (verdict->stopped_at.empty() ? "" : " at " + verdict->stopped_at);
  for (const json_schema::Change& each : told.changes)
    out.changes.push_back(change_of(each));
  out.has_more_changes = told.has_more_changes;
}

// --- a mode: the directions that it asks for decide the class

// What is none of anybody's business in any direction stays what it is.
bool is_seen_by_documents(ChangeClass change) {
  return change > ChangeClass::annotation;
}

ChangeClass class_in(CompatibilityLevel mode, Answer backward, Answer forward) {
  Answer asked = Answer::yes;
  if (asks_backward(mode)) asked = both(asked, backward);
  if (asks_forward(mode)) asked = both(asked, forward);
  return json_schema::class_of_answer(asked);
}

// A change is told where it stands, and the whole may say less of it (what another condition forbids anyway, what a default fills in) or
// more (below a `not`): nothing of a schema that keeps the promise is graver than that, and one that breaks it has a change that says so.
void reclassify_changes(Comparison& out) {
  const bool is_kept = out.change <= ChangeClass::safe;
  ChangeClass gravest = ChangeClass::identical;
  for (Change& each : out.changes) {
    if (out.mode && is_seen_by_documents(each.change))
      each.change = class_in(*out.mode, each.backward, each.forward);
    if (is_kept) each.change = std::min(each.change, out.change);
    gravest = std::max(gravest, each.change);
  }
  if (is_kept || gravest >= ChangeClass::breaking) return;
  for (Change& each : out.changes)
    if (each.change == gravest) each.change = out.change;
}

// Confluent's profiles have a class, which is of the direction that was compared; the others answer both.
Looked<ChangeClass> class_of_whole(const Comparison& told, const json_schema::Schema& old,
                                   const json_schema::Schema& now,
                                   const ComparisonOptions& options) {
  const bool has_answers =
      options.profile == Profile::contract || options.profile == Profile::inclusion;
  if (has_answers) return class_in(*options.mode, told.backward, told.forward);
  Answer forward = Answer::yes;
  if (asks_forward(*options.mode)) {
    const auto back = json_schema::compare(now, old, options_of(options));
    if (!back) return Problem{ProblemKind::budget_exceeded, back.error().message()};
    forward = answer_of_class(back->change_class);
  }
  return class_in(*options.mode, answer_of_class(told.change), forward);
}

}  // namespace

Looked<Comparison> compare_schemas(const Pin& old, const Pin& now,
                                   const ComparisonOptions& options) {
  auto old_schema = read(old);
  if (!old_schema) return old_schema.problem();
  auto new_schema = read(now);
  if (!new_schema) return new_schema.problem();
  Comparison out;
  out.mode = options.mode;
  out.old_dialect = dialect_text(*old_schema);
  out.new_dialect = dialect_text(*new_schema);
  if (old.text.canonical == now.text.canonical) {
    out.change = ChangeClass::identical;
    out.backward = out.forward = Answer::yes;
    return out;
  }
  const auto told = json_schema::compare(*old_schema, *new_schema, options_of(options));
  if (!told)
    return Problem{ProblemKind::budget_exceeded,
                   printable_path(now.name) + ": " + told.error().message()};
  take(out, *told);
  // The texts differ, so the pin is not what the registry has, whatever they mean.
  if (out.change == ChangeClass::identical) out.change = ChangeClass::equivalent;
  if (!out.mode && options.defaults == Defaults::ignore) return out;
  if (out.mode && is_seen_by_documents(out.change)) {
    const auto asked = class_of_whole(out, *old_schema, *new_schema, options);
    if (!asked) return asked.problem();
    out.change = *asked;
  }
  reclassify_changes(out);
  return out;
}

Status refuse_invalid(const Pin& schema) {
  const auto found = read(schema);
  if (found || found.problem().kind != ProblemKind::invalid_schema) return {};
  return Error(Code::invalid, found.problem().detail);
}

SchemaFacts facts_of(const Pin& schema) {
  SchemaFacts out;
  const auto found = read(schema);
  if (!found) {
    out.problem = found.problem();
    return out;
  }
  out.dialect = dialect_text(*found);
  if (auto hash = json_schema::contract_hash(*found)) out.contract_sha256 = std::move(hash).value();
  return out;
}

}  // namespace holdfast::schemas

// SPDX-License-Identifier: Apache-2.0
// Evaluating a node: references, the dynamic scope, and what combines schemas on one value.
#include "json_schema/validator.h"

#include <ranges>
#include <utility>

#include "json_schema/document_store.h"
#include "json_schema/validator_run.h"

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kResourcesPerStep = 16;

}  // namespace

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

ValidatorRun::ValidatorRun(const Schema& schema, Budget& budget, const ValidateOptions& options)
    : schema_(schema),
      budget_(budget),
      options_(options),
      tracks_scope_(schema.has_dynamic_scope()),
      remembers_(!tracks_scope_ && !schema.has_unevaluated()) {}

bool ValidatorRun::stop(Code code, std::string message) {
  if (!error_) error_.emplace(code, std::move(message));
  return false;
}

bool ValidatorRun::spend(std::uint64_t steps) {
  if (budget_.spend(steps)) return !error_;
  return stop(Code::cancelled, "the steps of the validation did not suffice");
}

std::string ValidatorRun::instance_pointer() const {
  std::string text;
  for (const Step& step : path_)
    text += "/" + (step.is_index ? std::to_string(step.index) : pointer_token(step.name));
  return text;
}

void ValidatorRun::tell(const Here& here, std::string_view keyword, std::string message) {
  violations_->push_back(
      {instance_pointer(), schema_.pointer(here.id), keyword, std::move(message)});
}

bool ValidatorRun::evaluate(NodeId id, Value value, Marks* marks) {
  const SchemaNode& node = schema_.node(id);
  if (!spend()) return false;
  if (node.kind == SchemaNode::Kind::always) return true;
  if (node.kind == SchemaNode::Kind::never)
    return violated({node, id, value, marks}, "", [&] { return "nothing is allowed here"; });
  if (frames_.size() >= kMostNested)
    return stop(Code::cancelled,
                "the validation is nested deeper than " + std::to_string(kMostNested) + " schemas");
  frames_.push_back({id, value});
  const bool is_entered = tracks_scope_ && (scope_.empty() || scope_.back() != node.resource);
  if (is_entered) scope_.push_back(node.resource);
  const bool valid = evaluate_node(id, value, marks);
  if (is_entered) scope_.pop_back();
  frames_.pop_back();
  return valid && !error_;
}

// Where the node asks for what is unevaluated, everything in it has to tell.
bool ValidatorRun::evaluate_node(NodeId id, Value value, Marks* marks) {
  const SchemaNode& node = schema_.node(id);
  if (!node.has_unevaluated || marks != nullptr) return evaluate_keywords({node, id, value, marks});
  Marks own(value.size());
  return evaluate_keywords({node, id, value, &own});
}

bool ValidatorRun::evaluate_keywords(const Here& here) {
  const SchemaNode& node = here.node;
  const bool is_array = here.value.is_array();
  const bool is_object = here.value.is_object();
  bool valid = values(here);
  const auto also = [&](bool applies, auto check) {
    if (applies && (valid || goes_on())) valid = (this->*check)(here) && valid;
  };
  also(node.array != nullptr && is_array, &ValidatorRun::arrays);
  also(node.object != nullptr && is_object, &ValidatorRun::objects);
  also(node.reference != nullptr, &ValidatorRun::references);
  also(node.logic != nullptr, &ValidatorRun::logic);
  also(node.has_unevaluated && is_array, &ValidatorRun::unevaluated_items);
  also(node.has_unevaluated && is_object, &ValidatorRun::unevaluated_properties);
  return valid;
}

// Looked for at every kLookout-th depth only, so that a deep schema does not pay for it at every step.
bool ValidatorRun::is_circle(NodeId id, Value value) const {
  if (frames_.size() % kLookout != 0) return false;
  int visits = 0;
  for (const auto& frame : std::views::reverse(frames_)) {
    if (frame.value.node() != value.node()) return false;
    if (frame.node == id) ++visits;
    if (visits >= kMostVisits) return true;
  }
  return false;
}

bool ValidatorRun::recall(NodeId id, Value value, bool& valid) const {
  const auto found = known_.find({id, value.node()});
  if (found == known_.end()) return false;
  valid = found->second;
  return true;
}

bool ValidatorRun::references(const Here& here) {
  const ReferenceKeywords& reference = *here.node.reference;
  bool valid = true;
  for (const NodeId target : {reference.ref, dynamic_target(reference)}) {
    if (target == kNoNode || in_place(target, here)) continue;
    valid = false;
    if (!goes_on()) return false;
  }
  return valid;
}

// JSON Schema Core 2020-12, 8.2.3.2, and 2019-09, 8.2.4.2.
NodeId ValidatorRun::dynamic_target(const ReferenceKeywords& reference) const {
  if (reference.dynamic_name.data() == nullptr && !reference.is_recursive)
    return reference.dynamic_ref;
  budget_.spend(scope_.size() / kResourcesPerStep);
  for (const ResourceId id : scope_) {
    const SchemaResource& resource = schema_.resource(id);
    if (reference.is_recursive && resource.is_recursive_anchor) return resource.root;
    if (reference.dynamic_name.data() == nullptr) continue;
    const NodeId node = resource.find_dynamic_anchor(reference.dynamic_name);
    if (node != kNoNode) return node;
  }
  return reference.dynamic_ref;
}

// References and what combines schemas hold another node against the same value. What was found out of a pair once is remembered where
// nothing else can matter: a schema that refers to itself in each of many branches would take exponential time otherwise.
bool ValidatorRun::in_place(NodeId id, const Here& here) {
  bool valid = false;
  if (is_circle(id, here.value))
    return stop(Code::invalid, schema_.pointer(id) + ": the references lead in a circle");
  if (here.marks != nullptr) {
    Marks marks(here.value.size());
    valid = evaluate(id, here.value, &marks);
    if (valid) here.marks->merge(marks);
    return valid;
  }
  const bool remembers = remembers_ && violations_ == nullptr && here.value.size() > 0;
  if (remembers && recall(id, here.value, valid)) return spend() && valid;
  valid = evaluate(id, here.value, nullptr);
  if (remembers && !error_) known_.insert_or_assign({id, here.value.node()}, valid);
  return valid;
}

bool ValidatorRun::quietly(NodeId id, Value value, Marks* marks) {
  std::vector<Violation>* const gathered = std::exchange(violations_, nullptr);
  const bool valid = evaluate(id, value, marks);
  violations_ = gathered;
  return valid;
}

bool ValidatorRun::quietly_in_place(NodeId id, const Here& here) {
  std::vector<Violation>* const gathered = std::exchange(violations_, nullptr);
  const bool valid = in_place(id, here);
  violations_ = gathered;
  return valid;
}

bool ValidatorRun::logic(const Here& here) {
  const LogicKeywords& logic = *here.node.logic;
  bool valid = all_of(here);
  if (!valid && !goes_on()) return false;
  valid = any_of(here) && valid;
  if (!valid && !goes_on()) return false;
  valid = one_of(here) && valid;
  if (!valid && !goes_on()) return false;
  if (logic.not_schema != kNoNode && !error_) {
    Here inside = here;
    inside.marks = nullptr;  // what `not` evaluates counts for nobody
    if (quietly_in_place(logic.not_schema, inside) && !error_)
      valid = violated(here, "not", [&] { return "is valid against a schema that must not hold"; });
    if (!valid && !goes_on()) return false;
  }
  return conditional(here) && valid;
}

bool ValidatorRun::all_of(const Here& here) {
  bool valid = true;
  for (const NodeId part : here.node.logic->all_of) {
    if (in_place(part, here)) continue;
    valid = false;
    if (!goes_on()) return false;
  }
  return valid;
}

bool ValidatorRun::any_of(const Here& here) {
  const auto branches = here.node.logic->any_of;
  if (branches.empty()) return true;
  bool valid = false;
  for (const NodeId branch : branches) {
    if (error_ || (valid && here.marks == nullptr)) break;
    valid = quietly_in_place(branch, here) || valid;
  }
  return valid || violated(here, "anyOf", [&] {
           return "fits none of " + counted(branches.size(), "schema", "schemas");
         });
}

bool ValidatorRun::one_of(const Here& here) {
  const auto branches = here.node.logic->one_of;
  if (branches.empty()) return true;
  std::size_t count = 0;
  for (const NodeId branch : branches) {
    if (error_ || count > 1) break;
    count += quietly_in_place(branch, here) ? 1 : 0;
  }
  if (count == 1) return true;
  return violated(here, "oneOf", [&] {
    return count == 0 ? "fits none of " + counted(branches.size(), "schema", "schemas")
                      : "fits more than one schema";
  });
}

bool ValidatorRun::conditional(const Here& here) {
  const LogicKeywords& logic = *here.node.logic;
  if (logic.if_schema == kNoNode || error_) return true;
  const bool holds = quietly_in_place(logic.if_schema, here);
  const NodeId next = holds ? logic.then_schema : logic.else_schema;
  return next == kNoNode || in_place(next, here);
}

Result<bool> is_valid(const Schema& schema, Value value, Budget& budget,
                      const ValidateOptions& options) {
  ValidatorRun run(schema, budget, options);
  const bool valid = run.holds(schema.root(), value);
  if (run.error()) return *run.error();
  return valid;
}

Result<bool> is_valid_at(const Schema& schema, NodeId node, Value value, Budget& budget,
                         const ValidateOptions& options) {
  ValidatorRun run(schema, budget, options);
  const bool valid = run.holds(node, value);
  if (run.error()) return *run.error();
  return valid;
}

Result<std::vector<Violation>> validate(const Schema& schema, Value value, Budget& budget,
                                        const ValidateOptions& options) {
  std::vector<Violation> violations;
  ValidatorRun run(schema, budget, options);
  run.gather(violations);
  const bool valid = run.holds(schema.root(), value);
  if (run.error()) return *run.error();
  HOLDFAST_ASSERT(valid == violations.empty() || options.most_violations == 0);
  return violations;
}

}  // namespace holdfast::json_schema

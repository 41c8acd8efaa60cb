// SPDX-License-Identifier: Apache-2.0
// One change at a time: where it is, which rule it falls under, what it excludes there and what class that is.
#include "json_schema/compare_change_teller.h"

#include <algorithm>

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kMostValueBytes = 200;
constexpr std::size_t kMostWitnessBytes = 16'000;

ChangeClass class_of(const Rule& rule, const Change& change, bool is_in_condition) {
  const bool is_same = change.backward == Answer::yes && change.forward == Answer::yes;
  switch (rule.kind) {
    case RuleKind::annotation:
      return ChangeClass::annotation;
    case RuleKind::removal:
      return ChangeClass::breaking;
    case RuleKind::alternative:
      if (is_same) return ChangeClass::safe;
      break;
    case RuleKind::addition:
      if (change.forward == Answer::yes && (is_same || !is_in_condition)) return ChangeClass::safe;
      break;
    case RuleKind::constraint:
      break;
  }
  if (is_same) return ChangeClass::equivalent;
  if (change.backward == Answer::no || change.forward == Answer::no) return ChangeClass::breaking;
  return ChangeClass::unknown;
}

std::string value_text(const SchemaNode& node, std::string_view keyword, std::string_view name) {
  Value value = keyword.empty() ? node.value : node.value.find(keyword);
  if (!name.empty() && value.is_object()) value = value.find(name);
  return value ? short_json_text(value, kMostValueBytes) : std::string();
}

std::string message_of(const Rule& rule, std::string_view what) {
  std::string text(rule.text);
  const std::size_t at = text.find("{}");
  if (at != std::string::npos) text.replace(at, 2, what);
  return text;
}

}  // namespace

ChangeTeller::ChangeTeller(const ComparedPair& pair)
    : pair_(pair),
      rules_(pair.options.rules != nullptr ? *pair.options.rules : usual_rules()),
      has_unevaluated_(pair.old_schema.has_unevaluated() || pair.new_schema.has_unevaluated()) {}

ShapeId ChangeTeller::settled(const CompiledSchema& schema, NodeId id) const {
  if (id == kNoNode) return kEverything;
  const ShapeId shape = schema.shapes[id];
  return shape == kNoShape ? kNoShape : pair_.book.settled(shape);
}

bool ChangeTeller::is_full() {
  if (found_.changes.size() < pair_.options.most_changes) return false;
  found_.has_more = true;
  return true;
}

const ChangeTeller::Local& ChangeTeller::local(const ChangePlace& here) {
  const auto [at, is_new] = locals_.try_emplace({here.old_id, here.new_id});
  Local& made = at->second;
  if (!is_new) return made;
  const ShapeId a = old_shape(here.old_id);
  const ShapeId b = new_shape(here.new_id);
  if (a == kNoShape || b == kNoShape) return made;
  if (is_of_roots(a, b)) {
    made.backward = pair_.backward.answer;
    made.forward = pair_.forward.answer;
    if (pair_.backward.witness.size() <= kMostWitnessBytes)
      made.backward_witness = pair_.backward.witness;
    if (pair_.forward.witness.size() <= kMostWitnessBytes)
      made.forward_witness = pair_.forward.witness;
    return made;
  }
  ask({satisfy(a), break_it(b)}, here, true, made);
  ask({satisfy(b), break_it(a)}, here, false, made);
  return made;
}

// What the roots lead to is compared, and its witnesses are confirmed, already. A dynamic scope could make it mean something else there.
bool ChangeTeller::is_of_roots(ShapeId a, ShapeId b) const {
  return a == pair_.book.settled(pair_.old_shapes.root) &&
         b == pair_.book.settled(pair_.new_shapes.root) && !pair_.old_schema.has_dynamic_scope() &&
         !pair_.new_schema.has_dynamic_scope();
}

void ChangeTeller::ask(Goal goal, const ChangePlace& here, bool is_backward, Local& made) {
  Answer& answer = is_backward ? made.backward : made.forward;
  std::sort(goal.begin(), goal.end());
  const Outcome outcome = pair_.search.solve(goal);
  if (outcome.emptiness == Emptiness::empty && !pair_.search.is_exhausted()) answer = Answer::yes;
  if (outcome.emptiness != Emptiness::member) return;
  ValidateOptions options;
  options.format = pair_.options.format;
  const auto old_valid =
      is_valid_at(pair_.old_schema, here.old_id, outcome.value, pair_.budget, options);
  const auto new_valid =
      is_valid_at(pair_.new_schema, here.new_id, outcome.value, pair_.budget, options);
  if (!old_valid || !new_valid || *old_valid != is_backward || *new_valid == is_backward) return;
  answer = Answer::no;
  std::string text = json_text(outcome.value);
  if (text.size() <= kMostWitnessBytes)
    (is_backward ? made.backward_witness : made.forward_witness) = std::move(text);
}

void ChangeTeller::emit(const ChangePlace& here, std::string_view keyword, RuleId id,
                        std::string_view name) {
  if (is_full()) return;
  const Rule& rule = rules_[static_cast<std::size_t>(id)];
  Change change;
  const std::string tail = (keyword.empty() ? "" : "/" + pointer_token(keyword)) +
                           (name.empty() ? "" : "/" + pointer_token(name));
  change.old_path = pair_.old_schema.pointer(here.old_id) + tail;
  change.new_path = pair_.new_schema.pointer(here.new_id) + tail;
  change.keyword = keyword;
  change.rule = rule.id;
  change.old_value = value_text(here.a, keyword, name);
  change.new_value = value_text(here.b, keyword, name);
  change.message = message_of(rule, name.empty() ? keyword : name);
  judge(here, rule, change);
  change.is_conditional = here.is_conditional;
  change.change_class = class_of(rule, change, here.is_in_condition);
  found_.changes.push_back(std::move(change));
}

void ChangeTeller::judge(const ChangePlace& here, const Rule& rule, Change& change) {
  if (rule.kind == RuleKind::annotation) {
    change.backward = rule.backward;
    change.forward = rule.forward;
    return;
  }
  const Local& here_local = local(here);
  const auto of = [&](Answer found, Answer row) {
    const bool is_row_used = row != Answer::unknown && !has_unevaluated_;
    return is_row_used && found != Answer::yes ? row : found;
  };
  change.backward = of(here_local.backward, rule.backward);
  change.forward = of(here_local.forward, rule.forward);
  const bool is_denied = change.backward == Answer::yes && change.forward == Answer::yes &&
                         (here_local.backward == Answer::no || here_local.forward == Answer::no);
  if (is_denied) {  // what is around it makes it mean something else than the row says
    change.backward = here_local.backward;
    change.forward = here_local.forward;
  }
  if (change.backward == Answer::no) change.backward_witness = here_local.backward_witness;
  if (change.forward == Answer::no) change.forward_witness = here_local.forward_witness;
}

}  // namespace holdfast::json_schema

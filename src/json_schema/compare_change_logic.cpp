// SPDX-License-Identifier: Apache-2.0
// Changes of allOf, anyOf, oneOf, not and if. Parts are paired by what they say, then by $ref and title, then by their order.
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "json_schema/compare_change_walk.h"

namespace holdfast::json_schema {
namespace {

std::string_view text_of(Value value) {
  return value.is_string() ? value.string() : std::string_view();
}

}  // namespace

// Takes out what has the same key on both sides, first come, first served; no key: nothing is like it.
template <class KeyOf>
void ChangeWalker::match(std::vector<NodeId>& a, std::vector<NodeId>& b, KeyOf key_of) {
  std::map<std::string, std::deque<std::size_t>> waiting;
  for (std::size_t i = 0; i < b.size(); ++i)
    if (const std::string key = key_of(b[i], false); !key.empty()) waiting[key].push_back(i);
  std::vector<NodeId> left;
  for (const NodeId one : a) {
    const auto found = waiting.find(key_of(one, true));
    if (found == waiting.end() || found->second.empty()) {
      left.push_back(one);
      continue;
    }
    NodeId& other = b[found->second.front()];
    found->second.pop_front();
    walk(one, other);
    other = kNoNode;
  }
  std::erase(b, kNoNode);
  a = std::move(left);
}

void ChangeWalker::logic(const Here& here) {
  const LogicKeywords none;
  const LogicKeywords& a = here.a.logic != nullptr ? *here.a.logic : none;
  const LogicKeywords& b = here.b.logic != nullptr ? *here.b.logic : none;
  if (&a == &b) return;
  parts(here, "allOf", a.all_of, b.all_of, {RuleId::all_of_added, RuleId::all_of_removed});
  parts(here, "anyOf", a.any_of, b.any_of, {RuleId::any_of_added, RuleId::any_of_removed});
  parts(here, "oneOf", a.one_of, b.one_of, {RuleId::one_of_added, RuleId::one_of_removed});
  const bool outer = std::exchange(is_in_condition_, true);
  pair_of(here, "not", a.not_schema, b.not_schema, {RuleId::not_changed, RuleId::not_changed});
  pair_of(here, "if", a.if_schema, b.if_schema,
          {RuleId::condition_changed, RuleId::condition_changed});
  is_in_condition_ = outer;
  pair_of(here, "then", a.then_schema, b.then_schema,
          {RuleId::condition_changed, RuleId::condition_changed});
  pair_of(here, "else", a.else_schema, b.else_schema,
          {RuleId::condition_changed, RuleId::condition_changed});
}

void ChangeWalker::parts(const Here& here, std::string_view keyword, std::span<const NodeId> a,
                         std::span<const NodeId> b, PartRules rules) {
  if (a.empty() != b.empty() && keyword != "allOf") {
    emit(here, keyword, a.empty() ? RuleId::alternatives_introduced : RuleId::alternatives_dropped);
    return;
  }
  if (!spend((a.size() + b.size()) / kListedPerStep)) return;
  std::vector<NodeId> left_a(a.begin(), a.end());
  std::vector<NodeId> left_b(b.begin(), b.end());
  const bool outer = std::exchange(is_conditional_, is_conditional_ || keyword == "oneOf");
  match(left_a, left_b, [&](NodeId id, bool is_old) {
    const ShapeId shape = is_old ? old_shape(id) : new_shape(id);
    return shape == kNoShape ? std::string() : std::to_string(shape);
  });
  for (const std::string_view key : {"$ref", "title"})
    match(left_a, left_b, [&](NodeId id, bool is_old) {
      const Schema& schema = is_old ? pair_.old_schema : pair_.new_schema;
      return std::string(text_of(schema.node(id).value.find(key)));
    });
  if (left_a.size() == left_b.size()) {
    for (std::size_t i = 0; i < left_a.size(); ++i)
      walk(left_a[i], left_b[i]);
    left_a.clear();
    left_b.clear();
  }
  is_conditional_ = outer;
  for (std::size_t i = 0; i < left_b.size(); ++i)
    emit(here, keyword, rules.added);
  for (std::size_t i = 0; i < left_a.size(); ++i)
    emit(here, keyword, rules.removed);
}

}  // namespace holdfast::json_schema

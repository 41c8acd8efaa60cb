// SPDX-License-Identifier: Apache-2.0
// What is asked of the elements of arrays and the members of objects.
#include <algorithm>
#include <numeric>

#include "json_schema/document_store.h"
#include "json_schema/validator_run.h"

namespace holdfast::json_schema {

bool ValidatorRun::element_holds(NodeId id, const Here& here, std::size_t index) {
  if (violations_ == nullptr) return evaluate(id, here.value.at(index), nullptr);
  path_.push_back({true, index, {}});
  const bool valid = evaluate(id, here.value.at(index), nullptr);
  path_.pop_back();
  return valid;
}

bool ValidatorRun::member_holds(NodeId id, const Here& here, std::size_t index) {
  const Member member = here.value.member(index);
  if (violations_ == nullptr) return evaluate(id, member.value, nullptr);
  path_.push_back({false, 0, member.key});
  const bool valid = evaluate(id, member.value, nullptr);
  path_.pop_back();
  return valid;
}

bool ValidatorRun::arrays(const Here& here) {
  const ArrayKeywords& wanted = *here.node.array;
  const std::size_t count = here.value.size();
  const std::string_view has = "has ";
  bool valid = true;
  if (count < wanted.min_items)
    valid = violated(here, "minItems", [&] {
      return std::string(has) + counted(count, "element", "elements") + ", not at least " +
             std::to_string(wanted.min_items);
    });
  if (count > wanted.max_items)
    valid = violated(here, "maxItems", [&] {
      return std::string(has) + counted(count, "element", "elements") + ", not at most " +
             std::to_string(wanted.max_items);
    });
  if (!valid && !goes_on()) return false;
  valid = items(here) && valid;
  if (!valid && !goes_on()) return false;
  valid = contains(here) && valid;
  if (!valid && !goes_on()) return false;
  return unique_items(here) && valid;
}

bool ValidatorRun::items(const Here& here) {
  const ArrayKeywords& wanted = *here.node.array;
  bool valid = true;
  for (std::size_t i = 0; i < here.value.size(); ++i) {
    const NodeId id = i < wanted.prefix_items.size() ? wanted.prefix_items[i] : wanted.items;
    if (id == kNoNode) break;
    if (here.marks != nullptr) here.marks->set(i);
    if (element_holds(id, here, i)) continue;
    valid = false;
    if (!goes_on()) return false;
  }
  return valid;
}

bool ValidatorRun::contains(const Here& here) {
  const ArrayKeywords& wanted = *here.node.array;
  if (wanted.contains == kNoNode) return true;
  const bool marks = here.marks != nullptr && wanted.contains_evaluates;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < here.value.size() && !error_; ++i) {
    if (!quietly(wanted.contains, here.value.at(i), nullptr)) continue;
    ++count;
    if (marks) here.marks->set(i);
    const bool is_decided = wanted.max_contains == kNoMost && count >= wanted.min_contains;
    if (is_decided && !marks) return true;
  }
  if (error_) return false;
  const auto fit = [&] { return counted(count, "element fits", "elements fit"); };
  if (count < wanted.min_contains)
    return violated(here, wanted.min_contains == 1 ? "contains" : "minContains", [&] {
      return fit() + ", not at least " + std::to_string(wanted.min_contains);
    });
  if (count > wanted.max_contains)
    return violated(here, "maxContains",
                    [&] { return fit() + ", not at most " + std::to_string(wanted.max_contains); });
  return true;
}

// Equal values have equal hashes: only runs of the same hash are compared, all with all, each for a step.
bool ValidatorRun::unique_items(const Here& here) {
  if (!here.node.array->unique_items || here.value.size() < 2) return true;
  std::vector<std::size_t> order(here.value.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!spend(order.size())) return false;
  const auto hash = [&](std::size_t i) { return here.value.at(i).hash(); };
  std::ranges::stable_sort(order, {}, hash);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t k = i + 1; k < order.size() && hash(order[k]) == hash(order[i]); ++k) {
      if (!spend()) return false;
      if (here.value.at(order[i]) == here.value.at(order[k]))
        return violated(here, "uniqueItems", [&] {
          return "elements " + std::to_string(order[i]) + " and " + std::to_string(order[k]) +
                 " are equal";
        });
    }
  }
  return true;
}

bool ValidatorRun::unevaluated_items(const Here& here) {
  if (here.node.array == nullptr || here.node.array->unevaluated_items == kNoNode) return true;
  bool valid = true;
  for (std::size_t i = 0; i < here.value.size(); ++i) {
    if (here.marks->has(i)) continue;
    here.marks->set(i);
    if (element_holds(here.node.array->unevaluated_items, here, i)) continue;
    valid = violated(here, "unevaluatedItems",
                     [&] { return "element " + std::to_string(i) + " is not allowed"; });
    if (!goes_on()) return false;
  }
  return valid;
}

bool ValidatorRun::objects(const Here& here) {
  const ObjectKeywords& wanted = *here.node.object;
  const std::size_t count = here.value.size();
  bool valid = true;
  if (count < wanted.min_properties)
    valid = violated(here, "minProperties", [&] {
      return "has " + counted(count, "member", "members") + ", not at least " +
             std::to_string(wanted.min_properties);
    });
  if (count > wanted.max_properties)
    valid = violated(here, "maxProperties", [&] {
      return "has " + counted(count, "member", "members") + ", not at most " +
             std::to_string(wanted.max_properties);
    });
  using Check = bool (ValidatorRun::*)(const Here&);
  for (const Check check : {&ValidatorRun::required, &ValidatorRun::members,
                            &ValidatorRun::property_names, &ValidatorRun::dependencies}) {
    if (!valid && !goes_on()) return false;
    valid = (this->*check)(here) && valid;
  }
  return valid;
}

bool ValidatorRun::required(const Here& here) {
  bool valid = true;
  if (!spend(here.node.object->required.size())) return false;
  std::size_t next = 0;
  for (const std::string_view name : here.node.object->required) {
    const auto index = here.value.index_of(name, next);
    next = index ? *index + 1 : next;
    if (index) continue;
    valid =
        violated(here, "required", [&] { return "has no member \"" + std::string(name) + "\""; });
    if (!goes_on()) return false;
  }
  return valid;
}

bool ValidatorRun::members(const Here& here) {
  const ObjectKeywords& wanted = *here.node.object;
  if (wanted.properties.empty() && wanted.pattern_properties.empty() &&
      wanted.additional_properties == kNoNode)
    return true;
  bool valid = true;
  std::size_t next = 0;
  for (std::size_t i = 0; i < here.value.size(); ++i) {
    if (member(here, i, next)) continue;
    valid = false;
    if (!goes_on()) return false;
  }
  return valid;
}

bool ValidatorRun::member(const Here& here, std::size_t index, std::size_t& next) {
  const ObjectKeywords& wanted = *here.node.object;
  const std::string_view name = here.value.member(index).key;
  bool valid = true;
  bool is_named = false;
  const auto hold = [&](NodeId id) {
    is_named = true;
    if (here.marks != nullptr) here.marks->set(index);
    if (!member_holds(id, here, index)) valid = false;
  };
  if (!spend()) return false;
  const NodeId property = wanted.find_property(name, next);
  if (property != kNoNode) hold(property);
  for (const PatternSchema& pattern : wanted.pattern_properties) {
    if (!valid && !goes_on()) return false;
    const auto matched = matches(*pattern.pattern, name);
    if (!matched) return false;
    if (*matched) hold(pattern.schema);
  }
  if (is_named || wanted.additional_properties == kNoNode) return valid;
  hold(wanted.additional_properties);
  return valid;
}

bool ValidatorRun::property_names(const Here& here) {
  const NodeId id = here.node.object->property_names;
  if (id == kNoNode) return true;
  bool valid = true;
  for (std::size_t i = 0; i < here.value.size(); ++i) {
    const std::string_view name = here.value.member(i).key;
    DocumentMaker maker;
    if (quietly(id, maker.string(name), nullptr)) continue;
    if (error_) return false;
    valid = violated(here, "propertyNames",
                     [&] { return "the name \"" + std::string(name) + "\" is not allowed"; });
    if (!goes_on()) return false;
  }
  return valid;
}

bool ValidatorRun::dependencies(const Here& here) {
  const ObjectKeywords& wanted = *here.node.object;
  const bool is_old = here.node.dialect <= Dialect::draft7;
  bool valid = true;
  for (const NamedNames& named : wanted.dependent_required) {
    if (!spend(1 + named.names.size())) return false;
    if (!here.value.find(named.name)) continue;
    for (const std::string_view name : named.names) {
      if (here.value.find(name)) continue;
      valid = violated(here, is_old ? "dependencies" : "dependentRequired", [&] {
        return "has a member \"" + std::string(named.name) + "\", but no \"" + std::string(name) +
               "\"";
      });
      if (!goes_on()) return false;
    }
  }
  for (const NamedSchema& named : wanted.dependent_schemas) {
    if (!spend()) return false;
    if (!here.value.find(named.name) || in_place(named.schema, here)) continue;
    valid = false;
    if (!goes_on()) return false;
  }
  return valid;
}

bool ValidatorRun::unevaluated_properties(const Here& here) {
  if (here.node.object == nullptr || here.node.object->unevaluated_properties == kNoNode)
    return true;
  bool valid = true;
  for (std::size_t i = 0; i < here.value.size(); ++i) {
    if (here.marks->has(i)) continue;
    here.marks->set(i);
    if (member_holds(here.node.object->unevaluated_properties, here, i)) continue;
    valid = violated(here, "unevaluatedProperties", [&] {
      return "the member \"" + std::string(here.value.member(i).key) + "\" is not allowed";
    });
    if (!goes_on()) return false;
  }
  return valid;
}

}  // namespace holdfast::json_schema

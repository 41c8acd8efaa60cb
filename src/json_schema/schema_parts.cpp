// SPDX-License-Identifier: Apache-2.0
// Walks references and what combines schemas, each node once.
#include "json_schema/schema_parts.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kMostParts = 10'000;

enum class Parts : unsigned char { certain, possible };

// The node itself first.
std::vector<NodeId> parts_of(const Schema& schema, NodeId id, Parts which) {
  std::vector<NodeId> parts;
  std::unordered_set<NodeId> seen;
  const auto add = [&](NodeId part) {
    if (part != kNoNode && parts.size() < kMostParts && seen.insert(part).second)
      parts.push_back(part);
  };
  const auto add_all = [&](std::span<const NodeId> ids) {
    std::for_each(ids.begin(), ids.end(), add);
  };
  add(id);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const SchemaNode& node = schema.node(parts[i]);
    if (node.reference != nullptr) add(node.reference->ref);
    if (node.logic != nullptr) add_all(node.logic->all_of);
    if (which == Parts::certain) continue;
    if (node.object != nullptr)
      for (const NamedSchema& one : node.object->dependent_schemas)
        add(one.schema);
    if (node.logic == nullptr) continue;
    add_all(node.logic->any_of);
    add_all(node.logic->one_of);
    add(node.logic->then_schema);
    add(node.logic->else_schema);
  }
  return parts;
}

template <class Says>
bool says(const Schema& schema, NodeId id, Parts which, Says is_said) {
  const std::vector<NodeId> parts = parts_of(schema, id, which);
  return std::any_of(parts.begin(), parts.end(), [&](NodeId part) {
    const ObjectKeywords* object = schema.node(part).object;
    return object != nullptr && is_said(*object);
  });
}

}  // namespace

bool declares(const Schema& schema, NodeId id, NodeId top, std::string_view name) {
  const auto declares_it = [&](const ObjectKeywords& object) {
    return object.find_property(name) != kNoNode;
  };
  return says(schema, id, Parts::possible, declares_it) ||
         says(schema, top, Parts::certain, declares_it);
}

bool may_require(const Schema& schema, NodeId id, std::string_view name) {
  return says(schema, id, Parts::possible, [&](const ObjectKeywords& object) {
    return std::find(object.required.begin(), object.required.end(), name) != object.required.end();
  });
}

}  // namespace holdfast::json_schema

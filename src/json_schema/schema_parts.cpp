// SPDX-License-Identifier: Apache-2.0
// Walks references and what combines schemas, each node once.
#include "json_schema/schema_parts.h"

#include <algorithm>
#include <unordered_set>

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kNamesPerStep = 16;

enum class Parts : unsigned char { certain, possible };

class PartWalk {
 public:
  PartWalk(const Schema& schema, Parts which, Budget& budget)
      : schema_(schema), which_(which), budget_(budget) {}

  // The node itself first.
  std::vector<NodeId> run(NodeId id) {
    add(id);
    for (std::size_t i = 0; i < parts_.size() && budget_.spend(); ++i)
      add_parts_of(schema_.node(parts_[i]));
    return std::move(parts_);
  }

 private:
  void add(NodeId part) {
    if (part != kNoNode && seen_.insert(part).second) parts_.push_back(part);
  }
  void add_all(std::span<const NodeId> ids) {
    for (const NodeId id : ids)
      add(id);
  }

  void add_parts_of(const SchemaNode& node) {
    if (node.reference != nullptr) add_references(*node.reference);
    if (node.logic != nullptr) add_all(node.logic->all_of);
    if (which_ == Parts::certain) return;
    if (node.object != nullptr)
      for (const NamedSchema& one : node.object->dependent_schemas)
        add(one.schema);
    if (node.logic == nullptr) return;
    add_all(node.logic->any_of);
    add_all(node.logic->one_of);
    add(node.logic->then_schema);
    add(node.logic->else_schema);
  }

  void add_references(const ReferenceKeywords& words) {
    add(words.ref);
    const bool is_decided = words.dynamic_name.data() == nullptr && !words.is_recursive;
    if (which_ == Parts::certain && !is_decided) return;
    add(words.dynamic_ref);
    if (is_decided) return;
    // The dynamic scope is not known here: any resource may have been the outermost one.
    for (ResourceId id = 0; id < schema_.resource_count(); ++id) {
      const SchemaResource& resource = schema_.resource(id);
      if (!budget_.spend()) return;
      if (words.is_recursive && resource.is_recursive_anchor) add(resource.root);
      if (words.dynamic_name.data() != nullptr)
        add(resource.find_dynamic_anchor(words.dynamic_name));
    }
  }

  const Schema& schema_;
  Parts which_;
  Budget& budget_;
  std::vector<NodeId> parts_;
  std::unordered_set<NodeId> seen_;
};

template <class Use>
void for_each_object(const Schema& schema, NodeId id, Parts which, Budget& budget, Use use) {
  for (const NodeId part : PartWalk(schema, which, budget).run(id)) {
    const ObjectKeywords* object = schema.node(part).object;
    if (object == nullptr) continue;
    if (!budget.spend((object->properties.size() + object->required.size()) / kNamesPerStep))
      return;
    use(*object);
  }
}

}  // namespace

bool is_pure_reference(const SchemaNode& node) {
  return node.kind == SchemaNode::Kind::object && node.reference != nullptr &&
         node.reference->ref != kNoNode && node.reference->dynamic_ref == kNoNode &&
         node.types == kEveryType && !node.enum_values && !node.const_value &&
         node.number == nullptr && node.string == nullptr && node.array == nullptr &&
         node.object == nullptr && node.logic == nullptr;
}

PartNames::PartNames(const Schema& schema, NodeId id, NodeId top, Budget& budget) {
  const auto declare = [&](const ObjectKeywords& object) {
    for (const NamedSchema& one : object.properties)
      declared_.push_back(one.name);
  };
  for_each_object(schema, id, Parts::possible, budget, declare);
  if (top != id) for_each_object(schema, top, Parts::certain, budget, declare);
  for_each_object(schema, top, Parts::possible, budget, [&](const ObjectKeywords& object) {
    required_.insert(required_.end(), object.required.begin(), object.required.end());
  });
  std::sort(declared_.begin(), declared_.end());
  std::sort(required_.begin(), required_.end());
}

bool PartNames::declares(std::string_view name) const {
  return std::binary_search(declared_.begin(), declared_.end(), name);
}

bool PartNames::may_require(std::string_view name) const {
  return std::binary_search(required_.begin(), required_.end(), name);
}

}  // namespace holdfast::json_schema

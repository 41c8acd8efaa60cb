// SPDX-License-Identifier: Apache-2.0
// Values that are made and not read.
#include <utility>

#include "base/assert.h"
#include "json_schema/document.h"
#include "json_schema/document_store.h"

namespace holdfast::json_schema {
namespace {

Value keep(DocumentStore& store, const ValueNode& node) {
  auto* kept = store.make<ValueNode>(1);
  *kept = node;
  return Value(kept);
}

}  // namespace

DocumentMaker::DocumentMaker() : store_(std::make_shared_for_overwrite<DocumentStore>()) {}
DocumentMaker::DocumentMaker(DocumentMaker&&) noexcept = default;
DocumentMaker& DocumentMaker::operator=(DocumentMaker&&) noexcept = default;
DocumentMaker::~DocumentMaker() = default;

Value DocumentMaker::null() {
  return keep(*store_, constant_node(ValueKind::null, false));
}

Value DocumentMaker::boolean(bool value) {
  return keep(*store_, constant_node(ValueKind::boolean, value));
}

Value DocumentMaker::number(const Number& value) {
  return keep(*store_, store_->number_node(value));
}

Value DocumentMaker::string(std::string_view utf8) {
  return keep(*store_, store_->string_node({store_->keep(utf8), utf8.size()}));
}

Value DocumentMaker::array(std::span<const Value> elements) {
  std::vector<ValueNode> nodes;
  nodes.reserve(elements.size());
  for (const Value element : elements)
    nodes.push_back(*element.node());
  return keep(*store_, store_->array_node(nodes));
}

Value DocumentMaker::object(std::span<const Member> members) {
  std::vector<MemberNode> nodes;
  nodes.reserve(members.size());
  for (const Member& member : members) {
    MemberNode& node = nodes.emplace_back();
    node.key = store_->keep(member.key);
    node.key_size = static_cast<std::uint32_t>(member.key.size());
    node.key_hash = hash_of_text(member.key);
    node.value = *member.value.node();
  }
  const auto made = store_->object_node(nodes);
  HOLDFAST_ASSERT(made.repeated == nullptr);
  return keep(*store_, made.node);
}

Value DocumentMaker::copy(Value value) {
  switch (value.kind()) {
    case ValueKind::null:
    case ValueKind::boolean:
      return keep(*store_, *value.node());
    case ValueKind::number:
      return number(value.number());
    case ValueKind::string:
      return string(value.string());
    case ValueKind::array: {
      std::vector<Value> elements;
      for (std::size_t i = 0; i < value.size(); ++i)
        elements.push_back(copy(value.at(i)));
      return array(elements);
    }
    case ValueKind::object: {
      std::vector<Member> members;
      for (std::size_t i = 0; i < value.size(); ++i)
        members.push_back({value.member(i).key, copy(value.member(i).value)});
      return object(members);
    }
  }
  return {};
}

Document DocumentMaker::finish(Value root) && {
  return {std::move(store_), root};
}

}  // namespace holdfast::json_schema

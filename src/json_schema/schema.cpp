// SPDX-License-Identifier: Apache-2.0
// What a schema tells of itself.
#include "json_schema/schema.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/assert.h"
#include "json_schema/document_store.h"
#include "json_schema/schema_graph.h"
#include "json_schema/schema_reader.h"

namespace holdfast::json_schema {
namespace {

struct DialectRow {
  std::string_view name;
  std::string_view uri;
};
constexpr std::array<DialectRow, 5> kDialects = {{
    {"draft-04", "http://json-schema.org/draft-04/schema"},
    {"draft-06", "http://json-schema.org/draft-06/schema"},
    {"draft-07", "http://json-schema.org/draft-07/schema"},
    {"2019-09", "https://json-schema.org/draft/2019-09/schema"},
    {"2020-12", "https://json-schema.org/draft/2020-12/schema"},
}};

std::string_view without_scheme(std::string_view uri) {
  for (const std::string_view scheme : {"http:", "https:"})
    if (uri.starts_with(scheme)) return uri.substr(scheme.size());
  return uri;
}

}  // namespace

std::string_view dialect_name(Dialect dialect) {
  return kDialects[static_cast<std::size_t>(dialect)].name;
}

// http and https are often taken for each other, and mean the same here.
std::optional<Dialect> dialect_of_uri(std::string_view uri) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  for (std::size_t i = 0; i < kDialects.size(); ++i)
    if (without_scheme(kDialects[i].uri) == without_scheme(uri)) return static_cast<Dialect>(i);
  return std::nullopt;
}

SchemaErrorKind schema_error_kind(const Error& error) {
  switch (error.code()) {
    case Code::unsupported:
      return SchemaErrorKind::unsupported_dialect;
    case Code::not_found:
      return SchemaErrorKind::unresolved_ref;
    case Code::cancelled:
      return SchemaErrorKind::budget_exceeded;
    case Code::invalid:
    case Code::conflict:
    case Code::corrupt:
    case Code::io:
    case Code::unavailable:
    case Code::internal:
      break;
  }
  return SchemaErrorKind::local_not_schema;
}

std::string_view schema_error_kind_name(SchemaErrorKind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"local_not_schema", "unsupported_dialect",
                                                      "unresolved_ref", "budget_exceeded"};
  return kNames[static_cast<std::size_t>(kind)];
}

TypeSet type_of(Value value) {
  switch (value.kind()) {
    case ValueKind::null:
      return kTypeNull;
    case ValueKind::boolean:
      return kTypeBoolean;
    case ValueKind::number:
      return value.number().is_integer() ? kTypeInteger : kTypeFraction;
    case ValueKind::string:
      return kTypeString;
    case ValueKind::array:
      return kTypeArray;
    case ValueKind::object:
      return kTypeObject;
  }
  return 0;
}

NodeId SchemaResource::find_dynamic_anchor(std::string_view name) const {
  const auto at = std::lower_bound(
      dynamic_anchors.begin(), dynamic_anchors.end(), name,
      [](const auto& anchor, std::string_view other) { return anchor.first < other; });
  return at != dynamic_anchors.end() && at->first == name ? at->second : kNoNode;
}

NodeId ObjectKeywords::find_property(std::string_view name) const {
  const auto index = properties_value.index_of(name);
  return index ? properties[*index].schema : kNoNode;
}

std::size_t NodeMap::slot_of(const ValueNode* key) const {
  const auto bits = reinterpret_cast<std::uintptr_t>(key);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = ((bits >> 3U) * 0x9E3779B97F4A7C15U >> 20U) & mask;
  while (slots_[slot].key != nullptr && slots_[slot].key != key)
    slot = (slot + 1) & mask;
  return slot;
}

NodeId NodeMap::find(Value value) const {
  return slots_[slot_of(value.node())].id;
}

NodeId ObjectKeywords::find_property(std::string_view name, std::size_t& next) const {
  const auto index = properties_value.index_of(name, next);
  if (!index) return kNoNode;
  next = *index + 1;
  return properties[*index].schema;
}

void NodeMap::resize(std::size_t size) {
  std::pmr::vector<Slot> old(size, slots_.get_allocator());
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.key != nullptr) slots_[slot_of(slot.key)] = slot;
}

void NodeMap::reserve(std::size_t count) {
  const std::size_t size = std::bit_ceil((count_ + count) * 2);
  if (size > slots_.size()) resize(size);
}

void NodeMap::insert(Value value, NodeId id) {
  if (++count_ * 2 > slots_.size()) resize(slots_.size() * 2);
  slots_[slot_of(value.node())] = {value.node(), id};
}

// As deep as the document.
void Schema::Graph::append_pointer(std::string& text, NodeId id) const {
  const NodePlace& place = places[id];
  if (place.parent == kNoNode) {
    if (place.document != 0) text += documents[place.document].uri + "#";
    return;
  }
  append_pointer(text, place.parent);
  if (place.keyword == Keyword::none) {
    text += place.name;
    return;
  }
  text += '/';
  text += keyword_name(place.keyword);
  if (place.has_name) append_pointer_step(text, place.name);
  if (place.index != kNoIndex) text += "/" + std::to_string(place.index);
}

std::string Schema::Graph::pointer(NodeId id) const {
  std::string text;
  append_pointer(text, id);
  return text;
}

Result<Schema> Schema::load(const Document& document, const SchemaOptions& options) {
  SchemaReader reader(options);
  TRY(reader.read(document));
  return Schema(std::move(reader).graph());
}

Result<Schema> Schema::parse(std::string text, const SchemaOptions& options) {
  TRY_ASSIGN(const Document document, Document::parse(std::move(text)));
  return load(document, options);
}

NodeId Schema::root() const {
  return 0;
}

const SchemaNode& Schema::node(NodeId id) const {
  HOLDFAST_ASSERT(id < graph_->nodes.size());
  return graph_->nodes[id];
}

std::size_t Schema::node_count() const {
  return graph_->nodes.size();
}

const SchemaResource& Schema::resource(ResourceId id) const {
  HOLDFAST_ASSERT(id < graph_->resources.size());
  return graph_->resources[id];
}

std::size_t Schema::resource_count() const {
  return graph_->resources.size();
}

Dialect Schema::dialect() const {
  return graph_->nodes[0].dialect;
}

bool Schema::is_dialect_inferred() const {
  return graph_->is_dialect_inferred;
}

bool Schema::has_dynamic_scope() const {
  return graph_->has_dynamic_scope;
}

bool Schema::has_unevaluated() const {
  return graph_->has_unevaluated;
}

std::string Schema::pointer(NodeId id) const {
  return graph_->pointer(id);
}

NodeId Schema::find_node(std::string_view pointer) const {
  const Value value = value_at(document_root(), pointer);
  return value ? graph_->node_of.find(value) : kNoNode;
}

Value Schema::document_root() const {
  return graph_->documents[0].root;
}

}  // namespace holdfast::json_schema

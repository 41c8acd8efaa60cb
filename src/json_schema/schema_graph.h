// SPDX-License-Identifier: Apache-2.0
// What a schema keeps: the nodes, where they were read, and what their typed fields point to. For the files of schema*.cpp.
#pragma once
#include <cstdint>
#include <deque>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json_schema/document.h"
#include "json_schema/schema.h"
#include "json_schema/schema_keyword.h"

namespace holdfast::json_schema {

/// From a value to the node that was read there: open addressing, at most half full.
class NodeMap {
 public:
  NodeMap() : slots_(64) {}
  NodeId find(Value value) const;
  void insert(Value value, NodeId id);

 private:
  struct Slot {
    const ValueNode* key = nullptr;
    NodeId id = kNoNode;
  };
  std::size_t slot_of(const ValueNode* key) const;
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

constexpr std::uint32_t kNoIndex = kNoNode;

/// Where a node was read: below its parent by a keyword and then perhaps an index or a name.
struct NodePlace {
  NodeId parent = kNoNode;  // none: the root of a document
  std::uint32_t document = 0;
  Keyword keyword = Keyword::none;  // none: `name` is a JSON Pointer below the parent
  bool has_name = false;
  std::uint32_t index = kNoIndex;
  std::string_view name;
};

struct SchemaDocument {
  std::string uri;
  Value root;
};

struct Schema::Graph {
  std::pmr::monotonic_buffer_resource arena;
  std::vector<Document> kept;
  std::vector<SchemaDocument> documents;
  std::deque<NumberKeywords> numbers;
  std::deque<PatternKeyword> patterns;
  std::deque<std::string> texts;
  std::vector<SchemaNode> nodes;
  std::vector<NodePlace> places;
  std::vector<SchemaResource> resources;
  NodeMap node_of;
  bool is_dialect_inferred = false;
  bool has_dynamic_scope = false;
  bool has_unevaluated = false;

  template <class T>
  std::span<T> make(std::size_t count) {
    void* memory = arena.allocate(count * sizeof(T), alignof(T));
    T* first = static_cast<T*>(memory);
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }
  std::string pointer(NodeId id) const;
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// What a schema keeps: the nodes, where they were read, and what their typed fields point to. For the files of schema*.cpp.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <forward_list>
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
  explicit NodeMap(std::pmr::memory_resource* memory) : slots_(32, memory) {}
  NodeId find(Value value) const;
  void insert(Value value, NodeId id);
  /// Makes room for so many more.
  void reserve(std::size_t count);

 private:
  struct Slot {
    const ValueNode* key = nullptr;
    NodeId id = kNoNode;
  };
  std::size_t slot_of(const ValueNode* key) const;
  void resize(std::size_t size);
  std::pmr::vector<Slot> slots_;
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
  std::array<std::byte, 2048> first_block;  // a small schema needs no more
  std::pmr::monotonic_buffer_resource arena{first_block.data(), first_block.size()};
  std::pmr::vector<Document> kept{&arena};
  std::pmr::vector<SchemaDocument> documents{&arena};
  std::forward_list<NumberKeywords> numbers;
  std::forward_list<PatternKeyword> patterns;
  std::forward_list<std::string> texts;
  std::pmr::vector<SchemaNode> nodes{&arena};
  std::pmr::vector<NodePlace> places{&arena};
  std::pmr::vector<SchemaResource> resources{&arena};
  NodeMap node_of{&arena};
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
  void append_pointer(std::string& text, NodeId id) const;
};

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// How a document keeps its nodes: in an arena, the elements of an array and the members of an object side by side. For the files of
// document*.cpp; everybody else reads document.h.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <forward_list>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json_schema/document.h"

namespace holdfast::json_schema {

/// Objects with more members have an order by hash and key behind them, in which find() searches. Not a table of hashes: an order takes
/// n log n whatever keys somebody thinks of.
constexpr std::size_t kMostMembersInLine = 8;
struct OrderedMember {
  std::uint32_t hash = 0;  // the upper half of the key's
  std::uint32_t position = 0;
};
static_assert(alignof(OrderedMember) <= alignof(MemberNode));
constexpr std::uint32_t upper_half(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32U);
}

struct DocumentStore {
  std::string text;  // what was parsed: strings without escapes are read where they stand
  std::array<std::byte, 512> first_block;  // a small document needs no more
  std::pmr::monotonic_buffer_resource arena{first_block.data(), first_block.size()};
  std::forward_list<Number> numbers;
  std::size_t object_count = 0;

  template <class T>
  T* make(std::size_t count) {
    return static_cast<T*>(arena.allocate(count * sizeof(T), alignof(T)));
  }
  const char* keep(std::string_view bytes);
  ValueNode string_node(std::string_view kept);
  ValueNode number_node(const Number& value);
  ValueNode array_node(std::span<const ValueNode> elements);
  /// The object, or the position of a member whose key an earlier one has.
  struct Object {
    ValueNode node;
    const MemberNode* repeated = nullptr;
  };
  Object object_node(std::span<const MemberNode> members);
};

ValueNode constant_node(ValueKind kind, bool flag);

/// The first of them is the lowest.
inline std::uint64_t eight_bytes(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  return word;
}

}  // namespace holdfast::json_schema

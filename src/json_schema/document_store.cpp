// SPDX-License-Identifier: Apache-2.0
// Nodes of documents: what is kept with a value, its hash and the order of many members.
#include "json_schema/document_store.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/assert.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint64_t kMixer = 0x9E3779B97F4A7C15U;

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 32U;
  value *= 0xD6E8FEB86659FD93U;
  value ^= value >> 32U;
  return value;
}

std::uint16_t one_deeper(std::uint16_t depth) {
  HOLDFAST_ASSERT(depth < std::numeric_limits<std::uint16_t>::max());
  return static_cast<std::uint16_t>(depth + 1);
}

bool same_key(const MemberNode& a, const MemberNode& b) {
  return a.key_hash == b.key_hash && a.name() == b.name();
}

const MemberNode* repeated_in_line(std::span<const MemberNode> members) {
  for (std::size_t i = 1; i < members.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (same_key(members[k], members[i])) return &members[i];
  return nullptr;
}

const MemberNode* repeated_in_order(std::span<const MemberNode> members,
                                    std::span<OrderedMember> order) {
  for (std::uint32_t i = 0; i < order.size(); ++i)
    order[i] = {upper_half(members[i].key_hash), i};
  std::sort(order.begin(), order.end(), [&](OrderedMember a, OrderedMember b) {
    return a.hash != b.hash ? a.hash < b.hash
                            : members[a.position].name() < members[b.position].name();
  });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const std::uint32_t before = order[i - 1].position;
    const std::uint32_t at = order[i].position;
    if (same_key(members[before], members[at])) return &members[std::max(before, at)];
  }
  return nullptr;
}

// Up to seven bytes, the first of them the lowest. Bytes are read twice rather than in a loop; what is before them is read where they are
// behind eight others.
std::uint64_t tail_of(const char* at, std::size_t size, bool has_eight) {
  const auto byte = [at](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  };
  if (size == 0) return 0;
  if (has_eight) return eight_bytes(at + size - 8) >> (8 * (8 - size));
  if (size < 4) return byte(0) | byte(size / 2) | byte(size - 1);
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::memcpy(&low, at, 4);
  std::memcpy(&high, at + size - 4, 4);
  return low | std::uint64_t{high} << (8 * (size - 4));
}

}  // namespace

std::uint64_t hash_of_text(std::string_view bytes) {
  std::uint64_t hash = kMixer ^ bytes.size();
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    hash = (hash ^ eight_bytes(at)) * kMixer;
    hash ^= hash >> 29U;
  }
  return mix((hash ^ tail_of(at, left, bytes.size() > 8)) * kMixer);
}

ValueNode constant_node(ValueKind kind, bool flag) {
  ValueNode node;
  node.kind = kind;
  node.flag = flag;
  node.hash = mix(kMixer * (static_cast<std::uint64_t>(kind) * 2 + (flag ? 2 : 1)));
  return node;
}

const char* DocumentStore::keep(std::string_view bytes) {
  if (bytes.empty()) return "";
  char* kept = make<char>(bytes.size());
  std::memcpy(kept, bytes.data(), bytes.size());
  return kept;
}

ValueNode DocumentStore::string_node(std::string_view kept) {
  ValueNode node;
  node.kind = ValueKind::string;
  node.size = static_cast<std::uint32_t>(kept.size());
  node.text = kept.data();
  node.hash = hash_of_text(kept);
  return node;
}

ValueNode DocumentStore::number_node(const Number& value) {
  ValueNode node;
  node.kind = ValueKind::number;
  node.hash = value.hash();
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  node.is_large = !value.is_small() || value.exponent() > kMost || value.exponent() < -kMost;
  if (node.is_large) {
    node.number = &numbers.emplace_front(value);
    return node;
  }
  node.flag = value.is_negative();
  node.size = static_cast<std::uint32_t>(static_cast<std::int32_t>(value.exponent()));
  node.coefficient = value.coefficient();
  return node;
}

ValueNode DocumentStore::array_node(std::span<const ValueNode> elements) {
  ValueNode node;
  node.kind = ValueKind::array;
  node.size = static_cast<std::uint32_t>(elements.size());
  ValueNode* kept = make<ValueNode>(elements.size());
  std::uint64_t hash = kMixer + elements.size();
  std::uint16_t depth = 0;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    kept[i] = elements[i];
    hash = mix(hash * kMixer + elements[i].hash);
    depth = std::max(depth, elements[i].depth);
  }
  node.elements = kept;
  node.hash = hash;
  node.depth = one_deeper(depth);
  return node;
}

DocumentStore::Object DocumentStore::object_node(std::span<const MemberNode> members) {
  Object made;
  ++object_count;
  const bool is_ordered = members.size() > kMostMembersInLine;
  const std::size_t order_bytes = is_ordered ? members.size() * sizeof(OrderedMember) : 0;
  void* memory =
      arena.allocate(members.size() * sizeof(MemberNode) + order_bytes, alignof(MemberNode));
  auto* kept = static_cast<MemberNode*>(memory);
  std::uint64_t sum = members.size();
  std::uint16_t depth = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    kept[i] = members[i];
    sum += mix(members[i].key_hash * kMixer + members[i].value.hash);
    depth = std::max(depth, members[i].value.depth);
  }
  if (is_ordered)
    made.repeated = repeated_in_order(
        {kept, members.size()},
        {reinterpret_cast<OrderedMember*>(kept + members.size()), members.size()});
  else
    made.repeated = repeated_in_line({kept, members.size()});
  made.node.kind = ValueKind::object;
  made.node.size = static_cast<std::uint32_t>(members.size());
  made.node.members = kept;
  made.node.hash = mix(sum ^ kMixer);
  made.node.depth = one_deeper(depth);
  return made;
}

}  // namespace holdfast::json_schema

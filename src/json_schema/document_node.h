// SPDX-License-Identifier: Apache-2.0
// The nodes that values are: 24 bytes each. Here so that Value can be inline; everybody else reads document.h.
#pragma once
#include <cstdint>
#include <string_view>

namespace holdfast::json_schema {

class Number;
struct MemberNode;

enum class ValueKind : unsigned char { null, boolean, number, string, array, object };

/// Only a node's store or another node points to what it has; it is copied freely, and its children are shared then.
struct ValueNode {
  ValueKind kind = ValueKind::null;
  bool flag : 1 = false;      // of a boolean: its value; of a number: negative
  bool is_large : 1 = false;  // of a number: `number` holds it
  std::uint16_t depth = 0;    // arrays and objects inside each other, itself included
  std::uint32_t size = 0;     // bytes, elements or members; of a number: its exponent, an int32
  union {
    std::uint64_t coefficient = 0;
    const Number* number;
    const char* text;
    const ValueNode* elements;
    const MemberNode* members;
  };
  std::uint64_t hash = 0;
};

struct MemberNode {
  const char* key = nullptr;
  std::uint32_t key_size = 0;
  std::uint64_t key_hash = 0;
  ValueNode value;

  std::string_view name() const { return {key, key_size}; }
};

/// Of keys and strings.
std::uint64_t hash_of_text(std::string_view bytes);

}  // namespace holdfast::json_schema

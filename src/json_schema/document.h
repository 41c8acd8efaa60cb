// SPDX-License-Identifier: Apache-2.0
// JSON documents: immutable trees of exact values, read strictly, equal by JSON Schema's meaning (1 = 1.0, the order of members is
// nothing), with a hash of every subtree. How: docs/decisions/0108-documents.md.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/result.h"
#include "json_schema/document_node.h"
#include "json_schema/number.h"

namespace holdfast::json_schema {

/// The word JSON Schema has for it ("boolean").
std::string_view kind_name(ValueKind kind);

struct DocumentStore;
struct Member;

/// A value of a document, or none at all. As cheap as a pointer, and valid as long as its document lives.
class Value {
 public:
  Value() = default;
  explicit Value(const ValueNode* node) : node_(node) {}
  /// False where it is no value.
  explicit operator bool() const { return node_ != nullptr; }

  ValueKind kind() const;
  bool is(ValueKind wanted) const { return node_ != nullptr && kind() == wanted; }
  bool is_null() const { return is(ValueKind::null); }
  bool is_boolean() const { return is(ValueKind::boolean); }
  bool is_number() const { return is(ValueKind::number); }
  bool is_string() const { return is(ValueKind::string); }
  bool is_array() const { return is(ValueKind::array); }
  bool is_object() const { return is(ValueKind::object); }

  /// Each of these wants a value of its kind.
  bool boolean() const;
  Number number() const;
  std::string_view string() const;
  /// How many elements or members; 0 for every other kind.
  std::size_t size() const;
  /// An element of an array.
  Value at(std::size_t index) const;
  /// A member of an object in the order of the text.
  Member member(std::size_t index) const;
  /// The value of a member; none where there is none, or this is no object.
  Value find(std::string_view key) const;
  /// Its position among the members.
  std::optional<std::size_t> index_of(std::string_view key) const;
  /// The same, at once where it is the expected one.
  std::optional<std::size_t> index_of(std::string_view key, std::size_t expected) const;

  /// Equal by JSON Schema's meaning. Quick where the hashes differ or it is the same value.
  friend bool operator==(Value a, Value b);
  /// The same for equal values; values that differ may share one, so ask == as well.
  std::uint64_t hash() const;
  /// Where the value is kept: no two values of a document share it.
  const ValueNode* node() const { return node_; }
  /// How many code points a string has.
  std::size_t code_point_count() const;

 private:
  const ValueNode* node_ = nullptr;
};

/// A key and what it stands for.
struct Member {
  std::string_view key;
  Value value;
};

inline ValueKind Value::kind() const {
  HOLDFAST_ASSERT(node_ != nullptr);
  return node_->kind;
}

inline bool Value::boolean() const {
  HOLDFAST_ASSERT(is_boolean());
  return node_->flag;
}

inline std::string_view Value::string() const {
  HOLDFAST_ASSERT(is_string());
  return {node_->text, node_->size};
}

inline std::size_t Value::size() const {
  return is_array() || is_object() ? node_->size : 0;
}

inline Value Value::at(std::size_t index) const {
  HOLDFAST_ASSERT(is_array() && index < node_->size);
  return Value(node_->elements + index);
}

inline Member Value::member(std::size_t index) const {
  HOLDFAST_ASSERT(is_object() && index < node_->size);
  const MemberNode& member = node_->members[index];
  return {member.name(), Value(&member.value)};
}

inline std::uint64_t Value::hash() const {
  return node_ != nullptr ? node_->hash : 0;
}

/// A parsed document; cheap to copy, safe to read from any thread.
class Document {
 public:
  /// Reads RFC 8259, strictly. `invalid` names line, column and byte: duplicate keys, a byte order mark, what is not UTF-8, lone
  /// surrogates, NaN, text behind the value, nesting beyond core::kJsonDepthLimit, numbers beyond the limits of number.h, 4 GiB.
  static Result<Document> parse(std::string text);
  Value root() const { return root_; }
  /// How many objects are in it; not less than its root has.
  std::size_t object_count() const;

 private:
  friend class DocumentMaker;
  Document(std::shared_ptr<const DocumentStore> store, Value root)
      : store_(std::move(store)), root_(root) {}
  std::shared_ptr<const DocumentStore> store_;
  Value root_;
};

/// Makes values that no text has. What is made lives as long as the maker and the document that it becomes.
class DocumentMaker {
 public:
  DocumentMaker();
  DocumentMaker(DocumentMaker&&) noexcept;
  DocumentMaker& operator=(DocumentMaker&&) noexcept;
  ~DocumentMaker();

  Value null();
  Value boolean(bool value);
  Value number(const Number& value);
  /// UTF-8, which is copied.
  Value string(std::string_view utf8);
  /// The elements may be of other documents that outlive this one: what is below them is shared.
  Value array(std::span<const Value> elements);
  /// No key twice. Keys are copied, values shared as those of array().
  Value object(std::span<const Member> members);
  /// The same value with nothing shared.
  Value copy(Value value);
  /// The document of what was made.
  Document finish(Value root) &&;

 private:
  std::shared_ptr<DocumentStore> store_;
};

/// How many arrays and objects are inside each other; 0 for any other value.
std::size_t depth_of(Value value);

/// The value as JSON text: no white space, members in the order of RFC 8785, every digit of a number. Equal values, equal text.
std::string json_text(Value value);
/// The same, cut after about `most_bytes` with … behind it: for messages.
std::string short_json_text(Value value, std::size_t most_bytes = 80);

/// One step of a JSON Pointer (RFC 6901) with ~ and / escaped.
std::string pointer_token(std::string_view key);
/// Appends it with the / before it.
void append_pointer_step(std::string& pointer, std::string_view key);
/// The steps of a JSON Pointer, unescaped; nothing where it is none.
std::optional<std::vector<std::string>> pointer_steps(std::string_view pointer);
/// What one step leads to: a member, or an element by its index. None where there is nothing.
Value step_into(Value value, std::string_view step);
/// What a JSON Pointer names below a value: none where there is nothing or it is no pointer.
Value value_at(Value root, std::string_view pointer);

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Values of documents: what they are, equality, JSON text and JSON Pointers. What recurses is bounded by the depth of documents.
#include "json_schema/document.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "core/canonical_json.h"
#include "json_schema/document_store.h"

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kUsualTextBytes = 128;
constexpr std::size_t kUsualMembers = 16;

std::span<const MemberNode> members_of(const ValueNode& node) {
  return {node.members, node.size};
}

std::span<const OrderedMember> order_of(const ValueNode& node) {
  return {reinterpret_cast<const OrderedMember*>(node.members + node.size), node.size};
}

const MemberNode* find_member(const ValueNode& node, std::string_view key) {
  const auto members = members_of(node);
  if (members.size() <= kMostMembersInLine) {
    for (const MemberNode& member : members)
      if (member.name() == key) return &member;
    return nullptr;
  }
  const std::uint32_t hash = upper_half(hash_of_text(key));
  const auto order = order_of(node);
  const auto found = std::lower_bound(
      order.begin(), order.end(), hash, [&](OrderedMember member, std::uint32_t /*hash*/) {
        return member.hash != hash ? member.hash < hash : members[member.position].name() < key;
      });
  if (found == order.end()) return nullptr;
  const MemberNode& member = members[found->position];
  return member.name() == key ? &member : nullptr;
}

bool same(const ValueNode& a, const ValueNode& b);

bool same_members(const ValueNode& a, const ValueNode& b) {
  return std::ranges::all_of(members_of(a), [&](const MemberNode& member) {
    const MemberNode* other = find_member(b, member.name());
    return other != nullptr && same(member.value, other->value);
  });
}

bool same(const ValueNode& a, const ValueNode& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.hash != b.hash) return false;
  switch (a.kind) {
    case ValueKind::null:
      return true;
    case ValueKind::boolean:
      return a.flag == b.flag;
    case ValueKind::number:
      return Value(&a).number() == Value(&b).number();
    case ValueKind::string:
      return Value(&a).string() == Value(&b).string();
    case ValueKind::array:
      return a.size == b.size && (a.elements == b.elements ||
                                  std::equal(a.elements, a.elements + a.size, b.elements, same));
    case ValueKind::object:
      return a.size == b.size && (a.members == b.members || same_members(a, b));
  }
  return false;
}

// The first bytes of a key as a number, in which most pairs of keys differ; 0 where their order is not that of RFC 8785.
std::uint64_t first_bytes(std::string_view key) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < 8; ++i)
    bytes = bytes << 8U | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0);
  return (bytes & 0x8080808080808080U) == 0 ? bytes : 0;
}

constexpr std::size_t kLeastMemberBytes = 4;  // "":0

// Writes at most about so many bytes.
class Writer {
 public:
  explicit Writer(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  std::string write(Value value) {
    if (value.size() > 0) out_.reserve(kUsualTextBytes);
    append(value);
    return std::move(out_);
  }

 private:
  struct Sorted {
    std::uint64_t first = 0;
    Member member;
  };

  bool is_full() const { return out_.size() > most_bytes_; }

  void append(Value value) {
    switch (value.kind()) {
      case ValueKind::null:
        out_ += "null";
        return;
      case ValueKind::boolean:
        out_ += value.boolean() ? "true" : "false";
        return;
      case ValueKind::number:
        out_ += value.number().text();
        return;
      case ValueKind::string:
        core::append_canonical_string(out_, value.string());
        return;
      case ValueKind::array:
        return append_array(value);
      case ValueKind::object:
        return append_object(value);
    }
  }

  void append_array(Value value) {
    out_ += '[';
    for (std::size_t i = 0; i < value.size() && !is_full(); ++i) {
      if (i > 0) out_ += ',';
      append(value.at(i));
    }
    out_ += ']';
  }

  void append_object(Value value) {
    if (sorted_.empty()) sorted_.reserve(kUsualMembers);
    const std::size_t from =
        sorted_.size();  // behind the members of the objects that this one is in
    for (std::size_t i = 0; i < value.size(); ++i)
      sorted_.push_back({first_bytes(value.member(i).key), value.member(i)});
    const auto is_less = [](const Sorted& a, const Sorted& b) {
      if (a.first != b.first && a.first != 0 && b.first != 0) return a.first < b.first;
      return core::canonical_key_less(a.member.key, b.member.key);
    };
    const auto begin = sorted_.begin() + static_cast<std::ptrdiff_t>(from);
    // Where the text is cut, the members behind need no order.
    const std::size_t most_shown = most_bytes_ / kLeastMemberBytes + 1;
    if (most_shown < value.size())
      std::partial_sort(begin, begin + static_cast<std::ptrdiff_t>(most_shown), sorted_.end(),
                        is_less);
    else
      std::sort(begin, sorted_.end(), is_less);
    out_ += '{';
    for (std::size_t i = 0; i < value.size() && !is_full(); ++i) {
      const Member member = sorted_[from + i].member;
      if (i > 0) out_ += ',';
      core::append_canonical_string(out_, member.key);
      out_ += ':';
      append(member.value);
    }
    out_ += '}';
    sorted_.resize(from);
  }

  std::size_t most_bytes_;
  std::string out_;
  std::vector<Sorted> sorted_;
};

std::optional<std::string> unescaped(std::string_view token) {
  std::string key;
  key.reserve(token.size());
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      key += token[i];
      continue;
    }
    const char next = i + 1 < token.size() ? token[++i] : '\0';
    if (next != '0' && next != '1') return std::nullopt;
    key += next == '0' ? '~' : '/';
  }
  return key;
}

std::optional<std::size_t> array_index(std::string_view token) {
  if (token.empty() || token.size() > 9 || (token.size() > 1 && token[0] == '0'))
    return std::nullopt;
  std::size_t index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') return std::nullopt;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index;
}

}  // namespace

std::string_view kind_name(ValueKind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"null",   "boolean", "number",
                                                      "string", "array",   "object"};
  return kNames[static_cast<std::size_t>(kind)];
}

Number Value::number() const {
  HOLDFAST_ASSERT(is_number());
  if (node_->is_large) return *node_->number;
  return Number::of(node_->coefficient, static_cast<std::int32_t>(node_->size), node_->flag);
}

Value Value::find(std::string_view key) const {
  const MemberNode* member = is_object() ? find_member(*node_, key) : nullptr;
  return member != nullptr ? Value(&member->value) : Value();
}

std::optional<std::size_t> Value::index_of(std::string_view key) const {
  const MemberNode* member = is_object() ? find_member(*node_, key) : nullptr;
  if (member == nullptr) return std::nullopt;
  return static_cast<std::size_t>(member - node_->members);
}

std::optional<std::size_t> Value::index_of(std::string_view key, std::size_t expected) const {
  if (is_object() && expected < node_->size && node_->members[expected].name() == key)
    return expected;
  return index_of(key);
}

bool operator==(Value a, Value b) {
  if (!a || !b) return !a && !b;
  return same(*a.node_, *b.node_);
}

std::size_t Value::code_point_count() const {
  const std::string_view text = string();
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::size_t Document::object_count() const {
  return store_->object_count;
}

std::size_t depth_of(Value value) {
  return value ? value.node()->depth : 0;
}

std::string json_text(Value value) {
  return Writer(~std::size_t{0}).write(value);
}

std::string short_json_text(Value value, std::size_t most_bytes) {
  std::string text = Writer(most_bytes).write(value);
  if (text.size() <= most_bytes) return text;
  std::size_t end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return text.substr(0, end) + "…";
}

std::string pointer_token(std::string_view key) {
  std::string step;
  append_pointer_step(step, key);
  return step.substr(1);
}

void append_pointer_step(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (std::size_t end = key.find_first_of("~/"); end != std::string_view::npos;
       end = key.find_first_of("~/")) {
    pointer += key.substr(0, end);
    pointer += key[end] == '~' ? "~0" : "~1";
    key.remove_prefix(end + 1);
  }
  pointer += key;
}

std::optional<std::vector<std::string>> pointer_steps(std::string_view pointer) {
  std::vector<std::string> steps;
  while (!pointer.empty()) {
    if (pointer[0] != '/') return std::nullopt;
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    auto key = unescaped(pointer.substr(1, end - 1));
    if (!key) return std::nullopt;
    steps.push_back(*std::move(key));
    pointer.remove_prefix(end);
  }
  return steps;
}

Value step_into(Value value, std::string_view step) {
  if (value.is_object()) return value.find(step);
  const auto index = value.is_array() ? array_index(step) : std::nullopt;
  return index && *index < value.size() ? value.at(*index) : Value();
}

Value value_at(Value root, std::string_view pointer) {
  const auto steps = pointer_steps(pointer);
  if (!steps) return {};
  Value value = root;
  for (const std::string& step : *steps)
    value = step_into(value, step);
  return value;
}

}  // namespace holdfast::json_schema

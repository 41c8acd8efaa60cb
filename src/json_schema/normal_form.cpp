// SPDX-License-Identifier: Apache-2.0
// Text by text: each schema is written in its normal form, sets sorted by a form of their parts in which references have no numbers yet.
#include "json_schema/normal_form.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/canonical_json.h"
#include "core/sha256.h"
#include "json_schema/schema_keyword.h"

namespace holdfast::json_schema {
namespace {

constexpr int kMostDepth = 600;
constexpr std::uint64_t kMostWritten = 5'000'000;
constexpr std::array kDialects = std::to_array<Dialect>(
    {Dialect::draft4, Dialect::draft6, Dialect::draft7, Dialect::draft2019, Dialect::draft2020});

enum class Role : unsigned char { schema, schemas, named_schemas, set, names, dependencies, plain };

Role role_of(std::string_view key, Value value) {
  constexpr std::array kOne = std::to_array<std::string_view>(
      {"additionalItems", "unevaluatedItems", "contains", "additionalProperties",
       "unevaluatedProperties", "propertyNames", "not", "if", "then", "else", "contentSchema"});
  constexpr std::array kNamed = std::to_array<std::string_view>(
      {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"});
  const auto is_in = [&](const auto& all) {
    return std::find(all.begin(), all.end(), key) != all.end();
  };
  if (is_in(kOne)) return Role::schema;
  if (key == "items") return value.is_array() ? Role::schemas : Role::schema;
  if (key == "prefixItems") return Role::schemas;
  if (key == "allOf" || key == "anyOf" || key == "oneOf") return Role::set;
  if (key == "required" || key == "enum" || key == "type") return Role::names;
  if (key == "dependencies" || key == "dependentRequired") return Role::dependencies;
  return is_in(kNamed) ? Role::named_schemas : Role::plain;
}

// Whether what a schema says with a key depends on the dialect it is read in. Beside others: up to draft-07 a $ref is alone.
bool depends_on_dialect(const Member& member, std::size_t said_count) {
  const std::string_view key = member.key;
  if (key == "$schema") return false;  // it is there to be seen
  if (key == "$ref") return said_count > 1;
  if (key == "items") return !member.value.is_object();
  if (key == "exclusiveMinimum" || key == "exclusiveMaximum") return true;
  const std::uint64_t hash = hash_of_text(key);
  std::size_t known_count = 0;
  for (const Dialect dialect : kDialects)
    if (find_keyword(key, hash, dialect, kEveryVocabulary) != Keyword::none) ++known_count;
  return known_count > 0 && known_count < kDialects.size();
}

class Writer {
 public:
  Writer(const Schema& schema, const NormalFormOptions& options)
      : root_(schema.document_root()), dialect_(schema.dialect()), options_(options) {
    is_local_ = has_only_local_references(root_, 0);
    // What a reference leads to elsewhere is not looked at.
    depends_on_dialect_ = !is_local_;
  }

  Result<std::string> run() {
    std::string definitions;
    const std::string schema = schema_text(root_, true, 0);
    for (std::size_t i = 0; i < waiting_.size() && !is_too_deep_; ++i)
      definitions += (i == 0 ? "" : ",") + schema_text(waiting_[i], true, 0);
    if (is_too_deep_)
      return Error(Code::unsupported,
                   "the schema's references are nested too deep for a normal form");
    const std::string dialect =
        depends_on_dialect_ ? R"("dialect":)" + quoted(dialect_name(dialect_)) + "," : "";
    return R"({"definitions":[)" + definitions + "]," + dialect + R"("schema":)" + schema + "}";
  }

 private:
  bool is_removed(std::string_view key) const {
    if (is_local_ && (key == "$defs" || key == "definitions")) return true;
    return std::any_of(
        options_.removed.begin(), options_.removed.end(), [&](const std::string& name) {
          return name.ends_with('*')
                     ? key.starts_with(std::string_view(name).substr(0, name.size() - 1))
                     : key == name;
        });
  }

  // Whether every reference is a pointer into this document, of which no part has an address of its own.
  bool has_only_local_references(Value value, int depth) const {
    if (depth > kMostDepth) return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Member member = value.is_object() ? value.member(i) : Member{"", value.at(i)};
      if (member.key == "$dynamicRef" || member.key == "$recursiveRef") return false;
      if (depth > 0 && (member.key == "$id" || member.key == "id") && member.value.is_string())
        return false;
      if (member.key == "$ref" && member.value.is_string() && !target(member.value.string()))
        return false;
      if (!has_only_local_references(member.value, depth + 1)) return false;
    }
    return true;
  }

  Value target(std::string_view reference) const {
    if (!reference.starts_with('#') || (reference.size() > 1 && reference[1] != '/')) return {};
    return value_at(root_, reference.substr(1));
  }

  std::string quoted(std::string_view text) const {
    std::string out;
    core::append_canonical_string(out, text);
    return out;
  }

  // numbered: references become numbers; otherwise they are all alike, for sorting.
  std::string schema_text(Value value, bool numbered, int depth) {
    is_too_deep_ = is_too_deep_ || depth > kMostDepth || ++written_ > kMostWritten;
    if (is_too_deep_ || !value.is_object()) return json_text(value);
    std::vector<Member> members;
    for (std::size_t i = 0; i < value.size(); ++i)
      if (!is_removed(value.member(i).key)) members.push_back(value.member(i));
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
      return core::canonical_key_less(a.key, b.key);
    });
    std::string out = "{";
    for (const Member& member : members) {
      depends_on_dialect_ = depends_on_dialect_ || depends_on_dialect(member, members.size());
      out += (out.size() > 1 ? "," : "") + quoted(member.key) + ":" +
             member_text(member, numbered, depth + 1);
    }
    return out + "}";
  }

  std::string member_text(const Member& member, bool numbered, int depth) {
    if (member.key == "$ref" && is_local_ && member.value.is_string())
      return reference_text(member.value.string(), numbered);
    if (member.key == "const" || member.key == "default") return json_text(member.value);
    switch (role_of(member.key, member.value)) {
      case Role::schema:
        return schema_text(member.value, numbered, depth);
      case Role::schemas:
        return list_text(member.value, numbered, depth, false);
      case Role::set:
        return list_text(member.value, numbered, depth, true);
      case Role::named_schemas:
        return named_text(member.value, numbered, depth);
      case Role::names:
        return set_text(member.value);
      case Role::dependencies:
        return named_text(member.value, numbered, depth);
      case Role::plain:
        return json_text(member.value);
    }
    return {};
  }

  std::string reference_text(std::string_view reference, bool numbered) {
    if (!numbered) return "0";
    const Value to = target(reference);
    const auto [at, is_new] = numbers_.try_emplace(to.node(), waiting_.size());
    if (is_new) waiting_.push_back(to);
    return std::to_string(at->second);
  }

  std::string list_text(Value list, bool numbered, int depth, bool is_set) {
    if (!list.is_array()) return json_text(list);
    std::vector<std::pair<std::string, Value>> parts;
    for (std::size_t i = 0; i < list.size(); ++i)
      parts.emplace_back(is_set ? schema_text(list.at(i), false, depth) : std::string(),
                         list.at(i));
    std::stable_sort(parts.begin(), parts.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string out = "[";
    for (const auto& [key, part] : parts)
      out += (out.size() > 1 ? "," : "") + schema_text(part, numbered, depth);
    return out + "]";
  }

  std::string named_text(Value named, bool numbered, int depth) {
    if (!named.is_object()) return json_text(named);
    std::vector<Member> members;
    for (std::size_t i = 0; i < named.size(); ++i)
      members.push_back(named.member(i));
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
      return core::canonical_key_less(a.key, b.key);
    });
    std::string out = "{";
    for (const Member& member : members)
      out += (out.size() > 1 ? "," : "") + quoted(member.key) + ":" +
             (member.value.is_array() ? set_text(member.value)
                                      : schema_text(member.value, numbered, depth));
    return out + "}";
  }

  static std::string set_text(Value set) {
    if (!set.is_array()) return json_text(set);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < set.size(); ++i)
      texts.push_back(json_text(set.at(i)));
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    if (texts.size() == 1 && set.at(0).is_string() && set.size() == 1) return "[" + texts[0] + "]";
    std::string out = "[";
    for (const std::string& text : texts)
      out += (out.size() > 1 ? "," : "") + text;
    return out + "]";
  }

  Value root_;
  Dialect dialect_;
  const NormalFormOptions& options_;
  bool is_local_ = false;
  bool depends_on_dialect_ = false;
  bool is_too_deep_ = false;
  std::uint64_t written_ = 0;
  std::map<const ValueNode*, std::size_t> numbers_;
  std::vector<Value> waiting_;
};

}  // namespace

Result<std::string> normal_form(const Schema& schema, const NormalFormOptions& options) {
  return Writer(schema, options).run();
}

Result<std::string> contract_hash(const Schema& schema, const NormalFormOptions& options) {
  TRY_ASSIGN(const std::string text, normal_form(schema, options));
  return core::to_hex(core::sha256(text));
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// The typed fields of keywords without subschemas, and what is told of a keyword whose value can't be.
#include <algorithm>
#include <array>

#include "json_schema/schema_reader.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint64_t kNumberBits =
    FoundKeywords::bits({Keyword::multiple_of, Keyword::minimum, Keyword::maximum,
                         Keyword::exclusive_minimum, Keyword::exclusive_maximum});
constexpr std::uint64_t kStringBits = FoundKeywords::bits(
    {Keyword::min_length, Keyword::max_length, Keyword::pattern, Keyword::format,
     Keyword::content_encoding, Keyword::content_media_type, Keyword::content_schema});

struct TypeName {
  std::string_view name;
  TypeSet bits;
};
constexpr std::array<TypeName, 7> kTypeNames = {{{"null", kTypeNull},
                                                 {"boolean", kTypeBoolean},
                                                 {"integer", kTypeInteger},
                                                 {"number", kTypeNumber},
                                                 {"string", kTypeString},
                                                 {"array", kTypeArray},
                                                 {"object", kTypeObject}}};

/// The bits of a type's name; 0 for what is none.
TypeSet named_type(Value name) {
  if (!name.is_string()) return 0;
  const auto* found = std::ranges::find(kTypeNames, name.string(), &TypeName::name);
  return found != kTypeNames.end() ? found->bits : TypeSet{0};
}

}  // namespace

Error SchemaReader::malformed(NodeId id, Keyword keyword, Value value,
                              std::string_view expected) const {
  std::string pointer = graph_->pointer(id);
  if (pointer.find('#') == std::string::npos) pointer.insert(0, "#");
  const std::string name(keyword_name(keyword));
  return {Code::invalid, pointer + ": " + (name.empty() ? "" : name + " ") + "is " +
                             short_json_text(value) + ", where " + std::string(expected) +
                             " is expected"};
}

Status SchemaReader::read_keywords(NodeId id, const FoundKeywords& found) {
  TRY(read_type(id, found));
  if (found.has_any(kNumberBits)) TRY(read_numbers(id, found));
  if (found.has_any(kStringBits)) TRY(read_strings(id, found));
  TRY(read_arrays(id, found));
  TRY(read_objects(id, found));
  TRY(read_logic(id, found));
  return read_definitions(id, found);
}

Status SchemaReader::read_type(NodeId id, const FoundKeywords& found) {
  constexpr std::string_view kExpected = "a type or a list of types";
  const Value type = found.get(Keyword::type);
  if (type) {
    TypeSet types = named_type(type);
    for (std::size_t i = 0; type.is_array() && i < type.size(); ++i) {
      const TypeSet one = named_type(type.at(i));
      if (one == 0) return malformed(id, Keyword::type, type, kExpected);
      types = static_cast<TypeSet>(types | one);
    }
    if (types == 0) return malformed(id, Keyword::type, type, kExpected);
    node(id).types = types;
  }
  node(id).enum_values = found.get(Keyword::enumeration);
  if (node(id).enum_values && !node(id).enum_values.is_array())
    return malformed(id, Keyword::enumeration, node(id).enum_values, "a list of values");
  node(id).const_value = found.get(Keyword::constant);
  return {};
}

Status SchemaReader::read_bound(NodeId id, const FoundKeywords& found, Keyword keyword,
                                std::optional<Number>& bound) {
  const Value value = found.get(keyword);
  if (!value) return {};
  if (!value.is_number()) return malformed(id, keyword, value, "a number");
  bound = value.number();
  return {};
}

Status SchemaReader::read_numbers(NodeId id, const FoundKeywords& found) {
  NumberKeywords& made = graph_->numbers.emplace_front();
  node(id).number = &made;
  TRY(read_bound(id, found, Keyword::multiple_of, made.multiple_of));
  if (made.multiple_of && (made.multiple_of->is_zero() || made.multiple_of->is_negative()))
    return malformed(id, Keyword::multiple_of, found.get(Keyword::multiple_of),
                     "a number above zero");
  TRY(read_bound(id, found, Keyword::minimum, made.minimum));
  TRY(read_bound(id, found, Keyword::maximum, made.maximum));
  if (dialect_of(id) == Dialect::draft4) return read_old_exclusive(id, found, made);
  TRY(read_bound(id, found, Keyword::exclusive_minimum, made.exclusive_minimum));
  return read_bound(id, found, Keyword::exclusive_maximum, made.exclusive_maximum);
}

// draft-04: a boolean that says of the bound beside it whether it is exclusive.
Status SchemaReader::read_old_exclusive(NodeId id, const FoundKeywords& found,
                                        NumberKeywords& made) {
  const auto move_bound = [&](Keyword keyword, std::optional<Number>& from,
                              std::optional<Number>& to) -> Status {
    const Value value = found.get(keyword);
    if (!value) return {};
    if (!value.is_boolean()) return malformed(id, keyword, value, "true or false (in draft-04)");
    if (value.boolean()) from.swap(to);
    return {};
  };
  TRY(move_bound(Keyword::exclusive_minimum, made.minimum, made.exclusive_minimum));
  return move_bound(Keyword::exclusive_maximum, made.maximum, made.exclusive_maximum);
}

Status SchemaReader::read_count(NodeId id, const FoundKeywords& found, Keyword keyword,
                                std::uint64_t& count) {
  const Value value = found.get(keyword);
  if (!value) return {};
  if (!value.is_number() || !value.number().is_integer() || value.number().is_negative())
    return malformed(id, keyword, value, "a whole number that is not negative");
  const auto small = value.number().as_int64();
  count = small ? static_cast<std::uint64_t>(*small) : kHugeCount;
  return {};
}

Status SchemaReader::read_text(NodeId id, const FoundKeywords& found, Keyword keyword,
                               Value& text) {
  text = found.get(keyword);
  if (text && !text.is_string()) return malformed(id, keyword, text, "a string");
  return {};
}

Status SchemaReader::read_strings(NodeId id, const FoundKeywords& found) {
  StringKeywords& made = graph_->make<StringKeywords>(1)[0];
  node(id).string = &made;
  TRY(read_count(id, found, Keyword::min_length, made.min_length));
  TRY(read_count(id, found, Keyword::max_length, made.max_length));
  TRY(read_text(id, found, Keyword::format, made.format));
  TRY(read_text(id, found, Keyword::content_encoding, made.content_encoding));
  TRY(read_text(id, found, Keyword::content_media_type, made.content_media_type));
  TRY(read_child(id, found, Keyword::content_schema, made.content_schema));
  Value pattern;
  TRY(read_text(id, found, Keyword::pattern, pattern));
  if (pattern) {
    TRY_ASSIGN(made.pattern, read_pattern(id, Keyword::pattern, pattern, pattern.string()));
  }
  return {};
}

// One that our engine refuses because it is another engine's makes no schema unreadable: what has to match it can't be told.
Result<const PatternKeyword*> SchemaReader::read_pattern(NodeId id, Keyword keyword, Value where,
                                                         std::string_view text) {
  const auto [known, is_new] = pattern_of_.try_emplace(text, nullptr);
  if (!is_new) return known->second;
  PatternKeyword& made = graph_->patterns.emplace_front();
  made.text = text;
  auto pattern = Pattern::parse(text);
  if (!pattern && pattern.error().code() == Code::invalid)
    return malformed(id, keyword, where,
                     "a regular expression (" + pattern.error().message() + ")");
  pattern_bytes_ += pattern ? pattern->kept_bytes() : 0;
  if (pattern_bytes_ > options_.most_pattern_bytes)
    return Error(Code::cancelled, "the patterns of the schema take more than " +
                                      std::to_string(options_.most_pattern_bytes) + " bytes");
  if (pattern)
    made.pattern = *std::move(pattern);
  else
    made.problem = pattern.error().message();
  known->second = &made;
  return &made;
}

}  // namespace holdfast::json_schema

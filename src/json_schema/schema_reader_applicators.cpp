// SPDX-License-Identifier: Apache-2.0
// The typed fields of keywords that have subschemas, or are told of arrays and objects.

#include "json_schema/schema_reader.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint64_t kArrayBits = FoundKeywords::bits(
    {Keyword::min_items, Keyword::max_items, Keyword::unique_items, Keyword::prefix_items,
     Keyword::items, Keyword::additional_items, Keyword::contains, Keyword::min_contains,
     Keyword::max_contains, Keyword::unevaluated_items});
constexpr std::uint64_t kObjectBits = FoundKeywords::bits(
    {Keyword::min_properties, Keyword::max_properties, Keyword::required, Keyword::properties,
     Keyword::pattern_properties, Keyword::additional_properties, Keyword::property_names,
     Keyword::dependencies, Keyword::dependent_required, Keyword::dependent_schemas,
     Keyword::unevaluated_properties});
constexpr std::uint64_t kLogicBits =
    FoundKeywords::bits({Keyword::all_of, Keyword::any_of, Keyword::one_of, Keyword::not_keyword,
                         Keyword::if_keyword, Keyword::then_keyword, Keyword::else_keyword});

}  // namespace

Result<NodeId> SchemaReader::child_at(NodeId id, Keyword keyword, Value value,
                                      std::uint32_t index) {
  NodePlace place;
  place.parent = id;
  place.document = graph_->places[id].document;
  place.keyword = keyword;
  place.index = index;
  return read_node(value, place, node(id).resource);
}

Result<NodeId> SchemaReader::child_named(NodeId id, Keyword keyword, const Member& member) {
  NodePlace place;
  place.parent = id;
  place.document = graph_->places[id].document;
  place.keyword = keyword;
  place.has_name = true;
  place.name = member.key;
  return read_node(member.value, place, node(id).resource);
}

Status SchemaReader::read_child(NodeId id, const FoundKeywords& found, Keyword keyword,
                                NodeId& child) {
  if (!found.has(keyword)) return {};
  TRY_ASSIGN(child, child_at(id, keyword, found.get(keyword), kNoIndex));
  return {};
}

Status SchemaReader::read_list(NodeId id, const FoundKeywords& found, Keyword keyword,
                               std::span<const NodeId>& list) {
  const Value value = found.get(keyword);
  if (!value) return {};
  if (!value.is_array()) return malformed(id, keyword, value, "a list of schemas");
  const auto made = graph_->make<NodeId>(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    TRY_ASSIGN(made[i], child_at(id, keyword, value.at(i), static_cast<std::uint32_t>(i)));
  }
  list = made;
  return {};
}

Status SchemaReader::read_map(NodeId id, const FoundKeywords& found, Keyword keyword,
                              std::span<const NamedSchema>& map) {
  const Value value = found.get(keyword);
  if (!value) return {};
  if (!value.is_object()) return malformed(id, keyword, value, "an object of schemas");
  const auto made = graph_->make<NamedSchema>(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Member member = value.member(i);
    made[i].name = member.key;
    TRY_ASSIGN(made[i].schema, child_named(id, keyword, member));
  }
  map = made;
  return {};
}

Status SchemaReader::read_arrays(NodeId id, const FoundKeywords& found) {
  if (!found.has_any(kArrayBits)) return {};
  ArrayKeywords& made = graph_->make<ArrayKeywords>(1)[0];
  node(id).array = &made;
  TRY(read_count(id, found, Keyword::min_items, made.min_items));
  TRY(read_count(id, found, Keyword::max_items, made.max_items));
  const Value unique = found.get(Keyword::unique_items);
  if (unique && !unique.is_boolean())
    return malformed(id, Keyword::unique_items, unique, "true or false");
  made.unique_items = unique && unique.boolean();
  TRY(read_items(id, found, made));
  TRY(read_contains(id, found, made));
  TRY(read_child(id, found, Keyword::unevaluated_items, made.unevaluated_items));
  if (made.unevaluated_items != kNoNode) {
    node(id).has_unevaluated = true;
    graph_->has_unevaluated = true;
  }
  return {};
}

Status SchemaReader::read_items(NodeId id, const FoundKeywords& found, ArrayKeywords& made) {
  if (dialect_of(id) == Dialect::draft2020) {
    TRY(read_list(id, found, Keyword::prefix_items, made.prefix_items));
    return read_child(id, found, Keyword::items, made.items);
  }
  NodeId rest = kNoNode;
  TRY(read_child(id, found, Keyword::additional_items, rest));
  if (!found.get(Keyword::items).is_array())
    return read_child(id, found, Keyword::items, made.items);
  made.items = rest;
  return read_list(id, found, Keyword::items, made.prefix_items);
}

Status SchemaReader::read_contains(NodeId id, const FoundKeywords& found, ArrayKeywords& made) {
  TRY(read_child(id, found, Keyword::contains, made.contains));
  std::uint64_t least = 1;
  std::uint64_t most = kNoMost;
  TRY(read_count(id, found, Keyword::min_contains, least));
  TRY(read_count(id, found, Keyword::max_contains, most));
  made.contains_evaluates = dialect_of(id) == Dialect::draft2020;
  if (made.contains == kNoNode) return {};
  made.min_contains = least;
  made.max_contains = most;
  return {};
}

Status SchemaReader::read_objects(NodeId id, const FoundKeywords& found) {
  if (!found.has_any(kObjectBits)) return {};
  ObjectKeywords& made = graph_->make<ObjectKeywords>(1)[0];
  node(id).object = &made;
  TRY(read_count(id, found, Keyword::min_properties, made.min_properties));
  TRY(read_count(id, found, Keyword::max_properties, made.max_properties));
  if (found.has(Keyword::required)) {
    TRY_ASSIGN(made.required, read_names(id, Keyword::required, found.get(Keyword::required)));
  }
  made.properties_value = found.get(Keyword::properties);
  TRY(read_map(id, found, Keyword::properties, made.properties));
  TRY(read_patterns(id, found, made));
  TRY(read_child(id, found, Keyword::additional_properties, made.additional_properties));
  TRY(read_child(id, found, Keyword::property_names, made.property_names));
  TRY(read_dependencies(id, found, made));
  TRY(read_child(id, found, Keyword::unevaluated_properties, made.unevaluated_properties));
  if (made.unevaluated_properties != kNoNode) {
    node(id).has_unevaluated = true;
    graph_->has_unevaluated = true;
  }
  return {};
}

Status SchemaReader::read_patterns(NodeId id, const FoundKeywords& found, ObjectKeywords& made) {
  std::span<const NamedSchema> named;
  TRY(read_map(id, found, Keyword::pattern_properties, named));
  const auto patterns = graph_->make<PatternSchema>(named.size());
  for (std::size_t i = 0; i < named.size(); ++i) {
    TRY_ASSIGN(patterns[i].pattern,
               read_pattern(id, Keyword::pattern_properties, found.get(Keyword::pattern_properties),
                            named[i].name));
    patterns[i].schema = named[i].schema;
  }
  made.pattern_properties = patterns;
  return {};
}

Result<std::span<const std::string_view>> SchemaReader::read_names(NodeId id, Keyword keyword,
                                                                   Value value) {
  constexpr std::string_view kExpected = "a list of names";
  if (!value.is_array()) return malformed(id, keyword, value, kExpected);
  const auto names = graph_->make<std::string_view>(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value.at(i).is_string()) return malformed(id, keyword, value, kExpected);
    names[i] = value.at(i).string();
  }
  return std::span<const std::string_view>(names);
}

Status SchemaReader::read_dependencies(NodeId id, const FoundKeywords& found,
                                       ObjectKeywords& made) {
  TRY(read_map(id, found, Keyword::dependent_schemas, made.dependent_schemas));
  const bool is_old = found.has(Keyword::dependencies);
  const Keyword keyword = is_old ? Keyword::dependencies : Keyword::dependent_required;
  const Value value = found.get(keyword);
  if (!value) return {};
  if (!value.is_object()) return malformed(id, keyword, value, "an object");
  const auto names = graph_->make<NamedNames>(value.size());
  const auto schemas = graph_->make<NamedSchema>(is_old ? value.size() : 0);
  std::size_t name_count = 0;
  std::size_t schema_count = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Member member = value.member(i);
    if (is_old && !member.value.is_array()) {
      NamedSchema& into = schemas[schema_count++];
      into.name = member.key;
      TRY_ASSIGN(into.schema, child_named(id, keyword, member));
    } else {
      NamedNames& into = names[name_count++];
      into.name = member.key;
      TRY_ASSIGN(into.names, read_names(id, keyword, member.value));
    }
  }
  made.dependent_required = names.first(name_count);
  if (is_old) made.dependent_schemas = schemas.first(schema_count);
  return {};
}

Status SchemaReader::read_logic(NodeId id, const FoundKeywords& found) {
  if (!found.has_any(kLogicBits)) return {};
  LogicKeywords& made = graph_->make<LogicKeywords>(1)[0];
  node(id).logic = &made;
  TRY(read_list(id, found, Keyword::all_of, made.all_of));
  TRY(read_list(id, found, Keyword::any_of, made.any_of));
  TRY(read_list(id, found, Keyword::one_of, made.one_of));
  TRY(read_child(id, found, Keyword::not_keyword, made.not_schema));
  TRY(read_child(id, found, Keyword::if_keyword, made.if_schema));
  NodeId then_schema = kNoNode;
  NodeId else_schema = kNoNode;
  TRY(read_child(id, found, Keyword::then_keyword, then_schema));
  TRY(read_child(id, found, Keyword::else_keyword, else_schema));
  if (made.if_schema == kNoNode) return {};
  made.then_schema = then_schema;
  made.else_schema = else_schema;
  return {};
}

Status SchemaReader::read_definitions(NodeId id, const FoundKeywords& found) {
  std::span<const NamedSchema> definitions;
  TRY(read_map(id, found, Keyword::definitions, definitions));
  return read_map(id, found, Keyword::defs, definitions);
}

}  // namespace holdfast::json_schema

// SPDX-License-Identifier: Apache-2.0
// Documents, resources and nodes of a schema, and which dialect they are of.
#include "json_schema/schema_reader.h"

#include <algorithm>

#include "core/canonical_json.h"
#include "json_schema/document_store.h"
#include "json_schema/metaschemas.h"
#include "json_schema/uri_reference.h"

namespace holdfast::json_schema {
namespace {

/// How many meta-schemas may stand one behind another until an official one is reached.
constexpr int kMostMetaschemas = 10;

bool is_old(Dialect dialect) {
  return dialect <= Dialect::draft7;
}

Error unknown_dialect(std::string_view uri) {
  return Error(Code::unsupported,
               "$schema is \"" + std::string(uri) + "\", which is no dialect that is known here")
      .hinted("known are draft-04, draft-06, draft-07, 2019-09 and 2020-12");
}

}  // namespace

SchemaReader::SchemaReader(const SchemaOptions& options)
    : options_(options), graph_(std::make_shared_for_overwrite<Schema::Graph>()) {}

Status SchemaReader::read(const Document& document) {
  const Value root = document.root();
  if (options_.default_dialect) default_.dialect = *options_.default_dialect;
  const bool declares = root.is_object() && root.find("$schema");
  if (!declares && !options_.default_dialect) {
    default_.dialect = inferred_dialect(root);
    graph_->is_dialect_inferred = true;
  }
  TRY_ASSIGN(const ResourceId resource,
             read_document(std::string(split_fragment(options_.uri).resource), document, default_));
  default_ = choices_[resource];
  default_.vocabularies = kEveryVocabulary;
  default_.asserts_format = false;
  TRY(resolve_all());
  sort_dynamic_anchors();
  return {};
}

// Of two of one name the first one counts.
void SchemaReader::sort_dynamic_anchors() {
  for (SchemaResource& resource : graph_->resources) {
    auto& anchors = resource.dynamic_anchors;
    std::ranges::stable_sort(anchors, {}, [](const auto& anchor) { return anchor.first; });
    const auto repeated =
        std::ranges::unique(anchors, {}, [](const auto& anchor) { return anchor.first; });
    anchors.erase(repeated.begin(), repeated.end());
  }
}

Result<SchemaReader::DialectChoice> SchemaReader::choose_dialect(Value root,
                                                                 const DialectChoice& otherwise) {
  const Value declared = root.find("$schema");
  if (!declared) return otherwise;
  if (!declared.is_string())
    return Error(Code::invalid,
                 "#: $schema is " + short_json_text(declared) + ", where a URI is expected");
  return choose_by_metaschema(declared.string());
}

// A meta-schema that is not an official one says what it is by its own $schema, and narrows it by its $vocabulary.
Result<SchemaReader::DialectChoice> SchemaReader::choose_by_metaschema(std::string_view uri) {
  const std::string_view declared = uri;
  DialectChoice choice;
  Value vocabulary;
  for (int i = 0; i < kMostMetaschemas; ++i) {
    const auto known = dialect_of_uri(uri);
    if (known) {
      choice.dialect = *known;
      break;
    }
    const Document* metaschema = find_document(split_fragment(uri).resource);
    const Value next = metaschema != nullptr ? metaschema->root().find("$schema") : Value();
    if (!next.is_string() || i + 1 == kMostMetaschemas) return unknown_dialect(declared);
    if (i == 0) vocabulary = metaschema->root().find("$vocabulary");
    uri = next.string();
  }
  if (is_old(choice.dialect) || !vocabulary.is_object()) return choice;
  choice.vocabularies = kVocabularyCore;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    const Member entry = vocabulary.member(i);
    const auto bits = vocabulary_of_uri(entry.key, choice.dialect);
    if (!bits && entry.value.is_boolean() && entry.value.boolean())
      return Error(Code::unsupported, "$schema \"" + std::string(declared) +
                                          "\" demands the vocabulary \"" + std::string(entry.key) +
                                          "\", which is not known here");
    choice.vocabularies = static_cast<Vocabularies>(choice.vocabularies | bits.value_or(0));
    if (entry.key.ends_with("/format-assertion")) choice.asserts_format = true;
  }
  return choice;
}

const Document* SchemaReader::find_document(std::string_view uri) const {
  for (const FurtherDocument& further : options_.further) {
    if (split_fragment(further.uri).resource == uri) return &further.document;
    for (const char* key : {"$id", "id"}) {
      const Value id = further.document.root().find(key);
      if (id.is_string() && split_fragment(id.string()).resource == uri) return &further.document;
    }
  }
  return find_metaschema(uri);
}

Result<ResourceId> SchemaReader::read_document(const std::string& uri, const Document& document,
                                               const DialectChoice& otherwise) {
  const Value root = document.root();
  if (depth_of(root) > core::kJsonDepthLimit)
    return Error(Code::cancelled,
                 "the schema is nested deeper than " + std::to_string(core::kJsonDepthLimit));
  TRY_ASSIGN(const DialectChoice choice, choose_dialect(root, otherwise));
  graph_->kept.push_back(document);
  graph_->documents.push_back({uri, root});
  const std::size_t most = std::min(document.object_count(), options_.most_nodes);
  graph_->nodes.reserve(graph_->nodes.size() + most);
  graph_->places.reserve(graph_->places.size() + most);
  graph_->node_of.reserve(most);
  NodePlace place;
  place.document = static_cast<std::uint32_t>(graph_->documents.size() - 1);
  const auto root_node = static_cast<NodeId>(graph_->nodes.size());
  const ResourceId resource = add_resource(uri, choice, root_node);
  TRY(read_node(root, place, resource));
  return resource;
}

ResourceId SchemaReader::add_resource(std::string uri, const DialectChoice& choice, NodeId root) {
  const auto id = static_cast<ResourceId>(graph_->resources.size());
  if (!uri.empty()) resource_of_.try_emplace(uri, id);
  SchemaResource& made = graph_->resources.emplace_back();
  made.uri = std::move(uri);
  made.dialect = choice.dialect;
  made.root = root;
  made.asserts_format = choice.asserts_format;
  choices_.push_back(choice);
  return id;
}

Result<NodeId> SchemaReader::read_node(Value value, const NodePlace& place, ResourceId resource) {
  const auto id = static_cast<NodeId>(graph_->nodes.size());
  if (id >= options_.most_nodes)
    return Error(Code::cancelled,
                 "the schema has more than " + std::to_string(options_.most_nodes) + " subschemas");
  SchemaNode& made = graph_->nodes.emplace_back();
  made.value = value;
  made.resource = resource;
  made.dialect = choices_[resource].dialect;
  graph_->places.push_back(place);
  graph_->node_of.insert(value, id);
  const bool takes_booleans = made.dialect != Dialect::draft4 ||
                              place.keyword == Keyword::additional_properties ||
                              place.keyword == Keyword::additional_items;
  if (value.is_boolean() && takes_booleans) {
    made.kind = value.boolean() ? SchemaNode::Kind::always : SchemaNode::Kind::never;
    return id;
  }
  if (!value.is_object()) return malformed(id, Keyword::none, value, "a schema");
  FoundKeywords found = collect(value, resource);
  TRY(read_identity(id, found));
  TRY(read_references(id, found));
  TRY(read_keywords(id, found));
  return id;
}

FoundKeywords SchemaReader::collect(Value value, ResourceId resource) const {
  FoundKeywords found;
  const DialectChoice& choice = choices_[resource];
  const ValueNode& object = *value.node();
  for (const MemberNode& member : std::span<const MemberNode>(object.members, object.size)) {
    const Keyword keyword =
        find_keyword(member.name(), member.key_hash, choice.dialect, choice.vocabularies);
    if (keyword == Keyword::none) continue;
    found.mask |= FoundKeywords::bit(keyword);
    found.values[static_cast<std::size_t>(keyword)] = &member.value;
  }
  // Up to draft-07 a $ref is all there is; definitions are read so that references find them, and their $id.
  if (is_old(choice.dialect) && found.get(Keyword::ref).is_string())
    found.mask &= FoundKeywords::bit(Keyword::ref) | FoundKeywords::bit(Keyword::definitions);
  return found;
}

Status SchemaReader::read_identity(NodeId id, FoundKeywords& found) {
  for (const Keyword keyword : {Keyword::id, Keyword::dollar_id})
    if (found.has(keyword)) TRY(read_id(id, keyword, found));
  return read_anchors(id, found);
}

Status SchemaReader::read_id(NodeId id, Keyword keyword, FoundKeywords& found) {
  const Value value = found.get(keyword);
  if (!value.is_string()) return malformed(id, keyword, value, "a URI");
  const ResourceId outer = node(id).resource;
  const SplitUri split = split_fragment(value.string());
  if (!split.resource.empty()) {
    std::string uri = resolve_uri(graph_->resources[outer].uri, split.resource);
    if (graph_->places[id].parent == kNoNode) {
      resource_of_.try_emplace(uri, outer);
      graph_->resources[outer].uri = std::move(uri);
    } else {
      DialectChoice choice = choices_[outer];
      if (found.has(Keyword::schema)) {
        TRY_ASSIGN(choice, choose_dialect(node(id).value, choice));
      }
      const ResourceId inner = add_resource(std::move(uri), choice, id);
      node(id).resource = inner;
      node(id).dialect = choice.dialect;
      found = collect(node(id).value, inner);
    }
  }
  if (is_old(dialect_of(id)) && !split.fragment.empty())
    anchors_.try_emplace({node(id).resource, std::string(split.fragment)}, id);
  return {};
}

Status SchemaReader::read_anchors(NodeId id, const FoundKeywords& found) {
  const ResourceId resource = node(id).resource;
  for (const Keyword keyword : {Keyword::anchor, Keyword::dynamic_anchor}) {
    if (!found.has(keyword)) continue;
    const Value value = found.get(keyword);
    if (!value.is_string()) return malformed(id, keyword, value, "a name");
    anchors_.try_emplace({resource, std::string(value.string())}, id);
    if (keyword != Keyword::dynamic_anchor) continue;
    graph_->resources[resource].dynamic_anchors.emplace_back(value.string(), id);
    dynamic_anchors_.try_emplace({resource, value.string()}, id);
  }
  const Value recursive = found.get(Keyword::recursive_anchor);
  if (recursive && !recursive.is_boolean())
    return malformed(id, Keyword::recursive_anchor, recursive, "true or false");
  if (recursive && recursive.boolean() && graph_->resources[resource].root == id)
    graph_->resources[resource].is_recursive_anchor = true;
  return {};
}

}  // namespace holdfast::json_schema

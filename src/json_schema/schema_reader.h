// SPDX-License-Identifier: Apache-2.0
// Makes the graph of a schema: documents are walked from keyword to keyword, so that only what is a subschema can have an $id, and each
// subschema becomes a node. References are resolved once a document is walked; that may bring in another document, or a place that no
// keyword led to. Recursion is bounded by the depth of documents.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json_schema/schema_graph.h"

namespace holdfast::json_schema {

/// The keywords of one subschema.
struct FoundKeywords {
  std::uint64_t mask = 0;
  std::array<const ValueNode*, kKeywordCount> values;  // set where the mask has the bit

  static constexpr std::uint64_t bit(Keyword keyword) {
    return std::uint64_t{1} << static_cast<unsigned>(keyword);
  }
  static constexpr std::uint64_t bits(std::initializer_list<Keyword> keywords) {
    std::uint64_t out = 0;
    for (const Keyword keyword : keywords)
      out |= bit(keyword);
    return out;
  }
  bool has(Keyword keyword) const { return (mask & bit(keyword)) != 0; }
  bool has_any(std::uint64_t wanted) const { return (mask & wanted) != 0; }
  /// None where it is absent.
  Value get(Keyword keyword) const {
    return has(keyword) ? Value(values[static_cast<std::size_t>(keyword)]) : Value();
  }
};

class SchemaReader {
 public:
  explicit SchemaReader(const SchemaOptions& options);
  Status read(const Document& document);
  std::shared_ptr<const Schema::Graph> graph() && { return std::move(graph_); }

 private:
  /// What a $schema leads to.
  struct DialectChoice {
    Dialect dialect = Dialect::draft2020;
    Vocabularies vocabularies = kEveryVocabulary;
    bool asserts_format = false;
  };
  struct Pending {
    NodeId node;
    Keyword keyword;
    std::string_view text;
    ReferenceKeywords* into;
  };
  struct Target {
    NodeId node = kNoNode;
    ResourceId resource = 0;
    std::string fragment;  // decoded
  };

  // schema_reader.cpp: documents, resources, nodes
  Result<DialectChoice> choose_dialect(Value root, const DialectChoice& otherwise);
  Result<DialectChoice> choose_by_metaschema(std::string_view uri);
  Result<ResourceId> read_document(const std::string& uri, const Document& document,
                                   const DialectChoice& otherwise);
  ResourceId add_resource(std::string uri, const DialectChoice& choice, NodeId root);
  Result<NodeId> read_node(Value value, const NodePlace& place, ResourceId resource);
  FoundKeywords collect(Value value, ResourceId resource) const;
  Status read_identity(NodeId id, FoundKeywords& found);
  Status read_id(NodeId id, Keyword keyword, FoundKeywords& found);
  Status read_anchors(NodeId id, const FoundKeywords& found);
  const Document* find_document(std::string_view uri) const;

  // schema_reader_keywords.cpp: the typed fields
  Status read_keywords(NodeId id, const FoundKeywords& found);
  Status read_type(NodeId id, const FoundKeywords& found);
  Status read_numbers(NodeId id, const FoundKeywords& found);
  Status read_bound(NodeId id, const FoundKeywords& found, Keyword keyword,
                    std::optional<Number>& bound);
  Status read_old_exclusive(NodeId id, const FoundKeywords& found, NumberKeywords& made);
  Status read_strings(NodeId id, const FoundKeywords& found);
  Status read_text(NodeId id, const FoundKeywords& found, Keyword keyword, Value& text);
  Result<const PatternKeyword*> read_pattern(NodeId id, Keyword keyword, Value where,
                                             std::string_view text);
  Status read_count(NodeId id, const FoundKeywords& found, Keyword keyword, std::uint64_t& count);
  Error malformed(NodeId id, Keyword keyword, Value value, std::string_view expected) const;

  // schema_reader_applicators.cpp: keywords with subschemas
  Status read_arrays(NodeId id, const FoundKeywords& found);
  Status read_items(NodeId id, const FoundKeywords& found, ArrayKeywords& made);
  Status read_contains(NodeId id, const FoundKeywords& found, ArrayKeywords& made);
  Status read_objects(NodeId id, const FoundKeywords& found);
  Status read_patterns(NodeId id, const FoundKeywords& found, ObjectKeywords& made);
  Status read_dependencies(NodeId id, const FoundKeywords& found, ObjectKeywords& made);
  Result<std::span<const std::string_view>> read_names(NodeId id, Keyword keyword, Value value);
  Status read_logic(NodeId id, const FoundKeywords& found);
  Status read_definitions(NodeId id, const FoundKeywords& found);
  Status read_child(NodeId id, const FoundKeywords& found, Keyword keyword, NodeId& child);
  Status read_list(NodeId id, const FoundKeywords& found, Keyword keyword,
                   std::span<const NodeId>& list);
  Status read_map(NodeId id, const FoundKeywords& found, Keyword keyword,
                  std::span<const NamedSchema>& map);
  Result<NodeId> child_at(NodeId id, Keyword keyword, Value value, std::uint32_t index);
  Result<NodeId> child_named(NodeId id, Keyword keyword, const Member& member);

  // schema_reader_references.cpp
  Status read_references(NodeId id, const FoundKeywords& found);
  Status resolve_all();
  void sort_dynamic_anchors();
  Status resolve(const Pending& pending);
  Result<Target> find_target(const Pending& pending);
  Result<std::optional<ResourceId>> find_resource(const std::string& uri);
  Result<NodeId> read_pointer(ResourceId resource, std::string_view pointer);
  Error unresolved(const Pending& pending, std::string_view why) const;

  SchemaNode& node(NodeId id) { return graph_->nodes[id]; }
  Dialect dialect_of(NodeId id) const { return graph_->nodes[id].dialect; }

  const SchemaOptions& options_;
  std::shared_ptr<Schema::Graph> graph_;
  DialectChoice default_;
  std::vector<DialectChoice> choices_;  // by resource
  // Maps and no tables of hashes: n log n whatever names somebody thinks of.
  std::map<std::string, ResourceId> resource_of_;
  std::map<std::pair<ResourceId, std::string>, NodeId, std::less<>> anchors_;
  std::map<std::pair<ResourceId, std::string_view>, NodeId> dynamic_anchors_;
  std::map<std::string_view, const PatternKeyword*> pattern_of_;
  std::size_t pattern_bytes_ = 0;
  std::vector<Pending> pending_;
};

/// The dialect that a schema without $schema is most likely written in, by the keywords that only some dialects have.
Dialect inferred_dialect(Value root);

}  // namespace holdfast::json_schema

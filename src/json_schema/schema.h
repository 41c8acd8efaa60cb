// SPDX-License-Identifier: Apache-2.0
// Schemas: a document of JSON Schema, with those it refers to, as a graph of nodes whose keywords are typed and whose references lead to
// nodes. Validator and comparer read the graph and never the text. How: docs/decisions/0109-schema-graph.md.
//
// A keyword that its dialect does not know, or that can't have an effect there (`then` without `if`, `additionalItems` without a tuple,
// what stands beside a $ref up to draft-07), is not in the typed fields; it is in SchemaNode::value.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json_schema/document.h"
#include "json_schema/number.h"
#include "json_schema/pattern.h"

namespace holdfast::json_schema {

enum class Dialect : unsigned char { draft4, draft6, draft7, draft2019, draft2020 };

/// As people write it: "draft-07", "2020-12".
std::string_view dialect_name(Dialect dialect);
/// The dialect of a `$schema`, with or without an empty fragment.
std::optional<Dialect> dialect_of_uri(std::string_view uri);

/// What kept a schema from being used. The code of an Error of this room tells which: see schema_error_kind().
enum class SchemaErrorKind : unsigned char {
  local_not_schema,     // Code::invalid: no JSON, or a keyword whose value can't be
  unsupported_dialect,  // Code::unsupported: $schema or a required vocabulary is not known
  unresolved_ref,       // Code::not_found: a reference leads to nothing that was given
  budget_exceeded,      // Code::cancelled: steps or depth did not suffice
};
SchemaErrorKind schema_error_kind(const Error& error);
/// "local_not_schema", …
std::string_view schema_error_kind_name(SchemaErrorKind kind);

using NodeId = std::uint32_t;
using ResourceId = std::uint32_t;
constexpr NodeId kNoNode = std::numeric_limits<NodeId>::max();
/// No upper bound.
constexpr std::uint64_t kNoMost = std::numeric_limits<std::uint64_t>::max();
/// What a schema writes beyond 63 bits: more than anything has. Which number it was is in the node's value.
constexpr std::uint64_t kHugeCount = kNoMost - 1;

/// Types as bits. `integer` is a part of `number`: a set with number has integer, too.
using TypeSet = std::uint8_t;
constexpr TypeSet kTypeNull = 1U;
constexpr TypeSet kTypeBoolean = 2U;
constexpr TypeSet kTypeInteger = 4U;
constexpr TypeSet kTypeFraction =
    8U;  // numbers that are no integer; never without kTypeInteger in `type`
constexpr TypeSet kTypeNumber = kTypeInteger | kTypeFraction;
constexpr TypeSet kTypeString = 16U;
constexpr TypeSet kTypeArray = 32U;
constexpr TypeSet kTypeObject = 64U;
constexpr TypeSet kEveryType = 127U;
/// The one bit of a value.
TypeSet type_of(Value value);

/// A `pattern` or a key of `patternProperties`.
struct PatternKeyword {
  std::string_view text;
  std::optional<Pattern> pattern;  // none where the syntax is another engine's:
  std::string problem;             // then why
};

struct NumberKeywords {
  std::optional<Number> multiple_of;
  std::optional<Number> minimum;
  std::optional<Number> maximum;
  std::optional<Number>
      exclusive_minimum;  // a number in every dialect: draft-04's boolean moves the bound here
  std::optional<Number> exclusive_maximum;
};

struct StringKeywords {
  std::uint64_t min_length = 0;  // code points
  std::uint64_t max_length = kNoMost;
  const PatternKeyword* pattern = nullptr;
  Value format;  // strings, or none
  Value content_encoding;
  Value content_media_type;
  NodeId content_schema = kNoNode;  // an annotation
};

struct ArrayKeywords {
  std::uint64_t min_items = 0;
  std::uint64_t max_items = kNoMost;
  bool unique_items = false;
  std::span<const NodeId> prefix_items;  // and the array form of `items` up to 2019-09
  NodeId items = kNoNode;                // of what is behind the prefix: `items`, `additionalItems`
  NodeId contains = kNoNode;
  std::uint64_t min_contains = 1;
  std::uint64_t max_contains = kNoMost;
  NodeId unevaluated_items = kNoNode;
  bool contains_evaluates =
      false;  // 2020-12: what `contains` accepts is not left for unevaluatedItems
};

struct NamedSchema {
  std::string_view name;
  NodeId schema = kNoNode;
};
struct PatternSchema {
  const PatternKeyword* pattern = nullptr;
  NodeId schema = kNoNode;
};
struct NamedNames {
  std::string_view name;
  std::span<const std::string_view> names;
};

struct ObjectKeywords {
  std::uint64_t min_properties = 0;
  std::uint64_t max_properties = kNoMost;
  std::span<const std::string_view> required;  // as written
  std::span<const NamedSchema> properties;     // as written, see find_property()
  std::span<const PatternSchema> pattern_properties;
  NodeId additional_properties = kNoNode;
  NodeId property_names = kNoNode;
  std::span<const NamedNames> dependent_required;  // and lists of `dependencies`
  std::span<const NamedSchema> dependent_schemas;  // and schemas of `dependencies`
  NodeId unevaluated_properties = kNoNode;
  Value properties_value;  // the object of `properties`: its member i is properties[i]

  /// The schema that `properties` has for a name, or kNoNode.
  NodeId find_property(std::string_view name) const;
  /// The same where names come in the order of the text or nearly so: `next` is where the one behind the last one is.
  NodeId find_property(std::string_view name, std::size_t& next) const;
};

struct LogicKeywords {
  std::span<const NodeId> all_of;
  std::span<const NodeId> any_of;  // these three are empty where the keyword is absent
  std::span<const NodeId> one_of;
  NodeId not_schema = kNoNode;
  NodeId if_schema = kNoNode;
  NodeId then_schema = kNoNode;  // these two are absent without `if`
  NodeId else_schema = kNoNode;
};

struct ReferenceKeywords {
  NodeId ref = kNoNode;
  /// $dynamicRef and $recursiveRef: where they lead unless the dynamic scope has something else.
  NodeId dynamic_ref = kNoNode;
  /// The name that the outermost resource of the dynamic scope with such a $dynamicAnchor decides; none: dynamic_ref holds as it is.
  std::string_view dynamic_name;
  /// $recursiveRef to a $recursiveAnchor: the outermost resource of the dynamic scope that has one decides.
  bool is_recursive = false;
};

/// A subschema. A group of keywords that it has none of is null.
struct SchemaNode {
  enum class Kind : unsigned char { always, never, object };  // true, false, {…}
  Value value;                                                // the subschema as it was written
  Kind kind = Kind::object;
  TypeSet types = kEveryType;
  Dialect dialect = Dialect::draft2020;
  bool has_unevaluated = false;  // unevaluatedItems or unevaluatedProperties
  ResourceId resource = 0;
  Value enum_values;  // an array, or none
  Value const_value;  // any value, or none
  const NumberKeywords* number = nullptr;
  const StringKeywords* string = nullptr;
  const ArrayKeywords* array = nullptr;
  const ObjectKeywords* object = nullptr;
  const LogicKeywords* logic = nullptr;
  const ReferenceKeywords* reference = nullptr;
};

/// A schema resource: a root, or a subschema with an $id of its own.
struct SchemaResource {
  std::string uri;  // absolute where it can be, without a fragment; empty: none
  Dialect dialect = Dialect::draft2020;
  NodeId root = kNoNode;
  bool is_recursive_anchor = false;  // $recursiveAnchor: true at its root
  bool asserts_format = false;       // its vocabulary demands that formats are assertions
  std::vector<std::pair<std::string_view, NodeId>> dynamic_anchors;  // sorted, no name twice
  /// The node of a $dynamicAnchor, or kNoNode.
  NodeId find_dynamic_anchor(std::string_view name) const;
};

/// A document that a reference may lead into; nothing is ever fetched.
struct FurtherDocument {
  std::string uri;  // where it would be retrieved from
  Document document;
};

struct SchemaOptions {
  /// Where the document was retrieved from: the base of relative references where it has no $id.
  std::string uri;
  /// Of a document that declares none. None here: it is inferred.
  std::optional<Dialect> default_dialect;
  std::vector<FurtherDocument> further;
  /// How many subschemas may be read, those of further documents included: `cancelled` beyond.
  std::size_t most_nodes = 1'000'000;
  /// How much memory its patterns may take, about: `cancelled` beyond. Ten characters of one may be a set of a thousand ranges.
  std::size_t most_pattern_bytes = std::size_t{1} << 28U;
};

/// A schema with everything it refers to; immutable, cheap to copy, safe to read from any thread. It keeps its documents alive.
class Schema {
 public:
  /// Reads the graph. Errors name the JSON Pointer, the keyword and its value; which kind they are, schema_error_kind() tells:
  /// `invalid`, `unsupported`, `not_found`, `cancelled`.
  static Result<Schema> load(const Document& document, const SchemaOptions& options = {});
  /// The same from text.
  static Result<Schema> parse(std::string text, const SchemaOptions& options = {});

  NodeId root() const;
  const SchemaNode& node(NodeId id) const;
  std::size_t node_count() const;
  const SchemaResource& resource(ResourceId id) const;
  std::size_t resource_count() const;
  /// The dialect of the root, and whether it was inferred because neither the document nor the options name one.
  Dialect dialect() const;
  bool is_dialect_inferred() const;
  /// Any $dynamicRef or $recursiveRef that the dynamic scope decides; any unevaluated…: without them a node means the same everywhere.
  bool has_dynamic_scope() const;
  bool has_unevaluated() const;

  /// Where a node is written, as a JSON Pointer in its document (which begins with the document's URI and a # where it is not the first
  /// one), and the steps of it are those of the text: "/properties/a~1b/items/0".
  std::string pointer(NodeId id) const;
  /// The node that was read at a place of the first document; kNoNode where no subschema was read there.
  NodeId find_node(std::string_view pointer) const;
  /// The document it was read from.
  Value document_root() const;

 private:
  struct Graph;
  friend class SchemaReader;
  explicit Schema(std::shared_ptr<const Graph> graph) : graph_(std::move(graph)) {}
  std::shared_ptr<const Graph> graph_;
};

}  // namespace holdfast::json_schema

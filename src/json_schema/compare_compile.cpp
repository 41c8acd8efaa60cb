// SPDX-License-Identifier: Apache-2.0
// A node becomes a shape of its own keywords with parts for references, allOf, anyOf, oneOf, not and if; a part is a shape of its own, so
// that the same anyOf beside other keywords is found to be the same. A node that is met again on the way down gets its number before it is
// made. What leads to itself without taking anything in (no document ends there) is left open.
#include "json_schema/compare_compile.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "json_schema/compare_scope.h"
#include "json_schema/compare_unevaluated.h"
#include "json_schema/schema_parts.h"

namespace holdfast::json_schema {
namespace {

constexpr int kMostDepth = 400;  // 1,000 overflow a stack of 8 MiB under AddressSanitizer
constexpr std::uint64_t kMostLooks = 2'000'000;
constexpr std::size_t kMostNamesBytes = 4'000;
constexpr std::uint64_t kMostCounted = kHugeCount / 2;  // one more is still a count

KindSet kinds_of(TypeSet types) {
  KindSet kinds = 0;
  if ((types & kTypeNull) != 0) kinds |= bit_of(ValueKind::null);
  if ((types & kTypeBoolean) != 0) kinds |= bit_of(ValueKind::boolean);
  if ((types & kTypeNumber) != 0) kinds |= bit_of(ValueKind::number);
  if ((types & kTypeString) != 0) kinds |= bit_of(ValueKind::string);
  if ((types & kTypeArray) != 0) kinds |= bit_of(ValueKind::array);
  if ((types & kTypeObject) != 0) kinds |= bit_of(ValueKind::object);
  return kinds;
}

void tighten_least(std::optional<Bound>& bound, const std::optional<Number>& at, bool is_open) {
  if (!at) return;
  if (!bound || *at > bound->at || (*at == bound->at && is_open)) bound = Bound{*at, is_open};
}

void tighten_most(std::optional<Bound>& bound, const std::optional<Number>& at, bool is_open) {
  if (!at) return;
  if (!bound || *at < bound->at || (*at == bound->at && is_open)) bound = Bound{*at, is_open};
}

struct CountWords {
  std::string_view least;
  std::string_view most;
  KindSet kind;
};
constexpr CountWords kLengthWords = {"minLength", "maxLength", bit_of(ValueKind::string)};
constexpr CountWords kItemWords = {"minItems", "maxItems", bit_of(ValueKind::array)};
constexpr CountWords kContainsWords = {"minContains", "maxContains", bit_of(ValueKind::array)};
constexpr CountWords kMemberWords = {"minProperties", "maxProperties", bit_of(ValueKind::object)};

class Compiler {
 public:
  Compiler(const Schema& schema, Side side, ShapeBook& book, const CompileOptions& options)
      : schema_(schema), side_(side), book_(book), options_(options) {
    of_types_.fill(kNoShape);
  }

  CompiledSchema run() {
    CompiledSchema made;
    made.root = shape_of(schema_.root());
    made.shapes = shapes_of_nodes();
    return made;
  }

 private:
  bool sees(std::string_view keyword) const { return options_.blind_keyword != keyword; }

  ShapeId shape_of(NodeId id) {
    if (id == kNoNode) return kEverything;
    if (!schema_.has_dynamic_scope()) return shape_in_scope(id);
    const auto scope = scopes_.enter(scope_, schema_.node(id).resource);
    // No two mentions are the same then.
    if (!scope)
      return open_shape(kAllKinds, "too many dynamic scopes", place_text(next_mention_++));
    const ScopeId outer = std::exchange(scope_, *scope);
    const ShapeId made = shape_in_scope(id);
    scope_ = outer;
    return made;
  }

  ShapeId shape_in_scope(NodeId id) {
    ScopeShapes& here = shapes_here();
    ShapeId& known = here.shapes[id];
    if (here.is_open[id]) {
      if (known == kNoShape) known = book_.reserve();
      return known;
    }
    if (known != kNoShape) return known;
    if (depth_ >= kMostDepth)
      return open_shape(kAllKinds, "schemas nested too deep", place_text(id));
    const SchemaNode& node = schema_.node(id);
    if (node.kind != SchemaNode::Kind::object)
      return known = node.kind == SchemaNode::Kind::always ? kEverything : kNothing;
    if (says_type_only(node)) return known = shape_of_types(id, node);
    ++depth_;
    here.is_open[id] = true;
    const ShapeId made = make(id, node);
    here.is_open[id] = false;
    --depth_;
    if (known == kNoShape) return known = made;
    Shape alias;  // its number was given away on the way down
    alias.parts = {made};
    alias.place = {side_, id};
    book_.set(known, std::move(alias));
    return known;
  }

  // What was made of the nodes in one dynamic scope; it stays where it is.
  struct ScopeShapes {
    std::vector<ShapeId> shapes;
    std::vector<bool> is_open;
  };

  ScopeShapes& shapes_here() {
    while (by_scope_.size() <= scope_)
      by_scope_.emplace_back();
    ScopeShapes& here = by_scope_[scope_];
    if (here.shapes.empty()) {
      here.shapes.assign(schema_.node_count(), kNoShape);
      here.is_open.assign(schema_.node_count(), false);
    }
    return here;
  }

  // A node that says different things in different scopes has no shape of its own.
  std::vector<ShapeId> shapes_of_nodes() {
    std::vector<ShapeId> shapes = std::move(by_scope_.front().shapes);
    shapes.resize(schema_.node_count(), kNoShape);
    std::vector<bool> is_torn(by_scope_.size() > 1 ? shapes.size() : 0, false);
    for (std::size_t scope = 1; scope < by_scope_.size(); ++scope)
      for (NodeId id = 0; id < by_scope_[scope].shapes.size(); ++id) {
        const ShapeId other = by_scope_[scope].shapes[id];
        if (other == kNoShape || other == shapes[id]) continue;
        is_torn[id] = is_torn[id] || shapes[id] != kNoShape;
        shapes[id] = other;
      }
    for (NodeId id = 0; id < is_torn.size(); ++id)
      if (is_torn[id]) shapes[id] = kNoShape;
    return shapes;
  }

  // Most subschemas of most schemas say a type and no more, but for annotations.
  bool says_type_only(const SchemaNode& node) const {
    if (node.number != nullptr || node.array != nullptr || node.object != nullptr ||
        node.logic != nullptr || node.reference != nullptr || node.enum_values ||
        node.const_value || !options_.blind_keyword.empty())
      return false;
    return node.string == nullptr ||
           (node.string->min_length == 0 && node.string->max_length == kNoMost &&
            node.string->pattern == nullptr && !is_format_asserted(node));
  }

  ShapeId shape_of_types(NodeId id, const SchemaNode& node) {
    ShapeId& known = of_types_.at(node.types);
    if (known == kNoShape) known = make(id, node);
    return known;
  }

  bool is_format_asserted(const SchemaNode& node) const {
    return options_.format == FormatMode::assertion ||
           schema_.resource(node.resource).asserts_format;
  }

  ShapeId make(NodeId id, const SchemaNode& node) {
    if (is_pure_reference(node) && sees("$ref")) return shape_of(node.reference->ref);
    Shape shape;
    shape.place = {side_, id};
    shape.kinds = sees("type") ? kinds_of(node.types) : kAllKinds;
    read_values(shape, node);
    if (node.number != nullptr) read_number(shape, *node.number);
    if (sees("type") && (node.types & kTypeInteger) != 0 && (node.types & kTypeFraction) == 0)
      add_step(shape, Number(1));
    if (node.string != nullptr) read_string(shape, node);
    if (node.array != nullptr && (shape.kinds & bit_of(ValueKind::array)) != 0)
      read_array(shape, id, *node.array);
    if (node.object != nullptr && (shape.kinds & bit_of(ValueKind::object)) != 0)
      read_object(shape, id, *node.object);
    if (node.reference != nullptr) read_reference(shape, *node.reference);
    if (node.logic != nullptr) read_logic(shape, *node.logic);
    if (node.has_unevaluated && sees("unevaluatedProperties") && sees("unevaluatedItems"))
      read_unevaluated(shape, id);
    return finished(std::move(shape));
  }

  ShapeId finished(Shape shape) {
    simplify(shape);
    std::erase(shape.parts, kEverything);
    std::sort(shape.parts.begin(), shape.parts.end());
    shape.parts.erase(std::unique(shape.parts.begin(), shape.parts.end()), shape.parts.end());
    if (!shape.parts.empty() && shape.parts.front() == kNothing) return kNothing;
    if (shape.parts.size() == 1) {
      const ShapeId part = shape.parts.front();
      shape.parts.clear();
      if (is_free(shape)) return part;
      shape.parts = {part};
    }
    return book_.add(std::move(shape));
  }

  void read_values(Shape& shape, const SchemaNode& node) {
    const bool has_enum = node.enum_values && sees("enum");
    const bool has_const = node.const_value && sees("const");
    if (!has_enum && !has_const) return;
    shape.has_values = true;
    for (std::size_t i = 0; has_enum && i < node.enum_values.size(); ++i)
      if (!has_const || node.enum_values.at(i) == node.const_value)
        shape.values.push_back(node.enum_values.at(i));
    if (!has_enum) shape.values.push_back(node.const_value);
  }

  void add_step(Shape& shape, const Number& step) {
    if (!shape.step) {
      shape.step = step;
      return;
    }
    const auto both = least_common_multiple(*shape.step, step);
    if (both) {
      shape.step = both;
      return;
    }
    Shape other;
    other.step = step;
    other.is_number_free = false;
    other.parts = {};
    Shape rest;  // numbers keep to the other step; what is no number is free
    rest.kinds = kAllKinds & static_cast<KindSet>(~bit_of(ValueKind::number));
    Shape either;
    either.joint = Joint::any_of;
    other.kinds = bit_of(ValueKind::number);
    either.parts = {book_.add(std::move(other)), book_.add(std::move(rest))};
    shape.parts.push_back(book_.add(std::move(either)));
  }

  void read_number(Shape& shape, const NumberKeywords& words) {
    if (sees("minimum")) tighten_least(shape.least, words.minimum, false);
    if (sees("maximum")) tighten_most(shape.most, words.maximum, false);
    if (sees("exclusiveMinimum")) tighten_least(shape.least, words.exclusive_minimum, true);
    if (sees("exclusiveMaximum")) tighten_most(shape.most, words.exclusive_maximum, true);
    if (words.multiple_of && sees("multipleOf")) add_step(shape, *words.multiple_of);
  }

  void read_string(Shape& shape, const SchemaNode& node) {
    const StringKeywords& words = *node.string;
    shape.length = count_of(shape, node, kLengthWords, {words.min_length, words.max_length});
    if (words.pattern != nullptr && sees("pattern")) {
      const auto pattern =
          words.pattern->pattern ? book_.pattern(words.pattern->text) : std::nullopt;
      if (pattern)
        shape.patterns.push_back(*pattern);
      else
        shape.parts.push_back(
            open_string("a pattern of another engine: " + std::string(words.pattern->text)));
    }
    if (is_format_asserted(node) && words.format.is_string())
      shape.parts.push_back(open_string("format " + std::string(words.format.string())));
  }

  ShapeId open_string(const std::string& text) {
    return open_shape(bit_of(ValueKind::string), text);
  }

  // Which of all subschemas of both sides it is, and in which scope.
  std::string place_text(NodeId id) const {
    return (side_ == Side::old_one ? "old " : "new ") + std::to_string(id) + " " +
           std::to_string(scope_);
  }

  // What a pattern of another engine says beside these: the same where the texts are and nothing in them leads elsewhere.
  std::string names_text(NodeId id, const ObjectKeywords& words) const {
    const SchemaNode& node = schema_.node(id);
    if (schema_.resource_count() != 1 || has_own_metaschema(schema_)) return place_text(id);
    std::string text(dialect_name(node.dialect));
    for (const std::string_view keyword : {"patternProperties", "additionalProperties"}) {
      const Value value = node.value.find(keyword);
      const std::string part = value ? short_json_text(value, kMostNamesBytes) : "none";
      if (part.ends_with("…") || part.find("$ref\"") != std::string::npos ||
          part.find("Ref\"") != std::string::npos)
        return place_text(id);
      text += " " + part;
    }
    std::vector<NameId> names;
    for (const NamedSchema& one : words.properties)
      names.push_back(book_.name(one.name));
    std::sort(names.begin(), names.end());
    for (const NameId name : names)
      text += " " + std::to_string(name);
    return text;
  }

  // Everything but the values of these kinds, of which nothing is known.
  ShapeId open_shape(KindSet kinds, std::string_view text, std::string_view identity = {}) {
    Shape open;
    open.kinds = kinds;
    open.open = book_.open(text, identity);
    if (kinds == kAllKinds) return book_.add(std::move(open));
    Shape rest;
    rest.kinds = kAllKinds & static_cast<KindSet>(~kinds);
    Shape either;
    either.joint = Joint::any_of;
    either.parts = {book_.add(std::move(open)), book_.add(std::move(rest))};
    return book_.add(std::move(either));
  }

  // A count that is too large to be counted is left open, but for what it surely excludes.
  Count count_of(Shape& shape, const SchemaNode& node, const CountWords& words,
                 const Count& written, std::string_view identity = {}) {
    Count count;
    const auto leave_open = [&](std::string_view word) {
      const std::string text = node.value.find(word).number().text();
      shape.parts.push_back(
          open_shape(words.kind, std::string(word) + " beyond 63 bits: " + text, identity));
    };
    if (sees(words.least)) count.least = std::min(written.least, kMostCounted);
    if (sees(words.most) && written.most < kHugeCount) count.most = written.most;
    if (sees(words.least) && written.least == kHugeCount) leave_open(words.least);
    if (sees(words.most) && written.most == kHugeCount) leave_open(words.most);
    return count;
  }

  void read_array(Shape& shape, NodeId id, const ArrayKeywords& words) {
    const SchemaNode& node = schema_.node(id);
    auto array = std::make_unique<ArrayFacet>();
    array->count = count_of(shape, node, kItemWords, {words.min_items, words.max_items});
    array->is_unique = words.unique_items && sees("uniqueItems");
    if (sees("prefixItems"))
      for (const NodeId item : words.prefix_items)
        array->prefix.push_back(shape_of(item));
    if (sees("items")) array->rest = shape_of(words.items);
    while (!array->prefix.empty() && array->prefix.back() == array->rest)
      array->prefix.pop_back();
    if (words.contains != kNoNode && sees("contains")) {
      array->contains_count = count_of(shape, node, kContainsWords,
                                       {words.min_contains, words.max_contains}, place_text(id));
      if (!sees("minContains")) array->contains_count.least = 1;
      array->has_contains = !array->contains_count.is_free();
      array->contains = array->has_contains ? shape_of(words.contains) : kEverything;
      if (!array->has_contains) array->contains_count = {1, kNoLimit};
    }
    if (array->count.most <= 1) array->is_unique = false;
    const bool is_empty = array->count.least > array->count.most ||
                          array->contains_count.least > array->contains_count.most;
    shape.array = std::move(array);
    if (!is_empty) return;
    shape.kinds &= static_cast<KindSet>(~bit_of(ValueKind::array));
  }

  void read_object(Shape& shape, NodeId id, const ObjectKeywords& words) {
    auto object = std::make_unique<ObjectFacet>();
    object->count = count_of(shape, schema_.node(id), kMemberWords,
                             {words.min_properties, words.max_properties});
    object->required.reserve(words.required.size());
    object->properties.reserve(words.properties.size());
    if (sees("required"))
      for (const std::string_view name : words.required)
        object->required.push_back(book_.name(name));
    std::sort(object->required.begin(), object->required.end());
    object->required.erase(std::unique(object->required.begin(), object->required.end()),
                           object->required.end());
    if (sees("properties"))
      for (const NamedSchema& one : words.properties)
        object->properties.emplace_back(book_.name(one.name), shape_of(one.schema));
    std::sort(object->properties.begin(), object->properties.end());
    // Which names a pattern of another engine keeps away from the rest is not known.
    const bool is_rest_known =
        !sees("patternProperties") || read_patterns(shape, *object, id, words);
    if (sees("additionalProperties") && is_rest_known)
      object->rest = shape_of(words.additional_properties);
    if (sees("propertyNames")) object->names = shape_of(words.property_names);
    read_dependencies(*object, words);
    if (object->rest == kEverything)  // otherwise such a pattern keeps names away from the rest
      std::erase_if(object->patterns, [](const auto& one) { return one.second == kEverything; });
    if (object->patterns.empty())
      std::erase_if(object->properties,
                    [&](const auto& one) { return one.second == object->rest; });
    if (object->count.least <= object->required.size()) object->count.least = 0;
    const bool is_empty =
        object->count.least > object->count.most || object->required.size() > object->count.most;
    shape.object = std::move(object);
    if (is_empty) shape.kinds &= static_cast<KindSet>(~bit_of(ValueKind::object));
  }

  // False where one of them is of another engine.
  bool read_patterns(Shape& shape, ObjectFacet& object, NodeId id, const ObjectKeywords& words) {
    bool is_known = true;
    std::string identity;  // one for all of them: it may be as long as the object
    for (const PatternSchema& one : words.pattern_properties) {
      std::optional<PatternId> pattern;
      if (one.pattern->pattern) pattern = book_.pattern(one.pattern->text);
      if (pattern) {
        object.patterns.emplace_back(*pattern, shape_of(one.schema));
        continue;
      }
      is_known = false;
      if (identity.empty()) identity = std::to_string(book_.name(names_text(id, words)));
      shape.parts.push_back(
          open_shape(bit_of(ValueKind::object),
                     "a pattern of another engine: " + std::string(one.pattern->text), identity));
    }
    std::sort(object.patterns.begin(), object.patterns.end());
    return is_known;
  }

  void read_dependencies(ObjectFacet& object, const ObjectKeywords& words) {
    if (sees("dependentRequired"))
      for (const NamedNames& one : words.dependent_required) {
        std::vector<NameId> names;
        for (const std::string_view name : one.names)
          if (name != one.name) names.push_back(book_.name(name));
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        if (!names.empty()) object.needs.emplace_back(book_.name(one.name), std::move(names));
      }
    std::sort(object.needs.begin(), object.needs.end());
    if (sees("dependentSchemas"))
      for (const NamedSchema& one : words.dependent_schemas) {
        const ShapeId implied = shape_of(one.schema);
        if (implied != kEverything) object.implies.emplace_back(book_.name(one.name), implied);
      }
    std::sort(object.implies.begin(), object.implies.end());
  }

  void read_reference(Shape& shape, const ReferenceKeywords& words) {
    if (!sees("$ref")) return;
    if (words.ref != kNoNode) shape.parts.push_back(shape_of(words.ref));
    if (words.dynamic_ref == kNoNode) return;
    shape.parts.push_back(shape_of(scopes_.target(scope_, words)));
  }

  std::vector<ShapeId> shapes_of(std::span<const NodeId> ids) {
    std::vector<ShapeId> shapes;
    for (const NodeId id : ids)
      shapes.push_back(shape_of(id));
    std::sort(shapes.begin(), shapes.end());
    return shapes;
  }

  void read_logic(Shape& shape, const LogicKeywords& words) {
    if (sees("allOf"))
      for (const NodeId id : words.all_of)
        shape.parts.push_back(shape_of(id));
    if (!words.any_of.empty() && sees("anyOf"))
      shape.parts.push_back(any_of(shapes_of(words.any_of)));
    if (!words.one_of.empty() && sees("oneOf"))
      shape.parts.push_back(one_of(shapes_of(words.one_of)));
    if (words.not_schema != kNoNode && sees("not"))
      shape.parts.push_back(not_of(shape_of(words.not_schema)));
    if (words.if_schema == kNoNode || !sees("if")) return;
    Shape choice;
    choice.joint = Joint::choice;
    choice.parts = {shape_of(words.if_schema), sees("then") ? shape_of(words.then_schema) : 0,
                    sees("else") ? shape_of(words.else_schema) : 0};
    if (choice.parts[1] == choice.parts[2])
      shape.parts.push_back(choice.parts[1]);
    else
      shape.parts.push_back(book_.add(std::move(choice)));
  }

  ShapeId any_of(std::vector<ShapeId> parts) {
    if (std::find(parts.begin(), parts.end(), kEverything) != parts.end()) return kEverything;
    std::erase(parts, kNothing);
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    if (parts.empty()) return kNothing;
    if (parts.size() == 1) return parts.front();
    Shape shape;
    shape.joint = Joint::any_of;
    shape.parts = std::move(parts);
    return book_.add(std::move(shape));
  }

  ShapeId one_of(std::vector<ShapeId> parts) {
    std::erase(parts, kNothing);
    if (parts.empty()) return kNothing;
    if (parts.size() == 1) return parts.front();
    Shape shape;
    shape.joint = Joint::one_of;
    shape.parts = std::move(parts);
    return book_.add(std::move(shape));
  }

  ShapeId not_of(ShapeId part) {
    if (part <= kNothing) return part == kNothing ? kEverything : kNothing;
    Shape shape;
    shape.joint = Joint::not_of;
    shape.parts = {part};
    return book_.add(std::move(shape));
  }

  void read_unevaluated(Shape& shape, NodeId id) {
    const UnevaluatedParts parts{schema_, side_, book_,
                                 [this](NodeId node) { return shape_of(node); }, looks_left_};
    // Which branch evaluates what is asked of each branch by itself, without the resources on the way to it.
    const bool has_scopes = schema_.has_dynamic_scope() && schema_.resource_count() != 1;
    const auto closed = has_scopes ? std::nullopt : unevaluated_shape(parts, id);
    if (closed)
      shape.parts.push_back(*closed);
    else
      shape.parts.push_back(open_shape(bit_of(ValueKind::array) | bit_of(ValueKind::object),
                                       "unevaluated items or properties", place_text(id)));
  }

  const Schema& schema_;
  Side side_;
  ShapeBook& book_;
  const CompileOptions& options_;
  DynamicScopes scopes_{schema_};
  ScopeId scope_ = kNoScope;
  std::deque<ScopeShapes> by_scope_{1};
  std::uint32_t next_mention_ = 0;
  std::array<ShapeId, kEveryType + 1> of_types_{};
  std::uint64_t looks_left_ = kMostLooks;
  int depth_ = 0;
};

// The parts that hold for the same value.
void for_each_in_place(const Shape& shape, const auto& use) {
  for (const ShapeId part : shape.parts)
    use(part);
  if (shape.object)
    for (const auto& [name, part] : shape.object->implies)
      use(part);
}

// Leaves open what leads to itself and takes nothing in on the way.
void open_circles(ShapeBook& book, Side side, ShapeId first) {
  std::vector<std::uint8_t> state(book.size(), 0);
  std::vector<std::pair<ShapeId, bool>> stack;
  std::vector<ShapeId> circles;
  for (ShapeId root = first; root < state.size(); ++root) {
    stack.emplace_back(root, false);
    while (!stack.empty()) {
      const auto [id, is_done] = stack.back();
      stack.pop_back();
      if (is_done) {
        state[id] = 2;
        continue;
      }
      if (state[id] != 0) continue;
      state[id] = 1;
      stack.emplace_back(id, true);
      for_each_in_place(book.at(id), [&](ShapeId part) {
        if (state[part] == 1) circles.push_back(part);
        if (state[part] == 0) stack.emplace_back(part, false);
      });
    }
  }
  for (const ShapeId id : circles) {
    Shape open;
    open.place = book.at(id).place;
    open.open =
        book.open("a reference that leads to itself",
                  (side == Side::old_one ? "old shape " : "new shape ") + std::to_string(id));
    book.set(id, std::move(open));
  }
}

}  // namespace

bool has_own_metaschema(const Schema& schema) {
  for (ResourceId id = 0; id < schema.resource_count(); ++id) {
    const Value uri = schema.node(schema.resource(id).root).value.find("$schema");
    if (uri.is_string() && !dialect_of_uri(uri.string())) return true;
  }
  return false;
}

// The root of every document is one of a resource.
bool is_same_text(const Schema& a, const Schema& b) {
  const std::size_t count = a.resource_count();
  if (count != b.resource_count() || has_own_metaschema(a) || has_own_metaschema(b)) return false;
  for (ResourceId id = 0; id < count; ++id) {
    const SchemaResource& left = a.resource(id);
    const SchemaResource& right = b.resource(id);
    if (left.dialect != right.dialect || (count > 1 && left.uri != right.uri)) return false;
    if (!(a.node(left.root).value == b.node(right.root).value)) return false;
  }
  return true;
}

CompiledSchema compile_schema(const Schema& schema, Side side, ShapeBook& book,
                              const CompileOptions& options) {
  const auto first = static_cast<ShapeId>(book.size());
  CompiledSchema made = Compiler(schema, side, book, options).run();
  if (book.has_reserved()) open_circles(book, side, first);
  return made;
}

}  // namespace holdfast::json_schema

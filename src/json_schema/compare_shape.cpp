// SPDX-License-Identifier: Apache-2.0
// The book of shapes and the classes of shapes that say the same: partition refinement by hashes, then every member of a class is held
// against its first one, so that a collision of hashes can only cost time.
#include "json_schema/compare_shape.h"

#include <algorithm>
#include <numeric>

namespace holdfast::json_schema {
namespace {

constexpr int kMostRounds = 200;

using Hash = std::uint64_t;

Hash mix(Hash a, Hash b) {
  a ^= b + 0x9E3779B97F4A7C15U + (a << 6U) + (a >> 2U);
  a *= 0xBF58476D1CE4E5B9U;
  return a ^ (a >> 29U);
}

Hash hash_of(const std::optional<Bound>& bound) {
  return bound ? mix(bound->at.hash(), bound->is_open ? 5 : 6) : 7;
}

// Calls `use` with every child but the parts, in an order that two equal shapes share.
template <class Use>
void for_each_child(const Shape& shape, Use use) {
  if (shape.array) {
    for (const ShapeId part : shape.array->prefix)
      use(part);
    use(shape.array->rest);
    use(shape.array->contains);
  }
  if (shape.object) {
    for (const auto& [name, part] : shape.object->properties)
      use(part);
    for (const auto& [pattern, part] : shape.object->patterns)
      use(part);
    use(shape.object->rest);
    use(shape.object->names);
    for (const auto& [name, part] : shape.object->implies)
      use(part);
  }
}

Hash own_hash(const ArrayFacet& array) {
  Hash hash = mix(array.prefix.size(), array.has_contains ? 1 : 2);
  hash = mix(hash, mix(array.contains_count.least, array.contains_count.most));
  return mix(mix(hash, array.is_unique ? 3 : 4), mix(array.count.least, array.count.most));
}

Hash own_hash(const ObjectFacet& object) {
  Hash hash = object.properties.size();
  for (const auto& [name, part] : object.properties)
    hash = mix(hash, name);
  // How many there are of each: otherwise one list could go on in the next.
  hash = mix(hash, object.patterns.size());
  for (const auto& [pattern, part] : object.patterns)
    hash = mix(hash, pattern);
  hash = mix(hash, object.required.size());
  for (const NameId name : object.required)
    hash = mix(hash, name);
  hash = mix(hash, mix(object.count.least, object.count.most));
  hash = mix(hash, object.needs.size());
  for (const auto& [name, others] : object.needs) {
    hash = mix(mix(hash, name), others.size());
    for (const NameId other : others)
      hash = mix(hash, other);
  }
  for (const auto& [name, part] : object.implies)
    hash = mix(hash, name);
  return hash;
}

// Of everything but the children.
Hash own_hash(const Shape& shape) {
  Hash hash = mix(static_cast<Hash>(shape.joint) * 64 + shape.kinds, shape.parts.size());
  hash = mix(hash, shape.has_values ? shape.values.size() : 77);
  for (const Value value : shape.values)
    hash = mix(hash, value.hash());
  if (!shape.is_number_free) {
    hash = mix(hash, mix(hash_of(shape.least), hash_of(shape.most)));
    if (shape.step) hash = mix(hash, shape.step->hash());
  }
  if (!shape.is_length_free) hash = mix(hash, mix(shape.length.least, shape.length.most));
  for (const PatternId pattern : shape.patterns)
    hash = mix(hash, pattern + 13);
  if (shape.array) hash = mix(hash, own_hash(*shape.array));
  if (shape.object) hash = mix(hash, own_hash(*shape.object));
  return mix(hash, shape.open);
}

template <class Facet>
bool is_same_facet(const std::unique_ptr<Facet>& a, const std::unique_ptr<Facet>& b) {
  return a && b ? *a == *b : !a && !b;
}

// Whether two shapes whose children are classes say the same.
bool is_same(const Shape& a, const Shape& b) {
  return a.joint == b.joint && a.kinds == b.kinds && a.parts == b.parts &&
         a.has_values == b.has_values && a.values == b.values && a.least == b.least &&
         a.most == b.most && a.step == b.step && a.length == b.length && a.patterns == b.patterns &&
         is_same_facet(a.array, b.array) && is_same_facet(a.object, b.object) && a.open == b.open;
}

class Classes {
 public:
  Classes(const std::pmr::deque<Shape>& shapes, bool is_in_order)
      : shapes_(shapes), is_in_order_(is_in_order), hash_(shapes.size()) {}

  std::vector<ShapeId> find() {
    // Children first: where nothing is recursive, one round tells all.
    if (is_in_order_) {
      for (ShapeId id = 0; id < shapes_.size(); ++id)
        hash_[id] = hash_with_children(id, own_hash(shapes_[id]));
      return first_of_each();
    }
    for (ShapeId id = 0; id < shapes_.size(); ++id)
      hash_[id] = own_hash(shapes_[id]);
    own_ = hash_;
    is_made_.resize(shapes_.size(), 0);
    for (ShapeId id = 0; id < shapes_.size(); ++id)
      visit(id);
    // Otherwise all hashes of a round are made of the round before, so that equal shapes stay equal wherever they were met.
    if (has_circle_) hash_ = own_;
    std::size_t count = 0;
    std::vector<Hash> next(has_circle_ ? hash_.size() : 0);
    for (int round = 0; has_circle_ && round < kMostRounds; ++round) {
      for (ShapeId id = 0; id < shapes_.size(); ++id)
        next[id] = mix(hash_[id], hash_with_children(id, own_[id]));
      hash_.swap(next);
      const std::size_t now = class_count();
      if (now == count) break;
      count = now;
    }
    return first_of_each();
  }

 private:
  Hash hash_with_children(ShapeId id, Hash own) const {
    const Shape& shape = shapes_[id];
    Hash parts = 0;  // without an order, but for not and choice
    for (std::size_t i = 0; i < shape.parts.size(); ++i)
      parts += mix(hash_[shape.parts[i]], shape.joint == Joint::choice ? i : 0);
    Hash hash = mix(own, parts);
    for_each_child(shape, [&](ShapeId child) { hash = mix(hash, hash_[child]); });
    return hash;
  }

  // Without recursion: a chain of schemas may be as long as the document is deep.
  void visit(ShapeId root) {
    stack_.emplace_back(root, false);
    while (!stack_.empty()) {
      const auto [id, is_done] = stack_.back();
      stack_.pop_back();
      if (is_done) {
        hash_[id] = hash_with_children(id, own_[id]);
        is_made_[id] = 2;
        continue;
      }
      if (is_made_[id] == 1) has_circle_ = true;
      if (is_made_[id] != 0) continue;
      is_made_[id] = 1;
      stack_.emplace_back(id, true);
      const auto enter = [&](ShapeId child) {
        if (is_made_[child] == 1) has_circle_ = true;
        if (is_made_[child] == 0) stack_.emplace_back(child, false);
      };
      for (const ShapeId part : shapes_[id].parts)
        enter(part);
      for_each_child(shapes_[id], enter);
    }
  }

  std::size_t class_count() const {
    std::vector<Hash> sorted = hash_;
    std::sort(sorted.begin(), sorted.end());
    return static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  }

  std::vector<ShapeId> first_of_each() const {
    std::vector<ShapeId> by_hash(shapes_.size());
    std::iota(by_hash.begin(), by_hash.end(), ShapeId{0});
    std::sort(by_hash.begin(), by_hash.end(), [&](ShapeId a, ShapeId b) {
      return hash_[a] != hash_[b] ? hash_[a] < hash_[b] : a < b;
    });
    std::vector<ShapeId> classes(shapes_.size());
    for (std::size_t i = 0; i < by_hash.size(); ++i) {
      const bool is_first = i == 0 || hash_[by_hash[i - 1]] != hash_[by_hash[i]];
      classes[by_hash[i]] = is_first ? by_hash[i] : classes[by_hash[i - 1]];
    }
    return classes;
  }

  const std::pmr::deque<Shape>& shapes_;
  bool is_in_order_;  // every shape behind its children
  std::vector<Hash> own_;
  std::vector<Hash> hash_;
  std::vector<std::uint8_t> is_made_;
  std::vector<std::pair<ShapeId, bool>> stack_;
  bool has_circle_ = false;
};

std::optional<Bound> tighter_bound(const std::optional<Bound>& bound, const Number& step,
                                   bool is_least) {
  if (!bound) return bound;
  auto at = is_least ? multiple_above(bound->at, step) : multiple_below(bound->at, step);
  if (at && bound->is_open && *at == bound->at) at = sum(*at, is_least ? step : step.negated());
  return at ? std::optional<Bound>({*at, false}) : bound;
}

void simplify_number(Shape& shape) {
  if ((shape.kinds & bit_of(ValueKind::number)) == 0) {
    shape.least.reset();
    shape.most.reset();
    shape.step.reset();
  }
  if (shape.step) {
    shape.least = tighter_bound(shape.least, *shape.step, true);
    shape.most = tighter_bound(shape.most, *shape.step, false);
  }
  if (shape.least && shape.most) {
    if (is_gap(*shape.least, *shape.most)) {
      shape.kinds &= static_cast<KindSet>(~bit_of(ValueKind::number));
      shape.least.reset();
      shape.most.reset();
      shape.step.reset();
    }
  }
  shape.is_number_free = !shape.least && !shape.most && !shape.step;
}

void simplify_values(Shape& shape) {
  if (!shape.has_values) return;
  std::erase_if(shape.values, [&](Value value) {
    return (shape.kinds & bit_of(value.kind())) == 0 ||
           (value.is_number() && !is_number_inside(shape, value.number()));
  });
  sort_by_hash(shape.values);
  shape.values.erase(std::unique(shape.values.begin(), shape.values.end()), shape.values.end());
  KindSet kinds = 0;
  for (const Value value : shape.values)
    kinds |= bit_of(value.kind());
  shape.kinds &= kinds;
}

void sort_unique(std::vector<std::uint32_t>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

const ShapeId* ObjectFacet::property(NameId name) const {
  const auto found = std::lower_bound(
      properties.begin(), properties.end(), name,
      [](const std::pair<NameId, ShapeId>& one, NameId other) { return one.first < other; });
  return found != properties.end() && found->first == name ? &found->second : nullptr;
}

void sort_by_hash(std::vector<Value>& values) {
  std::sort(values.begin(), values.end(), [](Value a, Value b) { return a.hash() < b.hash(); });
}

bool has_value(const std::vector<Value>& sorted, Value value) {
  const std::uint64_t hash = value.hash();
  auto at = std::lower_bound(sorted.begin(), sorted.end(), hash,
                             [](Value one, std::uint64_t wanted) { return one.hash() < wanted; });
  for (; at != sorted.end() && at->hash() == hash; ++at)
    if (*at == value) return true;
  return false;
}

bool is_gap(const Bound& least, const Bound& most) {
  return least.at > most.at || (least.at == most.at && (least.is_open || most.is_open));
}

bool is_number_inside(const Shape& shape, const Number& number) {
  if (shape.least &&
      (number < shape.least->at || (shape.least->is_open && number == shape.least->at)))
    return false;
  if (shape.most && (number > shape.most->at || (shape.most->is_open && number == shape.most->at)))
    return false;
  return !shape.step || number.is_multiple_of(*shape.step);
}

std::optional<Number> multiple_below(const Number& value, const Number& step) {
  const auto count = floor_of_quotient(value, step);
  return count ? product(*count, step) : std::nullopt;
}

std::optional<Number> multiple_above(const Number& value, const Number& step) {
  const auto mirrored = multiple_below(value.negated(), step);
  return mirrored ? std::optional<Number>(mirrored->negated()) : std::nullopt;
}

void simplify(Shape& shape) {
  simplify_number(shape);
  simplify_values(shape);
  if (shape.has_values) simplify_number(shape);
  if ((shape.kinds & bit_of(ValueKind::string)) == 0) {
    shape.length = {};
    shape.patterns.clear();
  }
  if (shape.length.least > shape.length.most) {
    shape.kinds &= static_cast<KindSet>(~bit_of(ValueKind::string));
    shape.length = {};
    shape.patterns.clear();
  }
  sort_unique(shape.patterns);
  shape.is_length_free = shape.length.is_free();
  if ((shape.kinds & bit_of(ValueKind::array)) == 0) shape.array.reset();
  if ((shape.kinds & bit_of(ValueKind::object)) == 0) shape.object.reset();
  if (shape.array && *shape.array == ArrayFacet{}) shape.array.reset();
  if (shape.object && *shape.object == ObjectFacet{}) shape.object.reset();
  if (shape.kinds == 0) {
    shape.has_values = false;
    shape.values.clear();
    shape.parts.clear();
    shape.open = kNotOpen;
  }
}

bool is_free(const Shape& shape) {
  return shape.joint == Joint::facets && shape.kinds == kAllKinds && !shape.has_values &&
         shape.is_number_free && shape.is_length_free && shape.patterns.empty() && !shape.array &&
         !shape.object && shape.parts.empty() && shape.open == kNotOpen;
}

ShapeBook::ShapeBook() {
  shapes_.emplace_back();
  shapes_.emplace_back();
  shapes_.back().kinds = 0;
}

ShapeId ShapeBook::reserve() {
  has_reserved_ = true;
  shapes_.emplace_back();
  return static_cast<ShapeId>(shapes_.size() - 1);
}

void ShapeBook::set(ShapeId id, Shape shape) {
  shapes_[id] = std::move(shape);
}

ShapeId ShapeBook::add(Shape shape) {
  if (is_free(shape)) return kEverything;
  if (shape.joint == Joint::facets && shape.kinds == 0) return kNothing;
  shapes_.push_back(std::move(shape));
  return static_cast<ShapeId>(shapes_.size() - 1);
}

std::optional<NameId> ShapeBook::find_name(std::string_view text) const {
  const auto known = name_ids_.find(HashedText(text));
  return known != name_ids_.end() ? std::optional(known->second) : std::nullopt;
}

NameId ShapeBook::name(std::string_view text) {
  if (const auto known = find_name(text)) return *known;
  char* kept = static_cast<char*>(arena_.allocate(text.size() + 1, 1));
  std::copy(text.begin(), text.end(), kept);
  const auto id = static_cast<NameId>(names_.size());
  names_.emplace_back(kept, text.size());
  name_ids_.emplace(HashedText(names_.back()), id);
  return id;
}

OpenId ShapeBook::open(std::string_view text, std::string_view identity) {
  const OpenId id =
      name(std::string(text) + "\n" + std::string(identity) + "\n" + std::to_string(text.size())) +
      1;
  open_sizes_.try_emplace(id, text.size());
  return id;
}

std::optional<PatternId> ShapeBook::pattern(std::string_view text) {
  const auto known = pattern_ids_.find(HashedText(text));
  if (known != pattern_ids_.end()) return known->second;
  auto parsed = Pattern::parse(text);
  if (!parsed) return std::nullopt;
  const auto id = static_cast<PatternId>(patterns_.size());
  languages_.push_back(Language::of(*parsed));
  patterns_.push_back(*std::move(parsed));
  pattern_ids_.emplace(HashedText(patterns_.back().text()), id);
  return id;
}

void ShapeBook::rewrite(Shape& shape) const {
  const auto one = [&](ShapeId& id) { id = class_[id]; };
  for (ShapeId& part : shape.parts)
    one(part);
  if (shape.joint != Joint::choice) std::sort(shape.parts.begin(), shape.parts.end());
  if (shape.array) {
    for (ShapeId& part : shape.array->prefix)
      one(part);
    one(shape.array->rest);
    one(shape.array->contains);
  }
  if (shape.object) {
    for (auto& [name, part] : shape.object->properties)
      one(part);
    for (auto& [pattern, part] : shape.object->patterns)
      one(part);
    one(shape.object->rest);
    one(shape.object->names);
    for (auto& [name, part] : shape.object->implies)
      one(part);
  }
}

bool ShapeBook::settle() {
  class_ = Classes(shapes_, !has_reserved_).find();
  for (Shape& shape : shapes_)
    rewrite(shape);
  for (ShapeId id = 0; id < shapes_.size(); ++id)
    if (class_[id] != id && !is_same(shapes_[id], shapes_[class_[id]])) return false;
  return true;
}

ShapeId ShapeBook::shape_of_value(Value value) {
  const auto found = value_shapes_.find(value.hash());
  if (found != value_shapes_.end() && shapes_[found->second].values[0] == value)
    return found->second;
  Shape shape;
  shape.has_values = true;
  shape.values = {value};
  shape.kinds = bit_of(value.kind());
  shapes_.push_back(std::move(shape));
  const auto id = static_cast<ShapeId>(shapes_.size() - 1);
  value_shapes_[value.hash()] = id;
  return id;
}

ShapeId ShapeBook::structure_of(Value value) {
  const ShapeId by_value = shape_of_value(value);
  if (const auto known = structures_.find(by_value); known != structures_.end())
    return known->second;
  Shape shape;
  shape.kinds = bit_of(value.kind());
  if (value.is_array()) {
    shape.array = std::make_unique<ArrayFacet>();
    shape.array->count = {value.size(), value.size()};
    for (std::size_t i = 0; i < value.size(); ++i)
      shape.array->prefix.push_back(shape_of_value(value.at(i)));
  } else {
    shape.object = std::make_unique<ObjectFacet>();
    shape.object->rest = kNothing;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Member member = value.member(i);
      shape.object->properties.emplace_back(name(member.key), shape_of_value(member.value));
    }
    std::sort(shape.object->properties.begin(), shape.object->properties.end());
    for (const auto& [id, part] : shape.object->properties)
      shape.object->required.push_back(id);
  }
  shapes_.push_back(std::move(shape));
  const auto id = static_cast<ShapeId>(shapes_.size() - 1);
  structures_.emplace(by_value, id);
  return id;
}

}  // namespace holdfast::json_schema

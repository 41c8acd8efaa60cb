// SPDX-License-Identifier: Apache-2.0
// Shapes: what a schema says, without dialect, order, annotations and names of definitions. Both schemas of a comparison are compiled into
// one book; two shapes that say the same, recursion included, become one number there (settle()), and so equal parts cost nothing.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "json_schema/automaton.h"
#include "json_schema/document.h"
#include "json_schema/number.h"
#include "json_schema/pattern.h"
#include "json_schema/schema.h"

namespace holdfast::json_schema {

using ShapeId = std::uint32_t;
using NameId = std::uint32_t;
using PatternId = std::uint32_t;
constexpr ShapeId kEverything = 0;  // the schema true
constexpr ShapeId kNothing = 1;     // the schema false
using OpenId = std::uint32_t;
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
constexpr OpenId kNotOpen = 0;

/// JSON's six types as bits. Integers are numbers with a step of 1.
using KindSet = std::uint8_t;
constexpr KindSet kAllKinds = 0x3F;
constexpr KindSet bit_of(ValueKind kind) {
  return static_cast<KindSet>(1U << static_cast<unsigned>(kind));
}

struct Bound {
  Number at;
  bool is_open = false;  // the number itself is out
  bool operator==(const Bound&) const = default;
};

/// How many (code points, items, members): both ends included.
struct Count {
  std::uint64_t least = 0;
  std::uint64_t most = kNoLimit;
  bool is_free() const { return least == 0 && most == kNoLimit; }
  bool operator==(const Count&) const = default;
};

struct ArrayFacet {
  std::vector<ShapeId> prefix;
  ShapeId rest = kEverything;
  bool has_contains = false;
  ShapeId contains = kEverything;
  Count contains_count{1, kNoLimit};
  bool is_unique = false;
  Count count;
  bool operator==(const ArrayFacet&) const = default;
  ShapeId at(std::uint64_t index) const { return index < prefix.size() ? prefix[index] : rest; }
};

struct ObjectFacet {
  std::vector<std::pair<NameId, ShapeId>> properties;  // sorted
  std::vector<std::pair<PatternId, ShapeId>> patterns;
  ShapeId rest = kEverything;
  ShapeId names = kEverything;
  std::vector<NameId> required;  // sorted
  Count count;
  std::vector<std::pair<NameId, std::vector<NameId>>> needs;  // dependentRequired
  std::vector<std::pair<NameId, ShapeId>> implies;            // dependentSchemas
  bool operator==(const ObjectFacet&) const = default;
  const ShapeId* property(NameId name) const;
};

enum class Side : unsigned char { old_one, new_one, made };

/// A subschema of one of the two schemas.
struct Place {
  Side side = Side::made;
  NodeId node = kNoNode;
};

enum class Joint : unsigned char {
  facets,  // the fields of the shape and everything in `parts`
  any_of,  // of parts
  one_of,  // of parts, exactly
  not_of,  // parts[0]
  choice,  // parts[0] then parts[1], else parts[2]
};

struct Shape {
  Joint joint = Joint::facets;
  KindSet kinds = kAllKinds;
  bool has_values = false;
  bool is_length_free = true;
  bool is_number_free = true;
  std::vector<ShapeId> parts{};
  std::vector<Value> values{};  // sorted, of `kinds` only
  std::optional<Bound> least{};
  std::optional<Bound> most{};
  std::optional<Number> step{};
  Count length{};
  std::vector<PatternId> patterns{};  // sorted
  std::unique_ptr<ArrayFacet> array{};
  std::unique_ptr<ObjectFacet> object{};
  /// What of the schema is not modelled (open_text()). The shape is then wider than the schema.
  OpenId open = kNotOpen;
  /// Where it was first read.
  Place place{};
};

/// A text that is ordered by its hash first: quick, and n log n whatever texts somebody thinks of. 100,000 names made to have one hash cost 41 s
/// in a table of hashes and 0.1 s so (2026-11-30).
struct HashedText {
  explicit HashedText(std::string_view of) : hash(hash_of_text(of)), text(of) {}
  auto operator<=>(const HashedText&) const = default;
  std::uint64_t hash;
  std::string_view text;
};

/// All shapes of one comparison. Its values are those of the schemas' documents, which outlive it.
class ShapeBook {
 public:
  ShapeBook();

  /// A number for a shape that is met before it is made.
  ShapeId reserve();
  /// Whether there is one. Otherwise every shape is behind all that it mentions, and none leads to itself.
  bool has_reserved() const { return has_reserved_; }
  void set(ShapeId id, Shape shape);
  ShapeId add(Shape shape);
  const Shape& at(ShapeId id) const { return shapes_[id]; }
  std::size_t size() const { return shapes_.size(); }

  NameId name(std::string_view text);
  std::string_view name_text(NameId id) const { return names_[id]; }
  /// The number of a name that was met before.
  std::optional<NameId> find_name(std::string_view text) const;
  /// Nothing where it is no pattern.
  std::optional<PatternId> pattern(std::string_view text);
  const Pattern& pattern_at(PatternId id) const { return patterns_[id]; }
  const Language& language_of(PatternId id) const { return languages_[id]; }

  /// What two shapes leave open whose text and identity are the same is the same. The text is for people.
  OpenId open(std::string_view text, std::string_view identity = {});
  std::string_view open_text(OpenId id) const {
    return name_text(id - 1).substr(0, open_sizes_.at(id));
  }

  /// Gives shapes that say the same one number and replaces every mention of the others by it. False where the rounds did not suffice:
  /// the book is of no use then.
  bool settle();
  ShapeId settled(ShapeId id) const { return id < class_.size() ? class_[id] : id; }
  /// The shape of one value; made once the book is settled.
  ShapeId shape_of_value(Value value);
  /// The same of an array or object, told by its items or members: a search that breaks it is led to what differs.
  ShapeId structure_of(Value value);

 private:
  void rewrite(Shape& shape) const;

  std::array<std::byte, 4096> first_block_;  // a small comparison needs no more
  std::pmr::monotonic_buffer_resource arena_{first_block_.data(), first_block_.size()};
  std::pmr::deque<Shape> shapes_{&arena_};
  bool has_reserved_ = false;
  std::vector<ShapeId> class_;
  std::pmr::map<HashedText, NameId> name_ids_{&arena_};
  std::pmr::vector<std::string_view> names_{&arena_};
  std::pmr::map<HashedText, PatternId> pattern_ids_{&arena_};
  std::vector<Pattern> patterns_;
  std::vector<Language> languages_;
  std::unordered_map<std::uint64_t, ShapeId> value_shapes_;
  std::unordered_map<ShapeId, ShapeId> structures_;     // by the shape of the value
  std::unordered_map<OpenId, std::size_t> open_sizes_;  // of the texts
};

/// Lists of values are kept in the order of their hashes, so that one is found quickly.
void sort_by_hash(std::vector<Value>& values);
/// Whether a list in that order has a value.
bool has_value(const std::vector<Value>& sorted, Value value);
/// Whether no number is between the bounds.
bool is_gap(const Bound& least, const Bound& most);
/// Whether a number is within the bounds and steps of a shape.
bool is_number_inside(const Shape& shape, const Number& number);
/// The nearest multiple of a step (above zero) that is not above, or not below the value. Nothing where it has too many digits.
std::optional<Number> multiple_below(const Number& value, const Number& step);
std::optional<Number> multiple_above(const Number& value, const Number& step);

/// Makes the fields of a shape one of many ways to say the same: drops what is inert for its types, rounds bounds to multiples, filters and
/// sorts values. Only for Joint::facets.
void simplify(Shape& shape);
/// Whether it says nothing at all.
bool is_free(const Shape& shape);

}  // namespace holdfast::json_schema

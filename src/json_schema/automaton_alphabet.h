// SPDX-License-Identifier: Apache-2.0
// The alphabet of a question: Unicode's code points in classes that nothing in the question tells apart. Surrogates are no characters of a
// string and in no class.
#pragma once
#include <cstdint>
#include <vector>

#include "json_schema/pattern_char_set.h"

namespace holdfast::json_schema {

class Alphabet {
 public:
  struct Class {
    std::uint32_t representative =
        0;  // the one a person would best like to read: a-z, 0-9, A-Z, other printable ASCII, …
    std::vector<CharRange> ranges;
  };

  /// Every set of `sets` is a union of classes, and every code point of `singles` is a class by itself.
  Alphabet(const std::vector<const CharSet*>& sets, std::vector<std::uint32_t> singles);

  /// The classes, the best to read first.
  const std::vector<Class>& classes() const { return classes_; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(classes_.size()); }
  /// The class of a code point that is no surrogate.
  std::uint32_t class_of(std::uint32_t code_point) const;

 private:
  struct Atom {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t in_class = 0;
  };
  void cut(const std::vector<const CharSet*>& sets, const std::vector<std::uint32_t>& singles);
  void refine(const CharSet& set);
  void gather();

  std::vector<Atom> atoms_;  // sorted
  std::vector<Class> classes_;
  std::uint32_t class_count_ = 1;
};

}  // namespace holdfast::json_schema

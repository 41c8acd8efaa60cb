// SPDX-License-Identifier: Apache-2.0
// Reads Thrift's compact protocol, in which Parquet writes its footer and the header of each page, out of bytes that nobody vouches for.
//
//   struct   field… 0x00                 field: byte (id delta << 4 | type), or byte (type) and zigzag id, then the value
//   list     byte (count << 4 | type), or byte (0xF0 | type) and varint count, then the elements; a set is the same
//   map      varint count; unless it is 0: byte (key type << 4 | value type), then the pairs
//   integer  zigzag varint               bool: in the field's type; in a list one byte
//   string   varint length, bytes        double: 8 bytes
//
// The first fault stops it for good: from then on every call returns nothing at once, ok() says so and fault() why. So a caller may
// read a whole structure and ask once. Time and memory are bounded by the number of bytes, nesting by kMostDepth.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace holdfast::parquet {

/// A value's type on the wire.
enum class WireType : std::uint8_t {
  stop = 0,
  yes = 1,
  no = 2,
  int8 = 3,
  int16 = 4,
  int32 = 5,
  int64 = 6,
  float64 = 7,
  bytes = 8,
  list = 9,
  set = 10,
  map = 11,
  record = 12,
  uuid = 13,
};

class CompactReader {
 public:
  /// The bytes must outlive the reader and every view it returns.
  explicit CompactReader(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}

  bool ok() const { return fault_ == nullptr; }
  /// A sentence for people; nullptr while ok(). kEndsEarly when more bytes might have helped.
  const char* fault() const { return fault_; }
  std::size_t offset() const { return size_ - rest_.size(); }
  /// Stops it, unless it has stopped.
  void fail(const char* fault);

  /// Calls visit(id, type) for each field; what it returns false for is skipped. A record within another
  /// one is read by calling this again from within.
  template <class Visit>
  void each_field(WireType type, Visit&& visit) {
    if (!enter(type == WireType::record)) return;
    for (int id = 0; next_field(id);)
      if (!visit(id, field_type_)) skip(field_type_);
    --depth_;
  }
  /// Calls visit(type) for each element of a list.
  template <class Visit>
  void each_element(WireType type, Visit&& visit) {
    if (!enter(type == WireType::list)) return;
    auto [count, element] = list_header();
    for (; count > 0 && ok(); --count)
      visit(element);
    --depth_;
  }

  /// Values of a field or element; a fault where its type is another.
  std::int64_t integer(WireType type);
  std::int32_t small_integer(WireType type);
  std::string_view bytes(WireType type);
  bool flag(WireType type);
  void skip(WireType type);

  static constexpr int kMostDepth = 32;
  static const char* const kEndsEarly;

 private:
  bool enter(bool expected);
  bool next_field(int& id);
  std::pair<std::uint64_t, WireType> list_header();
  std::uint8_t byte();
  std::uint64_t varint();
  std::string_view take(std::uint64_t size_bytes);
  WireType wire_type(unsigned number);
  void skip_element(WireType type);
  void skip_map();

  std::string_view rest_;
  std::size_t size_;
  const char* fault_ = nullptr;
  int depth_ = 0;
  WireType field_type_ = WireType::stop;
};

}  // namespace holdfast::parquet

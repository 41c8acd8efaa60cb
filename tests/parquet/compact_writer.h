// SPDX-License-Identifier: Apache-2.0
// Footers made by hand, right and wrong ones: Thrift's compact protocol, written.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parquet/compact_reader.h"

namespace holdfast::parquet::testing {

class CompactWriter {
 public:
  std::string bytes;

  CompactWriter& varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U)
      bytes += static_cast<char>(value | 0x80U);
    bytes += static_cast<char>(value);
    return *this;
  }
  CompactWriter& zigzag(std::int64_t value) {
    return varint(static_cast<std::uint64_t>(value) << 1U ^
                  static_cast<std::uint64_t>(value >> 63));
  }
  /// The header of a field, in the long form.
  CompactWriter& field(int id, WireType type) {
    bytes += static_cast<char>(type);
    return zigzag(id);
  }
  CompactWriter& integer(int id, std::int64_t value, WireType type = WireType::int64) {
    return field(id, type).zigzag(value);
  }
  CompactWriter& text(int id, std::string_view value) {
    field(id, WireType::bytes).varint(value.size());
    bytes += value;
    return *this;
  }
  CompactWriter& record(int id, const CompactWriter& inner) {
    field(id, WireType::record);
    return append(inner).stop();
  }
  CompactWriter& list(int id, const std::vector<CompactWriter>& elements) {
    field(id, WireType::list);
    bytes += static_cast<char>(0xF0U | static_cast<unsigned>(WireType::record));
    varint(elements.size());
    for (const CompactWriter& element : elements)
      append(element).stop();
    return *this;
  }
  CompactWriter& append(const CompactWriter& other) {
    bytes += other.bytes;
    return *this;
  }
  CompactWriter& stop() {
    bytes += '\0';
    return *this;
  }
};

struct MadeChunk {
  std::int64_t offset = 4;
  std::int64_t size_bytes = 100;
  std::int64_t value_count = 3;
  std::int64_t uncompressed_size_bytes = 100;
  std::int32_t codec = 0;
  std::int32_t type = 6;
};

inline CompactWriter made_chunk(const MadeChunk& chunk) {
  CompactWriter text;
  text.integer(1, chunk.type, WireType::int32).integer(4, chunk.codec, WireType::int32);
  text.integer(5, chunk.value_count).integer(6, chunk.uncompressed_size_bytes);
  text.integer(7, chunk.size_bytes).integer(9, chunk.offset);
  return CompactWriter().integer(2, chunk.offset).record(3, text);
}

inline CompactWriter made_group(std::int64_t row_count, const std::vector<CompactWriter>& chunks) {
  return CompactWriter().list(1, chunks).integer(2, 1).integer(3, row_count);
}

inline CompactWriter made_leaf(std::string_view name, std::int32_t type = 6,
                               std::int32_t repetition = 1) {
  return CompactWriter()
      .integer(1, type, WireType::int32)
      .integer(3, repetition, WireType::int32)
      .text(4, name);
}

inline CompactWriter made_node(std::string_view name, std::int32_t child_count) {
  return CompactWriter()
      .integer(3, 0, WireType::int32)
      .text(4, name)
      .integer(5, child_count, WireType::int32);
}

/// A footer, without the stop byte, to be added to.
inline CompactWriter made_footer(std::int64_t row_count, const std::vector<CompactWriter>& schema,
                                 const std::vector<CompactWriter>& groups) {
  return CompactWriter()
      .integer(1, 2, WireType::int32)
      .list(2, schema)
      .integer(3, row_count)
      .list(4, groups);
}

/// One column "k", one row group of three rows at byte 4: right, but for what is changed in the chunk.
inline std::string simple_footer(const MadeChunk& chunk = {}, std::int64_t row_count = 3) {
  return made_footer(row_count, {made_node("schema", 1), made_leaf("k")},
                     {made_group(3, {made_chunk(chunk)})})
      .stop()
      .bytes;
}

}  // namespace holdfast::parquet::testing

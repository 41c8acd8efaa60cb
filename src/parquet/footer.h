// SPDX-License-Identifier: Apache-2.0
// The footer of a Parquet file, read with no library: what the file promises, held against the file's size.
//
//   file     "PAR1" pages… indexes… footer length "PAR1"      length: 4 bytes, little endian, of the footer
//   footer   FileMetaData in Thrift's compact protocol (compact_reader.h; the fields: parquet.thrift of Apache parquet-format)
//
// Why our own: a guard must start in a millisecond (libparquet needs ten), and must not trust what libparquet trusts: with bytes cut
// out of the middle of a file its footer reads well and its row count is a lie. Only the tail and the first four bytes are read.
// Whether the pages are whole is told by page_check.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/readable_file.h"
#include "base/result.h"

namespace holdfast::parquet {

/// How values are stored; the numbers are the format's.
enum class PhysicalType : std::uint8_t {
  boolean = 0,
  int32 = 1,
  int64 = 2,
  int96 = 3,
  float32 = 4,
  float64 = 5,
  byte_array = 6,
  fixed_byte_array = 7,
};
std::string_view physical_type_name(PhysicalType type);

/// What values mean, out of the logical type or else of the converted type that older writers have.
enum class LogicalType : std::uint8_t {
  none,
  string,
  map,
  list,
  enumeration,
  decimal,
  date,
  time,
  timestamp,
  interval,
  integer,
  null,
  json,
  bson,
  uuid,
  float16,
  variant,
  geometry,
  geography,
  unknown,  // newer than this reader
};
std::string_view logical_type_name(LogicalType type);

/// The numbers are the format's.
enum class Repetition : std::uint8_t { required = 0, optional = 1, repeated = 2 };

/// A leaf of the schema.
struct FooterColumn {
  std::string path;  // names from the root down, with dots between them
  int path_depth = 1;
  PhysicalType type = PhysicalType::boolean;
  std::int32_t type_size_bytes = 0;  // of fixed_byte_array
  Repetition repetition = Repetition::required;
  LogicalType logical = LogicalType::none;
  int integer_bits = 0;  // of LogicalType::integer
  bool integer_signed = true;
  int max_definition_level = 0;  // how many of its path are not required
  int max_repetition_level = 0;  // how many are repeated
  bool operator==(const FooterColumn&) const = default;
};

/// The values of one column in one row group.
struct ColumnChunk {
  std::uint64_t offset = 0;  // of its first page
  std::uint64_t size_bytes = 0;
  std::uint64_t uncompressed_size_bytes = 0;
  std::uint64_t value_count = 0;  // with nulls
  std::int32_t codec = 0;         // the format's number; 0 is uncompressed
};

struct RowGroup {
  std::uint64_t row_count = 0;
  std::vector<ColumnChunk> chunks;  // as Footer::columns
};

struct Footer {
  std::uint64_t row_count = 0;
  std::vector<FooterColumn> columns;
  std::vector<RowGroup> row_groups;
  std::vector<std::pair<std::string, std::string>>
      key_values;  // as they stand; a key may be there twice
  std::string created_by;
  std::int32_t format_version = 0;
  std::uint64_t file_size_bytes = 0;
  std::uint64_t footer_offset = 0;
  std::uint64_t footer_size_bytes = 0;

  /// The first value of a key of the metadata.
  std::optional<std::string_view> value_of(std::string_view key) const;
  /// The leaf with this path, by its position in `columns`.
  std::optional<std::size_t> index_of(std::string_view path) const;
};

/// What the footer says, once it agrees with itself and with the file: every column chunk lies between the first bytes and the footer,
/// none overlaps another, rows of row groups add up. `corrupt` otherwise, and for what is no Parquet file; `unsupported` for encrypted
/// files, and columns in other files; `io`. The message names the file.
Result<Footer> read_footer(const ReadableFile& file);
/// The same of a path: `not_found` too.
Result<Footer> read_footer(const std::string& path);

/// The bytes of the footer alone, of a file of this size; for read_footer() and for fuzzing. `name` is for messages.
Result<Footer> parse_footer(std::string_view bytes, std::uint64_t file_size_bytes,
                            const std::string& name);

}  // namespace holdfast::parquet

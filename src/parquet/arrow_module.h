// SPDX-License-Identifier: Apache-2.0
// The seam to libholdfast-arrow.so (src/parquet/module), which holds everything that needs Apache Arrow: 62 MB of libraries and ten
// milliseconds, for the commands that need rows. Only this room calls it: key_column.h, table_reader.h and table_writer.h are for others.
//
// It is opened once, when first asked for, and stays. It is looked for beside the program and in ../lib/holdfast from there. Both sides
// are built together; kArrowModuleVersion refuses another build's. What crosses: this header's types and those of base and the standard
// library. No exception does, and none of Arrow's types.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/readable_file.h"
#include "base/result.h"
#include "parquet/rows.h"

namespace holdfast::parquet {

/// Takes the bytes of a file as they come.
using ByteSink = std::function<Status(std::string_view)>;

enum class Compression : std::uint8_t { none, snappy, zstd };

/// A column to read, by its position among the leaves of the schema.
struct SourceColumn {
  int index = 0;
  ColumnType type = ColumnType::string;
  bool is_unsigned_32 = false;  // stored as 32 bits without a sign
};

struct SinkOptions {
  std::vector<Column> columns;
  Compression compression = Compression::zstd;
  int compression_level = 3;  // of zstd
  std::vector<std::pair<std::string, std::string>> key_values;
};

/// Reads columns side by side. One thread.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// The next rows, never none, valid until the next call; false at the end. `corrupt`, or the file's `io`.
  virtual Result<bool> next(RowBatch& batch) = 0;
};

/// Writes one file. One thread. Destroyed before finish(), it writes nothing more.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// Columns and values must fit the options. The sink's own error, or `internal`.
  virtual Status write(const RowBatch& batch) = 0;
  /// What follows goes into a new row group.
  virtual Status end_row_group() = 0;
  /// Writes the footer.
  virtual Status finish() = 0;
};

class ArrowModule {
 public:
  virtual ~ArrowModule() = default;
  /// Of the Arrow that was loaded ("26.0.1").
  virtual std::string arrow_version() const = 0;
  /// The file must outlive the source. `corrupt`, `io`.
  virtual Result<std::unique_ptr<RowSource>> open_rows(const ReadableFile& file,
                                                       std::vector<SourceColumn> columns) = 0;
  virtual Result<std::unique_ptr<RowSink>> create_rows(ByteSink sink, SinkOptions options) = 0;
};

/// Changes with everything in this header.
inline constexpr std::string_view kArrowModuleVersion = HOLDFAST_VERSION "/1";
/// What the module exports: the module, or nullptr where `version` is not its own.
using ArrowModuleFactory = ArrowModule* (*)(const char* version);
inline constexpr const char* kArrowModuleFactory = "holdfast_arrow_module";

/// The module, opened at the first call; any thread. `unsupported` with the places looked at where it is not there or can't be opened.
Result<ArrowModule*> arrow_module();
/// The same from one place, every time anew; for tests.
Result<ArrowModule*> open_arrow_module(const std::string& path);

}  // namespace holdfast::parquet

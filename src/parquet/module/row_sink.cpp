// SPDX-License-Identifier: Apache-2.0
#include "parquet/module/row_sink.h"

#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/column_writer.h>
#include <parquet/file_writer.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include "parquet/module/foreign.h"

namespace holdfast::parquet {
namespace {

using ::parquet::schema::GroupNode;
using ::parquet::schema::NodePtr;
using ::parquet::schema::PrimitiveNode;

NodePtr node_of(const Column& column) {
  using ::parquet::LogicalType;
  using ::parquet::Repetition;
  using ::parquet::Type;
  const auto repetition =
      column.nullable == Nullable::yes ? Repetition::OPTIONAL : Repetition::REQUIRED;
  const auto plain = [&](Type::type type) {
    return PrimitiveNode::Make(column.name, repetition, LogicalType::None(), type);
  };
  switch (column.type) {
    case ColumnType::string:
      return PrimitiveNode::Make(column.name, repetition, LogicalType::String(), Type::BYTE_ARRAY);
    case ColumnType::binary:
      return plain(Type::BYTE_ARRAY);
    case ColumnType::int64:
      return plain(Type::INT64);
    case ColumnType::float64:
      return plain(Type::DOUBLE);
    case ColumnType::boolean:
      return plain(Type::BOOLEAN);
  }
  return nullptr;
}

std::shared_ptr<::parquet::WriterProperties> properties_of(const SinkOptions& options) {
  ::parquet::WriterProperties::Builder builder;
  builder.memory_pool(::arrow::system_memory_pool())->enable_page_checksum();
  switch (options.compression) {
    case Compression::none:
      builder.compression(::parquet::Compression::UNCOMPRESSED);
      break;
    case Compression::snappy:
      builder.compression(::parquet::Compression::SNAPPY);
      break;
    case Compression::zstd:
      builder.compression(::parquet::Compression::ZSTD)
          ->compression_level(options.compression_level);
      break;
  }
  return builder.build();
}

class ParquetRowSink final : public RowSink {
 public:
  ParquetRowSink(ByteSink sink, SinkOptions options)
      : file_(std::make_shared<SinkFile>(std::move(sink))), options_(std::move(options)) {}
  ~ParquetRowSink() override {
    file_->abandon();  // or libparquet would write a footer under the rows that are there
    const Status ended = guarded([this]() -> Status {
      group_ = nullptr;
      writer_.reset();
      return {};
    });
    static_cast<void>(ended.ok());
  }
  ParquetRowSink(const ParquetRowSink&) = delete;
  ParquetRowSink& operator=(const ParquetRowSink&) = delete;

  Status open() {
    return guarded([this]() -> Status {
      ::parquet::schema::NodeVector nodes;
      for (const Column& column : options_.columns)
        nodes.push_back(node_of(column));
      auto metadata = std::make_shared<::arrow::KeyValueMetadata>();
      for (const auto& [key, value] : options_.key_values)
        metadata->Append(key, value);
      writer_ =
          ::parquet::ParquetFileWriter::Open(file_,
                                             std::static_pointer_cast<GroupNode>(GroupNode::Make(
                                                 "schema", ::parquet::Repetition::REQUIRED, nodes)),
                                             properties_of(options_), std::move(metadata));
      return {};
    });
  }

  Status write(const RowBatch& batch) override {
    return guarded([&]() -> Status {
      if (group_ == nullptr) group_ = writer_->AppendBufferedRowGroup();
      for (std::size_t i = 0; i < options_.columns.size(); ++i)
        write_column(static_cast<int>(i), batch.columns[i], batch.row_count);
      return {};
    });
  }

  Status end_row_group() override {
    return guarded([this]() -> Status {
      if (group_ != nullptr) group_->Close();
      group_ = nullptr;
      return {};
    });
  }

  Status finish() override {
    TRY(end_row_group());
    return guarded([this]() -> Status {
      writer_->Close();
      return {};
    });
  }

 private:
  template <class Act>
  Status guarded(Act act) {
    return fenced(act, [this](const std::string& why) -> Status {
      if (file_->failed()) return *file_->failed();
      return Error(Code::internal, "rows can't be written as Parquet: " + why);
    });
  }

  void write_column(int index, const ColumnValues& values, std::size_t row_count) {
    ::parquet::ColumnWriter* column = group_->column(index);
    switch (options_.columns[static_cast<std::size_t>(index)].type) {
      case ColumnType::string:
      case ColumnType::binary:
        return write_values<::parquet::ByteArrayType>(
            *column, values, row_count,
            [&](std::size_t row) { return ::parquet::ByteArray(values.texts[row]); });
      case ColumnType::int64:
        return write_values<::parquet::Int64Type>(
            *column, values, row_count, [&](std::size_t row) { return values.integers[row]; });
      case ColumnType::float64:
        return write_values<::parquet::DoubleType>(
            *column, values, row_count, [&](std::size_t row) { return values.numbers[row]; });
      case ColumnType::boolean:
        return write_values<::parquet::BooleanType>(
            *column, values, row_count, [&](std::size_t row) { return values.flags[row] != 0; });
    }
  }

  // The format wants a level for each row, and the values without those of nulls.
  template <class Stored, class At>
  void write_values(::parquet::ColumnWriter& column, const ColumnValues& values,
                    std::size_t row_count, At at) {
    using Value = typename Stored::c_type;
    const auto stored = std::make_unique<Value[]>(row_count);
    levels_.assign(row_count, 1);
    std::size_t count = 0;
    for (std::size_t row = 0; row < row_count; ++row) {
      if (values.is_null(row)) {
        levels_[row] = 0;
      } else {
        stored[count++] = at(row);
      }
    }
    auto& writer = static_cast<::parquet::TypedColumnWriter<Stored>&>(column);
    writer.WriteBatch(static_cast<std::int64_t>(row_count),
                      column.descr()->max_definition_level() > 0 ? levels_.data() : nullptr,
                      nullptr, stored.get());
  }

  std::shared_ptr<SinkFile> file_;
  SinkOptions options_;
  std::unique_ptr<::parquet::ParquetFileWriter> writer_;
  ::parquet::RowGroupWriter* group_ = nullptr;  // the writer's
  std::vector<std::int16_t> levels_;
};

}  // namespace

Result<std::unique_ptr<RowSink>> open_row_sink(ByteSink sink, SinkOptions options) {
  auto rows = std::make_unique<ParquetRowSink>(std::move(sink), std::move(options));
  TRY(rows->open());
  return std::unique_ptr<RowSink>(std::move(rows));
}

}  // namespace holdfast::parquet

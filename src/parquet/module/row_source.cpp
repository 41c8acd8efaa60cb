// SPDX-License-Identifier: Apache-2.0
#include "parquet/module/row_source.h"

#include <algorithm>
#include <cstring>
#include <memory_resource>

#include <arrow/memory_pool.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include "parquet/module/foreign.h"

namespace holdfast::parquet {
namespace {

constexpr std::int64_t kBatchRows = 8192;
constexpr std::int64_t kReadAheadBytes = 1 << 20;  // per column: large chunks are never read whole
constexpr std::int64_t kLeastReadBytes = 1 << 12;
constexpr std::size_t kArenaBytes = 256U << 10U;

Error undecodable(const SourceFile& file, const std::string& why) {
  if (file.failed()) return *file.failed();
  return {Code::corrupt, file.name() + ": can't be decoded: " + why,
          "restore the file from a copy, or write it anew"};
}

constexpr std::int64_t kContradicts = -1;

// Whether texts point into the current page (one column alone, one page at a time) or are copied.
enum class Texts : bool { copied, in_page };

// The values of one column for the current batch, out of the current row group.
class ColumnCursor {
 public:
  explicit ColumnCursor(Texts texts) : texts_(texts) {}
  virtual ~ColumnCursor() = default;
  ColumnCursor(const ColumnCursor&) = delete;
  ColumnCursor& operator=(const ColumnCursor&) = delete;
  virtual void open(std::shared_ptr<::parquet::ColumnReader> reader) = 0;
  // Reads up to `row_count` rows after those it has; how many, none at the end of the row group, kContradicts where values and nulls
  // of a page don't add up.
  virtual std::int64_t read(std::int64_t row_count) = 0;
  virtual bool has_more() = 0;
  virtual void clear() = 0;
  virtual ColumnValues values() const = 0;

 protected:
  Texts texts() const { return texts_; }

 private:
  Texts texts_;
};

// Reads what is stored as Stored, for a caller that sees Kept.
template <class Stored, class Kept>
class TypedCursor final : public ColumnCursor {
 public:
  TypedCursor(Texts texts, bool nullable, bool is_unsigned_32)
      : ColumnCursor(texts), nullable_(nullable), unsigned_32_(is_unsigned_32) {}

  void open(std::shared_ptr<::parquet::ColumnReader> reader) override {
    reader_ = std::static_pointer_cast<::parquet::TypedColumnReader<Stored>>(std::move(reader));
  }

  std::int64_t read(std::int64_t row_count) override {
    const auto most = static_cast<std::size_t>(row_count);
    if (stored_size_ < most) {
      stored_ = std::make_unique<Value[]>(most);  // of bool too, which a vector would pack
      stored_size_ = most;
    }
    levels_.resize(most);
    std::int64_t value_count = 0;
    const std::int64_t level_count = reader_->ReadBatch(
        row_count, nullable_ ? levels_.data() : nullptr, nullptr, stored_.get(), &value_count);
    return append(level_count, value_count) ? level_count : kContradicts;
  }

  bool has_more() override { return reader_->HasNext(); }

  void clear() override {
    kept_.clear();
    present_.clear();
    if constexpr (kIsText) arena_.release();
  }

  ColumnValues values() const override {
    ColumnValues out;
    if (nullable_) out.present = present_;
    if constexpr (kIsText) {
      out.texts = kept_;
    } else if constexpr (std::is_same_v<Kept, std::int64_t>) {
      out.integers = kept_;
    } else if constexpr (std::is_same_v<Kept, double>) {
      out.numbers = kept_;
    } else {
      out.flags = kept_;
    }
    return out;
  }

 private:
  using Value = typename Stored::c_type;
  static constexpr bool kIsText = std::is_same_v<Kept, std::string_view>;

  bool append(std::int64_t level_count, std::int64_t value_count) {
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < level_count; ++i) {
      const bool is_present = !nullable_ || levels_[static_cast<std::size_t>(i)] != 0;
      if (is_present && next == value_count) return false;
      kept_.push_back(is_present ? keep(stored_[static_cast<std::size_t>(next++)]) : Kept{});
      if (nullable_) present_.push_back(is_present ? 1 : 0);
    }
    return next == value_count;
  }

  Kept keep(const Value& value) {
    if constexpr (kIsText) {
      const std::string_view text(reinterpret_cast<const char*>(value.ptr), value.len);
      if (texts() == Texts::in_page || text.empty()) return text;
      auto* copy = static_cast<char*>(arena_.allocate(text.size(), 1));
      std::memcpy(copy, text.data(), text.size());
      return {copy, text.size()};
    } else if constexpr (std::is_same_v<Value, std::int32_t>) {
      return unsigned_32_ ? static_cast<Kept>(static_cast<std::uint32_t>(value))
                          : static_cast<Kept>(value);
    } else {
      return static_cast<Kept>(value);
    }
  }

  bool nullable_;
  bool unsigned_32_;
  std::shared_ptr<::parquet::TypedColumnReader<Stored>> reader_;
  std::unique_ptr<Value[]> stored_;  // as it comes: without the nulls
  std::size_t stored_size_ = 0;
  std::vector<std::int16_t> levels_;
  std::vector<Kept> kept_;
  std::vector<std::uint8_t> present_;
  std::pmr::monotonic_buffer_resource arena_{kArenaBytes};
};

std::unique_ptr<ColumnCursor> cursor_of(const ::parquet::ColumnDescriptor& stored,
                                        SourceColumn column, Texts texts) {
  const bool nullable = stored.max_definition_level() > 0;
  const bool wide = column.is_unsigned_32;
  switch (stored.physical_type()) {
    case ::parquet::Type::BYTE_ARRAY:
      return std::make_unique<TypedCursor<::parquet::ByteArrayType, std::string_view>>(
          texts, nullable, wide);
    case ::parquet::Type::INT64:
      return std::make_unique<TypedCursor<::parquet::Int64Type, std::int64_t>>(texts, nullable,
                                                                               wide);
    case ::parquet::Type::INT32:
      return std::make_unique<TypedCursor<::parquet::Int32Type, std::int64_t>>(texts, nullable,
                                                                               wide);
    case ::parquet::Type::DOUBLE:
      return std::make_unique<TypedCursor<::parquet::DoubleType, double>>(texts, nullable, wide);
    case ::parquet::Type::FLOAT:
      return std::make_unique<TypedCursor<::parquet::FloatType, double>>(texts, nullable, wide);
    case ::parquet::Type::BOOLEAN:
      return std::make_unique<TypedCursor<::parquet::BooleanType, std::uint8_t>>(texts, nullable,
                                                                                 wide);
    default:
      return nullptr;
  }
}

class ParquetRowSource final : public RowSource {
 public:
  ParquetRowSource(const ReadableFile& file, std::vector<SourceColumn> columns)
      : file_(std::make_shared<SourceFile>(file)), columns_(std::move(columns)) {}

  Status open() {
    return guarded([this]() -> Status { return open_unguarded(); });
  }

  Result<bool> next(RowBatch& batch) override {
    return guarded([&]() -> Result<bool> { return next_unguarded(batch); });
  }

 private:
  template <class Act>
  auto guarded(Act act) -> decltype(act()) {
    return fenced(act, [this](const std::string& why) { return undecodable(*file_, why); });
  }

  Status open_unguarded() {
    ::parquet::ReaderProperties properties(::arrow::system_memory_pool());
    properties.enable_buffered_stream();
    properties.set_buffer_size(std::clamp(*file_->GetSize(), kLeastReadBytes, kReadAheadBytes));
    properties.set_page_checksum_verification(true);
    reader_ = ::parquet::ParquetFileReader::Open(file_, properties);
    const Texts texts = columns_.size() == 1 ? Texts::in_page : Texts::copied;
    for (const SourceColumn& column : columns_) {
      const ::parquet::ColumnDescriptor* stored =
          reader_->metadata()->schema()->Column(column.index);
      auto cursor = stored->max_repetition_level() == 0 && stored->max_definition_level() <= 1
                        ? cursor_of(*stored, column, texts)
                        : nullptr;
      if (cursor == nullptr)
        return Error(Code::internal,
                     file_->name() + ": column " + stored->name() + " can't be read as rows");
      cursors_.push_back(std::move(cursor));
    }
    return {};
  }

  Result<bool> next_unguarded(RowBatch& batch) {
    while (rows_left_ == 0) {
      if (group_ >= 0)
        for (const auto& cursor : cursors_)
          if (cursor->has_more())
            return undecodable(
                *file_, "row group " + std::to_string(group_) + " has more values than rows");
      if (++group_ == reader_->metadata()->num_row_groups()) return false;
      open_group();
    }
    TRY_ASSIGN(const std::int64_t row_count, cursors_.size() == 1 ? read_page() : read_batch());
    rows_left_ -= row_count;
    batch.row_count = static_cast<std::size_t>(row_count);
    batch.columns.clear();
    for (const auto& cursor : cursors_)
      batch.columns.push_back(cursor->values());
    return true;
  }

  void open_group() {
    const auto group = reader_->RowGroup(group_);
    rows_left_ = group->metadata()->num_rows();
    for (std::size_t i = 0; i < cursors_.size(); ++i)
      cursors_[i]->open(group->Column(columns_[i].index));
  }

  // What one page still has: its texts need no copy then.
  Result<std::int64_t> read_page() {
    cursors_.front()->clear();
    return read_some(*cursors_.front(), std::min(rows_left_, kBatchRows));
  }

  Result<std::int64_t> read_batch() {
    const std::int64_t row_count = std::min(rows_left_, kBatchRows);
    for (const auto& cursor : cursors_) {
      cursor->clear();
      for (std::int64_t left = row_count; left > 0;) {
        TRY_ASSIGN(const std::int64_t read, read_some(*cursor, left));
        left -= read;
      }
    }
    return row_count;
  }

  // At least one row.
  Result<std::int64_t> read_some(ColumnCursor& cursor, std::int64_t row_count) const {
    const std::int64_t read = cursor.read(row_count);
    if (read > 0) return read;
    return undecodable(*file_, "row group " + std::to_string(group_) +
                                   (read == 0 ? " has fewer values than rows"
                                              : " has a page that contradicts itself"));
  }

  std::shared_ptr<SourceFile> file_;
  std::vector<SourceColumn> columns_;
  std::unique_ptr<::parquet::ParquetFileReader> reader_;
  std::vector<std::unique_ptr<ColumnCursor>> cursors_;
  int group_ = -1;
  std::int64_t rows_left_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowSource>> open_row_source(const ReadableFile& file,
                                                   std::vector<SourceColumn> columns) {
  auto source = std::make_unique<ParquetRowSource>(file, std::move(columns));
  TRY(source->open());
  return std::unique_ptr<RowSource>(std::move(source));
}

}  // namespace holdfast::parquet

// SPDX-License-Identifier: Apache-2.0
#include "parquet/module/foreign.h"

#include <algorithm>
#include <span>

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>

namespace holdfast::parquet {

::arrow::Status SourceFile::Close() {
  closed_ = true;
  return ::arrow::Status::OK();
}

::arrow::Status SourceFile::Seek(std::int64_t position) {
  position_ = position;
  return ::arrow::Status::OK();
}

::arrow::Result<std::int64_t> SourceFile::GetSize() {
  return static_cast<std::int64_t>(file_->size_bytes());
}

::arrow::Result<std::int64_t> SourceFile::ReadAt(std::int64_t at, std::int64_t size_bytes,
                                                 void* out) {
  const auto end = static_cast<std::int64_t>(file_->size_bytes());
  if (at < 0 || at > end || size_bytes < 0)
    return ::arrow::Status::IOError("a read outside of the file");
  const std::int64_t size = std::min(size_bytes, end - at);
  auto read = file_->read_at(static_cast<std::uint64_t>(at),
                             std::span(static_cast<char*>(out), static_cast<std::size_t>(size)));
  if (read) return size;
  if (!failed_) failed_ = std::move(read).error();
  return ::arrow::Status::IOError(failed_->message());
}

::arrow::Result<std::shared_ptr<::arrow::Buffer>> SourceFile::ReadAt(std::int64_t at,
                                                                     std::int64_t size_bytes) {
  const auto end = static_cast<std::int64_t>(file_->size_bytes());
  if (at < 0 || at > end || size_bytes < 0)
    return ::arrow::Status::IOError("a read outside of the file");
  const std::int64_t most = std::min(size_bytes, end - at);  // memory for no more than is there
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<::arrow::ResizableBuffer> buffer,
                        ::arrow::AllocateResizableBuffer(most, ::arrow::system_memory_pool()));
  ARROW_ASSIGN_OR_RAISE(const std::int64_t size, ReadAt(at, most, buffer->mutable_data()));
  ARROW_RETURN_NOT_OK(buffer->Resize(size));
  return std::shared_ptr<::arrow::Buffer>(std::move(buffer));
}

::arrow::Result<std::int64_t> SourceFile::Read(std::int64_t size_bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t size, ReadAt(position_, size_bytes, out));
  position_ += size;
  return size;
}

::arrow::Result<std::shared_ptr<::arrow::Buffer>> SourceFile::Read(std::int64_t size_bytes) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size_bytes));
  position_ += buffer->size();
  return buffer;
}

void SinkFile::abandon() {
  if (!failed_) failed_ = Error(Code::cancelled, "the file was given up before its end");
}

::arrow::Status SinkFile::Close() {
  closed_ = true;
  return ::arrow::Status::OK();
}

::arrow::Status SinkFile::Write(const void* bytes, std::int64_t size_bytes) {
  if (!failed_) {
    auto written = sink_({static_cast<const char*>(bytes), static_cast<std::size_t>(size_bytes)});
    if (written) {
      position_ += size_bytes;
      return ::arrow::Status::OK();
    }
    failed_ = std::move(written).error();
  }
  return ::arrow::Status::IOError(failed_->message());
}

}  // namespace holdfast::parquet

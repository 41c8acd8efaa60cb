// SPDX-License-Identifier: Apache-2.0
// Where Arrow's world ends: its files over ours, and its exceptions and statuses as our errors.
#pragma once
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <parquet/exception.h>

#include "base/readable_file.h"
#include "base/result.h"
#include "parquet/arrow_module.h"

namespace holdfast::parquet {

/// A ReadableFile as Arrow reads it. Keeps the first error, which tells more than Arrow's word for it.
class SourceFile final : public ::arrow::io::RandomAccessFile {
 public:
  explicit SourceFile(const ReadableFile& file) : file_(&file) {}
  const std::optional<Error>& failed() const { return failed_; }
  const std::string& name() const { return file_->name(); }

  ::arrow::Status Close() override;
  bool closed() const override { return closed_; }
  ::arrow::Result<std::int64_t> Tell() const override { return position_; }
  ::arrow::Status Seek(std::int64_t position) override;
  ::arrow::Result<std::int64_t> GetSize() override;
  ::arrow::Result<std::int64_t> Read(std::int64_t size_bytes, void* out) override;
  ::arrow::Result<std::shared_ptr<::arrow::Buffer>> Read(std::int64_t size_bytes) override;
  ::arrow::Result<std::int64_t> ReadAt(std::int64_t at, std::int64_t size_bytes,
                                       void* out) override;
  ::arrow::Result<std::shared_ptr<::arrow::Buffer>> ReadAt(std::int64_t at,
                                                           std::int64_t size_bytes) override;

 private:
  const ReadableFile* file_;
  std::optional<Error> failed_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

/// A ByteSink as Arrow writes to it. Keeps the first error, and takes nothing after it.
class SinkFile final : public ::arrow::io::OutputStream {
 public:
  explicit SinkFile(ByteSink sink) : sink_(std::move(sink)) {}
  const std::optional<Error>& failed() const { return failed_; }
  /// From now on every byte is refused.
  void abandon();

  ::arrow::Status Close() override;
  bool closed() const override { return closed_; }
  ::arrow::Result<std::int64_t> Tell() const override { return position_; }
  ::arrow::Status Write(const void* bytes, std::int64_t size_bytes) override;

 private:
  ByteSink sink_;
  std::optional<Error> failed_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

/// Calls `act`, which returns a Result or Status of ours; whatever it throws becomes what `explain(text)` makes of it.
template <class Act, class Explain>
auto fenced(Act act, Explain explain) noexcept -> decltype(act()) {
  try {
    return act();
  } catch (const std::bad_alloc&) {
    return explain(std::string("out of memory"));
  } catch (const std::exception& thrown) {
    return explain(std::string(thrown.what()));
  } catch (...) {
    return explain(std::string("an exception without a name"));
  }
}

}  // namespace holdfast::parquet

// SPDX-License-Identifier: Apache-2.0
// A file read at any place: by path, by a descriptor that somebody opened, or in a FileSystem (base/file.h), the faulty one of the
// tests among them. For formats that are read from their end, as Parquet.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "base/root_folder.h"

namespace holdfast {

/// Its size is that of the moment it was opened. Any thread may read.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  /// For messages, printable.
  virtual const std::string& name() const = 0;
  virtual std::uint64_t size_bytes() const = 0;
  /// Fills `into` from `offset`; `io`, also where the file ends before that.
  virtual Status read_at(std::uint64_t offset, std::span<char> into) const = 0;
};

/// Follows links. `not_found`, `io`; `io` too for what is no regular file (a FIFO never blocks).
Result<std::unique_ptr<ReadableFile>> open_readable(const std::string& path);
/// `fd` stays the caller's and must stay open. `io` where it is no regular file.
Result<std::unique_ptr<ReadableFile>> readable_descriptor(int fd, const std::string& name);
/// Both must outlive what is returned. `not_found`, `io`.
Result<std::unique_ptr<ReadableFile>> readable_in(FileSystem& files, const std::string& path);

/// All bytes of a file that somebody opened; `fd` stays the caller's. `invalid` where it has more than `limit_bytes`, else `io`.
Result<std::string> read_descriptor(int fd, const std::string& name, std::uint64_t limit_bytes);
/// All bytes of a file beneath a root. `not_found`; `invalid` where it has more than `limit_bytes`; `io` for what can't be opened there
/// (it is no regular file, leads out, may not be read) or read.
Result<std::string> read_beneath(const RootFolder& root, std::string_view path,
                                 std::uint64_t limit_bytes);

}  // namespace holdfast

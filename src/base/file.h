// SPDX-License-Identifier: Apache-2.0
// The only door to durable storage of our own files (the catalog's database has its own). An
// interface with the real file system and a faulty one (base/faulty_file_system.h, for tests)
// behind it, so that every crash state POSIX allows can be replayed.
//
// What each call promises after a power cut: nothing, until sync() of the file returned (its bytes
// and size) and sync_folder() of its folder returned (its name: create, rename, remove). Built on
// this: base/whole_file.h (a file replaced whole or not at all) and base/line_file.h (lines
// appended for good).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_identity.h"
#include "base/output_place.h"
#include "base/result.h"

namespace holdfast {

/// A file open for writing at its end. Not thread-safe. The destructor closes and promises nothing.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  /// Appends all bytes, or says why not (`io`: disk full, quota, device); a part may be there then.
  virtual Status write(std::string_view bytes) = 0;
  /// Content and size survive a power cut on return. After an error the file's state is unknown
  /// (the system may have dropped the bytes and shows them all the same): do not sync again, write
  /// anew.
  virtual Status sync() = 0;
  /// Cuts the file to `size_bytes`, which must not exceed its size.
  virtual Status truncate(std::uint64_t size_bytes) = 0;
  /// Reports what the system held back (network file systems); no call but the destructor after it.
  virtual Status close() = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// A new file; `conflict` when the name exists.
  virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;
  /// At the end of a file, which is made when it is not there.
  virtual Result<std::unique_ptr<WritableFile>> append(const std::string& path) = 0;
  /// The whole content; `not_found`, `io`, or `invalid` when larger than `limit_bytes`.
  virtual Result<std::string> read(const std::string& path, std::uint64_t limit_bytes) = 0;
  /// At most `size_bytes` from `offset`; fewer only at the end of the file. `not_found`, `io`.
  virtual Result<std::string> read_range(const std::string& path, std::uint64_t offset,
                                         std::uint64_t size_bytes) = 0;
  /// `not_found`, `io`.
  virtual Result<std::uint64_t> size_bytes(const std::string& path) = 0;
  /// Of the file that a name leads to. `not_found`, `io`.
  virtual Result<FileIdentity> identity(const std::string& path) = 0;
  /// Whether the name is taken, by whatever; a symbolic link is not followed.
  virtual Result<bool> exists(const std::string& path) = 0;
  /// Names in a folder, in byte order; `not_found`, `io`.
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  /// Replaces `to` in one step as far as a running system can see; after a power cut only once
  /// sync_folder() returned. `not_found`, `io`.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  /// `not_found`, `io`.
  virtual Status remove(const std::string& path) = 0;
  /// With parents; ok when it is there.
  virtual Status create_folder(const std::string& path) = 0;
  /// A folder that this user may neither read nor write is left: none of its entries is of our making.
  virtual Status sync_folder(const std::string& path) = 0;
  /// What anybody wrote to a file so far survives a power cut on return, also through a mapping. `not_found`, `io`.
  virtual Status sync_file(const std::string& path) = 0;
  /// Removes what create() made and a process that is gone left behind; keeps what a live one still writes, on whatever
  /// machine or in whatever container, as far as the file system has locks (else it keeps everything), and what is
  /// younger than a minute. `io`.
  virtual Status remove_abandoned(const std::string& path) = 0;
  /// Where an output of this name goes (base/output_place.h). `invalid` where nothing could be written.
  virtual Result<OutputPlace> output_place(const std::string& path) = 0;
  /// For places that are no file: write() and close() only.
  virtual Result<std::unique_ptr<WritableFile>> open_stream(const OutputPlace& place) = 0;
};

/// The real one; lives as long as the process.
FileSystem& real_file_system();

/// Replaces `path` whole or not at all, durable on return: base/whole_file.h in one call.
Status write_whole_file(FileSystem& files, const std::string& path, std::string_view bytes);

/// Makes a folder with its parents, durable on return; ok when it is there.
Status create_durable_folder(FileSystem& files, const std::string& path);

/// The folder part of a path ("." when there is none, "/" for what lies in the root).
std::string folder_of(const std::string& path);
/// The last name of a path, without the folder.
std::string name_of(const std::string& path);

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// A file written piece by piece and published whole: after a crash at any moment the old content or
// the new one is there, never a part (reports, residual lists, configuration, checksum lists).
//
// 1. create()  a temporary file beside it: "<path>.<pid>-<n>.tmp"
// 2. write()   through a buffer
// 3. commit()  write the rest, sync, close, rename, sync the folder
// What was not committed is removed by the destructor; a killed process leaves its temporary file
// behind, which the next create() takes away (FileSystem::remove_abandoned). The names are never shared between writers, so that
// two of them end with one of the two contents whole. Refused: one fixed temporary name (two
// writers would mix), and O_TMPFILE with linkat (can't replace a name, missing on some file
// systems).
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace holdfast {

/// Not thread-safe. Moved from, it may only be destroyed.
class WholeFile {
 public:
  /// `path` itself is not touched before commit(); where it is a link, what it leads to. A stream
  /// (base/output_place.h) is written to as the bytes come. Errors of FileSystem::output_place and create.
  static Result<WholeFile> create(FileSystem& files, const std::string& path);
  ~WholeFile();
  WholeFile(WholeFile&&) noexcept = default;
  WholeFile& operator=(WholeFile&&) = delete;

  /// After an error the temporary file is gone, and write() and commit() return the same error.
  Status write(std::string_view bytes);
  /// Durable on return. On an error before the rename the old content stands. When the rename or
  /// the sync of the folder fails, either content may be there, whole.
  Status commit();
  /// The same, after `check` has looked at the file that is about to get the name, whole and synced: its Error, and the old content
  /// stands. Not for streams.
  Status commit(const std::function<Status(const std::string& path)>& check);

 private:
  WholeFile(FileSystem& files, std::string path) : files_(&files), path_(std::move(path)) {}
  bool is_stream() const { return temporary_.empty(); }
  Status flush();
  Status publish(const std::function<Status(const std::string& path)>& check);
  void discard();

  FileSystem* files_;
  std::string path_;                    // behind all links
  std::string temporary_;               // none for a stream
  std::unique_ptr<WritableFile> file_;  // none once committed, failed or moved from
  std::string buffer_;
  std::unique_ptr<Error> failed_;
};

/// Takes away the temporary files that killed writers of these files left, as create() does: for who may write them, and does not now.
Status remove_leftovers(FileSystem& files, const std::vector<std::string>& paths);

}  // namespace holdfast

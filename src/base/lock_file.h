// SPDX-License-Identifier: Apache-2.0
// One process at a time, held by the kernel: an exclusive flock(2) on a file that names its owner.
// It ends with the process, however that ends, so there is no stale lock. The file itself stays;
// removing it would let two processes lock two files of one name. Not for network file systems that
// don't carry flock to the server.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "base/root_folder.h"

namespace holdfast {

class LockFile {
 public:
  /// Takes the lock at once or returns `conflict`, naming who holds it. `purpose` is shown to
  /// whoever is refused
  /// ("holdfast artifacts backfill"). `io` when the file can't be made.
  static Result<LockFile> acquire(const std::string& path, std::string_view purpose);
  /// Who holds it now, for people; none where nobody does. Makes no file. `io`.
  static Result<std::optional<std::string>> holder(const std::string& path);

 private:
  explicit LockFile(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace holdfast

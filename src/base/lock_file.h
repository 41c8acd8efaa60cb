// SPDX-License-Identifier: Apache-2.0
// One process at a time, held by the kernel: an exclusive flock(2) on a file that names its owner.
// It ends with the process, however that ends, so there is no stale lock. Not for network file
// systems that don't carry flock to the server.
//
// The file itself stays, unless LockRemains::no: then whoever holds it takes it away at the end, and
// whoever locks it looks whether it still is the file of that name, and else tries again. So no two
// processes hold two files of one name; all that lock one name must say the same of it.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/root_folder.h"

namespace holdfast {

enum class LockRemains : unsigned char { yes, no };

class LockFile {
 public:
  /// Takes the lock at once or returns `conflict`, naming who holds it; also where the file is there
  /// and holds anything but what a lock does: it is left as it is. `purpose` is shown to
  /// whoever is refused
  /// ("holdfast artifacts backfill"). `io` when the file can't be made.
  static Result<LockFile> acquire(const std::string& path, std::string_view purpose,
                                  LockRemains remains = LockRemains::yes);
  /// Who holds it now, for people; none where nobody does. Makes no file. `io`.
  static Result<std::optional<std::string>> holder(const std::string& path);

 private:
  explicit LockFile(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
  struct Removal;
  std::shared_ptr<const Removal> removal_;  // behind fd_: gone before the lock is
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// A file handed to another program by a name that is safe in any argument: "/proc/<our pid>/fd/<number>".
//
// Whatever the real name holds (quotes, colons, a leading dash, bytes that are no text), the other program never sees it; nor can the
// name come to mean another file while it reads, or lead it to files that lie beside it. What the program writes lies in memory and is
// gone with us, however we end: nothing is left on a disk. Needs a program that sees our /proc (none in another container does).
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/root_folder.h"

namespace holdfast {

/// Not thread-safe. Its name is good as long as it lives.
class HandedFile {
 public:
  /// A regular file, to be read; links are followed. `not_found`, `io`, also for what is no regular file (a FIFO never blocks).
  static Result<HandedFile> open(const std::string& path);
  /// An empty file in memory, to be written by the other program.
  static Result<HandedFile> in_memory();

  /// The name for the other program.
  std::string name() const;
  /// All that was written; `io`, `invalid` where that is more than `limit_bytes`.
  Result<std::string> read(std::uint64_t limit_bytes) const;

 private:
  explicit HandedFile(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace holdfast

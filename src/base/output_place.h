// SPDX-License-Identifier: Apache-2.0
// Where the bytes go for a path that a user named as an output: to a file that can be replaced whole, or to
// something that can only be written to (a terminal, a pipe, /dev/null).
//
// 1. /proc/self/fd/N, which is what /dev/stdout leads to: that open descriptor, whatever it is. A file is not
//    replaced there: a shell that appends to it would lose what is in it.
// 2. A character device or FIFO, through any links: the thing itself.
// 3. A regular file or a free name in a folder that is there: that file. A symbolic link is followed first, so that
//    the link stays and its target is replaced.
// 4. Anything else (a folder, a block device, a socket, links in a circle) is `invalid`.
#pragma once
#include <string>

#include "base/result.h"
#include "base/root_folder.h"

namespace holdfast {

struct OutputPlace {
  enum class Kind : unsigned char { file, stream, descriptor };
  Kind kind = Kind::file;
  std::string path;     // behind all links
  int descriptor = -1;  // kind descriptor: the one that was named
};

/// Looks and opens nothing. `invalid`, with a hint, where nothing could be written; so is a folder that is not
/// there or may not be written.
Result<OutputPlace> find_output_place(const std::string& path);

/// Opens a stream or descriptor for writing. Waits a while for the reader of a FIFO, `io` when none comes.
Result<Fd> open_output_stream(const OutputPlace& place);

}  // namespace holdfast

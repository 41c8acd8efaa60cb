// SPDX-License-Identifier: Apache-2.0
// Reading one file from begin to end, and leaving the page cache as it was found.
//
// What nobody had cached is dropped again (POSIX_FADV_DONTNEED) once it was read, in blocks of 1 MiB:
// a block of which a single page was cached is somebody's and is kept. How that is known:
//   below 4 MiB  the first read asks for cached pages only (RWF_NOWAIT): all there, and it was the
//                whole cost; none there, and the file is dropped; some, and it is kept
//   above        mincore tells, further ahead than the kernel reads ahead. RWF_NOWAIT cannot: it
//                starts to read what is missing (seen on Linux 6.18). mincore answers "all" for
//                files that are not ours and that we may not write to: those are kept.
//
// Refused: reading through mmap (a file cut short by somebody else ends the process with SIGBUS, and
// a disk error does too; mincore touches no page), and O_DIRECT (it passes by a cache that is warm,
// and not every file system has it).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/root_folder.h"

namespace holdfast::core {

/// The identity of an open file now (fstat).
Result<FileIdentity> identity_of_open(int fd);

/// Whether somebody has the file open for writing now, or has mapped it so. Told by taking and giving
/// back a read lease (fcntl, F_SETLEASE), which the kernel refuses while there is a writer; `unknown`
/// where leases are not for us: another's file, a network file system.
enum class Writers : unsigned char { none, some, unknown };
Writers writers_of_open(int fd);

enum class CachePolicy : bool { leave_alone, restore };

class FileReader {
 public:
  FileReader() = default;
  /// Reads `fd`, which stays the caller's and open, up to the size that fstat told.
  FileReader(int fd, std::uint64_t size_bytes, CachePolicy policy);
  /// Fills the buffer with what comes next, at most up to the size; fewer bytes mean that the file
  /// is shorter now. `io` with errno's text.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  std::uint64_t size_left() const { return size_ - offset_; }
  /// Whether bytes follow where the file should end (so it grew, or its size is none, as in /proc).
  Result<bool> longer_than_told() const;
  /// Drops what is still to be dropped. Call it before closing, however the reading ended.
  void finish();

 private:
  bool ours(std::uint64_t block) const { return (ours_ >> (block % kRingBits) & 1U) != 0; }
  void look_ahead();
  void look_at(std::uint64_t first_block, std::uint64_t end_block);
  void leave_block(std::uint64_t block);
  void drop(std::uint64_t begin, std::uint64_t end) const;

  static constexpr std::uint64_t kRingBits = 64;

  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
  bool cached_only_ = false;        // small file: read with RWF_NOWAIT so far
  bool restore_ = false;            // drop what was not cached before
  std::uint64_t looked_until_ = 0;  // block; for those before it, ours_ is known
  std::uint64_t asked_for_ = 0;     // the last block that the kernel was asked to read ahead
  std::uint64_t ours_ = 0;          // ring of bits: the block held no cached page before we came
  std::uint64_t run_begin_ = 0;     // byte at which the run of our blocks up to offset_ begins
};

}  // namespace holdfast::core

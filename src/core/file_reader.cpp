// SPDX-License-Identifier: Apache-2.0
// Reading small files with RWF_NOWAIT while they are cached, larger ones with a look ahead at what
// is.
#include "core/file_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/system_error.h"

namespace holdfast::core {
namespace {

constexpr std::uint64_t kBlockBytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t kLookFromBytes = std::uint64_t{1} << 22U;
// Blocks looked at in one go, and the least distance to where the reading stands. The kernel reads
// ahead by at most 2 * read_ahead_kb, which is 128 by default and 8192 on the largest seen.
constexpr std::uint64_t kLookBlocks = 31;
// A folio across the end of a dropped range stays in the cache, so the next drop begins so much
// earlier.
constexpr std::uint64_t kLargestFolioBytes = std::uint64_t{1} << 21U;
constexpr std::uint64_t kSmallestPageBytes = 4096;

ssize_t read_at(int fd, std::span<std::uint8_t> buffer, std::uint64_t offset, int flags) {
  const iovec into{.iov_base = buffer.data(), .iov_len = buffer.size()};
  for (;;) {
    const ssize_t got = ::preadv2(fd, &into, 1, static_cast<off_t>(offset), flags);
    if (got >= 0 || errno != EINTR) return got;
  }
}

Error read_error(std::uint64_t offset, int error) {
  return Error(Code::io, "reading at byte " + std::to_string(offset) + ": " + errno_text(error));
}

}  // namespace

Writers writers_of_open(int fd) {
  // Who opens the file for writing in the microsecond between waits for the second call, and we get
  // a signal: SIGIO would end the process, SIGURG is ignored by default.
  if (::fcntl(fd, F_SETSIG, SIGURG) != 0) return Writers::unknown;
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
    ::fcntl(fd, F_SETLEASE, F_UNLCK);
    return Writers::none;
  }
  return errno == EAGAIN ? Writers::some : Writers::unknown;
}

FileReader::FileReader(int fd, std::uint64_t size_bytes, CachePolicy policy)
    : fd_(fd),
      size_(size_bytes),
      cached_only_(policy == CachePolicy::restore && size_bytes < kLookFromBytes),
      restore_(policy == CachePolicy::restore) {}

Result<std::size_t> FileReader::read(std::span<std::uint8_t> buffer) {
  HOLDFAST_FAILPOINT("core.file_read");
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_left()));
  const std::uint64_t first_block = offset_ / kBlockBytes;
  std::size_t have = 0;
  while (have < want) {
    if (restore_ && size_ >= kLookFromBytes) look_ahead();
    const ssize_t got =
        read_at(fd_, buffer.subspan(have, want - have), offset_, cached_only_ ? RWF_NOWAIT : 0);
    if (got == 0) break;
    if (got > 0) {
      have += static_cast<std::size_t>(got);
      offset_ += static_cast<std::uint64_t>(got);
    } else if (cached_only_) {
      cached_only_ = false;
      // EAGAIN: a page is missing. Anything else: this file system has no RWF_NOWAIT. Only where
      // the first page was missing the whole file is taken for ours.
      restore_ = errno == EAGAIN && offset_ == 0;
      looked_until_ = kLookFromBytes / kBlockBytes;
      ours_ = ~std::uint64_t{0};
    } else {
      return read_error(offset_, errno);
    }
  }
  if (restore_ && !cached_only_) {
    for (auto block = first_block; block < offset_ / kBlockBytes; ++block)
      leave_block(block);
  }
  return have;
}

Result<bool> FileReader::longer_than_told() const {
  std::uint8_t byte = 0;
  const ssize_t got = read_at(fd_, {&byte, 1}, size_, 0);
  if (got < 0) return read_error(size_, errno);
  return got > 0;
}

Result<FileIdentity> identity_of_open(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return Error(Code::io, "fstat: " + errno_text(errno));
  return identity_of(status);
}

void FileReader::finish() {
  if (!restore_ || cached_only_) return;
  restore_ = false;
  // The block it stands in, and, where the reading was given up, what was read ahead.
  std::uint64_t block = offset_ / kBlockBytes;
  while (block < looked_until_ && ours(block))
    ++block;
  drop(run_begin_, std::min(block * kBlockBytes, size_));
}

// Learns about the blocks to come before the kernel reads ahead into them, and asks for the next.
void FileReader::look_ahead() {
  const std::uint64_t block_count = (size_ + kBlockBytes - 1) / kBlockBytes;
  const std::uint64_t block = offset_ / kBlockBytes;
  while (looked_until_ < block_count && looked_until_ <= block + kLookBlocks) {
    const std::uint64_t until = std::min(looked_until_ + kLookBlocks, block_count);
    look_at(looked_until_, until);
    looked_until_ = until;
  }
  if (block + 1 > asked_for_ && block + 1 < block_count && ours(block + 1)) {
    asked_for_ = block + 1;
    ::posix_fadvise(fd_, static_cast<off_t>((block + 1) * kBlockBytes), kBlockBytes,
                    POSIX_FADV_WILLNEED);
  }
}

// A block is ours where no page of it is cached; none is where it can't be told.
void FileReader::look_at(std::uint64_t first_block, std::uint64_t end_block) {
  static const auto kPageBytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t begin = first_block * kBlockBytes;
  const auto size = static_cast<std::size_t>(std::min(end_block * kBlockBytes, size_) - begin);
  std::array<unsigned char, kLookBlocks * kBlockBytes / kSmallestPageBytes> cached{};
  void* const map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd_, static_cast<off_t>(begin));
  const bool told = map != MAP_FAILED && ::mincore(map, size, cached.data()) == 0;
  if (map != MAP_FAILED) ::munmap(map, size);
  const auto page_count = (size + kPageBytes - 1) / kPageBytes;
  const auto pages_per_block = static_cast<std::size_t>(kBlockBytes) / kPageBytes;
  for (std::uint64_t block = first_block; block < end_block; ++block) {
    const auto page = static_cast<std::size_t>(block - first_block) * pages_per_block;
    const auto* const from = cached.data() + page;
    const auto* const to = cached.data() + std::min(page + pages_per_block, page_count);
    const bool is_ours =
        told && std::none_of(from, to, [](unsigned char bits) { return (bits & 1U) != 0; });
    const std::uint64_t bit = std::uint64_t{1} << (block % kRingBits);
    ours_ = is_ours ? ours_ | bit : ours_ & ~bit;
  }
}

void FileReader::leave_block(std::uint64_t block) {
  const std::uint64_t end = (block + 1) * kBlockBytes;
  if (!ours(block)) {
    run_begin_ = end;
    return;
  }
  drop(run_begin_, end);
  if (end - run_begin_ > kLargestFolioBytes) run_begin_ = end - kLargestFolioBytes;
}

void FileReader::drop(std::uint64_t begin, std::uint64_t end) const {
  if (begin >= end) return;
  ::posix_fadvise(fd_, static_cast<off_t>(begin), static_cast<off_t>(end - begin),
                  POSIX_FADV_DONTNEED);
}

}  // namespace holdfast::core

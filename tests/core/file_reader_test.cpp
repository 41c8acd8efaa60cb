// SPDX-License-Identifier: Apache-2.0
// Reading leaves the page cache as it was found; told by mincore on files of our own.
#include "core/file_reader.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

namespace holdfast::core {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;
constexpr long kTmpfsMagic = 0x01021994;

class PageCache : public ::testing::Test {
 protected:
  void SetUp() override {
    struct statfs info{};
    ASSERT_EQ(::statfs(folder_.path().c_str(), &info), 0);
    if (info.f_type == kTmpfsMagic) GTEST_SKIP() << "tmpfs keeps every page";
  }

  // A file on the disk, none of whose pages is cached.
  Fd cold_file(std::size_t size) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      content[i] = static_cast<char>(i * 2654435761U >> 24U);
    folder_.write("file", content);
    Fd fd(::open(folder_.at("file").c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(::fsync(fd.get()), 0);
    EXPECT_EQ(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED), 0);
    content_ = std::move(content);
    return fd;
  }

  // Which pages are cached.
  std::vector<bool> cached_pages(const Fd& fd) const {
    const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> bits((content_.size() + page - 1) / page);
    void* const map = ::mmap(nullptr, content_.size(), PROT_READ, MAP_SHARED, fd.get(), 0);
    EXPECT_NE(map, MAP_FAILED);
    EXPECT_EQ(::mincore(map, content_.size(), bits.data()), 0);
    ::munmap(map, content_.size());
    std::vector<bool> out;
    for (const unsigned char bit : bits)
      out.push_back((bit & 1U) != 0);
    return out;
  }

  static std::size_t count(const std::vector<bool>& pages) {
    return static_cast<std::size_t>(std::count(pages.begin(), pages.end(), true));
  }

  // " 256-511 …": the cached pages, for messages.
  static std::string runs(const std::vector<bool>& pages) {
    std::string out;
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (!pages[i]) continue;
      const std::size_t begin = i;
      while (i + 1 < pages.size() && pages[i + 1])
        ++i;
      out += " " + std::to_string(begin) + "-" + std::to_string(i);
    }
    return out;
  }

  // No page more, and at most a tenth fewer: the kernel may reclaim a page at any moment.
  static void expect_kept(const std::vector<bool>& before, const std::vector<bool>& after) {
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i)
      ASSERT_LE(after[i], before[i]) << "page " << i << " of" << runs(after);
    EXPECT_GE(10 * count(after), 9 * count(before)) << runs(after) << " of" << runs(before);
  }

  void warm(const Fd& fd, std::size_t begin, std::size_t size) {
    // Without readahead, so that exactly these pages come in.
    ASSERT_EQ(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_RANDOM), 0);
    std::string into(size, '\0');
    ASSERT_EQ(::pread(fd.get(), into.data(), size, static_cast<off_t>(begin)),
              static_cast<ssize_t>(size));
    ASSERT_EQ(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_NORMAL), 0);
  }

  std::string read_all(const Fd& fd, CachePolicy policy) const {
    FileReader reader(fd.get(), content_.size(), policy);
    std::vector<std::uint8_t> buffer(128 * 1024);
    std::string out;
    while (reader.size_left() > 0) {
      const auto got = reader.read(buffer);
      if (!got.ok() || *got == 0) break;
      out.append(reinterpret_cast<const char*>(buffer.data()), *got);
    }
    reader.finish();
    return out;
  }

  testing::TempFolder folder_;
  std::string content_;
};

TEST_F(PageCache, OfAFileNotCachedIsEmptyAgain) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{5000}, std::size_t{300000}, kMiB,
                                 3 * kMiB + 9, 4 * kMiB, 5 * kMiB + 123, 90 * kMiB + 7}) {
    const Fd fd = cold_file(size);
    ASSERT_EQ(count(cached_pages(fd)), 0U) << size;
    EXPECT_TRUE(read_all(fd, CachePolicy::restore) == content_) << size;
    EXPECT_EQ(count(cached_pages(fd)), 0U) << size << runs(cached_pages(fd));
  }
}

TEST_F(PageCache, OfACachedFileStays) {
  for (const std::size_t size : {std::size_t{5000}, 3 * kMiB, 9 * kMiB + 5}) {
    const Fd fd = cold_file(size);
    warm(fd, 0, size);
    const auto before = cached_pages(fd);
    ASSERT_EQ(count(before), before.size());
    EXPECT_TRUE(read_all(fd, CachePolicy::restore) == content_);
    expect_kept(before, cached_pages(fd));
  }
}

TEST_F(PageCache, KeepsTheCachedPartOfAFileAndDropsTheRest) {
  for (const std::size_t begin : {std::size_t{0}, 10 * kMiB, 39 * kMiB}) {
    const Fd fd = cold_file(40 * kMiB);
    warm(fd, begin, kMiB);
    const auto before = cached_pages(fd);
    ASSERT_GE(count(before), kMiB / 4096);
    EXPECT_TRUE(read_all(fd, CachePolicy::restore) == content_);
    SCOPED_TRACE("cached from byte " + std::to_string(begin));
    expect_kept(before, cached_pages(fd));
  }
}

TEST_F(PageCache, IsLeftAloneWhereNobodyAsked) {
  const Fd fd = cold_file(3 * kMiB);
  EXPECT_TRUE(read_all(fd, CachePolicy::leave_alone) == content_);
  expect_kept(std::vector<bool>(3 * kMiB / 4096, true), cached_pages(fd));
}

TEST_F(PageCache, IsCleanAfterAReadingThatWasGivenUp) {
  const Fd fd = cold_file(40 * kMiB);
  FileReader reader(fd.get(), content_.size(), CachePolicy::restore);
  std::vector<std::uint8_t> buffer(128 * 1024);
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(reader.read(buffer).ok());
  ASSERT_GT(count(cached_pages(fd)), 0U);
  reader.finish();
  // What the kernel is still reading ahead at this moment can't be dropped: at most two windows of it.
  EXPECT_LE(count(cached_pages(fd)), 512U);
}

TEST(FileReader, TellsWhoHasAFileOpenForWriting) {
  const testing::TempFolder folder;
  folder.write("f", "content");
  const Fd reader(::open(folder.at("f").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(writers_of_open(reader.get()), Writers::none);
  Fd writer(::open(folder.at("f").c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(writers_of_open(reader.get()), Writers::some);
  writer = Fd();
  EXPECT_EQ(writers_of_open(reader.get()), Writers::none);
  const Fd writable(::open(folder.at("f").c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_EQ(writers_of_open(reader.get()), Writers::some);
}

TEST(FileReader, ReadsLessOfAFileThatBecameShorter) {
  const testing::TempFolder folder;
  folder.write("f", "0123456789");
  const Fd fd(::open(folder.at("f").c_str(), O_RDONLY | O_CLOEXEC));
  FileReader reader(fd.get(), 20, CachePolicy::restore);
  std::vector<std::uint8_t> buffer(64);
  const auto got = reader.read(buffer);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(*got, 10U);
  EXPECT_EQ(reader.size_left(), 10U);
  EXPECT_TRUE(*FileReader(fd.get(), 0, CachePolicy::restore).longer_than_told());
  EXPECT_FALSE(*FileReader(fd.get(), 10, CachePolicy::restore).longer_than_told());
}

TEST(FileReader, NamesTheReasonOfAReadError) {
  const Fd fd(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  FileReader reader(fd.get(), 100, CachePolicy::leave_alone);
  std::vector<std::uint8_t> buffer(64);
  const auto got = reader.read(buffer);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().code(), Code::io);
  EXPECT_EQ(got.error().message(), "reading at byte 0: Input/output error");
}

}  // namespace
}  // namespace holdfast::core

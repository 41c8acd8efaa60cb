// SPDX-License-Identifier: Apache-2.0
// Reading leaves the page cache as it was found. That pages go is told by mincore on files of our own; that pages stay, and that
// a reading which was given up drops its own, by what the kernel was asked for: it may reclaim a page, or read one ahead, by itself.
#include "core/file_reader.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

namespace {

struct Advice {
  std::size_t begin;
  std::size_t end;
  int what;
};
std::vector<Advice>* advice_seen = nullptr;  // where a test listens

}  // namespace

// Stands before the C library's, writes down what is asked, and asks it.
extern "C" int posix_fadvise(int fd, off_t offset, off_t size, int what) noexcept {
  if (advice_seen != nullptr) {
    const auto begin = static_cast<std::size_t>(offset);
    advice_seen->push_back({begin, begin + static_cast<std::size_t>(size), what});
  }
  static const auto kReal =
      reinterpret_cast<decltype(&posix_fadvise)>(::dlsym(RTLD_NEXT, "posix_fadvise"));
  return kReal(fd, offset, size, what);
}

namespace holdfast::core {
namespace {

using ::testing::IsEmpty;

constexpr std::size_t kMiB = std::size_t{1} << 20U;
const auto kPage = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
constexpr long kTmpfsMagic = 0x01021994;

// Pages of a file, by number.
using Pages = std::set<std::size_t>;

// Writes down what the kernel is asked for while it lives.
class Listening {
 public:
  explicit Listening(std::vector<Advice>& into) {
    into.clear();
    advice_seen = &into;
  }
  ~Listening() { advice_seen = nullptr; }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
};

// Has bytes of a file cached, and keeps the kernel from reclaiming them as far as this process may lock memory.
class Warm {
 public:
  Warm(const Fd& fd, std::size_t begin, std::size_t size) : size_(size + begin % kPage) {
    EXPECT_EQ(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_RANDOM), 0) << "no readahead";
    std::string into(size, '\0');
    EXPECT_EQ(::pread(fd.get(), into.data(), size, static_cast<off_t>(begin)),
              static_cast<ssize_t>(size));
    EXPECT_EQ(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_NORMAL), 0);
    map_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd.get(),
                  static_cast<off_t>(begin - begin % kPage));
    EXPECT_NE(map_, MAP_FAILED);
    EXPECT_EQ(::madvise(map_, size_, MADV_RANDOM), 0);
    ::mlock(map_, size_);
  }
  ~Warm() { ::munmap(map_, size_); }
  Warm(const Warm&) = delete;
  Warm& operator=(const Warm&) = delete;

 private:
  std::size_t size_;
  void* map_ = nullptr;
};

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

  // The cached ones.
  Pages cached_pages(const Fd& fd) const {
    std::vector<unsigned char> bits((content_.size() + kPage - 1) / kPage);
    void* const map = ::mmap(nullptr, content_.size(), PROT_READ, MAP_SHARED, fd.get(), 0);
    EXPECT_NE(map, MAP_FAILED);
    EXPECT_EQ(::mincore(map, content_.size(), bits.data()), 0);
    ::munmap(map, content_.size());
    Pages out;
    for (std::size_t page = 0; page < bits.size(); ++page) {
      if ((bits[page] & 1U) != 0) out.insert(page);
    }
    return out;
  }

  // Those that the kernel was asked to drop, or to read ahead.
  Pages advised(int what) const {
    Pages out;
    for (const Advice& each : advice_) {
      EXPECT_LT(each.begin, each.end) << "no size would mean up to the end of the file";
      if (each.what == what) out.merge(pages_in(each.begin, each.end));
    }
    return out;
  }
  Pages dropped() const { return advised(POSIX_FADV_DONTNEED); }

  static Pages pages_in(std::size_t begin, std::size_t end) {
    Pages out;
    for (std::size_t page = begin / kPage; page * kPage < end; ++page)
      out.insert(page);
    return out;
  }

  static bool has_all(const Pages& pages, const Pages& wanted) {
    return std::ranges::includes(pages, wanted);
  }

  // " 256-511 …", for messages.
  static std::string runs(const Pages& pages) {
    std::string out;
    for (auto each = pages.begin(); each != pages.end();) {
      const std::size_t begin = *each;
      std::size_t end = begin;
      while (each != pages.end() && *each == end) {
        ++each;
        ++end;
      }
      out += " " + std::to_string(begin) + "-" + std::to_string(end - 1);
    }
    return out;
  }

  std::string read_all(const Fd& fd, CachePolicy policy) {
    const Listening listening(advice_);
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

  // Gives the reading up in the fourth MiB; the bytes that were read.
  std::size_t read_a_part(const Fd& fd) {
    const Listening listening(advice_);
    FileReader reader(fd.get(), content_.size(), CachePolicy::restore);
    std::vector<std::uint8_t> buffer(128 * 1024);
    for (int i = 0; i < 30; ++i)
      EXPECT_TRUE(reader.read(buffer).ok());
    reader.finish();
    return content_.size() - reader.size_left();
  }

  testing::TempFolder folder_;
  std::string content_;
  std::vector<Advice> advice_;
};

TEST_F(PageCache, OfAFileNotCachedIsEmptyAgain) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{5000}, std::size_t{300000}, kMiB,
                                 3 * kMiB + 9, 4 * kMiB, 5 * kMiB + 123, 90 * kMiB + 7}) {
    const Fd fd = cold_file(size);
    ASSERT_THAT(cached_pages(fd), IsEmpty()) << size;
    EXPECT_TRUE(read_all(fd, CachePolicy::restore) == content_) << size;
    EXPECT_EQ(runs(cached_pages(fd)), "") << size;
  }
}

TEST_F(PageCache, OfACachedFileStays) {
  for (const std::size_t size : {std::size_t{5000}, 3 * kMiB, 7 * kMiB + 5}) {
    const Fd fd = cold_file(size);
    const Warm warm(fd, 0, size);
    EXPECT_TRUE(read_all(fd, CachePolicy::restore) == content_);
    EXPECT_EQ(runs(dropped()), "") << size;
  }
}

TEST_F(PageCache, OfASmallFileStaysWholeWhereItsBeginWasCached) {
  const Fd fd = cold_file(3 * kMiB);
  const Warm warm(fd, 0, kMiB);
  EXPECT_TRUE(read_all(fd, CachePolicy::restore) == content_);
  EXPECT_EQ(runs(dropped()), "");
}

TEST_F(PageCache, KeepsTheCachedPartOfAFileAndDropsTheRest) {
  struct Part {
    std::size_t begin, size, kept_begin;
  };
  for (const Part part :
       {Part{0, kMiB, 0}, Part{10 * kMiB, kMiB, 10 * kMiB}, Part{39 * kMiB, kMiB, 39 * kMiB},
        Part{10 * kMiB + 100 * kPage, 1, 10 * kMiB}}) {
    SCOPED_TRACE("cached from byte " + std::to_string(part.begin));
    const Fd fd = cold_file(40 * kMiB);
    const Warm warm(fd, part.begin, part.size);
    EXPECT_TRUE(read_all(fd, CachePolicy::restore) == content_);
    const Pages kept = pages_in(part.kept_begin, part.kept_begin + kMiB);
    Pages rest = pages_in(0, content_.size());
    for (const std::size_t page : kept)
      rest.erase(page);
    EXPECT_EQ(runs(dropped()), runs(rest));
    EXPECT_TRUE(has_all(kept, cached_pages(fd))) << runs(cached_pages(fd));
  }
}

TEST_F(PageCache, IsLeftAloneWhereNobodyAsked) {
  for (const std::size_t size : {3 * kMiB, 5 * kMiB}) {
    const Fd fd = cold_file(size);
    EXPECT_TRUE(read_all(fd, CachePolicy::leave_alone) == content_);
    EXPECT_EQ(runs(dropped()), "");
  }
}

TEST_F(PageCache, IsCleanAfterAReadingThatWasGivenUp) {
  const Fd fd = cold_file(40 * kMiB);
  const std::size_t size_read = read_a_part(fd);
  Pages ours = pages_in(0, size_read);
  ours.merge(advised(POSIX_FADV_WILLNEED));
  ASSERT_GT(*ours.rbegin(), size_read / kPage) << "it asked for what comes next";
  EXPECT_TRUE(has_all(dropped(), ours)) << runs(dropped()) << " of" << runs(ours);
}

TEST_F(PageCache, KeepsTheCachedPartBehindAReadingThatWasGivenUp) {
  const Fd fd = cold_file(40 * kMiB);
  const Warm warm(fd, 5 * kMiB, kMiB);
  read_a_part(fd);
  EXPECT_EQ(runs(dropped()), runs(pages_in(0, 5 * kMiB)));
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

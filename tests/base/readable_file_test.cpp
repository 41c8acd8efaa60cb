// SPDX-License-Identifier: Apache-2.0
#include "base/readable_file.h"

#include <array>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/faulty_file_system.h"
#include "base/root_folder.h"
#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

std::string read(const ReadableFile& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const Status status = file.read_at(offset, std::span(bytes));
  return status ? bytes : "error: " + status.error().message();
}

TEST(ReadableFile, ReadsAtAnyPlaceByPathDescriptorAndFileSystem) {
  const testing::TempFolder folder;
  folder.write("f", "0123456789");
  const Fd fd(::open(folder.at("f").c_str(), O_RDONLY | O_CLOEXEC));
  const std::string path = folder.at("f");
  const std::array opened = {open_readable(path).value().release(),
                             readable_descriptor(fd.get(), path).value().release(),
                             readable_in(real_file_system(), path).value().release()};
  for (const ReadableFile* each : opened) {
    const std::unique_ptr<const ReadableFile> owned(each);
    const ReadableFile& file = *owned;
    EXPECT_EQ(file.size_bytes(), 10U);
    EXPECT_EQ(file.name(), path);
    EXPECT_EQ(read(file, 7, 3), "789");
    EXPECT_EQ(read(file, 0, 10), "0123456789");
    EXPECT_EQ(read(file, 10, 0), "");
    EXPECT_THAT(read(file, 8, 3), HasSubstr("became shorter"));
  }
}

TEST(ReadableFile, ReadsFromTheFaultyFileSystem) {
  FaultyFileSystem files;
  ASSERT_TRUE(files.create_folder("w").ok());
  ASSERT_TRUE(write_whole_file(files, "w/f", "abcdef").ok());
  const auto file = readable_in(files, "w/f");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(read(**file, 2, 3), "cde");
}

TEST(ReadableFile, RefusesWhatIsNoRegularFile) {
  const testing::TempFolder folder;
  ASSERT_EQ(::mkfifo(folder.at("fifo").c_str(), 0600), 0);
  EXPECT_EQ(open_readable(folder.at("fifo")).error().code(), Code::io);
  EXPECT_EQ(open_readable(folder.path()).error().code(), Code::io);
  EXPECT_EQ(open_readable(folder.at("none")).error().code(), Code::not_found);
  EXPECT_EQ(readable_in(real_file_system(), folder.at("none")).error().code(), Code::not_found);
  EXPECT_EQ(readable_descriptor(-1, "closed").error().code(), Code::io);
}

TEST(ReadBeneath, ReadsAllOfAFileInTheFolderAndNothingElse) {
  const testing::TempFolder folder;
  folder.write("root/a/f", "0123456789");
  folder.write("outside", "secret");
  ASSERT_EQ(::symlink("../outside", folder.at("root/link").c_str()), 0);
  const auto root = RootFolder::open(folder.at("root"));
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(read_beneath(*root, "a/f", 10).value(), "0123456789");
  const auto larger = read_beneath(*root, "a/f", 9);
  EXPECT_EQ(larger.error().code(), Code::invalid);
  EXPECT_EQ(larger.error().message(), folder.at("root/a/f") + " is larger than 9 bytes");
  const auto absent = read_beneath(*root, "none", 10);
  EXPECT_EQ(absent.error().code(), Code::not_found);
  EXPECT_EQ(absent.error().message(), folder.at("root/none") + " is not there");
  const Opened opened = root->open_file("a/f");
  EXPECT_EQ(read_descriptor(opened.fd.get(), "a/f", 9).error().message(),
            "a/f is larger than 9 bytes");
  EXPECT_EQ(read_beneath(*root, "link", 10).error().code(), Code::io);
  EXPECT_EQ(read_beneath(*root, "a", 10).error().code(), Code::io);
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// Files handed to another program, as that program sees them.
#include "base/handed_file.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/second_program.h"
#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;
using testing::run_program;
using testing::TempFolder;

TEST(HandedFile, IsReadByAnotherProgramWhateverItsNameAndEvenWhenItIsGone) {
  const TempFolder folder;
  const std::string path = folder.at("it's: -a\n%d");
  folder.write("it's: -a\n%d", "content");
  const auto file = HandedFile::open(path);
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(run_program("cat " + file->name()).output, "content");
  EXPECT_EQ(run_program("rm " + testing::shell_quoted(path)).exit_code, 0);
  EXPECT_EQ(run_program("tail -c 3 " + file->name()).output, "ent");
}

TEST(HandedFile, InMemoryHasWhatAnotherProgramWrote) {
  const auto file = HandedFile::in_memory();
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(*file->read(0), "");
  EXPECT_EQ(run_program("seq 1 20000 > " + file->name()).exit_code, 0);
  const auto text = file->read(200000);
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(text->size(), 108894U);  // seq 1 20000 | wc -c
  EXPECT_THAT(*text, ::testing::EndsWith("\n20000\n"));
  EXPECT_EQ(run_program("echo short > " + file->name()).exit_code, 0);
  EXPECT_EQ(*file->read(200000), "short\n");
}

TEST(HandedFile, IsRefusedWhereItHoldsTooMuch) {
  const auto file = HandedFile::in_memory();
  ASSERT_TRUE(file);
  ASSERT_EQ(run_program("printf 12345 > " + file->name()).exit_code, 0);
  EXPECT_TRUE(file->read(5));
  const auto refused = file->read(4);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::invalid);
  EXPECT_THAT(refused.error().message(), HasSubstr("5 bytes"));
}

TEST(HandedFile, IsNamedWhereItIsNoFile) {
  const TempFolder folder;
  const auto missing = HandedFile::open(folder.path() + "/none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::not_found);
  const std::string fifo = folder.path() + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path : {fifo, folder.path()}) {
    const auto refused = HandedFile::open(path);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Code::io);
    EXPECT_THAT(refused.error().message(), HasSubstr("no regular file"));
  }
}

}  // namespace
}  // namespace holdfast

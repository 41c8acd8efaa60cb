// SPDX-License-Identifier: Apache-2.0
// The module beside everything else in the process: who loads it, what it shows, and what another build's would be.
#include "parquet/arrow_module.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fields.h"
#include "core/sha256.h"
#include "tests/parquet/table_files.h"

namespace holdfast::parquet {
namespace {

using namespace testing;  // NOLINT: this room's helpers
using ::testing::HasSubstr;
using ::testing::Not;

bool is_loaded(const std::string& library) {
  std::ifstream maps("/proc/self/maps");
  const std::string text(std::istreambuf_iterator<char>(maps), {});
  return text.find(library) != std::string::npos;
}

// Each test is a process of its own under ctest; here the first word is said by whichever comes first.
TEST(ArrowModule, IsNotLoadedForAFooter) {
  const auto ended = run_program(std::string("LD_DEBUG=libs ") + PARQUET_PROGRAM + " footer " +
                                 HOLDFAST_SOURCE_DIR + "/tests/parquet/golden/pandas.parquet 2>&1");
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("rows 40"));
  EXPECT_THAT(ended.output, HasSubstr("libc.so"));
  EXPECT_THAT(ended.output, Not(HasSubstr("arrow")));
  const auto rows =
      run_program(std::string("LD_DEBUG=libs ") + PARQUET_PROGRAM + " keys " + HOLDFAST_SOURCE_DIR +
                  "/tests/parquet/golden/pandas.parquet clip_name 2>&1");
  EXPECT_THAT(rows.output, HasSubstr("libholdfast-arrow.so"));
  EXPECT_THAT(rows.output, HasSubstr("rows 40, null 0"));
}

TEST(ArrowModule, IsNotLinkedByTheProgram) {
  const auto ended =
      run_program(std::string("LD_DEBUG=libs ") + HOLDFAST_BINARY + " --version 2>&1");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.output, HasSubstr("libc.so"));
  EXPECT_THAT(ended.output, Not(HasSubstr("arrow")));
  EXPECT_THAT(ended.output, Not(HasSubstr("libparquet")));
}

TEST(ArrowModule, LeavesSimdjsonAndOpenSslToTheSystem) {
  const TempFolder folder;
  ASSERT_EQ(error_of(write_table(real_file_system(), folder.at("t.parquet"), clips(100))), "");
  ASSERT_EQ(error_of(table_text(folder.at("t.parquet"))), "");
  ASSERT_TRUE(is_loaded("libparquet"));
  // simdjson and OpenSSL, which libparquet has copies of.
  const auto fields = core::parse_fields(R"({"a": 1.5, "b": "x"})");
  ASSERT_EQ(error_of(fields), "");
  EXPECT_EQ(fields->size(), 2U);
  EXPECT_EQ(core::to_hex(core::sha256("abc")).substr(0, 8), "ba7816bf");
  const auto owner = [](const char* symbol) {
    Dl_info found{};
    void* address = ::dlsym(RTLD_DEFAULT, symbol);
    return address != nullptr && ::dladdr(address, &found) != 0 ? std::string(found.dli_fname)
                                                                : std::string();
  };
  // libcrypto is opened for hashing alone, and libparquet's copy is its own: neither is found by this name.
  EXPECT_THAT(owner("EVP_DigestUpdate"), Not(HasSubstr("libparquet")));
}

TEST(ArrowModule, HasALibparquetThatMayBeLinkedBeforeSimdjson) {
  const auto ended = run_program(std::string(COEXIST_PROGRAM) + " 2>&1");
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("third 3.5, digest ba78"));
}

TEST(ArrowModule, SaysWhichArrowItLoaded) {
  const auto module = arrow_module();
  ASSERT_EQ(error_of(module), "");
  EXPECT_GE(std::stoi((*module)->arrow_version()), 16);
}

TEST(ArrowModule, IsMissingWithAWayOut) {
  const auto module = open_arrow_module("nowhere/libholdfast-arrow.so");
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(module.error().code(), Code::unsupported);
  EXPECT_THAT(module.error().message(), HasSubstr("nowhere/libholdfast-arrow.so"));
  EXPECT_THAT(module.error().hint(), HasSubstr("make install"));
  const auto other = open_arrow_module("libm.so.6");  // opens, and is another's
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().message(), HasSubstr("another build"));
}

TEST(ArrowModule, IsFoundBesideTheProgramAndInLibHoldfast) {
  const TempFolder folder;
  const std::string pandas =
      std::string(HOLDFAST_SOURCE_DIR) + "/tests/parquet/golden/pandas.parquet";
  const auto keys = [&] {
    return run_program(folder.at("bin/parquet_program") + " keys " + pandas + " clip_name 2>&1")
        .output;
  };
  std::filesystem::create_directories(folder.at("bin"));
  std::filesystem::create_directories(folder.at("lib/holdfast"));
  std::filesystem::copy_file(PARQUET_PROGRAM, folder.at("bin/parquet_program"));
  folder.write("lib/holdfast/libholdfast-arrow.so", "not a library");
  EXPECT_THAT(keys(), HasSubstr("lib/holdfast/libholdfast-arrow.so: can't be opened"));
  std::filesystem::remove(folder.at("lib/holdfast/libholdfast-arrow.so"));
  std::filesystem::copy_file(ARROW_MODULE, folder.at("lib/holdfast/libholdfast-arrow.so"));
  EXPECT_THAT(keys(), HasSubstr("rows 40"));
  folder.write("bin/libholdfast-arrow.so", "not a library");  // comes first
  EXPECT_THAT(keys(), HasSubstr("bin/libholdfast-arrow.so: can't be opened"));
}

}  // namespace
}  // namespace holdfast::parquet

// SPDX-License-Identifier: Apache-2.0
#include "parquet/page_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parquet/crc32.h"
#include "tests/parquet/table_files.h"

namespace holdfast::parquet {
namespace {

using namespace testing;  // NOLINT: this room's helpers
using ::testing::HasSubstr;

Result<PageReport> check(const std::string& path) {
  TRY_ASSIGN(const auto file, open_readable(path));
  TRY_ASSIGN(const Footer footer, read_footer(*file));
  return check_pages(*file, footer);
}

TEST(Crc32, HasTheKnownAnswers) {
  EXPECT_EQ(crc32(""), 0U);
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32("The quick brown fox jumps over the lazy dog"), 0x414FA339U);
  EXPECT_EQ(crc32("6789", crc32("12345")), 0xCBF43926U);
}

TEST(PageCheck, FindsNothingInWholeFiles) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  for (const char* options :
       {"", "--codec=zstd --page=2.0", "--codec=none --no-dictionary --page-size=100",
        "--group=1 --rows=30", "--rows=200000 --group=200000 --no-dictionary --page-size=3000000",
        "--rows=0", "--kind=nested"}) {
    SCOPED_TRACE(options);
    pyarrow_says("write " + path + " " + options);
    const auto report = check(path);
    ASSERT_EQ(error_of(report), "");
    EXPECT_TRUE(report->faults.empty()) << report->faults.front().what;
    EXPECT_EQ(report->checked_count, report->page_count);
    std::uint64_t chunk_bytes = 0;
    const Footer footer = read_footer(path).value();
    for (const RowGroup& group : footer.row_groups)
      for (const ColumnChunk& chunk : group.chunks)
        chunk_bytes += chunk.size_bytes;
    EXPECT_EQ(report->byte_count, chunk_bytes);
  }
}

TEST(PageCheck, TellsThatPagesHaveNoChecksum) {
  const TempFolder folder;
  pyarrow_says("write " + folder.at("t") + " --no-checksum");
  const auto report = check(folder.at("t"));
  ASSERT_EQ(error_of(report), "");
  EXPECT_GT(report->page_count, 0U);
  EXPECT_EQ(report->checked_count, 0U);
  EXPECT_FALSE(report->all_checked());
  EXPECT_TRUE(report->faults.empty());
}

TEST(PageCheck, NamesTheFirstDamagedPageOfEachChunk) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  pyarrow_says("write " + path +
               " --rows=20000 --group=10000 --codec=none --no-dictionary --page-size=1000");
  const Footer footer = read_footer(path).value();
  std::string bytes = folder.read("t.parquet");
  const ColumnChunk& names = footer.row_groups[1].chunks[0];
  const ColumnChunk& frames = footer.row_groups[0].chunks[2];
  bytes[frames.offset + frames.size_bytes / 2] ^= 0x10;
  bytes[names.offset + names.size_bytes - 1] ^= 0x01;
  bytes[names.offset + names.size_bytes / 2] ^= 0x01;
  overwrite(path, bytes);
  const auto report = check(path);
  ASSERT_EQ(error_of(report), "");
  ASSERT_EQ(report->faults.size(), 2U);
  EXPECT_EQ(report->faults[0].row_group, 0U);
  EXPECT_EQ(report->faults[0].column, "frames");
  EXPECT_GT(report->faults[0].page, 0U);
  EXPECT_GT(report->faults[0].offset, frames.offset);
  EXPECT_LE(report->faults[0].offset, frames.offset + frames.size_bytes / 2);
  EXPECT_THAT(report->faults[0].what, HasSubstr("and its header says"));
  EXPECT_EQ(report->faults[1].row_group, 1U);
  EXPECT_EQ(report->faults[1].column, "clip_name");
  EXPECT_LE(report->faults[1].offset, names.offset + names.size_bytes / 2);
  EXPECT_EQ(report->faults[0].damaged_count, 1U);
  EXPECT_EQ(report->faults[1].damaged_count, 2U);
}

TEST(PageCheck, TellsFurtherDamageInAChunkFromTheDamageBefore) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  pyarrow_says("write " + path + " --rows=20000 --codec=none --no-dictionary --page-size=1000");
  const Footer footer = read_footer(path).value();
  std::string bytes = folder.read("t.parquet");
  const ColumnChunk& names = footer.row_groups[0].chunks[0];
  const auto checksum_after = [&](std::uint64_t offset, char bit) {
    bytes[offset] = static_cast<char>(bytes[offset] ^ bit);
    overwrite(path, bytes);
    const auto report = check(path);
    EXPECT_EQ(error_of(report), "");
    EXPECT_EQ(report->faults.size(), 1U);
    return report->faults.empty() ? 0U : report->faults[0].checksum;
  };
  const std::uint64_t middle = names.offset + names.size_bytes / 2;
  const std::uint32_t first = checksum_after(middle, 0x10);
  const std::uint32_t same_page = checksum_after(middle + 1, 0x10);
  const std::uint32_t other_page = checksum_after(names.offset + names.size_bytes - 1, 0x01);
  EXPECT_NE(first, same_page);
  EXPECT_NE(same_page, other_page);
  bytes.replace(names.offset, 40, std::string(40, '\xff'));  // the pages behind can't be found now
  const std::uint32_t no_header = checksum_after(middle, 0x01);
  EXPECT_NE(no_header, checksum_after(middle + 5, 0x01));
}

TEST(PageCheck, NamesAHeaderThatIsNone) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  pyarrow_says("write " + path + " --no-checksum");
  const Footer footer = read_footer(path).value();
  std::string bytes = folder.read("t.parquet");
  bytes.replace(footer.row_groups[0].chunks[3].offset, 40, std::string(40, '\xff'));
  overwrite(path, bytes);
  const auto report = check(path);
  ASSERT_EQ(error_of(report), "");
  ASSERT_EQ(report->faults.size(), 1U);
  EXPECT_EQ(report->faults[0].column, "is_hdr");
  EXPECT_EQ(report->faults[0].page, 0U);
  EXPECT_EQ(report->faults[0].offset, footer.row_groups[0].chunks[3].offset);
  EXPECT_THAT(report->faults[0].what, HasSubstr("its header can't be read"));
}

}  // namespace
}  // namespace holdfast::parquet

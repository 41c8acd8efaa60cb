// SPDX-License-Identifier: Apache-2.0
#include "parquet/key_column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/parquet/table_files.h"

namespace holdfast::parquet {
namespace {

using namespace testing;  // NOLINT: this room's helpers
using ::testing::HasSubstr;

Result<std::string> keys_text(const std::string& path, const std::string& column) {
  TRY_ASSIGN(const auto file, open_readable(path));
  std::string out;
  std::uint64_t next_row = 0;
  TRY_ASSIGN(const std::uint64_t row_count,
             visit_keys(*file, column, [&](const KeyBatch& batch) -> Status {
               EXPECT_EQ(batch.first_row, next_row);
               EXPECT_LE(batch.keys.size(), 8192U);
               next_row += batch.keys.size();
               for (std::size_t i = 0; i < batch.keys.size(); ++i)
                 out += batch.is_null(i) ? "-\n" : "s" + hexadecimal(batch.keys[i]) + "\n";
               return {};
             }));
  EXPECT_EQ(row_count, next_row);
  return out;
}

TEST(KeyColumn, ReadsEveryKeyOfEveryKindOfFile) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  for (const char* options :
       {"", "--codec=zstd --page=2.0", "--codec=none --no-dictionary",
        "--texts=large_string --page-size=100", "--texts=binary", "--texts=dictionary",
        "--group=1 --rows=60", "--group=100000 --rows=60000", "--rows=0",
        "--no-checksum --no-dictionary --rows=20000"}) {
    SCOPED_TRACE(options);
    pyarrow_says("write " + path + " " + options);
    const auto keys = keys_text(path, "clip_name");
    ASSERT_EQ(error_of(keys), "");
    EXPECT_EQ(*keys, pyarrow_says("read " + path + " clip_name"));
    EXPECT_EQ(keys_text(path, "same").value(), pyarrow_says("read " + path + " same"));
  }
}

TEST(KeyColumn, NamesTheColumnThatIsNotThereOrHasNoTexts) {
  const std::string path = HOLDFAST_SOURCE_DIR "/tests/parquet/golden/pandas.parquet";
  EXPECT_EQ(error_of(keys_text(path, "name")), "not_found: " + path + ": has no column name");
  EXPECT_THAT(keys_text(path, "name").error().hint(),
              HasSubstr("its columns are clip_name, mos, width"));
  EXPECT_THAT(error_of(keys_text(path, "mos")),
              HasSubstr("unsupported: " + path + ": column mos is of type float64"));
}

TEST(KeyColumn, StopsWhereTheCallerSaysSo) {
  const auto file = open_readable(HOLDFAST_SOURCE_DIR "/tests/parquet/golden/pandas.parquet");
  const auto stopped = visit_keys(**file, "clip_name", [](const KeyBatch&) -> Status {
    return Error(Code::cancelled, "enough");
  });
  EXPECT_EQ(error_of(stopped), "cancelled: enough");
}

}  // namespace
}  // namespace holdfast::parquet

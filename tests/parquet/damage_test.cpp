// SPDX-License-Identifier: Apache-2.0
// Every bit of a small file of ours (of compressed ones a bit of every byte), turned one at a time: its rows come back as they were or
// not at all, and nothing crashes.
#include <gtest/gtest.h>

#include "parquet/key_column.h"
#include "parquet/page_check.h"
#include "tests/parquet/table_files.h"

namespace holdfast::parquet {
namespace {

using namespace testing;  // NOLINT: this room's helpers

// A file in memory.
class Bytes final : public ReadableFile {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  const std::string& name() const override { return name_; }
  std::uint64_t size_bytes() const override { return bytes_.size(); }
  Status read_at(std::uint64_t offset, std::span<char> into) const override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset)
      return Error(Code::io, "read past the end");
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
    return {};
  }

 private:
  std::string name_ = "bytes";
  std::string bytes_;
};

// Rows by the names they were written under, so that a renamed column is not found.
Result<std::string> rows_of(const std::string& bytes, const std::vector<std::string>& names) {
  TRY_ASSIGN(TableReader reader, TableReader::open(std::make_unique<Bytes>(bytes), names));
  return rest_text(reader);
}

Result<std::string> keys_of(const std::string& bytes) {
  std::string out;
  TRY_ASSIGN(const std::uint64_t row_count,
             visit_keys(Bytes(bytes), "clip_name", [&](const KeyBatch& batch) -> Status {
               for (std::size_t i = 0; i < batch.keys.size(); ++i)
                 out += batch.is_null(i) ? "-\n" : std::string(batch.keys[i]) + "\n";
               return {};
             }));
  return out + std::to_string(row_count);
}

std::string written(Compression compression) {
  std::string bytes;
  const Rows rows = clips(60);
  auto table = TableWriter::create(
      [&](std::string_view more) {
        bytes += more;
        return Status();
      },
      {.columns = rows.columns(),
       .compression = compression,
       .key_values = {{"digest", "0123456789abcdef"}},
       .row_group_rows = 40});
  EXPECT_TRUE(table->write(rows.batch()).ok());
  EXPECT_TRUE(table->finish().ok());
  return bytes;
}

class EveryBit : public ::testing::TestWithParam<Compression> {};

TEST_P(EveryBit, LeavesTheRowsAsTheyWereOrIsAnError) {
  const std::string whole = written(GetParam());
  std::vector<std::string> names;
  for (const Column& column : clips(0).columns())
    names.push_back(column.name);
  const std::string rows = rows_of(whole, names).value();
  const std::string keys = keys_of(whole).value();
  const std::uint64_t footer_offset = read_footer(Bytes(whole))->footer_offset;
  std::size_t error_count = 0;
  std::size_t unseen_in_pages = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      if (GetParam() != Compression::none && bit != at % 8) continue;  // for the time it takes

      std::string bytes = whole;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
      const auto found = rows_of(bytes, names);
      if (found) {
        EXPECT_EQ(*found, rows) << "byte " << at << " bit " << bit << ", footer from "
                                << footer_offset;
      }
      const auto found_keys = keys_of(bytes);
      if (found_keys) {
        EXPECT_EQ(*found_keys, keys)
            << "byte " << at << " bit " << bit << ", footer from " << footer_offset;
      }
      if (!found) ++error_count;
      const auto footer = read_footer(Bytes(bytes));
      const auto report =
          footer ? check_pages(Bytes(bytes), *footer) : Result<PageReport>(footer.error());
      if (at < footer_offset && report && report->faults.empty()) ++unseen_in_pages;
    }
  }
  RecordProperty("bits", static_cast<int>(whole.size() * 8));
  RecordProperty("errors", static_cast<int>(error_count));
  RecordProperty("unseen_in_pages", static_cast<int>(unseen_in_pages));
  EXPECT_GT(error_count, whole.size() / 2);
}

INSTANTIATE_TEST_SUITE_P(Damage, EveryBit,
                         ::testing::Values(Compression::none, Compression::snappy,
                                           Compression::zstd));

TEST(Damage, CutAtEveryByteIsAnError) {
  const std::string whole = written(Compression::snappy);
  const std::vector<std::string> names = {"clip_name", "mos"};
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(rows_of(whole.substr(0, size), names).ok()) << size;
}

}  // namespace
}  // namespace holdfast::parquet
